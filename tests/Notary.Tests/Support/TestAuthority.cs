using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Notary.Core;

namespace Notary.Tests;

/// <summary>
/// A time-stamping authority in memory, honest unless a <see cref="TokenPlan"/> bends what it signs or is certified for.
/// Made with the framework's own certificate and CMS writers, apart from the server's.
/// </summary>
internal sealed class TestAuthority
{
    private readonly ECDsa rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private int serial;

    public TestAuthority(string name = "Test", DateTimeOffset? from = null, int years = 100)
    {
        (Name, From, Until) = (name, from ?? new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), (from ?? new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero)).AddYears(years));
        var request = new CertificateRequest($"CN={name} root", rootKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        Root = request.CreateSelfSigned(From, Until);
    }

    public string Name { get; }

    public DateTimeOffset From { get; }

    public DateTimeOffset Until { get; }

    public X509Certificate2 Root { get; }

    public TimestampRoots Roots => TimestampRoots.Parse(Root.ExportCertificatePem());

    /// <summary>An honest token over the data, of that time.</summary>
    public byte[] Stamp(ReadOnlySpan<byte> data, DateTimeOffset time) => Stamp(new TokenPlan { Imprint = MessageImprint.Of(Hash.Of(data)), Time = time });

    /// <summary>The serial number of the certificate that it made last.</summary>
    public byte[] Last { get; private set; } = [];

    /// <summary>Its list of revoked certificates, in DER.</summary>
    public byte[] RevocationList(DateTimeOffset now, params byte[][] revoked)
    {
        var list = new CertificateRevocationListBuilder();
        foreach (var number in revoked)
            list.AddEntry(number, now.AddDays(-1));
        return list.Build(Root, 1, now.AddDays(1), HashAlgorithmName.SHA256, thisUpdate: now.AddDays(-1));
    }

    /// <summary>An honest reply to a query.</summary>
    public byte[] Answer(byte[] query, DateTimeOffset time)
    {
        var asked = TimestampQuery.Parse(query);
        return new TimestampReply((ReadOnlyMemory<byte>?)Stamp(new TokenPlan { Imprint = asked.Imprint, Time = time, Nonce = asked.Nonce })).ToDer();
    }

    public byte[] Stamp(TokenPlan plan)
    {
        using var key = plan.RsaBits is { } bits ? (AsymmetricAlgorithm)RSA.Create(bits) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (issuer, issuerKey) = plan.Intermediate ? Intermediate(plan.IntermediateRsaBits) : (Root, X509SignatureGenerator.CreateForECDsa(rootKey));
        using var signer = Certify(plan, key, issuer, issuerKey);
        var cms = new SignedCms(new ContentInfo(new Oid(plan.ContentType), plan.Content ?? Info(plan).ToDer()), plan.Detached);
        foreach (var count in Enumerable.Range(0, plan.Signers))
            cms.ComputeSignature(CmsSigner(plan, signer, issuer, withCertificates: count == 0));
        return cms.Encode();
    }

    private TimestampInfo Info(TokenPlan plan) => new()
    {
        Policy = "1.2.3.4.1",
        Imprint = plan.Imprint,
        Serial = new byte[] { (byte)(++serial & 0x7F) },
        Time = plan.Time,
        Accuracy = plan.Accuracy,
        Nonce = plan.Nonce,
    };

    private static CmsSigner CmsSigner(TokenPlan plan, X509Certificate2 certificate, X509Certificate2 issuer, bool withCertificates)
    {
        var signer = new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, certificate)
        {
            DigestAlgorithm = new Oid(plan.Digest),
            IncludeOption = X509IncludeOption.None,
        };
        var named = plan.Named ?? certificate;
        if (plan.WithV2)
            signer.SignedAttributes.Add(new AsnEncodedData(TimestampOids.SigningCertificateV2, CertificateId.Write(named)));
        if (plan.WithV1)
            signer.SignedAttributes.Add(new AsnEncodedData(TimestampOids.SigningCertificate, FirstForm(named)));
        if (withCertificates && plan.WithCertificates)
            signer.Certificates.AddRange(plan.Intermediate ? new[] { certificate, issuer } : [certificate]);
        return signer;
    }

    /// <summary>SigningCertificate of RFC 2634: a SHA-1 alone.</summary>
    private static byte[] FirstForm(X509Certificate2 certificate)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        using (writer.PushSequence())
            writer.WriteOctetString(certificate.GetCertHash(HashAlgorithmName.SHA1));
        return writer.Encode();
    }

    private X509Certificate2 Certify(TokenPlan plan, AsymmetricAlgorithm key, X509Certificate2 issuer, X509SignatureGenerator issuerKey)
    {
        var name = new X500DistinguishedName($"CN={plan.Name ?? Name + " time-stamping"}");
        var request = key is RSA rsa
            ? new CertificateRequest(name, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(name, (ECDsa)key, HashAlgorithmName.SHA256);
        if (plan.KeyUsage is { } usage)
            request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, critical: true));
        if (plan.Usages.Length > 0)
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. plan.Usages.Select(oid => new Oid(oid))], plan.IsCritical));
        foreach (var extension in plan.Extensions)
            request.CertificateExtensions.Add(extension);
        Last = NewSerial();
        using var issued = request.Create(issuer.SubjectName, issuerKey, plan.From ?? From, plan.Until ?? Until, Last);
        return key is RSA again ? issued.CopyWithPrivateKey(again) : issued.CopyWithPrivateKey((ECDsa)key);
    }

    private (X509Certificate2 Certificate, X509SignatureGenerator Key) Intermediate(int? rsaBits)
    {
        var name = new X500DistinguishedName($"CN={Name} issuing");
        var rsa = rsaBits is { } bits ? RSA.Create(bits) : null;
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = rsa is null ? new CertificateRequest(name, key, HashAlgorithmName.SHA256) : new CertificateRequest(name, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        return (
            request.Create(Root.SubjectName, X509SignatureGenerator.CreateForECDsa(rootKey), From, Until, NewSerial()),
            rsa is null ? X509SignatureGenerator.CreateForECDsa(key) : X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1));
    }

    private byte[] NewSerial() => [1, (byte)(++serial >> 8), (byte)(serial & 0xFF)];
}

