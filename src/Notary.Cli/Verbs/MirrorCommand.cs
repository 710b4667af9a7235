using System.CommandLine;

namespace Notary.Cli;

/// <summary><c>notary mirror</c>: follows a ledger over its read API into a folder, and believes it nothing.</summary>
internal static class MirrorCommand
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromMinutes(1);

    private static readonly Argument<string> Address = new("URL") { Description = "The ledger's read API, a mirror of it, or an export on a web server." };
    private static readonly Argument<string> Folder = new("DIR") { Description = "Where the copy is kept, in the layout that 'export' writes." };
    private static readonly Option<string> TrustFile = new("--trust") { Description = "Whose ledger it must be: a C2SP tlog-policy.", HelpName = "FILE", Required = true };
    private static readonly Option<bool> Once = new("--once") { Description = "Catch up, then end." };
    private static readonly Option<TimeSpan?> Interval = Durations.Option("--interval", "Wait so long between two visits; 1m unless given.");

    public static Command Create(CliContext context)
    {
        var command = new Command("mirror", "Keep a verified copy of a ledger. Ends with exit code 1, and keeps the proof, when the ledger signs a second history.")
        {
            Address, Folder, TrustFile, Once, Interval,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Once) && result.GetValue(Interval) is not null)
                result.AddError("--once and --interval exclude each other");
        });
        command.SetAction((arguments, cancellation) => RunAsync(context, arguments, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, ParseResult arguments, CancellationToken cancellation)
    {
        var trust = Trust.Read(arguments.GetRequiredValue(TrustFile));
        using var client = TileClient.Connect("URL", arguments.GetRequiredValue(Address), HttpPatience.Default, context.Time);
        using var folder = TileFolder.Open(arguments.GetRequiredValue(Folder));
        var mirror = new Mirror(context, client, folder, trust);
        if (arguments.GetValue(Once))
            return await mirror.VisitAsync(quietly: false, cancellation);
        await mirror.FollowAsync(arguments.GetValue(Interval) ?? DefaultInterval, cancellation);
        return ExitCode.Pass;
    }
}
