using System.CommandLine;
using System.Globalization;
using Notary.Server;

namespace Notary.Cli;

/// <summary><c>notary migrate</c>: moves a ledger from one kind of database to another, and proves the copy first.</summary>
internal static class MigrateCommand
{
    private static readonly Option<string> Data = new("--data") { Description = "The ledger's folder, with no server on it.", HelpName = "DIR", Required = true };
    private static readonly Option<StoreKind> To = StoreOption.Create<StoreKind>("--to", "The database to move it to.", required: true);

    public static Command Create(CliContext context)
    {
        var command = new Command("migrate", "Move a ledger to another kind of database. The copy is checked and compared row by row before it takes the old one's place.") { Data, To };
        command.SetAction((arguments, cancellation) =>
            Task.FromResult(Run(context, arguments.GetRequiredValue(Data), arguments.GetRequiredValue(To), cancellation)));
        return command;
    }

    private static int Run(CliContext context, string data, StoreKind to, CancellationToken cancellation)
    {
        if (!Directory.Exists(data))
            throw CliException.Input($"--data {data}: no such folder");
        var report = StageBars.Run(context.Terminal, progress => LedgerMigration.Run(data, to, progress, cancellation));
        context.Terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Check.Origin}: {report.Check.Size:N0} entries moved from {LedgerStores.NameOf(report.From)} to {LedgerStores.NameOf(report.To)}"));
        context.Terminal.Line("checked: every entry re-hashed up to the signed checkpoint, every private record, tile and index row compared with the old database's");
        return ExitCode.Pass;
    }
}
