using System.CommandLine;
using Notary.Server;

namespace Notary.Cli;

/// <summary>The options of <c>notary serve</c> on TLS, and on whom it believes.</summary>
internal static class TlsArguments
{
    private static readonly Option<string?> Certificate = new("--tls-certificate") { Description = "Serve both ports over TLS: the certificate in PEM, then those above it. Looked at again while the server runs.", HelpName = "FILE" };
    private static readonly Option<string?> Key = new("--tls-key") { Description = "The private key of that certificate, in PEM.", HelpName = "FILE" };
    private static readonly Option<string?> ClientRoots = new("--client-ca") { Description = "Ask callers for a client certificate of these roots, in PEM. Whom one lets in, 'notary account certificate' says.", HelpName = "FILE" };

    private static readonly Option<Uri?> Issuer = new("--oidc-issuer") { Description = "Take the bearer tokens of this OpenID Connect issuer too. Whom one lets in, 'notary account subject' says.", HelpName = "URL" };
    private static readonly Option<string?> Audience = new("--oidc-audience") { Description = "What its tokens must be for.", HelpName = "NAME" };

    public static IEnumerable<Option> All => [Certificate, Key, ClientRoots, Issuer, Audience];

    /// <exception cref="CliException">One without the other.</exception>
    public static OpenIdOptions? ReadOpenId(ParseResult arguments)
    {
        var (issuer, audience) = (arguments.GetValue(Issuer), arguments.GetValue(Audience));
        if (issuer is null != audience is null)
            throw CliException.Input($"{(issuer is null ? Audience.Name : Issuer.Name)} is given without {(issuer is null ? Issuer.Name : Audience.Name)}", "a token must be for this ledger, or one for another service would do");
        return issuer is null ? null : new OpenIdOptions(issuer, audience!);
    }

    /// <exception cref="CliException">One without the other.</exception>
    public static TlsOptions? Read(ParseResult arguments)
    {
        var (certificate, key, roots) = (arguments.GetValue(Certificate), arguments.GetValue(Key), arguments.GetValue(ClientRoots));
        if (certificate is null != key is null)
            throw CliException.Input($"{(certificate is null ? Key : Certificate).Name} is given without {(certificate is null ? Certificate : Key).Name}", "TLS needs both");
        if (certificate is null && roots is not null)
            throw CliException.Input($"{ClientRoots.Name} is given without {Certificate.Name}", "client certificates need TLS");
        return certificate is null ? null : new TlsOptions(certificate, key!, roots);
    }
}
