using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>Makes a sealer of the files that an operator, or a firm that seals what it shows, was given by its CA or has made.</summary>
public static class SealerFiles
{
    private const byte Der = 0x30;
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(30);

    /// <param name="options">The files.</param>
    /// <param name="own">Who stamps where the options name nobody; null: nobody.</param>
    /// <param name="time">The clock; a certificate that has ended seals nothing.</param>
    /// <param name="randomness">For the nonces of time-stamp queries.</param>
    /// <exception cref="ServerRefusedException">They are not that, do not belong together, or must not seal.</exception>
    public static Sealer Open(SealOptions options, SealStamp? own, TimeProvider time, RandomNumberGenerator randomness)
    {
        var password = options.PasswordPath is { } path ? ReadPassword(path) : null;
        var file = SignerFiles.Read(options.CertificatePath);
        var (signer, others) = file is [Der, ..] ? ReadPkcs12(options, password) : ReadPem(options, password);
        if (SealVerification.CertificateProblem(signer) is { } problem)
            throw new ServerRefusedException(
                $"nobody may seal under the certificate {options.CertificatePath}: a seal {problem.English}", "ask your CA for one for signing documents, or make one with 'notary ca seal'");
        var sealer = new Sealer(signer, Above(signer, others), options.Authority is { } authority ? Outside(authority, time, randomness) : own);
        return sealer.IsValidAt(time.GetUtcNow())
            ? sealer
            : throw new ServerRefusedException(
                $"the seal's certificate {options.CertificatePath} is valid from {signer.NotBefore.ToUniversalTime():u} to {signer.NotAfter.ToUniversalTime():u}, and so not now", "renew it");
    }

    private static (X509Certificate2 Signer, X509Certificate2Collection Others) ReadPem(SealOptions options, string? password)
    {
        var certificates = SignerFiles.ReadChain(options.CertificatePath);
        return options.KeyPath is { } key
            ? (SignerFiles.WithKey(certificates[0], options.CertificatePath, key, password), certificates)
            : throw new ServerRefusedException($"the certificate {options.CertificatePath} is given without its key", "give the key as well, or both in one PKCS #12 file");
    }

    private static (X509Certificate2 Signer, X509Certificate2Collection Others) ReadPkcs12(SealOptions options, string? password)
    {
        var path = options.CertificatePath;
        if (options.KeyPath is not null)
            throw new ServerRefusedException($"{path} is PKCS #12, which holds its key", "give no other key");
        try
        {
            var all = X509CertificateLoader.LoadPkcs12Collection(SignerFiles.ReadSecret(path), password);
            return all.Where(certificate => certificate.HasPrivateKey).ToList() is [var signer]
                ? (signer, all)
                : throw new ServerRefusedException($"{path} does not hold one private key with its certificate", "export one");
        }
        catch (CryptographicException)
        {
            throw new ServerRefusedException(
                $"{path} is neither PEM nor PKCS #12 {(password is null ? "without a password" : "under that password")}", "give its password in a file of its own");
        }
    }

    /// <summary>The certificates above one, each the issuer of the one before, without the root: a verifier has its own.</summary>
    private static List<X509Certificate2> Above(X509Certificate2 signer, X509Certificate2Collection others)
    {
        var above = new List<X509Certificate2>();
        var last = signer;
        while (above.Count < SealLimits.Certificates - 1 && !CertificateFacts.IsSelfMade(last)
            && others.FirstOrDefault(other => other.SubjectName.RawData.AsSpan().SequenceEqual(last.IssuerName.RawData)) is { } issuer
            && !CertificateFacts.IsSelfMade(issuer) && !above.Contains(issuer))
        {
            above.Add(issuer);
            last = issuer;
        }

        return above;
    }

    private static string ReadPassword(string path)
    {
        var text = Encoding.UTF8.GetString(SignerFiles.ReadSecret(path)).TrimEnd('\n').TrimEnd('\r');
        return text.Contains('\n', StringComparison.Ordinal) ? throw new ServerRefusedException($"{path} has more than one line", "write the password alone into it") : text;
    }

    private static SealStamp Outside(OutsideAuthority authority, TimeProvider time, RandomNumberGenerator randomness)
    {
        // One address, not followed elsewhere, as for the ledger's own stamps. It lives as long as the process.
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = AnswerWithin }) { Timeout = AnswerWithin };
        var client = new TimestampClient(http, authority, time, randomness);
        return client.StampAsync;
    }
}
