using System.CommandLine;
using System.Globalization;
using Notary.Core;
using Notary.Server;

namespace Notary.Cli;

/// <summary><c>notary restore</c>: puts a backup into a folder that holds no ledger, and says what a server still needs.</summary>
internal static class RestoreCommand
{
    private static readonly Argument<string> Backup = new("FILE") { Description = "What 'notary backup' wrote." };
    private static readonly Option<string> Data = new("--data") { Description = "The folder that the ledger is restored into; it must be empty, but for the ledger's key, or not there.", HelpName = "DIR", Required = true };
    private static readonly Option<string?> Key = new("--key") { Description = "The ledger's key file, when it is not in the backup.", HelpName = "FILE" };
    private static readonly Option<string?> Mark = new("--high-water-mark") { Description = "The mark's file, where 'serve' is given one. It is never written here.", HelpName = "PATH" };

    public static Command Create(CliContext context)
    {
        var command = new Command("restore", "Put a backup into an empty folder. A server refuses it where the ledger had been further.") { Backup, Data, Key, Mark };
        command.SetAction((arguments, cancellation) => Task.FromResult(Run(context, arguments, cancellation)));
        return command;
    }

    private static int Run(CliContext context, ParseResult arguments, CancellationToken cancellation)
    {
        var (path, data, key) = (arguments.GetRequiredValue(Backup), arguments.GetRequiredValue(Data), arguments.GetValue(Key));
        if (!File.Exists(path))
            throw CliException.Input($"{path}: no such file");
        if (data.Length == 0)
            throw CliException.Input("--data: is empty");
        if (key is not null && !File.Exists(key))
            throw CliException.Input($"--key {key}: no such file");
        var report = StageBars.Run(
            context.Terminal, progress => LedgerRestore.Run(path, data, arguments.GetValue(Mark), key, progress, cancellation));
        context.Terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Check.Origin}: {report.Check.Size:N0} entries of {Timestamp.Format(report.Taken)} in {data}; every one, and every hash, record and index row, was checked"));
        Tell(context.Terminal, report, data);
        return ExitCode.Pass;
    }

    /// <summary>What keeps a server from starting.</summary>
    private static void Tell(Terminal terminal, RestoreReport report, string data)
    {
        if (!report.HasKey)
            terminal.Warning($"the key is not there yet: put the ledger's key file into {data} as ledger.key");
        if (!report.MarkExists)
            terminal.Warning($"there is no high-water mark {report.MarkPath}: bring the ledger's own from where it ran, for it alone tells whether this backup is its last state");
        if (report.IsOlder)
        {
            terminal.Warning(string.Create(
                CultureInfo.InvariantCulture,
                $"the ledger had {report.MarkSize:N0} entries when its high-water mark was written, this backup has {report.Check.Size:N0}: no server starts on it"));
            terminal.Hint($"bring it forward from an export, a mirror or another copy: {Shell.Command("notary", "recover", "--data", data, "--from", "COPY")}");
        }
    }
}
