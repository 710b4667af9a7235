using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Notary.Core;
using Notary.Documents;
using Xunit;

namespace Notary.Tests.Support;

/// <summary>One verification that two verifiers are asked for: ours in C#, and the one in the page.</summary>
/// <param name="Name">For a failed test to say.</param>
/// <param name="Evidence">What is dropped on the page.</param>
/// <param name="Trust">The trust file.</param>
/// <param name="Depositor">The expected depositor's key; empty for none.</param>
/// <param name="Files">The documents; null when none is given.</param>
internal sealed record PageCase(
    string Name, byte[] Evidence, byte[] Trust, string Depositor = "", IReadOnlyList<(string Path, byte[] Content)>? Files = null)
{
    // The reason of a failed check 8 or of a seal, and the verdict's sentence that repeats it; and the pages, compared where the seal can be read.
    private static readonly Regex Fault = new(
        "((?:time|seal): FAIL|FAIL \\((?:time|seal)\\):).*|(pages:) (?:PASS|NOT CHECKED).*", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    /// <summary>The file of time-stamping roots; null when none is given.</summary>
    public byte[]? TsaRoots { get; init; }

    /// <summary>The file of roots for seals; null when none is given.</summary>
    public byte[]? SealRoots { get; init; }

    /// <summary>The verifier's clock.</summary>
    public DateTimeOffset Now { get; init; } = TestLedger.Created;

    /// <summary>
    /// A token or seal is damaged in a way in which OpenSSL's readers of certificates and the page's may each find another fault first: both must
    /// come to a FAIL of the check, and what they find fault with may differ.
    /// </summary>
    public bool HasSeveralFaults { get; init; }

    /// <summary>A list of block headers; null when none is given.</summary>
    public byte[]? Headers { get; init; }

    public IReadOnlyList<byte[]> KeyChanges { get; init; } = [];

    public IReadOnlyList<(VerifierKey Key, DateTimeOffset Since)> Compromised { get; init; } = [];

    /// <summary>What the verifier of the page is told, as one line.</summary>
    public string Question => new JsonObject
    {
        ["evidence"] = Convert.ToBase64String(Evidence),
        ["trust"] = Convert.ToBase64String(Trust),
        ["depositor"] = Depositor,
        ["now"] = Now.ToUnixTimeMilliseconds(),
        ["sealRoots"] = SealRoots is null ? null : Convert.ToBase64String(SealRoots),
        ["tsaRoots"] = TsaRoots is null ? null : Convert.ToBase64String(TsaRoots),
        ["headers"] = Headers is null ? null : Convert.ToBase64String(Headers),
        ["keyChanges"] = new JsonArray([.. KeyChanges.Select(change => (JsonNode)Convert.ToBase64String(change))]),
        ["compromised"] = string.Concat(Compromised.Select(one => $"{one.Key}@{Timestamp.Format(one.Since)}\n")),
        ["files"] = Files is null ? null : new JsonArray([.. Files.Select(file =>
            new JsonObject { ["path"] = file.Path, ["content"] = Convert.ToBase64String(file.Content) })]),
    }.ToJsonString();

    /// <summary>The words of the C# verifier, as far as the page is to say the same.</summary>
    public string Expected()
    {
        try
        {
            var policy = TrustPolicy.Parse(Trust);
            var roots = TsaRoots is null ? null : TimestampRoots.Parse(Encoding.UTF8.GetString(TsaRoots));
            var sealRoots = SealRoots is null ? null : Notary.Core.SealRoots.Parse(Encoding.UTF8.GetString(SealRoots));
            var changes = KeyChanges.Select(change => KeyChangeProof.Parse(change)).ToList();
            var headers = Headers is null ? new Dictionary<ulong, BlockHeader>() : HeaderFile.Parse(StrictText.Decode("block headers", Headers));
            var depositor = Depositor.Length == 0 ? null : VerifierKey.Parse(Depositor);
            var pdf = CertificatePdfFile.IsPdf(Evidence) ? CertificatePdfFile.Read(Evidence) : null;
            using var stream = new MemoryStream(Evidence, writable: false);
            var evidence = pdf?.Evidence ?? Notary.Core.Evidence.Read(stream, CancellationToken.None);
            IReadOnlyList<Check> ofFile = pdf is null ? [] : pdf.Check(sealRoots, roots, Now);
            return Print(Runs.Of(evidence, new VerifierInputs(policy)
            {
                Depositor = depositor,
                TimestampRoots = roots,
                OfFile = ofFile,
                Files = Hash(Verifier.NeedsSm3(evidence)),
                BlockHeaders = headers,
                KeyChanges = changes,
                Compromised = Compromised.ToDictionary(one => one.Key, one => one.Since),
            }).Report);
        }
        catch (MalformedException refusal)
        {
            return Refused(refusal.Message);
        }
    }

    /// <summary>
    /// Null when both say the same words, else the lines in which they differ; of an archive that is refused for several reasons each may name another one first.
    /// </summary>
    public static string? Difference(PageCase one, string answer)
    {
        var (program, page) = (one.Expected(), Print(answer));
        var isArchive = IsRefused(program, "zip:") || IsRefused(page, "zip:");
        if (program == page || (one.HasSeveralFaults && WithoutFault(program) == WithoutFault(page)) || (isArchive && IsRefused(program, "") && IsRefused(page, "")))
            return null;
        var (ours, theirs) = (program.Split('\n'), page.Split('\n'));
        return $"{one.Name}\n--- program\n{string.Join('\n', ours.Except(theirs))}\n--- page\n{string.Join('\n', theirs.Except(ours))}";
    }

    public static void AssertAgreement(PageCase one, string answer) => Assert.Null(Difference(one, answer));

    /// <summary>The words of an answer of the page's verifier, in the same form.</summary>
    public static string Print(string answer)
    {
        var told = JsonNode.Parse(answer)!;
        if (told["kind"]!.GetValue<string>() == "refusal")
            return Refused(told["message"]!.GetValue<string>());
        var report = told["report"]!;
        var text = new StringBuilder();
        var checks = report["checks"]!.AsArray().Select(check => (
            Name: Text(check!, "name"), Result: Text(check!, "result"), Words: $"{Text(check!["reason"]!, "en")} | {Text(check["reason"]!, "zh")}")).ToList();
        Append(text, checks);
        text.AppendLine(Text(report, "verdict")).AppendLine(Both(report["verdictSentence"]!)).AppendLine(Both(report["timeSentence"]!));
        foreach (var note in report["notes"]!.AsArray())
            text.AppendLine(Both(note!));
        return text.ToString();
    }

    private static string Print(Report report)
    {
        var text = new StringBuilder();
        var checks = report.Checks.Select(check => (
            check.Name, Result: ResultWords.Of(check.Result).English, Words: $"{check.Reason.English} | {check.Reason.Chinese}")).ToList();
        Append(text, checks);
        text.AppendLine(ResultWords.Of(report.Verdict).English).AppendLine(Both(report.VerdictSentence)).AppendLine(Both(report.TimeSentence));
        foreach (var note in report.Notes)
            text.AppendLine(Both(note));
        return text.ToString();
    }

    private static void Append(StringBuilder text, List<(string Name, string Result, string Words)> checks)
    {
        foreach (var (name, result, words) in checks)
            text.AppendLine(CultureInfo.InvariantCulture, $"{name}: {result} {words}");
    }

    private static string WithoutFault(string printed) => Fault.Replace(printed, "$1$2 ...");

    private static string Refused(string message) => $"refused: {message}";

    private static bool IsRefused(string printed, string document) => printed.StartsWith(Refused(document), StringComparison.Ordinal);

    private List<GivenFile>? Hash(bool withSm3)
    {
        if (Files is null)
            return null;
        using var hasher = new FileHasher(withSm3);
        return [.. Files.Select(file =>
        {
            using var content = new MemoryStream(file.Content, writable: false);
            var digest = hasher.HashSync(content, (ulong)file.Content.Length, CancellationToken.None);
            return new GivenFile(file.Path, digest.Size, digest.Sha256, digest.Sm3);
        })];
    }

    private static string Both(JsonNode sentence) => $"{Text(sentence, "en")} | {Text(sentence, "zh")}";

    private static string Both(Sentence sentence) => $"{sentence.English} | {sentence.Chinese}";

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();
}
