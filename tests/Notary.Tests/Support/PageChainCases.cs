using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Notary.Core;

namespace Notary.Tests.Support;

/// <summary>Tokens under chains of certificates of every make, for the verifier of the page and ours to agree on.</summary>
internal static class PageChainCases
{
    private const string CodeSigning = "1.3.6.1.5.5.7.3.3";

    private static readonly DateTimeOffset From = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Until = new(2040, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Seen = TestLedger.Created.AddSeconds(30);

    public static IEnumerable<PageCase> Agreed()
    {
        foreach (var between in (int[])[0, 1, 3])
            yield return Of($"{between} between", new() { Between = between });
        yield return Of("P-384", new() { Curve = ECCurve.NamedCurves.nistP384, Hash = HashAlgorithmName.SHA384, Digest = TimestampOids.Sha384 });
        yield return Of("P-521", new() { Curve = ECCurve.NamedCurves.nistP521, Hash = HashAlgorithmName.SHA512, Digest = TimestampOids.Sha512 });
        yield return Of("P-521 with a short hash", new() { Curve = ECCurve.NamedCurves.nistP521 });
        yield return Of("P-256 with a long hash", new() { Hash = HashAlgorithmName.SHA512, Digest = TimestampOids.Sha512 });
        foreach (var length in (int[])[0, 1, 2])
            yield return Of($"path length {length} of the root", new() { Between = 2, ExtensionsOf = (level, key) => Ca(key, level == 0 ? length : null) });
        yield return Of("path length 0 above the authority", new() { ExtensionsOf = (level, key) => Ca(key, level == 1 ? 0 : null) });
        yield return Of("no authority between", new() { ExtensionsOf = (level, key) => level == 1 ? [new X509BasicConstraintsExtension(false, false, 0, true)] : Ca(key) });
        yield return Of("no constraints between", new() { ExtensionsOf = (level, key) => level == 1 ? Ca(key)[1..] : Ca(key) });
        yield return Of("no extensions between", new() { ExtensionsOf = (level, key) => level == 1 ? [] : Ca(key) });
        yield return Of("no constraints in the root", new() { ExtensionsOf = (level, key) => level == 0 ? Ca(key)[1..] : Ca(key) });
        yield return Of("no extensions in the root", new() { ExtensionsOf = (level, key) => level == 0 ? [] : Ca(key) });
        foreach (var level in (int[])[0, 1])
        {
            X509Extension[] With(X509Extension more, int at, PublicKey key) => at == level ? [.. Ca(key), more] : Ca(key);
            yield return Of($"a key that signs no certificates at {level}", new() { ExtensionsOf = (at, key) => at == level ? [Ca(key)[0], new X509KeyUsageExtension(X509KeyUsageFlags.CrlSign, true), Ca(key)[2]] : Ca(key) });
            foreach (var usage in (string[])[TimestampOids.TimeStamping, CodeSigning, "2.5.29.37.0"])
                yield return Of($"usage {usage} at {level}", new() { ExtensionsOf = (at, key) => With(new X509EnhancedKeyUsageExtension([new Oid(usage)], false), at, key) });
            foreach (var isCritical in (bool[])[true, false])
                yield return Of($"unknown at {level}, critical {isCritical}", new() { ExtensionsOf = (at, key) => With(new X509Extension("1.2.3.4", [5, 0], isCritical), at, key) });
            yield return Of($"policies at {level}", new() { ExtensionsOf = (at, key) => With(new X509Extension("2.5.29.32", [0x30, 0x06, 0x30, 0x04, 0x06, 0x02, 0x2A, 0x03], true), at, key) });
        }

        yield return Of("another issuer's key named", new() { ExtensionsOf = (level, key) => level == 1 ? [.. Ca(key), X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(new byte[20])] : Ca(key) });
        yield return Of("ended before", new() { UntilOf = level => level == 1 ? Seen.AddDays(-1) : Until });
        yield return Of("root ended before", new() { UntilOf = level => level == 0 ? Seen.AddDays(-1) : Until });
        yield return Of("ended since", new() { UntilOf = level => level == 1 ? Seen.AddDays(1) : Until });
        yield return Of("one name for all", new() { NameOf = _ => "CN=One" });
        yield return Of("no common name", new() { NameOf = level => $"C=CN, O=Authority {level}, OU=Clocks" });
    }

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

    private static X509Extension[] Ca(PublicKey key, int? length = null) =>
    [
        new X509BasicConstraintsExtension(true, length is not null, length ?? 0, true),
        new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true),
        new X509SubjectKeyIdentifierExtension(key, false),
    ];

    private static PageCase Of(string name, ChainPlan plan)
    {
        var keys = Enumerable.Range(0, plan.Between + 2).Select(_ => ECDsa.Create(plan.Curve)).ToList();
        var chain = new List<X509Certificate2>();
        for (var level = 0; level < keys.Count; level++)
        {
            var request = new CertificateRequest(new X500DistinguishedName(plan.NameOf(level)), keys[level], plan.Hash);
            var isSigner = level == keys.Count - 1;
            X509Extension[] extensions = isSigner
                ? [new X509EnhancedKeyUsageExtension([new Oid(TimestampOids.TimeStamping)], true), new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true)]
                : plan.ExtensionsOf(level, request.PublicKey);
            foreach (var extension in extensions)
                request.CertificateExtensions.Add(extension);
            var above = level == 0 ? request.SubjectName : chain[^1].SubjectName;
            chain.Add(request.Create(above, X509SignatureGenerator.CreateForECDsa(keys[Math.Max(0, level - 1)]), From, plan.UntilOf(level), [(byte)(level + 1)]));
        }

        using var signer = chain[^1].CopyWithPrivateKey(keys[^1]);
        var info = new TimestampInfo { Policy = "1.2.3.4.1", Imprint = MessageImprint.Of(Hash.Of(PageTimestampCases.Checkpoint)), Serial = new byte[] { 7 }, Time = Seen };
        var cms = new SignedCms(new ContentInfo(new Oid(TimestampOids.TstInfo), info.ToDer()));
        var how = new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, signer) { DigestAlgorithm = new Oid(plan.Digest), IncludeOption = X509IncludeOption.None };
        how.SignedAttributes.Add(new AsnEncodedData(TimestampOids.SigningCertificateV2, CertificateId.Write(signer)));
        how.Certificates.AddRange(chain.Skip(1).ToArray());
        cms.ComputeSignature(how);
        return PageTimestampCases.Of(name, chain[0].ExportCertificatePem(), cms.Encode());
    }

    /// <summary>Levels count from the root, which is 0.</summary>
    private sealed record ChainPlan
    {
        /// <summary>Certificates between the root and the signer's.</summary>
        public int Between { get; init; } = 1;

        public ECCurve Curve { get; init; } = ECCurve.NamedCurves.nistP256;

        public HashAlgorithmName Hash { get; init; } = HashAlgorithmName.SHA256;

        public string Digest { get; init; } = TimestampOids.Sha256;

        public Func<int, string> NameOf { get; init; } = level => $"CN=Level {level}";

        public Func<int, DateTimeOffset> UntilOf { get; init; } = _ => Until;

        public Func<int, PublicKey, X509Extension[]> ExtensionsOf { get; init; } = (_, key) => Ca(key);
    }
}
