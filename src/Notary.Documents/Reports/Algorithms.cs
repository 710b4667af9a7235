using System.Globalization;
using Notary.Core;

namespace Notary.Documents;

/// <summary>What is known of an algorithm that evidence stands on.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Standard">Where it is defined.</param>
/// <param name="Use">What it does here.</param>
/// <param name="Until">The last day on which it is accepted, by <paramref name="Authority"/>; null when no end is set.</param>
/// <param name="Authority">Who sets the end.</param>
public sealed record AlgorithmUse(string Name, string Standard, Sentence Use, DateOnly? Until, string? Authority)
{
    // When this table was made, and how long it may be relied on: what is published after that it cannot know.
    private static readonly DateOnly Made = new(2026, 11, 26);
    private static readonly DateOnly Horizon = Made.AddYears(5);

    /// <summary>The algorithms that a verification used.</summary>
    public static IReadOnlyList<AlgorithmUse> Of(VerificationRun run)
    {
        List<AlgorithmUse> uses =
        [
            new("SHA-256", "FIPS 180-4", new("digests, commitments, Merkle trees", "摘要、承诺值、默克尔树"), null, null),
            new("Ed25519", "RFC 8032", new("signatures of ledger, witnesses and depositor", "账本、见证方与存证人的签名"), new DateOnly(2035, 12, 31), "NIST IR 8547"),
            new("HKDF-SHA256", "RFC 5869", new("nonces that blind the documents", "用于隐藏文件的随机数"), null, null),
        ];
        if (Verifier.NeedsSm3(run.Evidence))
            uses.Add(new("SM3", "GB/T 32905-2016", new("second digests of the documents", "文件的第二摘要"), null, null));
        return uses;
    }

    /// <summary>Whether the algorithm was, or is, accepted on a day.</summary>
    public CheckResult Judge(DateTimeOffset time)
    {
        var day = DateOnly.FromDateTime(time.UtcDateTime);
        if (Until < day)
            return CheckResult.Fail;
        return day > Horizon ? CheckResult.NotChecked : CheckResult.Pass;
    }

    /// <summary>The judgement in words.</summary>
    public Phrase Word(DateTimeOffset time) => Judge(time) switch
    {
        CheckResult.Pass => new(PhraseKind.Words, new("accepted", "可用"), Tone.Good),
        CheckResult.Fail => new(PhraseKind.Words, new($"no longer accepted ({Authority})", $"不再可用({Authority})"), Tone.Bad),
        _ => new(PhraseKind.Words, new(
            string.Create(CultureInfo.InvariantCulture, $"not known: this table is of {Made:yyyy-MM-dd}"),
            string.Create(CultureInfo.InvariantCulture, $"未知:本表制于 {Made:yyyy-MM-dd}")), Tone.Open),
    };
}
