using System.Globalization;
using System.Text;
using Notary.Core;

namespace Notary.Documents;

/// <summary>How one check is done again without this program.</summary>
/// <param name="Check">One of <see cref="CheckNames"/>, or <see cref="HandChecks.Preparation"/>.</param>
/// <param name="Heading">Its heading.</param>
/// <param name="Steps">Listings, and prose where there is nothing to type.</param>
public sealed record HandCheck(string Check, Sentence Heading, IReadOnlyList<Block> Steps);

/// <summary>
/// The checks as commands for bash, sha256sum, xxd and openssl 3, with the output that they have when the check holds; in one
/// shell, in order. Everything of a stranger that gets into a command is a quoted word, a decimal number, hex or base64.
/// </summary>
public static class HandChecks
{
    /// <summary>What the others build on.</summary>
    public const string Preparation = "preparation";

    // More would be a report that nobody prints; the same commands do for the rest.
    internal const int MostFiles = 20;

    internal const string Verified = "Signature Verified Successfully";

    public static IReadOnlyList<HandCheck> Of(VerificationRun run)
    {
        var facts = HandFacts.Of(run);
        return
        [
            new(Preparation, new("By hand: preparation", "手工核验：准备"), [Prepare(run)]),
            .. run.Report.Checks.Select((check, i) => new HandCheck(check.Name, Heading(i + 1, check), Steps(check.Name, facts))),
        ];
    }

    private static Sentence Heading(int number, Check check)
    {
        var (english, chinese) = CheckQuestions.Of(check.Name);
        return new(
            string.Create(CultureInfo.InvariantCulture, $"By hand, check {number}: {english}"),
            string.Create(CultureInfo.InvariantCulture, $"手工核验之 {number}：{chinese}"));
    }

    private static List<Block> Steps(string check, HandFacts facts)
    {
        List<Block> steps = check switch
        {
            CheckNames.File => [.. HandDocuments.Files(facts)],
            CheckNames.Commitment => [.. HandDocuments.Commitment(facts)],
            CheckNames.Claims => [.. HandLedger.Claims(facts)],
            CheckNames.Signature => [.. HandLedger.Signature(facts)],
            CheckNames.Inclusion => [.. HandLedger.Inclusion(facts)],
            CheckNames.Checkpoint => [.. HandLedger.Checkpoint(facts)],
            CheckNames.Witnesses => [.. HandLedger.Witnesses(facts)],
            CheckNames.Time => [.. HandTimestamps.Of(facts)],
            CheckNames.Pages => [HandPdf.Attached(facts)],
            CheckNames.Seal => [.. HandPdf.Seal(facts)],
            _ => [],
        };
        return steps.Count > 0 ? steps : [new Prose(new(
            "There is nothing to repeat: the reason is in the table of checks.", "没有可重复的步骤：理由见核验事项表。"))];
    }

    private static Listing Prepare(VerificationRun run)
    {
        var commands = new StringBuilder();
        commands.Append("set -o pipefail\n");
        commands.Append(CultureInfo.InvariantCulture, $"EVIDENCE={ShellText.Quote(run.Context.Evidence.Name)}\n");
        commands.Append("DOCUMENTS=.                                   # the folder that the documents lie in\n");
        commands.Append("sha() { xxd -r -p | sha256sum | cut -c1-64; }  # hex in, its SHA-256 out\n");
        commands.Append("E=$(mktemp -d)\n");
        if (run.Evidence.Folder.Length > 0 && run.Context.Evidence.Name.StartsWith(run.Evidence.Folder, StringComparison.Ordinal))
            // A report that lies in the package itself: in the folder into which that was unpacked.
            commands.Append(CultureInfo.InvariantCulture, $"PACKAGE=.; E={run.Evidence.Folder.TrimEnd('/')}             # in the unpacked package\n");
        else if (run.Context.Evidence.Name.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || (IsPdf(run) && CertificatePdf.Shown(run.Evidence) == 0))
            AppendTexts(commands, run.Evidence.Certificate);
        else
            AppendUnpacking(commands, run);
        commands.Append("sha256sum < \"$EVIDENCE\"\n");
        return new Listing(
            new("Where things are, and that the evidence is the file that this report is about", "文件位置；并确认证据即本报告所核验的文件"),
            commands.ToString(),
            $"{run.Context.Evidence.Sha256}  -\n");
    }

    private static bool IsPdf(VerificationRun run) => run.Inputs.OfFile.Count > 0;

    private static void AppendUnpacking(StringBuilder commands, VerificationRun run)
    {
        commands.Append(IsPdf(run)
            ? "pdfdetach -save 2 -o \"$E.zip\" \"$EVIDENCE\"\nunzip -q \"$E.zip\" -d \"$E\"\n"
            : "unzip -q \"$EVIDENCE\" -d \"$E\"\n");
        // A package that discloses has the evidence in a folder, and documents beside it.
        if (run.Evidence.Folder.TrimEnd('/') is { Length: > 0 } folder)
            commands.Append(CultureInfo.InvariantCulture, $"PACKAGE=$E; E=$E/{folder}\n");
    }

    /// <summary>The texts out of a bare certificate.json, which no tool of the shell reads; base64, since they are a stranger's.</summary>
    private static void AppendTexts(StringBuilder commands, Certificate certificate)
    {
        foreach (var (name, text) in new[]
        {
            ("statement.txt", certificate.Statement), ("claims.txt", certificate.Claims), ("request.txt", certificate.Request),
            ("proof.tlog-proof", certificate.Proof), ("checkpoint.txt", certificate.Checkpoint),
        })
        {
            if (text is not null)
                AppendFile(commands, name, Encoding.UTF8.GetBytes(text));
        }

        if (certificate.Timestamps.Count > 0)
            commands.Append("mkdir \"$E/timestamps\"\n");
        foreach (var (name, content) in certificate.TimestampFiles())
            AppendFile(commands, name, content.Span);
    }

    private static void AppendFile(StringBuilder commands, string name, ReadOnlySpan<byte> content)
    {
        commands.Append(CultureInfo.InvariantCulture, $"base64 -d > \"$E/{name}\" << END\n");
        commands.Append(Convert.ToBase64String(content, Base64FormattingOptions.InsertLineBreaks).ReplaceLineEndings("\n"));
        commands.Append("\nEND\n");
    }
}
