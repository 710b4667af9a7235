using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Notary.Core;

/// <summary>How far a token can be relied on.</summary>
public enum TokenStanding
{
    /// <summary>Everything holds, up to a root that the verifier trusts.</summary>
    Verified,

    /// <summary>It holds together, but its chain ends in no root that the verifier trusts: somebody says so.</summary>
    UnknownAuthority,

    /// <summary>It is not a token, is over something else, or is not what a time-stamping authority may sign.</summary>
    Refused,
}

/// <summary>What became of one token.</summary>
/// <param name="Standing">How far it can be relied on.</param>
/// <param name="Problem">Why it is refused or unknown, as a clause that follows "the token"; null when it is verified.</param>
/// <param name="Info">What it says; null when it cannot be read.</param>
/// <param name="Authority">The name in the signer's certificate, escaped; null when there is none.</param>
public sealed record TokenVerdict(TokenStanding Standing, Sentence? Problem, TimestampInfo? Info, string? Authority);

/// <summary>
/// Verifies one RFC 3161 token: (1) the imprint is of the data; (2) the signer's certificate is the one that the signed
/// attributes name, and is for time-stamping alone, critically; (3) its chain was valid at the token's own time, up to a
/// root that the verifier trusts; (4) the signature is the certificate's. A chain that has expired since says nothing
/// against a token (RFC 3161, section 4.3). Revocation is not checked. Nothing is fetched, no root of the machine counts.
/// </summary>
public static class TimestampVerification
{
    private const int RsaBits = CertificateChain.RsaBits;

    private const X509KeyUsageFlags SigningUsages = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation;

    /// <param name="token">The token in DER, a stranger's.</param>
    /// <param name="imprint">What it should be over.</param>
    /// <param name="roots">Whom the verifier trusts; null: nobody, and no token is more than unknown.</param>
    public static TokenVerdict Verify(ReadOnlyMemory<byte> token, MessageImprint imprint, TimestampRoots? roots)
    {
        SignedTimestamp signed;
        try
        {
            signed = SignedTimestamp.Parse(token);
        }
        catch (MalformedException e)
        {
            return new TokenVerdict(TokenStanding.Refused, new Sentence($"cannot be read ({e.Message})", $"无法读取（{e.Message}）"), null, null);
        }

        try
        {
            return Verify(signed, imprint, roots);
        }
        catch (CryptographicException)
        {
            // The framework looks into a certificate's extensions, keys and names only when it is asked for them.
            return new TokenVerdict(TokenStanding.Refused, new Sentence("holds a certificate that cannot be read", "所含的证书无法读取"), signed.Info, null);
        }
    }

    /// <summary>As <see cref="Verify(ReadOnlyMemory{byte}, MessageImprint, TimestampRoots?)"/>, over what the certificate says that the token is over.</summary>
    public static TokenVerdict Verify(TimestampToken token, Certificate certificate, TimestampRoots? roots) =>
        JudgedToken.Of(token, certificate, CertificateTexts.Read(certificate), roots).Verdict;

    private static TokenVerdict Verify(SignedTimestamp token, MessageImprint imprint, TimestampRoots? roots)
    {
        var info = token.Info;
        if (info.Imprint != imprint) // (1)
            return new TokenVerdict(TokenStanding.Refused, new Sentence("is over other data", "所盖的是其他数据"), info, null);
        if (FindSigner(token, roots) is not { } signer) // (2)
            return new TokenVerdict(TokenStanding.Refused, new Sentence("does not hold the certificate that it names as its signer's", "不含其所称的签名证书"), info, null);
        var authority = CertificateFacts.NameOf(signer);
        if ((SignerProblem(signer) ?? DigestProblem(token)) is { } unfit)
            return new TokenVerdict(TokenStanding.Refused, unfit, info, authority);
        var (standing, problem) = roots is null
            ? (TokenStanding.UnknownAuthority, new Sentence("is of an authority whose root nobody gave", "所属机构的根证书未提供"))
            : Chain(signer, token, roots); // (3)
        return standing != TokenStanding.Refused && !IsSignedBy(signer, token) // (4)
            ? new TokenVerdict(TokenStanding.Refused, new Sentence("bears a signature that does not verify", "的签名无效"), info, authority)
            : new TokenVerdict(standing, problem, info, authority);
    }

