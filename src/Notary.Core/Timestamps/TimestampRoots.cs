using System.Security.Cryptography.X509Certificates;

namespace Notary.Core;

/// <summary>
/// The certificates that a verifier trusts for time-stamping, given by the verifier and never found in evidence. Those
/// that are issued by themselves are the roots; any others only help to build a chain up to one.
/// </summary>
public sealed class TimestampRoots
{
    private TimestampRoots(PemCertificates trusted) => Trusted = trusted;

    /// <summary>Those that are issued by themselves.</summary>
    public X509Certificate2Collection Roots => Trusted.Roots;

    /// <summary>All others.</summary>
    public X509Certificate2Collection Helpers => Trusted.Helpers;

    internal PemCertificates Trusted { get; }

    /// <summary>Reads one or more PEM certificates; text between them is ignored.</summary>
    /// <exception cref="MalformedException">No root among them, something that is no certificate, or over <see cref="TimestampLimits.RootsBytes"/>.</exception>
    public static TimestampRoots Parse(string pem) => new(PemCertificates.Parse("time-stamping roots", pem));
}
