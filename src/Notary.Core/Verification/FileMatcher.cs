namespace Notary.Core;

internal enum FileMatchKind
{
    /// <summary>Equal to an item of the same path, or to an opening that hides its path.</summary>
    Same,

    /// <summary>Equal to an item of another path.</summary>
    OtherName,

    /// <summary>Equal as far as it was compared, but not compared in full.</summary>
    Undecided,

    /// <summary>Equal to no item.</summary>
    None,
}

/// <summary>What became of one given file.</summary>
/// <param name="Kind">The outcome.</param>
/// <param name="Reason">The file, named, with what is to be said of it.</param>
internal sealed record FileMatch(FileMatchKind Kind, Sentence Reason);

/// <summary>Finds given files among the items of a manifest and the openings.</summary>
internal sealed class FileMatcher
{
    // Every given file may have to be tried on every opening without an item text: a stranger's zip must not buy hours.
    public const long MaxTrials = 2_000_000;

    private readonly List<ItemText> items = [];
    private readonly ILookup<Hash, ItemText> byDigest;
    private readonly Dictionary<string, ItemText> byPath = new(StringComparer.Ordinal);
    private readonly HashSet<string> matchedPaths = new(StringComparer.Ordinal);
    private readonly Dictionary<Hash, Hash> hiddenContents = [];
    private readonly List<KeyValuePair<Hash, Opening>> hidden;
    private readonly Hash binding;
    private readonly long maxTrials;
    private long trials;

    public FileMatcher(Evidence evidence, Statement? statement, long maxTrials = MaxTrials)
    {
        this.maxTrials = maxTrials;
        items.AddRange(evidence.Manifest?.Items ?? []);
        items.AddRange(evidence.Openings.Values.Select(opening => opening.Item).OfType<ItemText>());
        foreach (var item in items)
            byPath.TryAdd(item.Path, item);
        byDigest = items.ToLookup(item => item.Sha256);
        // Without a statement nothing says which deposit an opening is bound to, and none can be tried.
        hidden = [.. statement is null ? [] : evidence.Openings.Where(opening => opening.Value.Item is null)];
        binding = statement is null ? default : Fingerprint.Binding(statement.Ledger, statement.Deposit);
    }

    /// <summary>Documents that the evidence shows, with or without their names.</summary>
    public int Shown => byPath.Count + hidden.Count;

    /// <summary>Documents shown that a given file matched.</summary>
    public int Matched => matchedPaths.Count + hiddenContents.Count;

    /// <summary>Paths of items that no given file matched, escaped for display.</summary>
    public IEnumerable<string> Unmatched => byPath.Keys.Where(path => !matchedPaths.Contains(path)).Select(TextRules.Escape);

    /// <summary>For openings without an item text, the digest that opened them, by leaf.</summary>
    public IReadOnlyDictionary<Hash, Hash> HiddenContents => hiddenContents;

    public FileMatch Match(GivenFile file)
    {
        // First by name: a folder of ten thousand empty files is not compared each with each.
        if (byPath.TryGetValue(file.Path, out var named) && IsEqual(named, file))
            return Matching(file, [named]);
        var alike = byDigest[file.Sha256].Where(item => item.Size == file.Size).ToList();
        var equal = alike.Where(item => IsEqual(item, file)).ToList();
        if (equal.Count > 0)
            return Matching(file, equal);
        var shown = TextRules.Escape(file.Path);
        if (OpensHidden(file))
            return new FileMatch(FileMatchKind.Same, new Sentence($"'{shown}'", $"“{shown}”"));
        if (hidden.Count > 0 && trials > maxTrials)
            return new FileMatch(FileMatchKind.Undecided, new Sentence(
                $"'{shown}': too many openings without names to try; give fewer files at a time",
                $"“{shown}”：未列名称的披露项过多，无法逐一尝试；请减少一次提供的文件"));
        // The item states more than was computed: taking it for equal would let the SM3 of another document pass.
        if (file.Sm3 is null && alike.Count > 0)
            return new FileMatch(FileMatchKind.Undecided, new Sentence(
                $"'{shown}': the item also states an SM3 digest, which was not computed",
                $"“{shown}”：该条目另列有 SM3 摘要，尚未计算"));
        return new FileMatch(FileMatchKind.None, Difference(file, shown));
    }

    // Every digest that the item states: else the SHA-256 of one document and the SM3 of another would pass as one.
    private static bool IsEqual(ItemText item, GivenFile file) =>
        item.Size == file.Size && item.Sha256 == file.Sha256 && (item.Sm3 is null || item.Sm3 == file.Sm3);

    private FileMatch Matching(GivenFile file, List<ItemText> equal)
    {
        var item = equal.FirstOrDefault(item => item.Path == file.Path)
            ?? equal.FirstOrDefault(item => !matchedPaths.Contains(item.Path))
            ?? equal[0];
        matchedPaths.Add(item.Path);
        var (given, deposited) = (TextRules.Escape(file.Path), TextRules.Escape(item.Path));
        return item.Path == file.Path
            ? new FileMatch(FileMatchKind.Same, new Sentence($"'{given}'", $"“{given}”"))
            : new FileMatch(FileMatchKind.OtherName, new Sentence(
                $"'{given}' was deposited as '{deposited}'", $"“{given}”存证时为“{deposited}”"));
    }

    /// <summary>Whether the file is the document of an opening that hides its item text: then its own digest gives the leaf.</summary>
    private bool OpensHidden(GivenFile file)
    {
        foreach (var (leaf, opening) in hidden)
        {
            if (++trials > maxTrials)
                return false;
            if (OpeningProof.Leaf(binding, opening, file.Sha256) != leaf)
                continue;
            hiddenContents[leaf] = file.Sha256;
            return true;
        }

        return false;
    }

    private Sentence Difference(GivenFile file, string shown)
    {
        if (byPath.TryGetValue(file.Path, out var named) && named.Size != file.Size)
            return new Sentence(
                $"'{shown}' has {file.Size} bytes, the item of that name {named.Size}",
                $"“{shown}”为 {file.Size} 字节，同名条目为 {named.Size} 字节");
        if (byDigest.Contains(file.Sha256))
            return new Sentence(
                $"'{shown}' has the SHA-256 of an item, but another size or SM3 than that item states",
                $"“{shown}”的 SHA-256 与某条目相同，但大小或 SM3 与该条目所列不同");
        return named is null
            ? new Sentence($"'{shown}'", $"“{shown}”")
            : new Sentence($"'{shown}' has another content than the item of that name", $"“{shown}”的内容与同名条目不同");
    }
}
