using System.Globalization;
using Notary.Core;

namespace Notary.Documents;

/// <summary>Check 8 as commands: openssl judges each token as of the token's own time, under the verifier's roots.</summary>
internal static class HandTimestamps
{
    /// <summary>Where the commands look for the roots; the verifier's own file, never the evidence's.</summary>
    public const string Roots = "roots.pem";

    private const string Verified = "Verification: OK\n";

    public static IEnumerable<Block> Of(HandFacts facts)
    {
        if (facts.Inputs.TimestampRoots is not { } roots || facts.Statement is not { } statement)
            yield break;
        var certificate = facts.Evidence.Certificate;
        for (var n = 0; n < certificate.Timestamps.Count; n++)
        {
            var token = certificate.Timestamps[n];
            if (TimestampVerification.Verify(token, certificate, roots) is not { Standing: TokenStanding.Verified, Info: { } info })
                continue;
            var proof = token.Over == TimestampToken.OverCheckpoint && token.Proof is { } text ? VerificationRun.Readable(text, TlogProof.Parse) : null;
            if (proof is not null)
                yield return HandLedger.UpTheTree(proof, string.Create(CultureInfo.InvariantCulture, $"timestamps/{n}.checkpoint.txt"));
            yield return Listing(n, token.Over == TimestampToken.OverCommitment ? statement.Commitment : null, info.Time);
        }
    }

    private static Listing Listing(int n, Hash? commitment, DateTimeOffset time)
    {
        // openssl counts seconds, and a certificate may begin within the token's own.
        var seconds = time.ToUnixTimeSeconds() + (time.Millisecond > 0 ? 1 : 0);
        var over = commitment is { } digest
            ? $"-digest {digest}"
            : string.Create(CultureInfo.InvariantCulture, $"-data \"$E/timestamps/{n}.checkpoint.txt\"");
        return new Listing(
            new(
                string.Create(CultureInfo.InvariantCulture, $"Time-stamp {n}, as of {Timestamp.Format(time)}; {Roots} holds the root certificates that you trust"),
                string.Create(CultureInfo.InvariantCulture, $"时间戳 {n}，以 {Timestamp.Format(time)} 为准；{Roots} 为您信任的根证书")),
            string.Create(CultureInfo.InvariantCulture, $"openssl ts -verify -in \"$E/timestamps/{n}.tsr\" {over} -CAfile {Roots} -attime {seconds} 2>/dev/null\n"),
            Verified);
    }
}
