using System.Globalization;
using Notary.Core;

namespace Notary.Documents;

/// <summary>A certificate's texts, read, and what can be recomputed from them on nobody's word.</summary>
/// <param name="Certificate">The certificate.</param>
/// <param name="Digest">SHA-256 of its certificate.json.</param>
/// <param name="Statement">The entry.</param>
/// <param name="Proof">The entry's proof.</param>
/// <param name="Claims">Null when they are withheld.</param>
/// <param name="Request">Null when it is withheld.</param>
/// <param name="Recomputed">A report under a trust file that trusts nobody.</param>
internal sealed record CertificateReading(
    Certificate Certificate, Hash Digest, Statement Statement, TlogProof Proof, Claims? Claims, RequestBytes? Request, Report Recomputed)
{
    private static readonly TrustPolicy Nobody = TrustPolicy.Parse("quorum none\n");

    public string Number => CertificateNumbers.OfCertificate(Digest);

    /// <exception cref="MalformedException">One of the texts breaks its format.</exception>
    public static CertificateReading Of(Evidence evidence)
    {
        var certificate = evidence.Certificate;
        return new(
            certificate,
            Hash.Of(certificate.ToJson()),
            Statement.Parse(certificate.Statement),
            TlogProof.Parse(certificate.Proof),
            certificate.Claims is { } claims ? Claims.Parse(claims) : null,
            certificate.Request is { } request ? RequestBytes.Parse(StrictText.Encode(request)) : null,
            // Of the evidence alone: a page is the same beside documents and without them.
            Verifier.Verify(evidence.InPackage([]), new VerifierInputs(Nobody)));
    }

    public CheckResult Result(string check) => Recomputed.Checks.First(one => one.Name == check).Result;

    /// <summary>
    /// What a QR code carries: the number, the address on the ledger and the signed root (proto/README.md, "The evidence").
    /// In capitals: characters of a QR code's alphanumeric mode take 5.5 bits each and not 8, and a tenth of the time.
    /// </summary>
    public string CodeText => string.Create(
        CultureInfo.InvariantCulture,
        $"NOTARY1 {Number} {Statement.Ledger} {Proof.Index} {Proof.Checkpoint.Size} {Proof.Checkpoint.Root}").ToUpperInvariant();
}
