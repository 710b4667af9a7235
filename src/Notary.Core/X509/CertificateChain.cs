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

    /// <summary>It does not hold for another reason.</summary>
    Broken,
}

/// <summary>
/// From a signer's certificate up to a root that the verifier trusts, as of a time. Revocation is not checked, nothing is
/// fetched, and no root of the machine counts.
/// </summary>
internal static class CertificateChain
{
    private const X509ChainStatusFlags NoKnownRoot = X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot;

    // What is signed under MD5 or SHA-1 could be signed for somebody else; a root's own signature is nobody's word.
    private static readonly string[] Algorithms =
    [
        "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13", // RSA with SHA-256, SHA-384, SHA-512
        "1.2.840.113549.1.1.10", // RSA-PSS
        "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4", // ECDSA with SHA-256, SHA-384, SHA-512
    ];

    /// <param name="signer">Where it begins.</param>
    /// <param name="carried">What came with the signature, a stranger's: it helps to build, and is not trusted.</param>
    /// <param name="trusted">The verifier's.</param>
    /// <param name="time">As of when.</param>
    /// <param name="usage">The extended key usage that is demanded; null: none.</param>
    public static (ChainStanding Standing, X509ChainStatusFlags Problems) Judge(
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
            return isValid ? (StrongOrNot(chain), X509ChainStatusFlags.NoError) : Judge(chain.ChainStatus);
        }
        finally
        {
            foreach (var element in chain.ChainElements)
                element.Certificate.Dispose();
        }
    }

    private static ChainStanding StrongOrNot(X509Chain chain) =>
        chain.ChainElements.SkipLast(1).All(element => Algorithms.Contains(element.Certificate.SignatureAlgorithm.Value))
            ? ChainStanding.Trusted
            : ChainStanding.WeakHash;

    private static (ChainStanding Standing, X509ChainStatusFlags Problems) Judge(X509ChainStatus[] statuses)
    {
        var all = statuses.Aggregate(X509ChainStatusFlags.NoError, (flags, status) => flags | status.Status);
        if ((all & NoKnownRoot) != 0)
            return (ChainStanding.NoRoot, all);
        return ((all & X509ChainStatusFlags.NotTimeValid) != 0 ? ChainStanding.NotValidThen : ChainStanding.Broken, all);
    }
}
