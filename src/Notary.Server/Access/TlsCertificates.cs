using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Notary.Server;

/// <summary>The files of TLS.</summary>
/// <param name="Certificate">PEM: the server's certificate, then those between it and its root.</param>
/// <param name="Key">PEM: its private key, unencrypted.</param>
/// <param name="ClientRoots">PEM: whose client certificates are let as far as the accounts; null asks for none.</param>
public sealed record TlsOptions(string Certificate, string Key, string? ClientRoots);

/// <summary>
/// The TLS of both hosts. The files are looked at again when a connection comes, at most once a second: certificates that
/// are renewed every few weeks take effect without a restart. Files that cannot be used leave the ones before in force, and
/// the log says so: a certificate half written must not end the service.
/// </summary>
internal sealed class TlsCertificates : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly TlsOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Lock gate = new();

    // Guarded by the gate; connections that began under older files keep theirs.
    private Loaded loaded;
    private long looked;

    /// <exception cref="ServerRefusedException">The files cannot be used.</exception>
    public TlsCertificates(TlsOptions options, TimeProvider time, ILogger logger)
    {
        (this.options, this.time, this.logger) = (options, time, logger);
        try
        {
            loaded = Load();
        }
        catch (Exception e) when (IsUnusable(e))
        {
            throw new ServerRefusedException(
                $"the TLS certificate {options.Certificate} with the key {options.Key} cannot be used: {e.Message}", "give PEM files that belong together, the key unencrypted");
        }

        looked = time.GetTimestamp();
        LogMessages.CertificateServed(logger, loaded.Server.Subject, loaded.Server.NotAfter);
    }

    /// <summary>What one connection is offered.</summary>
    public SslServerAuthenticationOptions ForConnection(SslApplicationProtocol protocol)
    {
        var now = Current();
        var offered = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = now.Context,
            ApplicationProtocols = [protocol],
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        if (now.ClientRoots is { } roots)
        {
            offered.ClientCertificateRequired = true;
            // None is no error: an API key may be shown instead. Which certificates let somebody in, the accounts say.
            offered.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is null || IsIssuedBy(roots, (X509Certificate2)certificate);
        }

        return offered;
    }

    public void Dispose()
    {
        // Not disposed of while connections use them: the process ends, or a test does.
        lock (gate)
            loaded.Server.Dispose();
    }

    private Loaded Current()
    {
        lock (gate)
        {
            if (time.GetElapsedTime(looked) < LookInterval)
                return loaded;
            looked = time.GetTimestamp();
            var stamp = Stamp();
            if (stamp == loaded.Stamp)
                return loaded;
            try
            {
                loaded = Load();
                LogMessages.CertificateServed(logger, loaded.Server.Subject, loaded.Server.NotAfter);
            }
            catch (Exception e) when (IsUnusable(e))
            {
                loaded = loaded with { Stamp = stamp };
                LogMessages.CertificateUnusable(logger, options.Certificate, e);
            }

            return loaded;
        }
    }

    private Loaded Load()
    {
        var stamp = Stamp();
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(options.Certificate);
        using var pem = X509Certificate2.CreateFromPemFile(options.Certificate, options.Key);
        // Through PKCS #12: on Windows, TLS takes no key that was only read.
        var server = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        X509Certificate2Collection? roots = null;
        if (options.ClientRoots is { } path)
        {
            roots = [];
            roots.ImportFromPemFile(path);
            if (roots.Count == 0)
                throw new CryptographicException($"{path} holds no certificate");
        }

        var others = new X509Certificate2Collection(chain.Skip(1).ToArray());
        return new Loaded(server, SslStreamCertificateContext.Create(server, others, offline: true), roots, stamp);
    }

    private (DateTime, DateTime, DateTime) Stamp() => (
        File.GetLastWriteTimeUtc(options.Certificate), File.GetLastWriteTimeUtc(options.Key),
        options.ClientRoots is { } roots ? File.GetLastWriteTimeUtc(roots) : default);

    private bool IsIssuedBy(X509Certificate2Collection roots, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2"));
        return chain.Build(certificate);
    }

    private static bool IsUnusable(Exception e) => e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    private sealed record Loaded(
        X509Certificate2 Server, SslStreamCertificateContext Context, X509Certificate2Collection? ClientRoots, (DateTime, DateTime, DateTime) Stamp);
}
