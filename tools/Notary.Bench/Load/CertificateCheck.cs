using Notary.Core;
using Proto = Notary.V1;

namespace Notary.Bench;

/// <summary>Verifies certificates as a client would, under the key that the server says is its own.</summary>
internal sealed class CertificateCheck(Proto.GetLedgerInfoResponse ledger)
{
    private static readonly string[] Decisive = [CheckNames.Claims, CheckNames.Inclusion, CheckNames.Checkpoint];

    private readonly VerifierInputs inputs = new(TrustPolicy.Parse(TrustPolicy.Format(VerifierKey.Parse(ledger.Vkey), url: null)));

    /// <exception cref="BenchException">A check that must pass does not.</exception>
    public void Verify(Proto.Certificate certificate)
    {
        var evidence = Evidence.FromCertificate(new Certificate
        {
            Statement = certificate.Statement.ToStringUtf8(),
            Claims = certificate.Claims.ToStringUtf8(),
            Request = certificate.Request.ToStringUtf8(),
            Proof = certificate.Proof.ToStringUtf8(),
        });
        foreach (var check in Verifier.Verify(evidence, inputs).Checks)
        {
            if (Decisive.Contains(check.Name, StringComparer.Ordinal) && check.Result != CheckResult.Pass)
                throw new BenchException($"a certificate of the run does not verify: {check.Name}: {check.Reason.English}");
        }
    }
}
