namespace Notary.Core;

/// <summary>One plain sentence, or a few, in the two languages of the report.</summary>
public readonly record struct Sentence(string English, string Chinese);

/// <summary>What one check came to. <see cref="NotChecked"/> is never shown as a pass.</summary>
public enum CheckResult
{
    Pass,
    Fail,
    NotChecked,
}

/// <summary>What all checks together came to.</summary>
public enum Verdict
{
    Pass,
    Fail,
    Indeterminate,
}

/// <summary>The names of the nine checks and of the two that a PDF adds, which programs may rely on.</summary>
public static class CheckNames
{
    public const string File = "file";
    public const string Commitment = "commitment";
    public const string Claims = "claims";
    public const string Signature = "signature";
    public const string Inclusion = "inclusion";
    public const string Checkpoint = "checkpoint";
    public const string Witnesses = "witnesses";
    public const string Time = "time";
    public const string Bitcoin = "bitcoin";

    /// <summary>Of a PDF: whether its pages show what is attached to it.</summary>
    public const string Pages = "pages";

    /// <summary>Of a PDF: its seal.</summary>
    public const string Seal = "seal";

    /// <summary>The name as Chinese readers are shown it.</summary>
    public static string InChinese(string name) => name switch
    {
        File => "文件",
        Commitment => "承诺值",
        Claims => "声明",
        Signature => "签名",
        Inclusion => "包含证明",
        Checkpoint => "检查点",
        Witnesses => "见证",
        Time => "时间戳",
        Bitcoin => "比特币",
        Pages => "页面",
        Seal => "签章",
        _ => name,
    };
}

/// <summary>One check's outcome.</summary>
/// <param name="Name">One of <see cref="CheckNames"/>.</param>
/// <param name="Result">Its result.</param>
/// <param name="Reason">Why; paths and names of strangers in it are escaped.</param>
public sealed record Check(string Name, CheckResult Result, Sentence Reason)
{
    public static Check Pass(string name, string english, string chinese) =>
        new(name, CheckResult.Pass, new Sentence(english, chinese));

    public static Check Fail(string name, string english, string chinese) =>
        new(name, CheckResult.Fail, new Sentence(english, chinese));

    public static Check NotChecked(string name, string english, string chinese) =>
        new(name, CheckResult.NotChecked, new Sentence(english, chinese));
}

/// <summary>Which deposit a report is about, as the certificate says it; only as true as the checks.</summary>
/// <param name="Ledger">The ledger's origin.</param>
/// <param name="Deposit">The deposit's uuid.</param>
/// <param name="Commitment">The deposit's commitment.</param>
/// <param name="Received">The operator's clock.</param>
/// <param name="Index">Zero-based index of the entry, or null when the proof cannot be read.</param>
/// <param name="TreeSize">Entries under the proof's checkpoint, or null when the proof cannot be read.</param>
public sealed record ReportSubject(
    string Ledger, DepositId Deposit, Hash Commitment, DateTimeOffset Received, ulong? Index, ulong? TreeSize);

/// <summary>What a verification found.</summary>
/// <param name="Subject">The deposit, or null when the statement is none.</param>
/// <param name="Verdict">The result of all checks together.</param>
/// <param name="VerdictSentence">Says the verdict, and first of all when it is about the certificate alone.</param>
/// <param name="TimeSentence">Never left out where the verdict is shown: who vouches for which time.</param>
/// <param name="Checks">The nine, in the order of <see cref="CheckNames"/>; of a PDF two more.</param>
/// <param name="Notes">What was ignored, what goes by another name, and what is only claimed.</param>
public sealed record Report(
    ReportSubject? Subject,
    Verdict Verdict,
    Sentence VerdictSentence,
    Sentence TimeSentence,
    IReadOnlyList<Check> Checks,
    IReadOnlyList<Sentence> Notes);
