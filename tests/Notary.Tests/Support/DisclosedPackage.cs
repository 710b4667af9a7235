using System.Globalization;
using System.Text;
using Notary.Cli;
using Notary.Core;
using Xunit;

namespace Notary.Tests.Support;

/// <summary>
/// A package that discloses, as its files: taken apart to be altered, and put together for the two that judge it, our
/// verifier (from a zip) and the package's own script (from a folder, in a shell that has nothing but its tools).
/// </summary>
internal sealed class DisclosedPackage
{
    private DisclosedPackage(SortedDictionary<string, byte[]> files) => Files = files;

    public SortedDictionary<string, byte[]> Files { get; }

    /// <summary>Some items of a deposit; the documents' contents go along where they are given.</summary>
    public static DisclosedPackage Of(
        Evidence whole, Func<string, bool> isChosen, bool showNames = true, bool showDepositor = true, params (string Path, string Content)[] documents)
    {
        using var folder = new TemporaryFolder();
        var disclosure = Disclosure.Read(new MemoryStream(EvidenceSamples.Pack(whole)), item => isChosen(item.Path), Cancellation);
        var files = new Dictionary<ItemText, SourceFile>();
        foreach (var (path, content) in documents)
        {
            var file = Path.Combine(folder.Path, string.Create(CultureInfo.InvariantCulture, $"{files.Count}"));
            File.WriteAllText(file, content);
            files.Add(disclosure.Chosen.Single(item => item.Path == path), new SourceFile(path, file, FileStamp.Of(file)!.Value));
        }

        using var zip = new MemoryStream();
        new DisclosurePackage(disclosure, disclosure.Open(showNames, showDepositor), showNames, files).Write(zip, new Progress<long>(), Cancellation);
        return Of(zip.ToArray());
    }

    /// <summary>Evidence that discloses, whoever made it, as a package without documents.</summary>
    public static DisclosedPackage Of(Evidence disclosed, params (string Name, byte[] Content)[] documents)
    {
        using var zip = new MemoryStream();
        var writer = new PackageWriter(zip);
        foreach (var (name, content) in documents)
            writer.Add(PackageNames.Documents + name, content);
        writer.AddProofs(disclosed);
        writer.Finish();
        return Of(zip.ToArray());
    }

    public static DisclosedPackage Of(byte[] zip) => new(new SortedDictionary<string, byte[]>(
        ZipBuilder.Entries(zip).ToDictionary(file => file.Name, file => file.Content), StringComparer.Ordinal));

    /// <summary>The same with other files, and with MANIFEST.sha256 made to fit them if <paramref name="mended"/>.</summary>
    public DisclosedPackage With(bool mended, Action<SortedDictionary<string, byte[]>> change)
    {
        var files = new SortedDictionary<string, byte[]>(Files, StringComparer.Ordinal);
        change(files);
        if (mended)
            files[PackageNames.Sums] = Encoding.UTF8.GetBytes(string.Concat(files.Where(file => file.Key != PackageNames.Sums && !file.Key.EndsWith('/'))
                .Select(file => $"{Hash.Of(file.Value)}  {file.Key}\n")));
        return new DisclosedPackage(files);
    }

    public byte[] Zip() => ZipBuilder.Build(Files.Select(file => BuiltEntry.Stored(file.Key, file.Value)));

    /// <summary>What <c>notary verify</c> finds, without the process around it; null when it refuses the package.</summary>
    public Report? Verify(VerifierInputs inputs)
    {
        try
        {
            return Verifier.Verify(EvidenceSamples.Read(Zip()), inputs);
        }
        catch (MalformedException)
        {
            return null;
        }
    }

    /// <summary>Writes the files into a folder, as who unpacks the zip does.</summary>
    public void Unpack(string folder)
    {
        foreach (var (name, content) in Files)
        {
            var path = Path.Combine(folder, name);
            if (name.EndsWith('/'))
            {
                Directory.CreateDirectory(path);
                continue;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
}
