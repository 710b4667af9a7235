using System.CommandLine;
using Notary.Server;

namespace Notary.Cli;

/// <summary>The options of <c>notary serve</c> on TLS.</summary>
internal static class TlsArguments
{
    private static readonly Option<string?> Certificate = new("--tls-certificate") { Description = "Serve both ports over TLS: the certificate in PEM, then those above it. Looked at again while the server runs.", HelpName = "FILE" };
    private static readonly Option<string?> Key = new("--tls-key") { Description = "The private key of that certificate, in PEM.", HelpName = "FILE" };
    private static readonly Option<string?> ClientRoots = new("--client-ca") { Description = "Ask callers for a client certificate of these roots, in PEM. Whom one lets in, 'notary account certificate' says.", HelpName = "FILE" };

    public static IEnumerable<Option> All => [Certificate, Key, ClientRoots];

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
