using System.CommandLine;
using System.Globalization;
using Notary.Core;
using Notary.Server;

namespace Notary.Cli;

/// <summary>
/// <c>notary export</c>: writes the public side of a stored ledger as files that any static web server can serve. It is a
/// mirror whose source is the ledger's own store: the same code verifies and writes.
/// </summary>
internal static class ExportCommand
{
    private static readonly Argument<string> Folder = new("DIR") { Description = "Where the files go; what an earlier export left there is kept and added to." };
    private static readonly Option<string> Data = new("--data") { Description = "The ledger's folder; it is only read, also beside a running server.", HelpName = "DIR", Required = true };

    public static Command Create(CliContext context)
    {
        var command = new Command("export", "Write the public ledger as files for any static web server (C2SP tlog-tiles). Nothing private is in them.") { Folder, Data };
        command.SetAction((arguments, cancellation) =>
            RunAsync(context, arguments.GetRequiredValue(Data), arguments.GetRequiredValue(Folder), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, string data, string path, CancellationToken cancellation)
    {
        if (!Directory.Exists(data))
            throw CliException.Input($"--data {data}: no such folder");
        using var ledger = LedgerReader.Open(data);
        // The ledger's own word for its keys is enough here: whoever follows the export brings a trust file of their own. All
        // of them, because an older export holds a checkpoint of an older key.
        var trust = TrustPolicy.Parse(string.Concat(ledger.Keys.TakeLast(TrustPolicy.MaxOfAKind).Select(key => $"log {key}\n")) + "quorum none\n");
        var seen = SeenCheckpoint.Read(ledger.Latest.Note.Span, data, trust);
        using var folder = TileFolder.Open(path);
        foreach (var change in ledger.KeyChanges)
            folder.WriteKeyChange(change);
        var copy = new TreeCopy(folder, trust, data, (tile, _) => Task.FromResult(Read(ledger, data, tile)), context.Time);
        var outcome = await Progress.RunAsync(
            context.Terminal, "export", seen.Size, progress => copy.FollowAsync(seen, progress, cancellation));
        if (outcome.State == CopyState.Stale)
            throw new CliException(
                ExitCode.Failed,
                string.Create(CultureInfo.InvariantCulture, $"{path} holds a checkpoint of {outcome.Known} entries, and {data} has only {seen.Size}: the database is older than what was exported"),
                "this is a restored backup; serving it would sign a second history");
        AccountRegister.RecordCopy(data, "exported", seen.Size, context.Time);
        context.Terminal.Line(string.Create(
            CultureInfo.InvariantCulture, $"{seen.Checkpoint.Origin}: {outcome.Now:N0} entries in {path}, {outcome.Now - outcome.Before:N0} of them new"));
        return ExitCode.Pass;
    }

    private static Served Read(LedgerReader ledger, string data, TileId tile)
    {
        var place = Path.Join(data, tile.ToString());
        try
        {
            return ledger.ReadTile(tile) is { } bytes
                ? new Served(bytes, place)
                : throw new CliException(ExitCode.Failed, $"{place}: is missing");
        }
        catch (LedgerRefusedException refused)
        {
            throw new CliException(ExitCode.Failed, refused.Problem, refused.Hint);
        }
    }
}
