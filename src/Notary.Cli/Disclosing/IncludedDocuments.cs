using Notary.Core;

namespace Notary.Cli;

/// <summary>The documents that go along with their disclosure: local files, told by their content, not by their name.</summary>
internal static class IncludedDocuments
{
    /// <param name="terminal">For progress.</param>
    /// <param name="arguments">Files, and folders with everything in them; what is not disclosed is passed over.</param>
    /// <param name="chosen">The items that are disclosed.</param>
    /// <param name="cancellation">Ends the hashing.</param>
    /// <returns>A file for each item that was found.</returns>
    /// <exception cref="CliException">A document that changed since, an argument that holds none, or more than a package takes.</exception>
    public static async Task<IReadOnlyDictionary<ItemText, SourceFile>> FindAsync(
        Terminal terminal, IReadOnlyList<string> arguments, IReadOnlyList<ItemText> chosen, CancellationToken cancellation)
    {
        var walked = arguments.Select(argument => FileSource.Walk([argument], cancellation)).ToList();
        var sizes = chosen.Select(item => item.Size).ToHashSet();
        var candidates = walked.SelectMany(files => files).Where(file => sizes.Contains(file.Stamp.Size)).ToList();
        CheckSize(chosen, candidates);
        var digests = await GivenFiles.HashAsync(terminal, candidates, withSm3: false, cancellation);
        var byDigest = candidates.Zip(digests).ToLookup(pair => (pair.Second.Size, pair.Second.Sha256), pair => pair.First);
        var found = new Dictionary<ItemText, SourceFile>();
        foreach (var item in chosen)
        {
            if (byDigest[(item.Size, item.Sha256)].Take(1).ToList() is [var file])
                found.Add(item, file);
        }

        Check(arguments, walked, chosen, found);
        return found;
    }

    private static void Check(
        IReadOnlyList<string> arguments, List<IReadOnlyList<SourceFile>> walked, IReadOnlyList<ItemText> chosen, Dictionary<ItemText, SourceFile> found)
    {
        var problems = new List<string>();
        var used = found.Values.Select(file => file.FullName).ToHashSet(StringComparer.Ordinal);
        var lost = chosen.Where(item => !found.ContainsKey(item)).Select(item => item.Path).ToHashSet(StringComparer.Ordinal);
        problems.AddRange(walked.SelectMany(files => files).Where(file => lost.Contains(file.Path))
            .Select(file => $"{file.FullName}: is not the document that was deposited as {file.Path}: it has changed since"));
        for (var i = 0; i < arguments.Count && problems.Count == 0; i++)
        {
            if (!walked[i].Any(file => used.Contains(file.FullName)))
                problems.Add($"{arguments[i]}: none of the disclosed documents is there");
        }

        if (problems.Count > 0)
            throw FileSource.Refused(problems);
    }

    private static void CheckSize(IReadOnlyList<ItemText> chosen, List<SourceFile> candidates)
    {
        var sizes = candidates.Select(file => file.Stamp.Size).ToHashSet();
        var bytes = chosen.Where(item => sizes.Contains(item.Size)).Aggregate(0UL, (sum, item) => sum + item.Size);
        if (bytes > EvidenceLimits.PackageBytes)
            throw CliException.Input(
                $"the documents have {Sizes.Bytes(bytes)} together, and a package holds at most {Sizes.Bytes(EvidenceLimits.PackageBytes)} (a zip without ZIP64)",
                "leave the large ones out of --include and hand them over beside the package: 'notary verify' and verify.sh compare files that they are given");
    }
}
