using System.CommandLine;
using System.Globalization;
using Notary.Core;
using Notary.Server;

namespace Notary.Cli;

/// <summary>
/// <c>notary recover</c>: brings a database that is older than what its ledger has signed forward from another copy, or,
/// when no copy goes that far, opens a successor that names the old ledger's last known checkpoint.
/// </summary>
internal static class RecoverCommand
{
    private static readonly Option<string> Data = new("--data") { Description = "The folder of the older database, with no server on it.", HelpName = "DIR", Required = true };
    private static readonly Option<string?> From = new("--from") { Description = "A copy that goes further: what 'export' or 'mirror' wrote, a backup, or another data folder.", HelpName = "COPY" };
    private static readonly Option<string?> Mark = new("--high-water-mark") { Description = "The mark's file, where 'serve' is given one.", HelpName = "PATH" };
    private static readonly Option<string?> NewLedger = new("--new-ledger") { Description = "Open a successor in this folder, which must be empty or not there.", HelpName = "DIR" };
    private static readonly Option<string?> Origin = new("--origin") { Description = "The successor's name, another than the old ledger's.", HelpName = "NAME" };

    public static Command Create(CliContext context)
    {
        var command = new Command("recover", "Bring a restored ledger up to what it has signed, from another copy; or open a successor.")
        {
            Data, From, Mark, NewLedger, Origin,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(From) is null && result.GetValue(NewLedger) is null)
                result.AddError("--from or --new-ledger is missing");
            if (result.GetValue(NewLedger) is null != result.GetValue(Origin) is null)
                result.AddError("--new-ledger and --origin go together");
        });
        command.SetAction(async (arguments, cancellation) =>
        {
            if (!Directory.Exists(arguments.GetRequiredValue(Data)))
                throw CliException.Input($"--data {arguments.GetRequiredValue(Data)}: no such folder");
            using var source = arguments.GetValue(From) is { } from ? Open(from, cancellation) : null;
            return arguments.GetValue(NewLedger) is { } folder
                ? OpenSuccessor(context, arguments, source, folder, cancellation)
                : await RecoverAsync(context, arguments, source!, cancellation);
        });
        return command;
    }

    private static async Task<int> RecoverAsync(CliContext context, ParseResult arguments, LedgerSource source, CancellationToken cancellation)
    {
        var data = arguments.GetRequiredValue(Data);
        var report = await StageBars.RunAsync(
            context.Terminal, progress => LedgerRecovery.RunAsync(data, arguments.GetValue(Mark), source, progress, cancellation));
        if (report.Before == report.Now)
            context.Terminal.Line(string.Create(
                CultureInfo.InvariantCulture, $"{report.Origin}: nothing is to be done: the database holds {report.Now:N0} entries, {source.Place} no more"));
        else
            context.Terminal.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Origin}: {report.Now:N0} entries in {data}, {report.Now - report.Before:N0} of them recovered: {Indexes(report)}; all of it was checked up to the signed checkpoint"));
        if (report.Lost > 0)
            context.Terminal.Warning(string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Lost:N0} of the deposits among {Indexes(report)} have no claims and no request any more: their certificates are issued without them, they are in no account's list, and the same request sent again is answered that its records are lost"));
        if (!report.MarkExists)
            context.Terminal.Warning($"there is no high-water mark {report.MarkPath}: no server starts before the ledger's own is put there");
        return ExitCode.Pass;
    }

    private static int OpenSuccessor(CliContext context, ParseResult arguments, LedgerSource? source, string folder, CancellationToken cancellation)
    {
        if (folder.Length == 0)
            throw CliException.Input("--new-ledger: is empty");
        var options = new LedgerOptions
        {
            DataDirectory = folder, Origin = arguments.GetValue(Origin), TimeProvider = context.Time, Randomness = context.Random,
        };
        var report = SuccessorLedger.Open(arguments.GetRequiredValue(Data), arguments.GetValue(Mark), source, options, cancellation);
        context.Terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Key.Name}: a new ledger in {folder}; its entry 1 names the last known checkpoint of {report.Predecessor.Origin}, of {report.Predecessor.Size:N0} entries"));
        context.Terminal.Line($"vkey {report.Key}");
        if (report.Held < report.Predecessor.Size)
            context.Terminal.Warning(string.Create(
                CultureInfo.InvariantCulture,
                $"of the old ledger {report.Held:N0} entries are held here; whoever has the others, a mirror or the depositors, should keep them"));
        return ExitCode.Pass;
    }

    /// <summary>A copy by what it is.</summary>
    internal static LedgerSource Open(string path, CancellationToken cancellation)
    {
        if (File.Exists(path))
            return LedgerBackup.OpenSource(path, cancellation);
        if (TileFolder.HoldsCopy(path))
            return ExportedSource.Open(path);
        return File.Exists(Path.Join(path, "ledger.db"))
            ? LedgerBackup.OpenFolder(path)
            : throw CliException.Input(
                $"--from {path}: {(Directory.Exists(path) ? "holds neither a checkpoint over tiles nor a database" : "is not there")}",
                "give what 'notary export' or 'notary mirror' wrote, a backup's file, or a data folder");
    }

    private static string Indexes(RecoveryReport report) => string.Create(
        CultureInfo.InvariantCulture, $"entries {report.Before} to {report.Now - 1}");
}
