using System.CommandLine;
using Notary.Core;

namespace Notary.Cli;

/// <summary><c>notary trust</c>: writes down the key that a server shows, or follows a ledger that has changed its key.</summary>
internal static class TrustCommand
{
    private static readonly Option<string> Server = new("--server") { Description = "The ledger's server, such as http://127.0.0.1:7070.", HelpName = "URL", Required = true };
    private static readonly Option<string?> Out = new("--out") { Description = "Write a new trust policy to a file that is not there yet.", HelpName = "FILE" };
    private static readonly Option<string?> Update = new("--update") { Description = "Add to a trust policy the keys that its ledger has changed to, as far as the keys in it prove them.", HelpName = "FILE" };

    public static Command Create(CliContext context)
    {
        var command = new Command("trust", "Write a trust policy (C2SP tlog-policy, quorum none) with the key that a server shows, or bring one up to a ledger's new key.") { Server, Out, Update };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Out) is null == result.GetValue(Update) is null)
                result.AddError("give either --out FILE or --update FILE");
        });
        ClientIdentity.AddTo(command);
        command.SetAction((arguments, cancellation) => RunAsync(context, arguments, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, ParseResult arguments, CancellationToken cancellation)
    {
        using var client = LedgerClient.Connect(arguments.GetRequiredValue(Server), context.Time, ClientIdentity.Read(arguments));
        return await (arguments.GetValue(Update) is { } path
            ? UpdateAsync(context, client, path, cancellation)
            : WriteAsync(context, client, arguments.GetValue(Out)!, cancellation));
    }

    private static async Task<int> WriteAsync(CliContext context, LedgerClient client, string path, CancellationToken cancellation)
    {
        var ledger = await client.GetInfoAsync(cancellation);
        NewFile.Write(path, DurableFile.Public, TrustPolicy.Format(ledger.Key, client.Address));
        context.Terminal.Line(ledger.Key.ToString());
        context.Terminal.Line($"written to {path}; compare the key with what the operator publishes before you rely on it");
        return ExitCode.Pass;
    }

    private static async Task<int> UpdateAsync(CliContext context, LedgerClient client, string path, CancellationToken cancellation)
    {
        var trust = Trust.Read(path);
        var ledger = await client.GetInfoAsync(cancellation);
        var origin = ledger.Key.Name;
        if (trust.Policy.Logs.All(log => log.Key.Name != origin))
            throw new CliException(ExitCode.Failed, $"{path} does not name the ledger of {client.Address}: {ledger.Key}");
        var followed = await KeyFollower.FollowAsync(trust.Policy, origin, client.GetKeyChangeAsync, cancellation);
        if (!followed.Knows(ledger.Key))
            throw KeyFollower.NotReached(client.Address, origin);
        if (followed.New.Count == 0)
        {
            context.Terminal.Line($"{path} names the key of {origin} already");
            return ExitCode.Pass;
        }

        Trust.Update(path, followed.New.Select(change => change.Change));
        followed.TellUpdated(context.Terminal, path);
        return ExitCode.Pass;
    }
}