    private static X509Certificate2? FindSigner(SignedTimestamp token, TimestampRoots? roots)
    {
        var candidates = roots is null ? token.Certificates : [.. token.Certificates, .. roots.Trusted.Helpers, .. roots.Trusted.Roots];
        return candidates.FirstOrDefault(certificate => token.CertificateIds.All(id => id.IsOf(certificate)));
    }

    /// <summary>Why a certificate may sign no time-stamps, whoever issued it, as a clause that follows "the token"; null when it may.</summary>
    public static Sentence? SignerProblem(X509Certificate2 signer)
    {
        if (!IsForTimestampingOnly(signer))
            return new Sentence(
                "is signed under a certificate that is not for time-stamping alone (a critical extended key usage of timeStamping and no other)",
                "的签名证书并非专用于时间戳（扩展密钥用法须为关键项且仅含 timeStamping）");
        if (signer.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is { } usage
            && ((usage.KeyUsages & SigningUsages) == 0 || (usage.KeyUsages & ~SigningUsages) != 0))
            return new Sentence("is signed under a certificate whose key is for something else than signatures", "的签名证书的密钥用途并非仅为签名");
        if (signer.GetRSAPublicKey() is { } rsa && rsa.KeySize < RsaBits)
            return new Sentence($"is signed with an RSA key of {rsa.KeySize} bits, fewer than {RsaBits}", $"使用了不足 {RsaBits} 位的 RSA 密钥（{rsa.KeySize} 位）");
        return null;
    }

    private static Sentence? DigestProblem(SignedTimestamp token) =>
        MessageImprint.DigestSize(token.Signer.DigestAlgorithm.Value ?? "") is null
            ? new Sentence("is signed under a hash function that is not SHA-256, SHA-384 or SHA-512", "的签名未使用 SHA-256、SHA-384 或 SHA-512")
            : null;

    private static bool IsForTimestampingOnly(X509Certificate2 signer) =>
        signer.Extensions.OfType<X509EnhancedKeyUsageExtension>().ToList() is [{ Critical: true } usage]
        && usage.EnhancedKeyUsages is [{ Value: TimestampOids.TimeStamping }];

    /// <summary>The chain as of the token's own time, from what the token carries and the verifier gave.</summary>
    private static (TokenStanding Standing, Sentence? Problem) Chain(X509Certificate2 signer, SignedTimestamp token, TimestampRoots roots)
    {
        return CertificateChain.Judge(signer, token.Certificates, roots.Trusted, token.Info.Time, TimestampOids.TimeStamping) switch
        {
            ChainStanding.Trusted => (TokenStanding.Verified, null),
            ChainStanding.NoRoot => (TokenStanding.UnknownAuthority, new Sentence("leads to no time-stamping root that you trust", "的证书链通不到您所信任的时间戳根证书")),
            ChainStanding.NotValidThen => (TokenStanding.Refused, new Sentence("has a certificate that was not valid at the token's own time", "的证书在时间戳所载时刻不在有效期内")),
            ChainStanding.WeakHash => (TokenStanding.Refused, new Sentence("has a certificate that is signed under a hash function that is broken", "的证书链使用了已被攻破的摘要算法")),
            ChainStanding.ShortKey => (TokenStanding.Refused, new Sentence($"has a certificate chain with an RSA key of fewer than {RsaBits} bits", $"的证书链含有不足 {RsaBits} 位的 RSA 密钥")),
            _ => (TokenStanding.Refused, new Sentence($"has a certificate chain that {CertificateChain.Broken.English}", $"的证书链{CertificateChain.Broken.Chinese}")),
        };
    }

    private static bool IsSignedBy(X509Certificate2 signer, SignedTimestamp token)
    {
        try
        {
            token.Signer.CheckSignature([signer], verifySignatureOnly: true);
            // What was verified with is the certificate that the CMS names; it must be the one that was judged.
            return token.Signer.Certificate is not { } used || used.RawDataMemory.Span.SequenceEqual(signer.RawDataMemory.Span);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
