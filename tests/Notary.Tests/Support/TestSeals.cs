using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Notary.Core;
using Notary.Server;

namespace Notary.Tests.Support;

/// <summary>Certificates to seal with: of a CA with an intermediate, self-made, of any key, life and usage.</summary>
internal static class TestSeals
{
    public static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset Now = new(2026, 11, 26, 22, 10, 4, TimeSpan.Zero);

    private static readonly RandomNumberGenerator Random = RandomNumberGenerator.Create();

    /// <summary>One without a CA, and what its holder hands out.</summary>
    public static (Sealer Sealer, SealRoots Roots) SelfMade(string name = "Example Evidence Ltd 示例存证", SealStamp? stamp = null)
    {
        var seal = SelfMadeSeal.Create(name, Begin, Random);
        return (new Sealer(X509Certificate2.CreateFromPem(seal.Certificate, seal.Key), [], stamp), SealRoots.Parse(seal.Certificate));
    }

    /// <summary>A self-made one of any common name, or of an empty name.</summary>
    public static Sealer Named(string? commonName)
    {
        var name = new X500DistinguishedNameBuilder();
        if (commonName is not null)
            name.Add("2.5.4.3", commonName, UniversalTagNumber.UTF8String);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.NonRepudiation, critical: true));
        return new Sealer(request.CreateSelfSigned(Begin, Begin.AddYears(3)), [], null);
    }

    /// <summary>One of a CA: root, intermediate, sealer.</summary>
    /// <param name="rsaBits">An RSA key of so many bits instead of P-256.</param>
    /// <param name="until">Its end.</param>
    /// <param name="usage">Its extended key usage; null: none.</param>
    /// <param name="keyUsage">What its key is for.</param>
    /// <param name="stamp">Who stamps its seals.</param>
    /// <param name="ca">How the CA is called.</param>
    public static TestSealCa Issued(
        int? rsaBits = null, DateTimeOffset? until = null, string? usage = "1.3.6.1.5.5.7.3.4", X509KeyUsageFlags keyUsage = X509KeyUsageFlags.NonRepudiation, SealStamp? stamp = null, string ca = "Test")
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = Ca($"CN={ca} seal root", rootKey).CreateSelfSigned(Begin, Begin.AddYears(20));
        var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var middle = Ca($"CN={ca} seal issuing", middleKey).Create(root, Begin, Begin.AddYears(15), [3]).CopyWithPrivateKey(middleKey);
        using var key = rsaBits is { } bits ? (AsymmetricAlgorithm)RSA.Create(bits) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var name = new X500DistinguishedName("CN=Test Sealer Ltd, O=Test, C=CN");
        var request = key is RSA rsa
            ? new CertificateRequest(name, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(name, (ECDsa)key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(keyUsage, critical: true));
        if (usage is not null)
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        using var issued = request.Create(middle.SubjectName, X509SignatureGenerator.CreateForECDsa(middleKey), Begin, until ?? Begin.AddYears(3), [4, 5]);
        var signer = key is RSA again ? issued.CopyWithPrivateKey(again) : issued.CopyWithPrivateKey((ECDsa)key);
        return new TestSealCa(new Sealer(signer, [middle], stamp), signer, middle, root.ExportCertificatePem());
    }

    private static CertificateRequest Ca(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }
}

/// <param name="Sealer">Seals under the certificate, and carries the one above it.</param>
/// <param name="Signer">With its key.</param>
/// <param name="Issuing">Between it and the root.</param>
/// <param name="RootPem">What a verifier trusts.</param>
internal sealed record TestSealCa(Sealer Sealer, X509Certificate2 Signer, X509Certificate2 Issuing, string RootPem)
{
    public SealRoots Roots => SealRoots.Parse(RootPem);
}
