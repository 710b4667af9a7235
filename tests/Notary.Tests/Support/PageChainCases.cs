using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Notary.Core;

namespace Notary.Tests.Support;

/// <summary>Tokens under chains of certificates that the program's platform judges and the page does not.</summary>
internal static class PageChainCases
{
    private static readonly DateTimeOffset From = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Until = new(2040, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Seen = TestLedger.Created.AddSeconds(30);

    /// <summary>What the program's platform checks and the page does not.</summary>
    public static IEnumerable<PageCase> Beyond()
    {
        yield return Of("another curve", new() { Curve = ECCurve.CreateFromFriendlyName("secp256k1") });
        yield return Of("constraints on names", new() { ExtensionsOf = (level, key) => level == 1 ? [.. Ca(key), Names()] : Ca(key) });
    }

    /// <summary>NameConstraints that permit every directory name.</summary>
    private static X509Extension Names()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0, true)))
        using (writer.PushSequence())
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 4, true)))
            writer.WriteEncodedValue(new X500DistinguishedName("").RawData);
        return new X509Extension("2.5.29.30", writer.Encode(), true);
    }

    private static X509Extension[] Ca(PublicKey key) =>
    [
        new X509BasicConstraintsExtension(true, false, 0, true),
        new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true),
        new X509SubjectKeyIdentifierExtension(key, false),
    ];

    private static PageCase Of(string name, ChainPlan plan)
    {
        var keys = Enumerable.Range(0, 3).Select(_ => ECDsa.Create(plan.Curve)).ToList();
        var chain = new List<X509Certificate2>();
        for (var level = 0; level < keys.Count; level++)
        {
            var request = new CertificateRequest(new X500DistinguishedName($"CN=Level {level}"), keys[level], HashAlgorithmName.SHA256);
            var isSigner = level == keys.Count - 1;
            X509Extension[] extensions = isSigner
                ? [new X509EnhancedKeyUsageExtension([new Oid(TimestampOids.TimeStamping)], true), new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true)]
                : plan.ExtensionsOf(level, request.PublicKey);
            foreach (var extension in extensions)
                request.CertificateExtensions.Add(extension);
            var above = level == 0 ? request.SubjectName : chain[^1].SubjectName;
            chain.Add(request.Create(above, X509SignatureGenerator.CreateForECDsa(keys[Math.Max(0, level - 1)]), From, Until, [(byte)(level + 1)]));
        }

        using var signer = chain[^1].CopyWithPrivateKey(keys[^1]);
        var info = new TimestampInfo { Policy = "1.2.3.4.1", Imprint = MessageImprint.Of(Hash.Of(PageTimestampCases.Checkpoint)), Serial = new byte[] { 7 }, Time = Seen };
        var cms = new SignedCms(new ContentInfo(new Oid(TimestampOids.TstInfo), info.ToDer()));
        var how = new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, signer) { DigestAlgorithm = new Oid(TimestampOids.Sha256), IncludeOption = X509IncludeOption.None };
        how.SignedAttributes.Add(new AsnEncodedData(TimestampOids.SigningCertificateV2, CertificateId.Write(signer)));
        how.Certificates.AddRange(chain.Skip(1).ToArray());
        cms.ComputeSignature(how);
        return PageTimestampCases.Of(name, chain[0].ExportCertificatePem(), cms.Encode());
    }

    /// <summary>Levels count from the root, which is 0.</summary>
    private sealed record ChainPlan
    {
        public ECCurve Curve { get; init; } = ECCurve.NamedCurves.nistP256;

        public Func<int, PublicKey, X509Extension[]> ExtensionsOf { get; init; } = (_, key) => Ca(key);
    }
}
