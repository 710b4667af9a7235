using Notary.Core;

namespace Notary.Documents;

/// <summary>What the commands need to know; a text that breaks its format is null, and its commands are left out.</summary>
internal sealed record HandFacts(
    Evidence Evidence, VerifierInputs Inputs, Statement? Statement, Claims? Claims, RequestBytes? Request, TlogProof? Proof)
{
    /// <summary>The documents: first those that the package carries, as many as <see cref="Evidence.Included"/>, then those given.</summary>
    public IReadOnlyList<GivenFile> Files { get; } = [.. Evidence.Included, .. Inputs.Files ?? []];

    public static HandFacts Of(VerificationRun run)
    {
        var certificate = run.Evidence.Certificate;
        return new(
            run.Evidence,
            run.Inputs,
            VerificationRun.Readable(certificate.Statement, Statement.Parse),
            VerificationRun.Readable(certificate.Claims, Claims.Parse),
            VerificationRun.Readable(certificate.Request, text => RequestBytes.Parse(StrictText.Encode(text))),
            VerificationRun.Readable(certificate.Proof, TlogProof.Parse));
    }
}
