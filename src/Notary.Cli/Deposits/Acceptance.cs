using Notary.Core;
using Proto = Notary.V1;

namespace Notary.Cli;

/// <summary>
/// Decides whether what a server returned is the certificate of this very deposit. Only then is there evidence, and only
/// then does the program speak of success.
/// </summary>
internal sealed class Acceptance(Trust trust)
{
    /// <summary>What certificates must verify under.</summary>
    public TrustPolicy Policy => trust.Policy;

    /// <exception cref="CliException">The certificate does not verify, or is of another request.</exception>
    public Evidence Accept(PendingDeposit deposit, Proto.Certificate answer)
    {
        try
        {
            var certificate = ToCertificate(answer);
            // A certificate for other bytes could be for another title, another account, or a commitment that somebody copied.
            if (!answer.Request.Span.SequenceEqual(deposit.Request.Bytes.Span))
                throw Refuse(deposit, false, "the certificate does not hold the request that was sent");
            var evidence = Evidence.Create(certificate, deposit.Manifest, deposit.Seed);
            if (deposit.Context is { } context)
                evidence = evidence.WithContext(context);
            var report = Verifier.Verify(evidence, new VerifierInputs(Policy));
            return report.Verdict == Verdict.Pass && Passes(report, CheckNames.Commitment) && Passes(report, CheckNames.Claims)
                ? evidence
                : throw Refuse(deposit, LacksKey(certificate), [.. report.Checks.Where(Matters).Select(check => $"{check.Name}: {check.Reason.English}")]);
        }
        catch (MalformedException exception)
        {
            throw Refuse(deposit, false, exception.Message);
        }
    }

    private static bool Passes(Report report, string name) => report.Checks.First(check => check.Name == name).Result == CheckResult.Pass;

    private static bool Matters(Check check) => check.Result == CheckResult.Fail
        || (check.Result == CheckResult.NotChecked && check.Name is CheckNames.Commitment or CheckNames.Claims or CheckNames.Inclusion or CheckNames.Checkpoint);

    private bool LacksKey(Certificate certificate) => Trust.LacksKeyOf(trust.Policy, TlogProof.Parse(certificate.Proof).Note);

    private CliException Refuse(PendingDeposit deposit, bool isUnknownKey, params string[] reasons) => new(
        ExitCode.Failed,
        [$"the certificate of {deposit.EvidenceName} does not verify under {trust.Place}", .. reasons]) { IsUnknownKey = isUnknownKey };

    private static Certificate ToCertificate(Proto.Certificate answer) => new()
    {
        Statement = StrictText.Decode("statement", answer.Statement.Span),
        Claims = StrictText.Decode("claims", answer.Claims.Span),
        Request = StrictText.Decode("request", answer.Request.Span),
        Proof = StrictText.Decode("proof", answer.Proof.Span),
        Timestamps = [.. answer.Timestamps.Select(stamp => new TimestampToken(
            stamp.Over, stamp.Token.Memory, stamp.Proof.IsEmpty ? null : StrictText.Decode("proof", stamp.Proof.Span)))],
    };
}
