using System.CommandLine;
using System.Globalization;
using Notary.Server;
using Spectre.Console;

namespace Notary.Cli;

/// <summary><c>notary fsck</c>: reads and re-hashes a whole ledger, also beside a running server. It changes nothing.</summary>
internal static class FsckCommand
{
    private static readonly Option<string> Data = new("--data") { Description = "The ledger's folder.", HelpName = "DIR", Required = true };
    private static readonly Option<string?> Mark = new("--high-water-mark") { Description = "The mark's file, where 'serve' was given one.", HelpName = "PATH" };

    public static Command Create(CliContext context)
    {
        var command = new Command("fsck", "Read a whole ledger and check every entry, hash and index in it.") { Data, Mark };
        command.SetAction((arguments, cancellation) =>
            Task.FromResult(Run(context.Terminal, arguments.GetRequiredValue(Data), arguments.GetValue(Mark), cancellation)));
        return command;
    }

    private static int Run(Terminal terminal, string data, string? mark, CancellationToken cancellation)
    {
        if (!Directory.Exists(data))
            throw CliException.Input($"--data {data}: no such folder");
        var report = StageBars.Run(terminal, progress => Fsck.Run(data, mark, progress, cancellation));
        Summarise(terminal, report);
        if (!report.WithPages)
            terminal.Line("left out: the database's own check of its pages, which would hold back a server's log; a server has the folder");
        if (report.IsWhole)
            return ExitCode.Pass;
        throw new CliException(
            ExitCode.Failed,
            [.. report.Findings.Select(finding => finding.ToString())],
            "do not serve this ledger; restore the data folder from a backup, and keep this one for the investigation");
    }

    private static string Condition(FsckReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"{report.Erased:N0} of them erased{(report.Lost == 0 ? "" : $", {report.Lost:N0} recovered from a public copy, without claims and request")}");

    private static void Summarise(Terminal terminal, FsckReport report)
    {
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"ledger {report.Origin ?? "(unreadable)"}: {report.Size:N0} entries, {report.Deposits:N0} deposits, {Condition(report)}"));
        if (report.IsWhole)
            terminal.Styled("whole: every entry, hash, signature and index row is as it must be", new Style(Color.Green));
        else
            terminal.Styled(
                $"damaged: {(report.Findings.Count < FsckReport.MaximumFindings ? "" : "at least ")}{Sizes.Count(report.Findings.Count, "finding")}",
                new Style(Color.Red));
    }
}
