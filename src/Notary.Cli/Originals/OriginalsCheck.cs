using Notary.Core;

namespace Notary.Cli;

internal enum OriginalState
{
    Unchanged,

    /// <summary>Unchanged, but found under another name or in another place than it was deposited from.</summary>
    Moved,
    Changed,
    Missing,
    Unreadable,
}

/// <summary>What became of one deposited document.</summary>
/// <param name="Evidence">Its deposit.</param>
/// <param name="Item">The document.</param>
/// <param name="State">The outcome.</param>
/// <param name="Place">Where it was looked for first; when it was found, where.</param>
/// <param name="Detail">More of it, or null.</param>
internal sealed record OriginalFinding(FiledEvidence Evidence, ItemText Item, OriginalState State, string Place, Sentence? Detail = null);

/// <summary>
/// Looks whether each deposited document is still there, byte for byte. First where it was deposited from; what is not
/// found so is looked for by its content among all files of its size below the roots. Only files that have the size of
/// a document that is looked for are read.
/// </summary>
/// <param name="evidence">The deposits.</param>
/// <param name="rootsOf">Where to look for the documents of a deposit.</param>
/// <param name="isQuick">Takes a file in its old place with the size and time of its item for unchanged without reading it.</param>
internal sealed class OriginalsCheck(
    IReadOnlyList<FiledEvidence> evidence, Func<FiledEvidence, IReadOnlyList<OriginalRoot>> rootsOf, bool isQuick)
{
    private readonly Dictionary<string, SourceFile> files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ItemText> hashed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> failed = new(StringComparer.Ordinal);
    private readonly Dictionary<(ulong Size, Hash Sha256), string> byContent = [];

    // Guards the three above while several threads hash.
    private readonly Lock recording = new();

    /// <summary>What was wrong with files and folders met on the way; it matters only when something is missing.</summary>
    public IReadOnlyList<string> Problems { get; private set; } = [];

    /// <param name="onlyLatest">Of several deposits of one document looks at the newest alone.</param>
    public async Task<IReadOnlyList<OriginalFinding>> RunAsync(Terminal terminal, bool onlyLatest, CancellationToken cancellation)
    {
        FindFiles(cancellation);
        var wanted = evidence
            .SelectMany(one => one.Items.Select(item => (Evidence: one, Item: item, Places: PlacesOf(one, item))))
            .ToList();
        if (onlyLatest)
            wanted = [.. wanted.GroupBy(document => document.Places[0], StringComparer.Ordinal).Select(group => group.MaxBy(document => document.Evidence.Order))];

        await HashAsync(terminal, wanted.Where(document => !IsTakenFor(document.Places, document.Item)).SelectMany(document => document.Places
            .Where(place => files.TryGetValue(place, out var file) && file.Stamp.Size == document.Item.Size)), cancellation);
        var sizes = wanted.Where(document => Decide(document.Evidence, document.Item, document.Places).State > OriginalState.Moved)
            .Select(document => document.Item.Size).ToHashSet();
        await HashAsync(terminal, files.Values.Where(file => sizes.Contains(file.Stamp.Size)).Select(file => file.FullName), cancellation);
        return [.. wanted.Select(document => Decide(document.Evidence, document.Item, document.Places))];
    }

    /// <summary>Every file below every root; roots may lie in one another, and may be gone.</summary>
    private void FindFiles(CancellationToken cancellation)
    {
        var problems = new List<string>();
        foreach (var root in evidence.SelectMany(rootsOf).Select(root => root.FullName).Distinct(StringComparer.Ordinal))
        {
            if (!Path.Exists(root))
                continue;
            var (found, wrong) = FileSource.Find(root, cancellation);
            foreach (var file in found)
                files[file.FullName] = file;
            problems.AddRange(wrong);
        }

        Problems = problems;
    }

    /// <summary>Where the document may lie, the likeliest place first; at least one.</summary>
    private List<string> PlacesOf(FiledEvidence one, ItemText item)
    {
        var places = new List<string>();
        foreach (var root in rootsOf(one))
        {
            if (root.PlaceOf(item.Path) is { } place)
                places.Add(place);
            // The folder that was deposited may lie in the one that is searched.
            if (root.IsBase)
                places.Add(Path.Join(root.FullName, Path.GetFileName(one.Path).Replace(OutputFolder.Suffix, "", StringComparison.Ordinal), item.Path));
        }

        if (places.Count == 0)
            places.Add(item.Path);
        // Existing ones first, so that the one that is told of is one that somebody can look at.
        return [.. places.OrderBy(place => files.ContainsKey(place) ? 0 : 1)];
    }

    private bool IsTakenFor(List<string> places, ItemText item) =>
        isQuick && places.Exists(place => files.TryGetValue(place, out var file)
            && file.Stamp.Size == item.Size && file.Stamp.ModifiedTime() is { } time && Timestamp.RoundDown(time) == item.Modified);

    private async Task HashAsync(Terminal terminal, IEnumerable<string> places, CancellationToken cancellation)
    {
        var todo = places.Distinct(StringComparer.Ordinal)
            .Where(place => !hashed.ContainsKey(place) && !failed.ContainsKey(place)).Select(place => files[place]).ToList();
        var bytes = todo.Aggregate(0UL, (sum, file) => sum + file.Stamp.Size);
        await Progress.RunAsync(terminal, $"hashing {Sizes.Count(todo.Count, "file")}", bytes, async progress =>
        {
            await FileHashing.RunAsync(todo, withSm3: false, Hashed, Failed, progress, cancellation);
            return 0;
        });

        void Hashed(int i, ItemText item)
        {
            lock (recording)
            {
                hashed[todo[i].FullName] = item;
                byContent.TryAdd((item.Size, item.Sha256), todo[i].FullName);
            }
        }

        void Failed(int i, string problem)
        {
            lock (recording)
                failed[todo[i].FullName] = problem;
        }
    }

    private OriginalFinding Decide(FiledEvidence one, ItemText item, List<string> places)
    {
        if (IsTakenFor(places, item))
            return new OriginalFinding(one, item, OriginalState.Unchanged, places[0]);
        if (places.Find(place => hashed.TryGetValue(place, out var now) && now.Sha256 == item.Sha256 && now.Size == item.Size) is { } same)
            return new OriginalFinding(one, item, OriginalState.Unchanged, same);
        if (byContent.TryGetValue((item.Size, item.Sha256), out var elsewhere))
            return new OriginalFinding(one, item, OriginalState.Moved, elsewhere, new($"deposited as {item.Path}", $"存证时为 {item.Path}"));
        if (places.Find(failed.ContainsKey) is { } unreadable)
            return new OriginalFinding(one, item, OriginalState.Unreadable, unreadable, new(failed[unreadable], failed[unreadable]));
        if (!files.TryGetValue(places[0], out var file))
            return new OriginalFinding(one, item, OriginalState.Missing, places[0]);
        Sentence detail = file.Stamp.Size == item.Size
            ? new("has another content", "内容不同")
            : new($"has {file.Stamp.Size} bytes, not {item.Size}", $"为 {file.Stamp.Size} 字节，而非 {item.Size} 字节");
        return new OriginalFinding(one, item, OriginalState.Changed, places[0], detail);
    }
}
