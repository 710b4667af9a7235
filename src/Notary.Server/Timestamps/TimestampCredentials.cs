using System.Security.Cryptography.X509Certificates;
using Notary.Core;

namespace Notary.Server;

/// <summary>An authority's certificate with its private key, and the certificates above it. Not the ledger's key.</summary>
internal sealed class TimestampCredentials : IDisposable
{
    private TimestampCredentials(X509Certificate2 signer, X509Certificate2Collection chain, string chainPem) =>
        (Signer, Chain, ChainPem) = (signer, chain, chainPem);

    /// <summary>The signing certificate, with its key.</summary>
    public X509Certificate2 Signer { get; }

    /// <summary>What a token carries on request: the signing certificate, then those between it and the root.</summary>
    public X509Certificate2Collection Chain { get; }

    /// <summary>The file's certificates, the signer's first, the root too if it is in it.</summary>
    public string ChainPem { get; }

    /// <param name="certificatePath">PEM: the authority's certificate, then its issuer's, and so on.</param>
    /// <param name="keyPath">PEM: the private key, unencrypted, ECDSA or RSA.</param>
    /// <exception cref="ServerRefusedException">They are not that, do not belong together, or must not sign time-stamps.</exception>
    public static TimestampCredentials Load(string certificatePath, string keyPath)
    {
        var certificates = SignerFiles.ReadChain(certificatePath);
        var signer = SignerFiles.WithKey(certificates[0], certificatePath, keyPath, password: null);
        if (TimestampVerification.SignerProblem(signer) is { } problem)
            throw new ServerRefusedException(
                $"no time-stamp may be signed under the certificate {certificatePath}: a token {problem.English}", "make one with 'notary ca init', or ask your CA for one");
        X509Certificate2Collection chain = [signer, .. certificates.Skip(1).Where(certificate => !CertificateFacts.IsSelfMade(certificate))];
        return new TimestampCredentials(signer, chain, string.Concat(certificates.Select(certificate => certificate.ExportCertificatePem() + "\n")));
    }

    public void Dispose() => Signer.Dispose();
}
