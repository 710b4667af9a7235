using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Notary.Core;

/// <summary>How far a seal can be relied on.</summary>
public enum SealStanding
{
    /// <summary>Everything holds, up to a root that the verifier trusts for seals.</summary>
    Verified,

    /// <summary>It is whole, but nobody whom the verifier trusts says whose it is.</summary>
    UnknownSealer,

    /// <summary>It is broken, or made under a certificate that must not seal.</summary>
    Refused,
}

/// <summary>What became of a seal.</summary>
/// <param name="Standing">How far it can be relied on.</param>
/// <param name="Problem">Why it is refused or unknown, as a clause that follows "the seal"; null when it is verified.</param>
/// <param name="Stamped">What its time-stamp came to; null when it has none, or when it did not come to that.</param>
public sealed record SealVerdict(SealStanding Standing, Sentence? Problem, TokenVerdict? Stamped);

/// <summary>The certificates that a verifier trusts for seals: roots, a self-made one that is known, and what helps to build a chain up to them.</summary>
public sealed class SealRoots
{
    private SealRoots(PemCertificates trusted) => Trusted = trusted;

    internal PemCertificates Trusted { get; }

    /// <summary>Reads one or more PEM certificates; text between them is ignored.</summary>
    /// <exception cref="MalformedException">None that is issued by itself, something that is no certificate, or over <see cref="TimestampLimits.RootsBytes"/>.</exception>
    public static SealRoots Parse(string pem) => new(PemCertificates.Parse("seal roots", pem));
}

/// <summary>
/// Verifies a seal: (1) its certificate is for signing documents; (2) the signature is that certificate's; (3) a time-stamp, if it
/// has one, is over this signature; (4) the chain leads to a root that the verifier trusts, as of the time that a time-stamp of a
/// trusted authority shows, and without one as of now: a key that was lost since could have been used to seal at any time.
/// </summary>
public static class SealVerification
{
    internal const string RsaKey = "1.2.840.113549.1.1.1";
    internal const string EcdsaWithSha256 = "1.2.840.10045.4.3.2";
    private const string EcKey = "1.2.840.10045.2.1";
    private const string P256 = "1.2.840.10045.3.1.7";

    private const X509KeyUsageFlags SigningUsages = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation;

    // RFC 9336 documentSigning, e-mail, any, and those of Adobe and Microsoft: what CAs put into certificates for documents.
    private static readonly string[] DocumentUsages =
        ["1.3.6.1.5.5.7.3.36", "1.3.6.1.5.5.7.3.4", "2.5.29.37.0", "1.2.840.113583.1.1.5", "1.3.6.1.4.1.311.10.3.12"];

    /// <param name="seal">The seal.</param>
    /// <param name="roots">Whom the verifier trusts for seals; null: nobody.</param>
    /// <param name="authorities">Whom the verifier trusts for time-stamps; null: nobody.</param>
    /// <param name="now">Today, as the verifier's clock says.</param>
    public static SealVerdict Verify(SealSignature seal, SealRoots? roots, TimestampRoots? authorities, DateTimeOffset now)
    {
        try
        {
            return Judge(seal, roots, authorities, now);
        }
        catch (CryptographicException)
        {
            // The framework looks into a certificate's extensions, keys and names only when it is asked for them.
            return new SealVerdict(SealStanding.Refused, new Sentence("holds a certificate that cannot be read", "所含的证书无法读取"), null);
        }
    }

