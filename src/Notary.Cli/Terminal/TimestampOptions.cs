using System.CommandLine;
using Notary.Core;
using Notary.Server;

namespace Notary.Cli;

/// <summary>The options of <c>notary serve</c> on time-stamps: its own authority, and those that stamp its checkpoints.</summary>
internal static class TimestampOptions
{
    private static readonly Option<string?> Certificate = new("--tsa-certificate") { Description = "Serve a time-stamping authority (RFC 3161) at /tsa: its certificate in PEM, then those above it. 'notary ca init' makes one.", HelpName = "FILE" };
    private static readonly Option<string?> Key = new("--tsa-key") { Description = "The private key of that certificate, in PEM.", HelpName = "FILE" };
    private static readonly Option<string?> Policy = new("--tsa-policy") { Description = "The policy that its tokens name, an object identifier.", HelpName = "OID" };

    private static readonly Option<string[]> Outside = new("--outside-tsa")
    {
        Description = "An independent authority that stamps the ledger's checkpoints, and the file of its root certificates in PEM. Any number.",
        HelpName = "URL=FILE",
        AllowMultipleArgumentsPerToken = false,
    };

    private static readonly Option<TimeSpan?> Every = Durations.Option("--stamp-every", "How often each of them stamps while the ledger grows; 1m unless given.");

    public static IEnumerable<Option> All => [Certificate, Key, Policy, Outside, Every];

    /// <exception cref="CliException">One without the other.</exception>
    public static AuthorityOptions? ReadAuthority(ParseResult arguments)
    {
        var (certificate, key, policy) = (arguments.GetValue(Certificate), arguments.GetValue(Key), arguments.GetValue(Policy));
        if (certificate is null != key is null)
            throw CliException.Input($"{(certificate is null ? Key : Certificate).Name} is given without {(certificate is null ? Certificate : Key).Name}", "an authority needs both");
        if (certificate is null && policy is not null)
            throw CliException.Input($"{Policy.Name} is given without {Certificate.Name}", "an authority needs a certificate and a key");
        return certificate is null ? null : new AuthorityOptions(certificate, key!, policy);
    }

    /// <exception cref="CliException">Not of the form, or a file that holds no root.</exception>
    public static IReadOnlyList<OutsideAuthority> ReadOutside(ParseResult arguments) => [.. (arguments.GetValue(Outside) ?? []).Select(text => ReadAuthority(Outside.Name, text))];

    public static TimeSpan ReadInterval(ParseResult arguments) => arguments.GetValue(Every) ?? TimeSpan.FromMinutes(1);

    /// <param name="option">What it was given with, to be said.</param>
    /// <param name="text">URL=FILE.</param>
    /// <exception cref="CliException">Not of the form, or a file that holds no root.</exception>
    public static OutsideAuthority ReadAuthority(string option, string text)
    {
        // The last one: a URL's query may hold others.
        var equals = text.LastIndexOf('=');
        if (equals > 0 && equals < text.Length - 1 && Uri.TryCreate(text[..equals], UriKind.Absolute, out var url))
            return new OutsideAuthority(url, TimestampRootsFile.Read(option, text[(equals + 1)..]));
        throw CliException.Input($"{option} {text}: is not of the form URL=FILE", $"for example {option} https://tsa.example.org/tsr=roots.pem");
    }
}
