using System.CommandLine;
using Notary.Core;

namespace Notary.Cli;

/// <summary><c>notary trust</c>: writes down the key that a server shows, as a trust policy.</summary>
internal static class TrustCommand
{
    private static readonly Option<string> Server = new("--server") { Description = "The ledger's server, such as http://127.0.0.1:7070.", HelpName = "URL", Required = true };
    private static readonly Option<string> Out = new("--out") { Description = "A file that is not there yet.", HelpName = "FILE", Required = true };

    public static Command Create(CliContext context)
    {
        var command = new Command("trust", "Write a trust policy (C2SP tlog-policy, quorum none) with the key that a server shows.") { Server, Out };
        command.SetAction((arguments, cancellation) =>
            RunAsync(context, arguments.GetRequiredValue(Server), arguments.GetRequiredValue(Out), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, string server, string path, CancellationToken cancellation)
    {
        using var client = LedgerClient.Connect(server, context.Time);
        var ledger = await client.GetInfoAsync(cancellation);
        NewFile.Write(path, DurableFile.Public, TrustPolicy.Format(ledger.Key, server));
        context.Terminal.Line(ledger.Key.ToString());
        context.Terminal.Line($"written to {path}; compare the key with what the operator publishes before you rely on it");
        return ExitCode.Pass;
    }
}
