using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>Files of certificates and private keys of an operator's own.</summary>
internal static class SignerFiles
{
    private const int MaximumSize = 1 << 20;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <exception cref="ServerRefusedException">It cannot be read, or is too large for what is in such files.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            return new FileInfo(path).Length <= MaximumSize
                ? File.ReadAllBytes(path)
                : throw new ServerRefusedException($"{path} is too large for certificates or a key", "give a file of certificates or a key");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ServerRefusedException($"{path} cannot be read ({e.Message})", "check its name and who may read it");
        }
    }

    /// <summary>What is secret, and readable by its owner alone.</summary>
    /// <exception cref="ServerRefusedException">As <see cref="Read"/>, or others may read or write it.</exception>
    public static byte[] ReadSecret(string path)
    {
        var bytes = Read(path);
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
            throw new ServerRefusedException($"the key {path} may be read or written by others than its owner", $"chmod 600 {path}");
        return bytes;
    }

    /// <exception cref="ServerRefusedException">There is no certificate in it.</exception>
    public static X509Certificate2Collection ReadChain(string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(Encoding.UTF8.GetString(Read(path)));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            certificates.Clear();
        }

        return certificates.Count > 0
            ? certificates
            : throw new ServerRefusedException($"{path} holds no certificate in PEM", "give the certificate, then those above it");
    }

    /// <summary>The first certificate of a file, with its private key from another.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="certificatePath">Its file, to be said.</param>
    /// <param name="keyPath">PEM.</param>
    /// <param name="password">Of a key that is encrypted; null for one that is not.</param>
    /// <exception cref="ServerRefusedException">They do not belong together, or the key cannot be read.</exception>
    public static X509Certificate2 WithKey(X509Certificate2 certificate, string certificatePath, string keyPath, string? password)
    {
        var key = ReadSecret(keyPath);
        try
        {
            var (pem, text) = (certificate.ExportCertificatePem(), Encoding.UTF8.GetString(key));
            return password is null ? X509Certificate2.CreateFromPem(pem, text) : X509Certificate2.CreateFromEncryptedPem(pem, text, password);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // What the framework says of a key could quote it.
            throw new ServerRefusedException(
                $"{keyPath} is not the private key, {(password is null ? "unencrypted" : "encrypted under that password")} and in PEM, of the first certificate in {certificatePath}",
                "give the two that belong together");
        }
    }
}
