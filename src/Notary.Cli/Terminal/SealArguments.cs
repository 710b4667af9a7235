using System.CommandLine;
using Notary.Core;
using Notary.Server;

namespace Notary.Cli;

/// <summary>The options of the verbs that seal PDFs: an operator's server, or a firm that seals what it shows.</summary>
internal static class SealArguments
{
    private static readonly Option<string?> Certificate = new("--seal-certificate") { Description = "Seal PDFs (PAdES): the sealer's certificate in PEM, then those above it; or PKCS #12, with its key. 'notary ca seal' makes one.", HelpName = "FILE" };
    private static readonly Option<string?> Key = new("--seal-key") { Description = "The private key of that certificate, in PEM.", HelpName = "FILE" };
    private static readonly Option<string?> Password = new("--seal-password") { Description = "A file with the password of that key or PKCS #12.", HelpName = "FILE" };
    private static readonly Option<string?> Authority = new("--seal-tsa") { Description = "A time-stamping authority that stamps each seal, and the file of its root certificates in PEM.", HelpName = "URL=FILE" };

    public static IEnumerable<Option> All => [Certificate, Key, Password, Authority];

    /// <summary>Whether somebody else's server is asked, whose TLS certificate must be judged.</summary>
    public static bool AskAnAuthority(ParseResult arguments) => arguments.GetValue(Authority) is not null;

    /// <summary>Null when nothing is to be sealed.</summary>
    /// <exception cref="CliException">One without the other.</exception>
    public static SealOptions? Read(ParseResult arguments)
    {
        var (certificate, authority) = (arguments.GetValue(Certificate), arguments.GetValue(Authority));
        if (certificate is not null)
            return new SealOptions(
                certificate, arguments.GetValue(Key), arguments.GetValue(Password), authority is null ? null : TimestampOptions.ReadAuthority(Authority.Name, authority));
        return ((Option<string?>[])[Key, Password, Authority]).FirstOrDefault(option => arguments.GetValue(option) is not null) is { } alone
            ? throw CliException.Input($"{alone.Name} is given without {Certificate.Name}", "a seal needs a certificate")
            : null;
    }

    /// <summary>Null when nothing is to be sealed.</summary>
    /// <exception cref="CliException">As <see cref="Read"/>.</exception>
    /// <exception cref="ServerRefusedException">The files cannot be used.</exception>
    public static Sealer? Open(CliContext context, ParseResult arguments) =>
        Read(arguments) is { } options ? SealerFiles.Open(options, own: null, context.Time, context.Random) : null;

    /// <summary>Seals; that nobody stamps it is an error of the authority's.</summary>
    /// <exception cref="CliException">The authority gives no time-stamp.</exception>
    public static async Task<byte[]> SealAsync(Func<Task<byte[]>> seal)
    {
        try
        {
            return await seal();
        }
        catch (StampFailedException exception)
        {
            throw new CliException(ExitCode.Server, $"{Authority.Name}: no time-stamp for the seal: {exception.Message}", $"nothing was written; try again, or leave out {Authority.Name}");
        }
    }
}
