using System.CommandLine;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Notary.Core;
using Notary.Server;

namespace Notary.Cli;

/// <summary>
/// What this client shows a server, and by which roots it knows the server. Secrets come from files or the environment, never
/// from the command line, which every user of a machine can read in the list of processes.
/// </summary>
internal sealed class ClientIdentity
{
    private const int PemBytes = 1 << 20;
    private const int KeyFileBytes = 4_096;

    private static readonly Option<string?> KeyFile = new("--api-key-file") { Description = "File with the API key, or NOTARY_API_KEY_FILE, or the key itself in NOTARY_API_KEY.", HelpName = "FILE" };
    private static readonly Option<string?> Roots = new("--ca") { Description = "Root certificates that the server's is checked by, in PEM, instead of this machine's; or NOTARY_CA.", HelpName = "FILE" };
    private static readonly Option<string?> Certificate = new("--client-certificate") { Description = "Client certificate in PEM; or NOTARY_CLIENT_CERTIFICATE.", HelpName = "FILE" };
    private static readonly Option<string?> CertificateKey = new("--client-key") { Description = "Its private key in PEM; or NOTARY_CLIENT_KEY.", HelpName = "FILE" };

    private readonly string? apiKey;
    private readonly X509Certificate2Collection? roots;
    private readonly X509Certificate2? certificate;

    private ClientIdentity(string? apiKey, X509Certificate2Collection? roots, X509Certificate2? certificate, IReadOnlyList<string> arguments) =>
        (this.apiKey, this.roots, this.certificate, Arguments) = (apiKey, roots, certificate, arguments);

    /// <summary>A client that shows nothing.</summary>
    public static ClientIdentity None { get; } = new(null, null, null, []);

    /// <summary>The options to give again; the environment is as it is.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>Whether there is something to show: then the account is asked for.</summary>
    public bool IsSomebody => apiKey is not null || certificate is not null;

    public static void AddTo(Command command)
    {
        foreach (var option in (Option[])[KeyFile, Roots, Certificate, CertificateKey])
            command.Options.Add(option);
    }

    /// <exception cref="CliException">A file is not what it must be.</exception>
    public static ClientIdentity Read(ParseResult arguments)
    {
        var given = new List<string>();
        var (keyFile, roots) = (Find(arguments, KeyFile, "NOTARY_API_KEY_FILE", given), Find(arguments, Roots, "NOTARY_CA", given));
        var (certificate, key) = (Find(arguments, Certificate, "NOTARY_CLIENT_CERTIFICATE", given), Find(arguments, CertificateKey, "NOTARY_CLIENT_KEY", given));
        if (certificate is null != key is null)
            throw CliException.Input($"{(certificate is null ? CertificateKey : Certificate).Name} is given without {(certificate is null ? Certificate : CertificateKey).Name}", "a client certificate needs both");
        return new ClientIdentity(ReadApiKey(keyFile), roots is null ? null : ReadRoots(roots), certificate is null ? null : ReadCertificate(certificate, key!), given);
    }

    /// <summary>The way to a server, with what is to be shown on it.</summary>
    /// <exception cref="CliException">A key would go over a network in the clear.</exception>
    public HttpMessageHandler Connect(Uri server)
    {
        if (IsSomebody && server.Scheme != Uri.UriSchemeHttps && !server.IsLoopback)
            throw CliException.Input($"{server.GetLeftPart(UriPartial.Authority)} is reached without TLS, and a key sent there could be read on the way", "give its https address");
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(5),
            // A proxy between a process and its own machine would only see titles that are none of its business.
            UseProxy = !server.IsLoopback,
            // A server that sends its callers elsewhere would have their keys sent there.
            AllowAutoRedirect = false,
        };
        if (roots is not null)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }

        if (certificate is not null)
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);
        return apiKey is null ? handler : new ShowingKey(apiKey, handler);
    }

    private static string? Find(ParseResult arguments, Option<string?> option, string variable, List<string> given)
    {
        if (arguments.GetValue(option) is not { } value)
            return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } set ? set : null;
        given.AddRange([option.Name, value]);
        return value;
    }

    private static string? ReadApiKey(string? file)
    {
        var text = file is null
            ? Environment.GetEnvironmentVariable("NOTARY_API_KEY")
            : StrictText.Decode("API key", InputFile.ReadAll(file, KeyFileBytes, "an API key"));
        if (string.IsNullOrEmpty(text))
            return null;
        // The text itself is never repeated: it may be a key with one character too many.
        return ApiKey.IsKey(text.TrimEnd('\n'))
            ? text.TrimEnd('\n')
            : throw CliException.Input($"{file ?? "NOTARY_API_KEY"}: is no API key: {ApiKey.Prefix} and 43 letters, digits, '-' or '_'", "the operator makes one with 'notary account key'");
    }

    private static X509Certificate2Collection ReadRoots(string path)
    {
        var roots = new X509Certificate2Collection();
        Parse(path, () => roots.ImportFromPem(ReadPem(path)));
        return roots.Count > 0 ? roots : throw CliException.Input($"{path}: holds no certificate in PEM");
    }

    private static X509Certificate2 ReadCertificate(string path, string key) => Parse(path, () =>
    {
        using var pem = X509Certificate2.CreateFromPem(ReadPem(path), ReadPem(key));
        // Through PKCS #12: on Windows, TLS takes no key that was only read.
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    });

    private static string ReadPem(string path) => StrictText.Decode("PEM", InputFile.ReadAll(path, PemBytes, "a PEM file"));

    private static void Parse(string path, Action parse) => Parse(path, () =>
    {
        parse();
        return true;
    });

    private static T Parse<T>(string path, Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw CliException.Input($"{path}: is not what it must be: {exception.Message}", "give certificates and unencrypted keys in PEM");
        }
    }

    private sealed class ShowingKey(string key, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.TryAddWithoutValidation("authorization", $"Bearer {key}");
            return base.SendAsync(request, cancellationToken);
        }
    }
}
