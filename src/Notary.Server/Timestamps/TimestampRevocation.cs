using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// Whether a certificate of an outside authority has been revoked, where that can be had: from the CRLs and OCSP responders
/// that the certificates themselves name. Asked of chains alone that lead to a root that the operator named, so that no
/// stranger chooses where this server calls; an answer that cannot be had is none.
/// </summary>
internal static class TimestampRevocation
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <param name="token">A token that was verified up to one of the roots.</param>
    /// <param name="roots">Whom the operator trusts.</param>
    /// <param name="now">As of when.</param>
    /// <param name="cancellation">Ends the waiting; what is under way ends by itself.</param>
    public static Task<bool> IsRevokedAsync(ReadOnlyMemory<byte> token, TimestampRoots roots, DateTimeOffset now, CancellationToken cancellation) =>
        // The framework asks synchronously.
        Task.Run(() => IsRevoked(token, roots, now), cancellation).WaitAsync(cancellation);

    private static bool IsRevoked(ReadOnlyMemory<byte> token, TimestampRoots roots, DateTimeOffset now)
    {
        try
        {
            var cms = new SignedCms();
            cms.Decode(token.Span);
            using var chain = new X509Chain();
            var policy = chain.ChainPolicy;
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(roots.Roots);
            policy.ExtraStore.AddRange(cms.Certificates);
            policy.ExtraStore.AddRange(roots.Helpers);
            policy.DisableCertificateDownloads = true;
            policy.RevocationMode = X509RevocationMode.Online;
            policy.RevocationFlag = X509RevocationFlag.ExcludeRoot;
            policy.UrlRetrievalTimeout = Patience;
            policy.VerificationTimeIgnored = false;
            policy.VerificationTime = now.UtcDateTime;
            return cms.SignerInfos[0].Certificate is { } signer && !chain.Build(signer)
                && chain.ChainStatus.Any(status => (status.Status & X509ChainStatusFlags.Revoked) != 0);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
