using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Notary.Core;

/// <summary>How far a chain of certificates holds.</summary>
internal enum ChainStanding
{
    /// <summary>It holds, up to a root that the verifier trusts.</summary>
    Trusted,

    /// <summary>It leads to no root that the verifier trusts.</summary>
    NoRoot,

    /// <summary>It leads to one, and a certificate in it was not valid at that time.</summary>
    NotValidThen,

    /// <summary>It leads to one, and a certificate in it is signed under a hash function that is broken.</summary>
    WeakHash,

    /// <summary>It leads to one, and a certificate in it, the root among them, has an RSA key that is too short.</summary>
    ShortKey,

    /// <summary>It does not hold for another reason.</summary>
    Broken,
}

/// <summary>
/// From a signer's certificate up to a root that the verifier trusts, as of a time. Revocation is not checked, nothing is
/// fetched, and no root of the machine counts.
/// </summary>
internal static class CertificateChain
{
    /// <summary>Fewer can be factored.</summary>
    public const int RsaBits = 2_048;

    /// <summary>
    /// What is said of a broken chain, as a clause that follows "the chain". Which rule it broke differs between libraries that
    /// look at the rules in other orders, and is not told.
    /// </summary>
    public static readonly Sentence Broken = new(
        "does not hold: a signature in it, or what a certificate in it is for, is wrong", "不成立：其中有签名无效，或有证书的用途不符");

    private const string Pss = "1.2.840.113549.1.1.10";

    private const X509ChainStatusFlags NoKnownRoot = X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot;

    // What is signed under MD5 or SHA-1 could be signed for somebody else; a root's own signature is nobody's word.
    private static readonly string[] Algorithms =
    [
        "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13", // RSA with SHA-256, SHA-384, SHA-512
        "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4", // ECDSA with SHA-256, SHA-384, SHA-512
    ];

    /// <param name="signer">Where it begins.</param>
    /// <param name="carried">What came with the signature, a stranger's: it helps to build, and is not trusted.</param>
    /// <param name="trusted">The verifier's.</param>
    /// <param name="time">As of when.</param>
    /// <param name="usage">The extended key usage that is demanded; null: none.</param>
    /// <exception cref="CryptographicException">A certificate cannot be read.</exception>
    public static ChainStanding Judge(
        X509Certificate2 signer, X509Certificate2Collection carried, PemCertificates trusted, DateTimeOffset time, string? usage)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(trusted.Roots);
        policy.ExtraStore.AddRange(carried);
        policy.ExtraStore.AddRange(trusted.Helpers);
        if (usage is not null)
            policy.ApplicationPolicy.Add(new Oid(usage));
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.VerificationTimeIgnored = false;
        policy.VerificationTime = time.UtcDateTime;
        var isValid = chain.Build(signer);
        try
        {
            return isValid ? JudgeStrength([.. chain.ChainElements.Select(element => element.Certificate)]) : Judge(chain.ChainStatus);
        }
        finally
        {
            foreach (var element in chain.ChainElements)
                element.Certificate.Dispose();
        }
    }

    private static ChainStanding JudgeStrength(List<X509Certificate2> chain)
    {
        if (!chain.SkipLast(1).All(IsSignedWell))
            return ChainStanding.WeakHash;
        return chain.Any(certificate => certificate.GetRSAPublicKey() is { KeySize: < RsaBits }) ? ChainStanding.ShortKey : ChainStanding.Trusted;
    }

    private static bool IsSignedWell(X509Certificate2 certificate) => certificate.SignatureAlgorithm.Value == Pss
        ? PssHash(certificate.RawDataMemory) is { } hash && MessageImprint.DigestSize(hash) is not null
        : Algorithms.Contains(certificate.SignatureAlgorithm.Value);

    /// <summary>RSASSA-PSS names its hash function in its parameters; where it does not, SHA-1 is meant (RFC 4055, section 3.1): null.</summary>
    private static string? PssHash(ReadOnlyMemory<byte> certificate)
    {
        try
        {
            var parts = new AsnReader(certificate, AsnEncodingRules.DER).ReadSequence();
            parts.ReadEncodedValue();
            var algorithm = parts.ReadSequence();
            algorithm.ReadObjectIdentifier();
            var parameters = algorithm.ReadSequence();
            return Der.Next(parameters, Der.Context(0)) ? parameters.ReadSequence(Der.Context(0)).ReadSequence().ReadObjectIdentifier() : null;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static ChainStanding Judge(X509ChainStatus[] statuses)
    {
        var all = statuses.Aggregate(X509ChainStatusFlags.NoError, (flags, status) => flags | status.Status);
        if ((all & NoKnownRoot) != 0)
            return ChainStanding.NoRoot;
        return (all & X509ChainStatusFlags.NotTimeValid) != 0 ? ChainStanding.NotValidThen : ChainStanding.Broken;
    }
}