    private static SealVerdict Judge(SealSignature seal, SealRoots? roots, TimestampRoots? authorities, DateTimeOffset now)
    {
        if (CertificateProblem(seal.Signer) is { } unfit) // (1)
            return new SealVerdict(SealStanding.Refused, unfit, null);
        if (!seal.IsIntact()) // (2)
            return new SealVerdict(SealStanding.Refused, new Sentence("does not fit this file: it was changed after it was sealed", "与本文件不符：文件在加盖签章后被改动"), null);
        TokenVerdict? stamped = null;
        if (seal.Token is { } token) // (3)
        {
            stamped = TimestampVerification.Verify(token, MessageImprint.Of(Hash.Of(seal.Value.Span)), authorities);
            if (stamped.Standing == TokenStanding.Refused)
                return new SealVerdict(
                    SealStanding.Refused, new Sentence($"bears a time-stamp that {stamped.Problem!.Value.English}", $"所附时间戳{stamped.Problem!.Value.Chinese}"), stamped);
        }

        var (standing, problem) = roots is null
            ? (SealStanding.UnknownSealer, new Sentence("is of a sealer whose root nobody gave", "所属签章人的根证书未提供"))
            : Chain(seal, roots, stamped is { Standing: TokenStanding.Verified, Info.Time: var shown } ? shown : now); // (4)
        return new SealVerdict(standing, problem, stamped);
    }

    /// <summary>Why nobody may seal under a certificate, as a clause that follows "the seal"; null when it may.</summary>
    public static Sentence? CertificateProblem(X509Certificate2 certificate)
    {
        if (KeyProblem(certificate) is { } key)
            return key;
        if (certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is { } usage && (usage.KeyUsages & SigningUsages) == 0)
            return new Sentence("is made under a certificate whose key is not for signatures", "的证书的密钥用途不含签名");
        if (certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault() is { } extended
            && !extended.EnhancedKeyUsages.Cast<Oid>().Any(oid => DocumentUsages.Contains(oid.Value)))
            return new Sentence("is made under a certificate that is for something else than documents", "的证书并非用于签署文件");
        return null;
    }

    private static Sentence? KeyProblem(X509Certificate2 certificate)
    {
        try
        {
            switch (certificate.PublicKey.Oid.Value)
            {
                case RsaKey when certificate.GetRSAPublicKey() is { KeySize: >= SealLimits.RsaBits }:
                case EcKey when certificate.GetECDsaPublicKey() is { } ec && ec.ExportParameters(false).Curve.Oid.Value == P256:
                    return null;
            }
        }
        catch (CryptographicException)
        {
            // A curve or a key that the system does not know: said in the same words.
        }

        return new Sentence(
            $"is made with a key that is neither ECDSA P-256 nor RSA of {SealLimits.RsaBits} bits or more",
            $"所用密钥既非 ECDSA P-256，也非 {SealLimits.RsaBits} 位以上的 RSA");
    }

    private static (SealStanding Standing, Sentence? Problem) Chain(SealSignature seal, SealRoots roots, DateTimeOffset time)
    {
        return CertificateChain.Judge(seal.Signer, seal.Certificates, roots.Trusted, time, usage: null) switch
        {
            ChainStanding.Trusted => (SealStanding.Verified, null),
            ChainStanding.NoRoot => (SealStanding.UnknownSealer, new Sentence("leads to no root that you trust for seals", "的证书链通不到您所信任的签章根证书")),
            ChainStanding.NotValidThen => (SealStanding.UnknownSealer, new Sentence(
                $"has a certificate that is not valid as of {Timestamp.Format(time)}, and no time-stamp that you trust shows a time when it was",
                $"的证书在 {Timestamp.Format(time)} 不在有效期内，且没有您所信任的时间戳表明签章时其有效")),
            ChainStanding.WeakHash => (SealStanding.Refused, new Sentence("has a certificate that is signed under a hash function that is broken", "的证书链使用了已被攻破的摘要算法")),
            ChainStanding.ShortKey => (SealStanding.Refused, new Sentence(
                $"has a certificate chain with an RSA key of fewer than {CertificateChain.RsaBits} bits", $"的证书链含有不足 {CertificateChain.RsaBits} 位的 RSA 密钥")),
            _ => (SealStanding.Refused, new Sentence($"has a certificate chain that {CertificateChain.Broken.English}", $"的证书链{CertificateChain.Broken.Chinese}")),
        };
    }
}
