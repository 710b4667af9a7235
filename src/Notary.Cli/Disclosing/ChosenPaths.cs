using Notary.Core;

namespace Notary.Cli;

/// <summary>Paths in a deposit that somebody chose: of documents, or of folders with everything in them.</summary>
internal sealed class ChosenPaths
{
    private const int Suggestions = 3;

    private readonly IReadOnlyList<string> given;
    private readonly HashSet<string> wanted = new(StringComparer.Ordinal);
    private readonly HashSet<string> found = new(StringComparer.Ordinal);

    // Paths of the same last segment as one that was wanted: what the user may have meant.
    private readonly Dictionary<string, List<string>> alike = new(StringComparer.Ordinal);

    public ChosenPaths(IReadOnlyList<string> given)
    {
        this.given = given;
        foreach (var path in given)
        {
            wanted.Add(Trim(path));
            alike[LastSegment(Trim(path))] = [];
        }
    }

    /// <summary>An error for each path that no document had so far.</summary>
    public IReadOnlyList<string> Missing => [.. given.Where(path => !found.Contains(Trim(path))).Select(Describe)];

    public bool Contains(ItemText item)
    {
        if (alike.TryGetValue(LastSegment(item.Path), out var paths) && paths.Count < Suggestions)
            paths.Add(item.Path);
        var isChosen = false;
        // The path itself, then every folder that it is in.
        for (var end = item.Path.Length; end > 0; end = item.Path.LastIndexOf('/', end - 1))
        {
            if (!wanted.Contains(item.Path[..end]))
                continue;
            found.Add(item.Path[..end]);
            isChosen = true;
        }

        return isChosen;
    }

    private string Describe(string path)
    {
        var others = alike[LastSegment(Trim(path))];
        return $"{path}: the deposit has no document and no folder of that path"
            + (others.Count == 0 ? "" : $"; there is {string.Join(", ", others)}");
    }

    private static string Trim(string path) => path.EndsWith('/') ? path[..^1] : path;

    private static string LastSegment(string path) => path[(path.LastIndexOf('/') + 1)..];
}
