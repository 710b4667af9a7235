using System.CommandLine;
using System.Security.Cryptography;
using Notary.Core;

namespace Notary.Cli;

/// <summary><c>notary keygen</c>: a depositor's signing key. Its public half is printed, the file is for its owner alone.</summary>
internal static class KeygenCommand
{
    private static readonly Option<string> Name = new("--name") { Description = "The account: a-z, 0-9, '-'.", HelpName = "NAME", Required = true };
    private static readonly Option<string> Out = new("--out") { Description = "A file that is not there yet.", HelpName = "FILE", Required = true };

    public static Command Create(CliContext context)
    {
        var command = new Command("keygen", "Make a signing key and print its public half.") { Name, Out };
        command.SetAction(arguments => Run(context, arguments.GetRequiredValue(Name), arguments.GetRequiredValue(Out)));
        return command;
    }

    private static int Run(CliContext context, string name, string path)
    {
        if (!TextRules.IsAccount(name))
            throw CliException.Input($"--name {name}: is not 1 to {Limits.AccountCharacters} characters of a-z, 0-9, '-'");
        var seed = new byte[SigningKey.SeedSize];
        context.Random.GetBytes(seed);
        var key = SigningKey.Create(name, seed);
        CryptographicOperations.ZeroMemory(seed);
        NewFile.Write(path, DurableFile.Private, key.ToSecretString() + "\n");
        context.Terminal.Line(key.Verifier.ToString());
        return ExitCode.Pass;
    }
}
