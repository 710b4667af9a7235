using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Notary.Server;

namespace Notary.Cli;

/// <summary><c>notary account key</c>, <c>certificate</c>, <c>subject</c> and <c>revoke</c>: what members show to be let in.</summary>
internal static class CredentialCommands
{
    private const int PemBytes = 1 << 20;
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromDays(365);

    private static readonly Option<string> ScopesOption = new("--scopes") { Description = "What it may be used for, within the member's role: all, or some of deposit,read,keys,audit,identity,settings.", HelpName = "LIST", DefaultValueFactory = _ => "all" };
    private static readonly Option<TimeSpan?> Expires = Durations.Option("--expires", "How long it is taken; 365d unless given.");
    private static readonly Option<string?> Out = new("--out") { Description = "Write the key to a file that is not there yet, instead of showing it.", HelpName = "FILE" };
    private static readonly Argument<string> CertificateFile = new("FILE") { Description = "The client certificate in PEM." };
    private static readonly Argument<string> Issuer = new("ISSUER") { Description = "The OpenID Connect issuer, as in its tokens." };
    private static readonly Argument<string> Subject = new("SUBJECT") { Description = "The subject, as in the issuer's tokens." };
    private static readonly Argument<long> Number = new("NUMBER") { Description = "The credential's number, as 'notary account list' shows it." };

    public static void AddTo(Command command, CliContext context, Option<string> data, Argument<string> id, Argument<string> member)
    {
        var key = new Command("key", "Make an API key. It is shown once.") { id, member, data, ScopesOption, Expires, Out };
        key.SetAction(arguments => AccountCommand.Change(context, arguments, create: false, register => CreateKey(
            context, arguments, register, arguments.GetRequiredValue(id), arguments.GetRequiredValue(member))));
        var certificate = new Command("certificate", "Let a member in by a client certificate.") { id, member, CertificateFile, data, ScopesOption, Expires };
        certificate.SetAction(arguments => AccountCommand.Change(context, arguments, create: false, register =>
        {
            using var shown = Load(arguments.GetRequiredValue(CertificateFile));
            Tell(context, register.AddCertificate(
                AccountRegister.LocalActor, arguments.GetRequiredValue(id), arguments.GetRequiredValue(member), shown, ReadScopes(arguments), Lifetime(arguments)));
        }));
        var subject = new Command("subject", "Let a member in by the tokens of an OpenID Connect issuer.") { id, member, Issuer, Subject, data, ScopesOption, Expires };
        subject.SetAction(arguments => AccountCommand.Change(context, arguments, create: false, register => Tell(context, register.AddSubject(
            AccountRegister.LocalActor, arguments.GetRequiredValue(id), arguments.GetRequiredValue(member),
            arguments.GetRequiredValue(Issuer), arguments.GetRequiredValue(Subject), ReadScopes(arguments), Lifetime(arguments)))));
        var revoke = new Command("revoke", "Take a key, certificate or subject no more. A running server knows within a second.") { Number, data };
        revoke.SetAction(arguments => AccountCommand.Change(context, arguments, create: false, register =>
        {
            register.Revoke(AccountRegister.LocalActor, arguments.GetRequiredValue(Number));
            context.Terminal.Line(string.Create(CultureInfo.InvariantCulture, $"credential {arguments.GetRequiredValue(Number)} is not taken any more"));
        }));
        foreach (var verb in (Command[])[key, certificate, subject, revoke])
            command.Subcommands.Add(verb);
    }

    private static void CreateKey(CliContext context, ParseResult arguments, AccountRegister register, string id, string member)
    {
        var path = arguments.GetValue(Out);
        if (path is not null)
            NewFile.CheckFree(path);
        var (key, number) = register.CreateApiKey(AccountRegister.LocalActor, id, member, ReadScopes(arguments), Lifetime(arguments));
        if (path is null)
        {
            // The key alone on standard output, so that a script can put it where it belongs.
            context.Terminal.Line(key);
            context.Terminal.Hint("this is the only time that the key is shown: the server keeps its hash");
            return;
        }

        NewFile.Write(path, DurableFile.Private, key + "\n");
        Tell(context, number);
        context.Terminal.Line($"the key is in {path}, for its member alone; the server keeps its hash");
    }

    private static void Tell(CliContext context, long number) =>
        context.Terminal.Line(string.Create(CultureInfo.InvariantCulture, $"credential {number} is made"));

    private static Scopes ReadScopes(ParseResult arguments)
    {
        var words = arguments.GetRequiredValue(ScopesOption);
        return AccessWords.ParseScopes(words) ?? throw CliException.Input($"{ScopesOption.Name} {words}: is not 'all' or a list such as deposit,read");
    }

    private static TimeSpan? Lifetime(ParseResult arguments) => arguments.GetValue(Expires) ?? DefaultLifetime;

    private static X509Certificate2 Load(string path)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(InputFile.ReadAll(path, PemBytes, "a certificate"));
        }
        catch (CryptographicException exception)
        {
            throw CliException.Input($"{path}: is no certificate: {exception.Message}");
        }
    }
}
