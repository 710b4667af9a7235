using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Notary.Core;

namespace Notary.Server;

/// <summary>An authority's certificate with its private key, and the certificates above it. Not the ledger's key.</summary>
internal sealed class TimestampCredentials : IDisposable
{
    private const int MaximumSize = 1 << 20;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

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
        var certificates = LoadChain(certificatePath);
        var signer = LoadSigner(certificates[0], certificatePath, keyPath);
        if (TimestampVerification.SignerProblem(signer) is { } problem)
            throw new ServerRefusedException(
                $"no time-stamp may be signed under the certificate {certificatePath}: a token {problem.English}", "make one with 'notary ca init', or ask your CA for one");
        X509Certificate2Collection chain = [signer, .. certificates.Skip(1).Where(certificate => !IsSelfIssued(certificate))];
        return new TimestampCredentials(signer, chain, string.Concat(certificates.Select(certificate => certificate.ExportCertificatePem() + "\n")));
    }

    public void Dispose() => Signer.Dispose();

    private static X509Certificate2Collection LoadChain(string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(Read(path));
        }
        catch (CryptographicException)
        {
            certificates.Clear();
        }

        return certificates.Count > 0
            ? certificates
            : throw new ServerRefusedException($"{path} holds no certificate in PEM", "give the authority's certificate, then those above it");
    }

    private static X509Certificate2 LoadSigner(X509Certificate2 certificate, string certificatePath, string keyPath)
    {
        var key = Read(keyPath);
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(keyPath) & Others) != 0)
            throw new ServerRefusedException($"the key {keyPath} may be read or written by others than its owner", $"chmod 600 {keyPath}");
        try
        {
            return X509Certificate2.CreateFromPem(certificate.ExportCertificatePem(), key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // What the framework says of a key could quote it.
            throw new ServerRefusedException(
                $"{keyPath} is not the private key, unencrypted and in PEM, of the first certificate in {certificatePath}", "give the two that belong together");
        }
    }

    private static string Read(string path)
    {
        try
        {
            return new FileInfo(path).Length <= MaximumSize
                ? File.ReadAllText(path)
                : throw new ServerRefusedException($"{path} is too large for PEM", "give a file of certificates or a key");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServerRefusedException($"{path} cannot be read ({e.Message})", "check its name and who may read it");
        }
    }

    private static bool IsSelfIssued(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
}
