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
        var report = terminal.Rich is { } console
            ? console.Progress().AutoClear(true).Start(bars => Fsck.Run(data, mark, new Bars(bars).Report, cancellation))
            : Fsck.Run(data, mark, progress: null, cancellation);
        Summarise(terminal, report);
        if (report.IsWhole)
            return ExitCode.Pass;
        throw new CliException(
            ExitCode.Failed,
            [.. report.Findings.Select(finding => finding.ToString())],
            "do not serve this ledger; restore the data folder from a backup, and keep this one for the investigation");
    }

    private static void Summarise(Terminal terminal, FsckReport report)
    {
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"ledger {report.Origin ?? "(unreadable)"}: {report.Size:N0} entries, {report.Deposits:N0} deposits, {report.Erased:N0} of them erased"));
        if (report.IsWhole)
            terminal.Styled("whole: every entry, hash, signature and index row is as it must be", new Style(Color.Green));
        else
            terminal.Styled(
                $"damaged: {(report.Findings.Count < FsckReport.MaximumFindings ? "" : "at least ")}{Sizes.Count(report.Findings.Count, "finding")}",
                new Style(Color.Red));
    }

    /// <summary>A bar a stage.</summary>
    private sealed class Bars(ProgressContext context)
    {
        private readonly Dictionary<string, ProgressTask> stages = new(StringComparer.Ordinal);

        public void Report(FsckProgress progress)
        {
            if (!stages.TryGetValue(progress.Stage, out var bar))
                stages[progress.Stage] = bar = context.AddTask(Markup.Escape(progress.Stage));
            bar.MaxValue = Math.Max(1, progress.Total);
            bar.Value = progress.Done;
        }
    }
}
