namespace Notary.Core;

/// <summary>
/// The outside of a package that discloses: every file is listed in <c>MANIFEST.sha256</c> with its digest, and nothing is
/// listed that is not there. What the files say is the next reader's business.
/// </summary>
internal sealed class PackageReader
{
    private readonly StrictZip zip;
    private readonly CancellationToken cancellation;
    private readonly SortedDictionary<string, Hash> sums;
    private readonly List<ZipEntry> files;

    private PackageReader(StrictZip zip, ZipEntry sums, CancellationToken cancellation)
    {
        (this.zip, this.cancellation) = (zip, cancellation);
        this.sums = PackageSums.Parse(zip.ReadAll(sums, EvidenceLimits.SumsBytes));
        files = [.. zip.Entries.Where(entry => !entry.IsFolder && entry != sums)];
    }

    /// <summary>The evidence in it, by the names that it has in evidence.</summary>
    public IEnumerable<KeyValuePair<string, ZipEntry>> Proofs => In(PackageNames.Proofs)
        .Select(entry => KeyValuePair.Create(entry.Name[PackageNames.Proofs.Length..], entry))
        .Concat(In(PackageNames.Page).Select(page => KeyValuePair.Create(Evidence.HtmlPage, page)));

    /// <summary>Everything for people, and whatever somebody put beside it.</summary>
    public IEnumerable<string> Others => files
        .Except([.. In(PackageNames.Proofs), .. In(PackageNames.Documents), .. In(PackageNames.Page)]).Select(entry => entry.Name);

    /// <summary>Null when the zip is no package. Everything but the documents has been read and compared.</summary>
    /// <exception cref="MalformedException">A file that is not listed, is missing, or has another digest.</exception>
    public static PackageReader? Open(StrictZip zip, CancellationToken cancellation)
    {
        if (zip.Entries.FirstOrDefault(entry => entry.Name == PackageNames.Sums) is not { } sums)
            return null;
        var package = new PackageReader(zip, sums, cancellation);
        package.CheckNames();
        // Empty, but read: who finds the end of one elsewhere finds other files behind it.
        foreach (var folder in zip.Entries.Where(entry => entry.IsFolder))
            zip.ReadAll(folder, limit: 0);
        using var hasher = new FileHasher();
        foreach (var file in package.files.Except(package.In(PackageNames.Documents)))
            package.Check(file, hasher);
        return package;
    }

    /// <summary>Compares the documents with the list too, and says what they are.</summary>
    /// <param name="withSm3">Whether their SM3 is needed.</param>
    public IReadOnlyList<GivenFile> ReadDocuments(bool withSm3)
    {
        using var hasher = new FileHasher(withSm3);
        return [.. In(PackageNames.Documents).Select(file => Check(file, hasher))];
    }

    private IEnumerable<ZipEntry> In(string place) =>
        files.Where(file => file.Name == place || (place.EndsWith('/') && file.Name.StartsWith(place, StringComparison.Ordinal)));

    private void CheckNames()
    {
        foreach (var file in files)
        {
            if (!PackageNames.IsAllowed(file.Name))
                throw Malformed(file.Name, $"is no name for a file of a package: 1 to {PackageNames.MaxBytes} characters of [A-Za-z0-9._/-]");
            if (!sums.ContainsKey(file.Name))
                throw Malformed(file.Name, $"is not listed in {PackageNames.Sums}: it was put in later");
        }

        CheckFolders();
        if (sums.ContainsKey(PackageNames.Proofs + Evidence.HtmlPage))
            throw Malformed(PackageNames.Proofs + Evidence.HtmlPage, $"has its place at {PackageNames.Page}");
        if (sums.Count != files.Count)
            throw Malformed(sums.Keys.Except(files.Select(file => file.Name)).First(), $"is listed in {PackageNames.Sums}, but missing");
    }

    /// <summary>Folders that an entry names, or that a file lies in: once unpacked nobody can tell which.</summary>
    private void CheckFolders()
    {
        var folders = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in zip.Entries)
        {
            if (entry.IsFolder && !PackageNames.IsAllowed(entry.Name[..^1]))
                throw Malformed(entry.Name, $"is no name for a folder of a package: 1 to {PackageNames.MaxBytes} characters of [A-Za-z0-9._/-]");
            for (var end = entry.Name.LastIndexOf('/'); end > 0; end = entry.Name.LastIndexOf('/', end - 1))
            {
                var folder = entry.Name[..end];
                if (!folders.TryAdd(folder, folder) && folders[folder] != folder)
                    throw Malformed(folder, $"and {folders[folder]} are two folders that some systems take for one");
            }
        }
    }

    private GivenFile Check(ZipEntry file, FileHasher hasher)
    {
        using var content = zip.OpenContent(file);
        var digest = hasher.HashSync(content, file.Header.Size, cancellation);
        return digest.Sha256 == sums[file.Name]
            ? new GivenFile(file.Name, digest.Size, digest.Sha256, digest.Sm3)
            : throw Malformed(file.Name, $"has another SHA-256 than {PackageNames.Sums} lists: the package is damaged or was altered");
    }

    private static MalformedException Malformed(string name, string problem) => new("package", TextRules.Escape(name), problem);
}
