namespace Notary.Core;

/// <summary>
/// From nine results to one verdict: FAIL if any check fails; PASS if inclusion and checkpoint pass, file and commitment
/// pass for every file given, and nothing fails; otherwise INDETERMINATE, naming what is missing. Of a PDF, its pages must
/// have been compared too: whoever reads the verdict reads them.
/// </summary>
internal static class VerdictRule
{
    private static readonly string[] ForCertificate = [CheckNames.Inclusion, CheckNames.Checkpoint, CheckNames.Pages];
    private static readonly string[] ForFiles = [CheckNames.File, CheckNames.Commitment, .. ForCertificate];

    /// <param name="checks">All of them.</param>
    /// <param name="withFiles">Whether the verifier gave something to compare, be it an empty folder.</param>
    public static Verdict Decide(IReadOnlyList<Check> checks, bool withFiles)
    {
        if (checks.Any(check => check.Result == CheckResult.Fail))
            return Verdict.Fail;
        return Missing(checks, withFiles).Any() ? Verdict.Indeterminate : Verdict.Pass;
    }

    public static Sentence Sentence(
        Verdict verdict, IReadOnlyList<Check> checks, Evidence evidence, CertificateTexts texts, VerifierInputs inputs)
    {
        var withFiles = inputs.Files is not null;
        var alone = withFiles
            ? new Sentence("", "")
            : new Sentence("No file was given, so this is about the certificate alone. ", "未提供文件，以下结论仅针对证书本身。");
        var core = verdict switch
        {
            Verdict.Pass => Join(Passed(texts, inputs), Shown(evidence, texts, inputs), Depositor(checks, inputs)),
            Verdict.Fail => Failed(checks),
            _ => Undecided(checks, withFiles),
        };
        return Join(alone, core);
    }

    private static Sentence Join(params Sentence[] parts) =>
        new(string.Concat(parts.Select(part => part.English)), string.Concat(parts.Select(part => part.Chinese)));

    private static IEnumerable<Check> Missing(IReadOnlyList<Check> checks, bool withFiles)
    {
        var needed = withFiles ? ForFiles : ForCertificate;
        return checks.Where(check => needed.Contains(check.Name, StringComparer.Ordinal) && check.Result != CheckResult.Pass);
    }

    private static Sentence Passed(CertificateTexts texts, VerifierInputs inputs)
    {
        var (statement, index) = (texts.Statement!, texts.Proof!.Index);
        return inputs.Files is { } files
            ? new Sentence(
                $"PASS: {(files.Count == 1 ? "the given file is a document" : $"all {files.Count} given files are documents")} of deposit {statement.Deposit}, entry {index} of ledger '{statement.Ledger}'.",
                $"通过：所提供的 {files.Count} 个文件属于存证 {statement.Deposit}，即账本“{statement.Ledger}”的第 {index} 号条目。")
            : new Sentence(
                $"PASS: deposit {statement.Deposit} is entry {index} of ledger '{statement.Ledger}'; whether any document belongs to it was not checked.",
                $"通过：存证 {statement.Deposit} 是账本“{statement.Ledger}”的第 {index} 号条目；未核验任何文件是否属于该存证。");
    }

    // One document that came true, shown out of a thousand variants, must not read like a deposit of one.
    private static Sentence Shown(Evidence evidence, CertificateTexts texts, VerifierInputs inputs)
    {
        if (inputs.Files is null || evidence.Manifest is not null)
            return default;
        return texts.Request?.Request.Items is { } items
            ? new Sentence(
                $" The evidence opens {evidence.Openings.Count} of {items} items; {items} is the depositor's claim.",
                $"证据披露了 {items} 项中的 {evidence.Openings.Count} 项；{items} 为存证人所称。")
            : new Sentence(
                $" The evidence opens {evidence.Openings.Count} items and withholds how many there are.",
                $"证据披露了 {evidence.Openings.Count} 项，未提供总数。");
    }

    private static Sentence Depositor(IReadOnlyList<Check> checks, VerifierInputs inputs)
    {
        bool Passed(string name) => checks.First(check => check.Name == name).Result == CheckResult.Pass;
        return Passed(CheckNames.Claims) && (inputs.Depositor is null || Passed(CheckNames.Signature)) ? default : new Sentence(
            " Who deposited it was not checked.", "未核验存证人是谁。");
    }

    private static Sentence Failed(IReadOnlyList<Check> checks)
    {
        var failed = checks.Where(check => check.Result == CheckResult.Fail).ToList();
        var names = string.Join(", ", failed.Select(check => check.Name));
        return new Sentence(
            $"FAIL ({names}): {failed[0].Reason.English}",
            $"不通过（{ChineseNames(failed)}）：{failed[0].Reason.Chinese}");
    }

    private static Sentence Undecided(IReadOnlyList<Check> checks, bool withFiles)
    {
        var missing = Missing(checks, withFiles).ToList();
        var names = string.Join(", ", missing.Select(check => check.Name));
        var inside = missing.All(check => check.Name == CheckNames.Pages)
            ? new Sentence(" What is attached to the file passes.", "文件所附的数据本身通过核验。")
            : default;
        return new Sentence(
            $"INDETERMINATE: nothing failed, but {names} could not be checked. {string.Join(" ", missing.Select(check => check.Reason.English))}{inside.English}",
            $"无法判断：没有不通过的核验项，但以下各项未能核验：{ChineseNames(missing)}。{string.Concat(missing.Select(check => check.Reason.Chinese))}{inside.Chinese}");
    }

    private static string ChineseNames(IEnumerable<Check> checks) =>
        string.Join("、", checks.Select(check => CheckNames.InChinese(check.Name)));
}
