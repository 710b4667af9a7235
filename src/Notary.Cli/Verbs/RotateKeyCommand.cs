using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Notary.Server;

namespace Notary.Cli;

/// <summary><c>notary rotate-key</c>: a ledger goes over to a new key, and its entries say so.</summary>
internal static class RotateKeyCommand
{
    private static readonly Option<string> Data = new("--data") { Description = "The ledger's folder; its server must be stopped.", HelpName = "DIR", Required = true };
    private static readonly Option<string?> Mark = new("--high-water-mark") { Description = "The mark's file, where 'serve' was given one.", HelpName = "PATH" };
    private static readonly Option<bool> Keep = new("--keep-old-key") { Description = "Keep the old key's file beside the new one; deleted unless given." };
    private static readonly Option<bool> Compromised = new("--old-key-is-compromised") { Description = "Somebody else may hold the old key: no client is to follow it to the new one." };

    public static Command Create(CliContext context)
    {
        var command = new Command("rotate-key", """
            Change the key of a ledger. A new key is made, an entry on the ledger names it, and one checkpoint
            bears both signatures: clients that trust the old key follow by themselves. Run again after an
            interruption, it finishes what was begun.
            """)
        {
            Data, Mark, Keep, Compromised,
        };
        command.SetAction(arguments => Run(context, arguments));
        return command;
    }

    private static int Run(CliContext context, ParseResult arguments)
    {
        var options = new LedgerOptions
        {
            DataDirectory = arguments.GetRequiredValue(Data) is { Length: > 0 } data ? data : throw CliException.Input("--data: is empty"),
            HighWaterMarkPath = arguments.GetValue(Mark),
            TimeProvider = context.Time,
            Randomness = context.Random,
        };
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(new TerminalLogs(context.Terminal)));
        var choice = new KeyRotationChoice(arguments.GetValue(Keep), arguments.GetValue(Compromised));
        var result = KeyRotation.Run(options, choice, loggers.CreateLogger<Ledger>());
        Print(context.Terminal, result, choice);
        return ExitCode.Pass;
    }

    private static void Print(Terminal terminal, KeyRotationResult result, KeyRotationChoice choice)
    {
        if (result.IsResumed)
            terminal.Line("an earlier key change had been interrupted; it is finished now, and no other one was made");
        terminal.Fields(
            ("ledger", result.New.Name),
            ("entry", result.Index.ToString(CultureInfo.InvariantCulture)),
            ("old key", result.Old.ToString()),
            ("new key", result.New.ToString()),
            ("old file", result.KeptAt ?? "deleted: it signs nothing any more"));
        terminal.Line(choice.OldKeyIsCompromised
            ? "publish the new key and the time of the compromise: no client follows by itself, and each trust file must be changed by hand"
            : "publish the new key; clients that trust the old one follow by themselves at their next visit");
    }
}
