using System.CommandLine;
using Google.Protobuf;
using Grpc.Core;
using Notary.Core;
using Proto = Notary.V1;

namespace Notary.Cli;

/// <summary>What a depositor does with the account of its own, over the network: see it, register a signing key, revoke one.</summary>
internal static class OwnAccountCommands
{
    private static readonly Option<string> Server = new("--server") { Description = "The ledger's server, such as https://ledger.example.org:7070.", HelpName = "URL", Required = true };
    private static readonly Option<string> Key = new("--key") { Description = "Signing key of 'notary keygen'; its name is the account.", HelpName = "FILE", Required = true };
    private static readonly Option<bool> Replace = new("--replace") { Description = "Revoke the account's other keys from now on, in the same step." };
    private static readonly Option<string> Vkey = new("--vkey") { Description = "The key, as 'notary account show' prints it.", HelpName = "VKEY", Required = true };
    private static readonly Option<string?> From = new("--from") { Description = "From when on its signatures are not taken, such as 2026-11-22T03:10:11.123Z; now unless given.", HelpName = "TIME" };

    public static void AddTo(Command command, CliContext context)
    {
        var show = new Command("show", "Show the account that a key or certificate is of.") { Server };
        show.SetAction((arguments, cancellation) => RunAsync(context, arguments, async client => Show(context.Terminal, await client.GetAccountAsync(cancellation))));
        var register = new Command("register-key", "Register a signing key: it signs the registration itself.") { Server, Key, Replace };
        register.SetAction((arguments, cancellation) => RunAsync(context, arguments, client => RegisterAsync(context, arguments, client, cancellation)));
        var revoke = new Command("revoke-key", "Have a signing key's signatures taken no more; deposits before that time stand.") { Server, Vkey, From };
        revoke.SetAction((arguments, cancellation) => RunAsync(context, arguments, async client =>
        {
            var request = new Proto.RevokeKeyRequest { Vkey = arguments.GetRequiredValue(Vkey), From = arguments.GetValue(From) ?? "" };
            await client.Accounts.RevokeKeyAsync(request, cancellationToken: cancellation);
            context.Terminal.Line("the key's signatures are not taken any more");
        }));
        foreach (var verb in (Command[])[show, register, revoke])
        {
            ClientIdentity.AddTo(verb);
            command.Subcommands.Add(verb);
        }
    }

    private static async Task<int> RunAsync(CliContext context, ParseResult arguments, Func<LedgerClient, Task> work)
    {
        using var client = LedgerClient.Connect(arguments.GetRequiredValue(Server), context.Time, ClientIdentity.Read(arguments));
        try
        {
            await work(client);
            return ExitCode.Pass;
        }
        catch (RpcException exception)
        {
            throw ServerError.From(exception).ToException(client.Address);
        }
    }

    private static async Task RegisterAsync(CliContext context, ParseResult arguments, LedgerClient client, CancellationToken cancellation)
    {
        var key = SigningKeyFile.Read(arguments.GetRequiredValue(Key));
        var ledger = await client.GetInfoAsync(cancellation);
        var request = new Proto.RegisterKeyRequest
        {
            Registration = ByteString.CopyFromUtf8(KeyRegistration.Create(ledger.Key.Name, key, context.Time.GetUtcNow())),
            Replace = arguments.GetValue(Replace),
        };
        await client.Accounts.RegisterKeyAsync(request, cancellationToken: cancellation);
        context.Terminal.Line($"registered {key.Verifier}");
    }

    private static void Show(Terminal terminal, Proto.GetAccountResponse account) => terminal.Fields(
    [
        ("account", account.Account),
        ("name", account.Name),
        ("identity", account.Identity.Length > 0 ? account.Identity : "none stated"),
        ("verified", account.Verified.Length > 0 ? account.Verified : "by nobody"),
        ("member", $"{account.Member}, {account.Role}, {account.Scopes}"),
        ("takes", account.RequiresSignature ? "signed requests only" : "signed and unsigned requests"),
        .. account.Keys.Select(key => ("signing key", $"{key.Vkey}, from {key.Registered}{(key.RevokedFrom.Length > 0 ? $", revoked from {key.RevokedFrom}" : "")}")),
    ]);
}
