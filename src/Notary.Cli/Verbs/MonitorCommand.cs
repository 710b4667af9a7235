using System.CommandLine;
using System.Globalization;
using Notary.Core;

namespace Notary.Cli;

/// <summary><c>notary monitor</c>: one visit to a ledger, for cron.</summary>
internal static class MonitorCommand
{
    private static readonly Argument<string> Address = new("URL") { Description = "The ledger's read API, a mirror of it, or an export on a web server." };
    private static readonly Option<string> TrustFile = new("--trust") { Description = "Whose ledger it must be: a C2SP tlog-policy.", HelpName = "FILE", Required = true };
    private static readonly Option<string> State = new("--state") { Description = "Where the monitor keeps what it must remember from one visit to the next.", HelpName = "DIR", Required = true };
    private static readonly Option<string[]> Certificates = new("--certificate") { Description = "Certificates or evidence that must still hold.", HelpName = "FILE", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<TimeSpan?> MaxAge = Durations.Option("--max-age", "Exit code 3 when nothing shows that the ledger is younger.");
    private static readonly Option<string?> Hook = new("--webhook") { Description = "Where alarms are posted as JSON: https, or http on this machine.", HelpName = "URL" };

    public static Command Create(CliContext context)
    {
        var command = new Command("monitor", """
            Visit a ledger once and check that it keeps its word: one history, no uuid twice, entries by the
            rules, certificates still included. For cron. Exit code 0: all is well; 1: it is not; 3: an old
            checkpoint, or --max-age is exceeded; 4: it cannot be reached.
            """)
        {
            Address, TrustFile, State, Certificates, MaxAge, Hook,
        };
        command.SetAction((arguments, cancellation) => RunAsync(context, arguments, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, ParseResult arguments, CancellationToken cancellation)
    {
        var trust = Trust.Read(arguments.GetRequiredValue(TrustFile));
        var options = new MonitorOptions(
            Path.GetFullPath(arguments.GetRequiredValue(State) is { Length: > 0 } folder ? folder : throw CliException.Input("--state: is empty")),
            trust.Policy,
            arguments.GetValue(Certificates) ?? [],
            arguments.GetValue(MaxAge));
        using var webhook = arguments.GetValue(Hook) is { } address ? Webhook.Create(address, context.Time) : null;
        using var client = TileClient.Connect("URL", arguments.GetRequiredValue(Address), HttpPatience.Default, context.Time);
        using var folderLock = Prepare(options.Folder);
        var visit = await Progress.RunAsync(
            context.Terminal, "monitor", 0, progress => new Monitor(options, client, context.Time).RunAsync(progress, cancellation));
        visit.Followed.Tell(context.Terminal, trust.Place, "add the line 'log VKEY' with the new key to it, once the operator has published that");
        Print(context, visit, options.Trust);
        if (visit.ExitCode != ExitCode.Pass && webhook is not null
            && await webhook.PostAsync(ToAlarm(context, client, visit), cancellation) is { } problem)
            context.Terminal.Warning(problem);
        return visit.ExitCode;
    }

    private static FileStream Prepare(string folder)
    {
        try
        {
            DurableFile.CreateFolder(folder);
            return FolderLock.Take(Path.Join(folder, ".lock"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliException.Input($"--state {folder}: cannot be written: {FileSource.Reason(exception)}");
        }
    }

    private static void Print(CliContext context, Visit visit, TrustPolicy trust)
    {
        if (visit.Seen is { } seen)
            context.Terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{seen.Checkpoint.Origin}: {seen.Size:N0} entries, {visit.State.Read:N0} of them read and checked; {Age(context, visit, seen, trust)}"));
        foreach (var finding in visit.Findings)
        {
            context.Terminal.Error(finding.Path is null ? finding.Text : $"{finding.Path}: {finding.Text}");
            if (finding.Hint is not null)
                context.Terminal.Hint(finding.Hint);
        }
    }

    private static string Age(CliContext context, Visit visit, SeenCheckpoint seen, TrustPolicy trust)
    {
        var freshness = Freshness.Of(seen, visit.State.Received, trust);
        var age = freshness.Time is { } time
            ? $"{Durations.Describe(context.Time.GetUtcNow() - time)} old ({freshness.Source})"
            : "of unknown age";
        return visit.State.FirstSeen is { } first
            ? $"{age}; first seen here {Durations.Describe(context.Time.GetUtcNow() - first)} ago"
            : age;
    }

    private static Alarm ToAlarm(CliContext context, TileClient client, Visit visit) => new(
        $"notary monitor {ThisProgram.Version}",
        client.Address,
        visit.Seen?.Checkpoint.Origin,
        visit.Seen?.Size,
        context.Time.GetUtcNow(),
        visit.ExitCode,
        [.. visit.Findings.Select(finding => new AlarmFinding(finding.Kind, finding.Text))]);
}
