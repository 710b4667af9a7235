namespace Notary.Core;

/// <summary>
/// Whether each given file is an item that the evidence shows (check 1). Only size and digests decide: a name is a
/// label that anybody can change. That the items themselves are what was deposited is the next check's business.
/// </summary>
/// <param name="Check">The result.</param>
/// <param name="Notes">Other names, and items that no given file matches.</param>
/// <param name="HiddenContents">For openings that hide their item text, the digest of the given file that opens each, by leaf.</param>
internal sealed record FileCheck(Check Check, IReadOnlyList<Sentence> Notes, IReadOnlyDictionary<Hash, Hash> HiddenContents)
{
    private const string Name = CheckNames.File;

    public static FileCheck Of(Evidence evidence, Statement? statement, IReadOnlyList<GivenFile>? files)
    {
        if (files is null)
            return Without("No file was given to compare.", "未提供可比对的文件。");
        if (files.Count == 0)
            return Without("What was given to compare holds no file.", "所提供的对象中没有文件。");
        var matcher = new FileMatcher(evidence, statement);
        if (matcher.Shown == 0)
            return Without(
                "The certificate alone does not connect a file to its commitment; that takes the evidence with its manifest or openings.",
                "仅凭证书无法将文件与承诺值对应；需要含文件清单或披露项的证据包。");
        var matches = files.Select(matcher.Match).ToList();
        // The evidence itself holds this one document: that nobody gave it is nothing to be told of.
        if (evidence.Context?.ToItem() is { } context)
            matcher.Match(new GivenFile(context.Path, context.Size, context.Sha256));
        return new FileCheck(Result(matches, matcher), NotesOn(matches, matcher), matcher.HiddenContents);
    }

    private static FileCheck Without(string english, string chinese) =>
        new(Check.NotChecked(Name, english, chinese), [], new Dictionary<Hash, Hash>());

    private static Check Result(List<FileMatch> matches, FileMatcher matcher)
    {
        if (Listed(matches, FileMatchKind.None) is { Count: > 0 } strangers)
            return Check.Fail(
                Name,
                $"{Given(strangers.Count, matches.Count, "is", "are")} in no item that the evidence shows: {SentenceLists.Join(strangers, "; ")}.",
                $"所提供的 {matches.Count} 个文件中有 {strangers.Count} 个不在证据所示的任何条目中：{SentenceLists.JoinChinese(strangers)}。");
        if (Listed(matches, FileMatchKind.Undecided) is { Count: > 0 } undecided)
            return Check.NotChecked(
                Name,
                $"{Given(undecided.Count, matches.Count, "was", "were")} not compared in full: {SentenceLists.Join(undecided, "; ")}.",
                $"所提供的 {matches.Count} 个文件中有 {undecided.Count} 个未完整比对：{SentenceLists.JoinChinese(undecided)}。");
        return Check.Pass(
            Name,
            $"{(matches.Count == 1 ? "The given file matches" : $"All {matches.Count} given files match")} in size and in every digest stated; checked so: {matcher.Matched} of the {matcher.Shown} documents that the evidence shows.",
            $"所提供的 {matches.Count} 个文件的大小和所列全部摘要均相符：已核验证据所示 {matcher.Shown} 个文件中的 {matcher.Matched} 个。");
    }

    private static string Given(int some, int all, string one, string many) =>
        all == 1 ? $"The given file {one}" : $"{some} of {all} given files {(some == 1 ? one : many)}";

    private static List<Sentence> Listed(List<FileMatch> matches, FileMatchKind kind) =>
        [.. matches.Where(match => match.Kind == kind).Select(match => match.Reason)];

    private static List<Sentence> NotesOn(List<FileMatch> matches, FileMatcher matcher)
    {
        var notes = new List<Sentence>();
        var renamed = Listed(matches, FileMatchKind.OtherName);
        if (renamed.Count > 0)
            notes.Add(new Sentence(
                $"Deposited under another name or place: {SentenceLists.Join(renamed, "; ")}.",
                $"存证时的名称或位置不同：{SentenceLists.JoinChinese(renamed)}。"));
        var missing = matcher.Unmatched.Count();
        if (missing > 0)
        {
            var names = matcher.Unmatched.Select(path => new Sentence($"'{path}'", $"“{path}”"));
            notes.Add(new Sentence(
                $"Not checked, since no given file matches: {missing} {(missing == 1 ? "document" : "documents")} of the deposit, {SentenceLists.Join(names, missing, ", ")}.",
                $"没有所提供的文件与之相符、因而未核验：本次存证的 {missing} 个文件，{SentenceLists.JoinChinese(names, missing)}。"));
        }

        return notes;
    }
}

/// <summary>Lists in a sentence: the first few, then how many more.</summary>
internal static class SentenceLists
{
    private const int Most = 10;

    public static string Join(IReadOnlyCollection<Sentence> parts, string separator) => Join(parts, parts.Count, separator);

    public static string JoinChinese(IReadOnlyCollection<Sentence> parts) => JoinChinese(parts, parts.Count);

    /// <param name="parts">Enumerated as far as they are shown.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="separator">Stands between them.</param>
    public static string Join(IEnumerable<Sentence> parts, int count, string separator) =>
        string.Join(separator, parts.Take(Most).Select(part => part.English))
        + (count > Most ? $"{separator}and {count - Most} more" : "");

    public static string JoinChinese(IEnumerable<Sentence> parts, int count) =>
        string.Join(";", parts.Take(Most).Select(part => part.Chinese))
        + (count > Most ? $"；另有 {count - Most} 个" : "");
}
