using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Notary.Core;

/// <summary>
/// The certificates that a verifier trusts for time-stamping, given by the verifier and never found in evidence. Those
/// that are issued by themselves are the roots; any others only help to build a chain up to one.
/// </summary>
public sealed class TimestampRoots
{
    private const string Document = "time-stamping roots";

    private TimestampRoots(X509Certificate2Collection roots, X509Certificate2Collection helpers) => (Roots, Helpers) = (roots, helpers);

    internal X509Certificate2Collection Roots { get; }

    internal X509Certificate2Collection Helpers { get; }

    /// <summary>Reads one or more PEM certificates; text between them is ignored.</summary>
    /// <exception cref="MalformedException">No root among them, something that is no certificate, or over <see cref="TimestampLimits.RootsBytes"/>.</exception>
    public static TimestampRoots Parse(string pem)
    {
        if (pem.Length > TimestampLimits.RootsBytes)
            throw new MalformedException(Document, null, $"have {pem.Length:N0} characters (limit {TimestampLimits.RootsBytes:N0})");
        var all = new X509Certificate2Collection();
        try
        {
            all.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            throw new MalformedException(Document, null, "hold a PEM block that is no certificate");
        }

        var (roots, helpers) = (new X509Certificate2Collection(), new X509Certificate2Collection());
        foreach (var certificate in all)
            (IsSelfIssued(certificate) ? roots : helpers).Add(certificate);
        return roots.Count > 0
            ? new TimestampRoots(roots, helpers)
            : throw new MalformedException(Document, null, "hold no root: a PEM certificate that is issued by itself");
    }

    private static bool IsSelfIssued(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
}
