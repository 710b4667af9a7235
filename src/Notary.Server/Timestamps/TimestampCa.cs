using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// A root and a time-stamping certificate for operators without a CA, ECDSA P-256. The root signs the one certificate and
/// is put away; it is what verifiers are given, on a channel of the operator's choice.
/// </summary>
/// <param name="RootKey">PEM, PKCS #8, unencrypted. Whoever holds it can make time-stamping certificates under the root.</param>
/// <param name="RootCertificate">PEM.</param>
/// <param name="AuthorityKey">PEM, PKCS #8, unencrypted. Whoever holds it can tell any time in the authority's name.</param>
/// <param name="AuthorityChain">PEM: the authority's certificate, then the root.</param>
public sealed record TimestampCa(string RootKey, string RootCertificate, string AuthorityKey, string AuthorityChain)
{
    /// <summary>Characters of the operator's name: with what follows it, a common name has 64 at most.</summary>
    public const int NameCharacters = 40;

    private const int SerialSize = 16;

    // A token is judged as of its own time, but openssl and others judge at theirs unless told otherwise: long lives help.
    private const int RootYears = 20;
    private const int AuthorityYears = 10;

    /// <param name="name">The operator's, at most <see cref="NameCharacters"/>.</param>
    /// <param name="now">When both begin to be valid.</param>
    /// <param name="randomness">For the serial numbers; the keys are the system's.</param>
    public static TimestampCa Create(string name, DateTimeOffset now, RandomNumberGenerator randomness)
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = CreateRoot($"{name} time-stamping root", rootKey, now, randomness);
        using var authority = CreateAuthority($"{name} time-stamping", authorityKey, root, now, randomness);
        var rootPem = root.ExportCertificatePem() + "\n";
        return new TimestampCa(
            rootKey.ExportPkcs8PrivateKeyPem() + "\n", rootPem,
            authorityKey.ExportPkcs8PrivateKeyPem() + "\n", authority.ExportCertificatePem() + "\n" + rootPem);
    }

    private static X509Certificate2 CreateRoot(string name, ECDsa key, DateTimeOffset now, RandomNumberGenerator randomness)
    {
        var request = new CertificateRequest(NameOf(name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var issued = request.Create(
            request.SubjectName, X509SignatureGenerator.CreateForECDsa(key), now, now.AddYears(RootYears), NewSerial(randomness));
        return issued.CopyWithPrivateKey(key);
    }

    private static X509Certificate2 CreateAuthority(string name, ECDsa key, X509Certificate2 root, DateTimeOffset now, RandomNumberGenerator randomness)
    {
        var request = new CertificateRequest(NameOf(name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        // RFC 3161 section 2.3: this one usage, and critical.
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(TimestampOids.TimeStamping)], critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        return request.Create(root, now, now.AddYears(AuthorityYears), NewSerial(randomness));
    }

    internal static X500DistinguishedName NameOf(string name)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName(name);
        return builder.Build();
    }

    /// <summary>RFC 5280 section 4.1.2.2: positive, at most 20 bytes.</summary>
    internal static byte[] NewSerial(RandomNumberGenerator randomness)
    {
        var serial = new byte[SerialSize];
        randomness.GetBytes(serial);
        serial[0] = (byte)(serial[0] & 0x3F | 0x40);
        return serial;
    }
}
