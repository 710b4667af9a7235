using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Notary.Server;

/// <summary>
/// A certificate to seal with for those without a CA, ECDSA P-256. It says who made it and nobody vouches for that: whoever
/// verifies must have it from a channel of the sealer's choice.
/// </summary>
/// <param name="Key">PEM, PKCS #8, unencrypted. Whoever holds it can seal in that name.</param>
/// <param name="Certificate">PEM.</param>
public sealed record SelfMadeSeal(string Key, string Certificate)
{
    /// <summary>Characters of the name: as many as a common name has.</summary>
    public const int NameCharacters = 64;

    // RFC 9336, and the older one that PDF readers look for.
    private static readonly string[] Usages = ["1.3.6.1.5.5.7.3.36", "1.3.6.1.5.5.7.3.4"];
    private const int Years = 10;

    /// <param name="name">The sealer's, at most <see cref="NameCharacters"/>.</param>
    /// <param name="now">When it begins to be valid.</param>
    /// <param name="randomness">For the serial number; the key is the system's.</param>
    public static SelfMadeSeal Create(string name, DateTimeOffset now, RandomNumberGenerator randomness)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(TimestampCa.NameOf(name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        // ETSI EN 319 412-2: a key for content that somebody commits to.
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. Usages.Select(usage => new Oid(usage))], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var certificate = request.Create(
            request.SubjectName, X509SignatureGenerator.CreateForECDsa(key), now, now.AddYears(Years), TimestampCa.NewSerial(randomness));
        return new SelfMadeSeal(key.ExportPkcs8PrivateKeyPem() + "\n", certificate.ExportCertificatePem() + "\n");
    }
}