/// <summary>What a token says and under which certificate it is signed; honest but for what a test sets.</summary>
internal sealed record TokenPlan
{
    public required MessageImprint Imprint { get; init; }

    public required DateTimeOffset Time { get; init; }

    public TimeSpan? Accuracy { get; init; }

    public ReadOnlyMemory<byte>? Nonce { get; init; }

    /// <summary>What is signed in the place of a TSTInfo.</summary>
    public byte[]? Content { get; init; }

    public string ContentType { get; init; } = TimestampOids.TstInfo;

    public string Digest { get; init; } = TimestampOids.Sha256;

    public bool Detached { get; init; }

    public int Signers { get; init; } = 1;

    public bool WithCertificates { get; init; } = true;

    public bool WithV1 { get; init; }

    public bool WithV2 { get; init; } = true;

    /// <summary>What the signed attribute names instead of the signer's certificate.</summary>
    public X509Certificate2? Named { get; init; }

    /// <summary>The signer's certificate is issued by one between it and the root.</summary>
    public bool Intermediate { get; init; }

    /// <summary>That one has an RSA key of so many bits instead of P-256.</summary>
    public int? IntermediateRsaBits { get; init; }

    /// <summary>More in the signer's certificate, as it is.</summary>
    public X509Extension[] Extensions { get; init; } = [];

    public string? Name { get; init; }

    public string[] Usages { get; init; } = [TimestampOids.TimeStamping];

    public bool IsCritical { get; init; } = true;

    public X509KeyUsageFlags? KeyUsage { get; init; } = X509KeyUsageFlags.DigitalSignature;

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <summary>An RSA key of so many bits instead of P-256.</summary>
    public int? RsaBits { get; init; }
}
