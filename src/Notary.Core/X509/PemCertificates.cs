using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Notary.Core;

/// <summary>Certificates that a verifier trusts for one thing, given by the verifier and never found in evidence.</summary>
/// <param name="Roots">Those that are issued by themselves.</param>
/// <param name="Helpers">Any others, which only help to build a chain up to one.</param>
internal sealed record PemCertificates(X509Certificate2Collection Roots, X509Certificate2Collection Helpers)
{
    /// <summary>Reads one or more PEM certificates; text between them is ignored.</summary>
    /// <param name="document">What they are, for the error.</param>
    /// <param name="pem">The file.</param>
    /// <exception cref="MalformedException">No root among them, something that is no certificate, or over <see cref="TimestampLimits.RootsBytes"/>.</exception>
    public static PemCertificates Parse(string document, string pem)
    {
        if (pem.Length > TimestampLimits.RootsBytes)
            throw new MalformedException(document, null, $"have {pem.Length:N0} characters (limit {TimestampLimits.RootsBytes:N0})");
        var all = new X509Certificate2Collection();
        try
        {
            all.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            throw new MalformedException(document, null, "hold a PEM block that is no certificate");
        }

        var (roots, helpers) = (new X509Certificate2Collection(), new X509Certificate2Collection());
        foreach (var certificate in all)
            (CertificateFacts.IsSelfMade(certificate) ? roots : helpers).Add(certificate);
        return roots.Count > 0
            ? new PemCertificates(roots, helpers)
            : throw new MalformedException(document, null, "hold no root: a PEM certificate that is issued by itself");
    }
}
