using System.Globalization;
using Notary.Core;

namespace Notary.Documents;

/// <summary>What is known of an algorithm that evidence stands on.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Standard">Where it is defined.</param>
/// <param name="Use">What it does here.</param>
/// <param name="Outlook">What has been published on its end, with what standing; null when nothing is known.</param>
public sealed record AlgorithmUse(string Name, string Standard, Sentence Use, Sentence? Outlook = null)
{
    // When this table was made, and how long it may be relied on: what is published after that it cannot know.
    private static readonly DateOnly Made = new(2026, 11, 26);
    private static readonly DateOnly Horizon = Made.AddYears(5);

    // NIST IR 8547 ipd, table 2, EdDSA of at least 128 bits of security. A draft proposes and decides nothing.
    private static readonly Sentence Ed25519Outlook = new(
        string.Create(CultureInfo.InvariantCulture, $"Ed25519: NIST IR 8547, an initial public draft of 12 November 2024, would disallow EdDSA after 2035. No final version was known when this table was made, {Made:yyyy-MM-dd}."),
        string.Create(CultureInfo.InvariantCulture, $"Ed25519：NIST IR 8547（2024年11月12日首次公开征求意见稿）拟自2035年后不再允许使用 EdDSA。本表制成时（{Made:yyyy-MM-dd}）未见其正式版本。"));

    /// <summary>The algorithms that a verification used.</summary>
    public static IReadOnlyList<AlgorithmUse> Of(VerificationRun run)
    {
        List<AlgorithmUse> uses =
        [
            new("SHA-256", "FIPS 180-4", new("digests, commitments, Merkle trees", "摘要、承诺值、默克尔树")),
            new("Ed25519", "RFC 8032, FIPS 186-5", new("signatures of ledger, witnesses and depositor", "账本、见证方与存证人的签名"), Ed25519Outlook),
            new("HKDF-SHA256", "RFC 5869", new("nonces that blind the documents", "用于隐藏文件的随机数")),
        ];
        if (Verifier.NeedsSm3(run.Evidence))
            uses.Add(new("SM3", "GB/T 32905-2016", new("second digests of the documents", "文件的第二摘要")));
        return uses;
    }

    /// <summary>Whether the algorithm was, or is, accepted on a day; nobody knows that of a day after the table's time.</summary>
    private static CheckResult Judge(DateTimeOffset time) =>
        DateOnly.FromDateTime(time.UtcDateTime) > Horizon ? CheckResult.NotChecked : CheckResult.Pass;

    /// <summary>The judgement in words.</summary>
    public static Phrase Word(DateTimeOffset time) => Judge(time) == CheckResult.Pass
        ? new(PhraseKind.Words, new("accepted", "可用"), Tone.Good)
        : new(PhraseKind.Words, new(
            string.Create(CultureInfo.InvariantCulture, $"not known: this table is of {Made:yyyy-MM-dd}"),
            string.Create(CultureInfo.InvariantCulture, $"未知：本表制于 {Made:yyyy-MM-dd}")), Tone.Open);
}
