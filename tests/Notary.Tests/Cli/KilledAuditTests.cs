using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Net.Client;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Cli;

/// <summary>What an answer says about people is in the audit log when the answer comes: a server that is killed the moment after has not forgotten it.</summary>
public sealed class KilledAuditTests : CliTest
{
    private const string Origin = "ledger.example.org/killed";

    private static readonly RandomNumberGenerator Random = RandomNumberGenerator.Create();

    [Fact]
    public async Task Sign_ins_and_changes_that_were_answered_outlive_a_kill()
    {
        Directory.CreateDirectory(At("data"));
        using (var register = Open())
        {
            register.CreateAccount("test", "alpha", "alpha Ltd", null);
            foreach (var role in (Role[])[Role.Depositor, Role.Registrar, Role.Operator])
                register.SetMember("test", "alpha", AccessWords.Of(role), role);
        }

        for (var round = 1; round <= 3; round++)
        {
            var signing = SigningKey.Create("alpha", TestLedger.Seed(700 + round));
            var vkey = signing.Verifier.ToString();
            await KillAfterAsync(Role.Depositor, async (_, notary) => await notary.ListDepositsAsync(new(), cancellationToken: Cancellation));
            await KillAfterAsync(Role.Depositor, async (accounts, _) => await accounts.RegisterKeyAsync(
                new() { Registration = ByteString.CopyFromUtf8(KeyRegistration.Create(Origin, signing, TimeProvider.System.GetUtcNow())) }, cancellationToken: Cancellation));
            Assert.Contains(Events(), record => record.Event == "signing-key-registered" && record.Detail!.Contains(vkey, StringComparison.Ordinal));
            await KillAfterAsync(Role.Depositor, async (accounts, _) => await accounts.RevokeKeyAsync(new() { Vkey = vkey }, cancellationToken: Cancellation));
            Assert.Contains(Events(), record => record.Event == "signing-key-revoked" && record.Detail!.Contains(vkey, StringComparison.Ordinal));
            await KillAfterAsync(Role.Operator, async (accounts, _) => await accounts.ChangeSettingsAsync(new() { Account = "alpha", Quota = 1_000 + round }, cancellationToken: Cancellation));
            using var register = Open();
            Assert.NotNull(register.SigningKeys().Single(key => key.Key.ToString() == vkey).RevokedFrom);
            Assert.Equal(1_000 + round, register.Accounts().Single().Quota);
        }

        Assert.Null(AuditVerification.Run(At("data"), TimeProvider.System, Cancellation).Problem);
    }

    /// <summary>A server, one call with a key of its own, and SIGKILL when the answer is there.</summary>
    private async Task KillAfterAsync(Role role, Func<Proto.Accounts.AccountsClient, Proto.Notary.NotaryClient, Task> call)
    {
        string key;
        long credential;
        using (var register = Open())
            (key, credential) = register.CreateApiKey("test", "alpha", AccessWords.Of(role), Scopes.All, null);
        await using var server = NotaryProcess.Start(
            "serve", "--data", At("data"), "--origin", Origin, "--store", "sqlite", "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0");
        var address = await server.FieldAsync("grpc");
        await server.FieldAsync("ready");
        using var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = new KeyHandler(key) { InnerHandler = new SocketsHttpHandler() }, DisposeHttpClient = true });
        await call(new Proto.Accounts.AccountsClient(channel), new Proto.Notary.NotaryClient(channel));
        await server.KillAsync();
        Assert.Contains(Events(), record => record.Event == "signed-in" && record.Detail == $"credential {credential}");
    }

    private AccountRegister Open() => AccountRegister.Open(At("data"), create: true, TimeProvider.System, Random);

    private List<AuditRecord> Events()
    {
        using var database = AccountDatabase.Open(Path.Combine(At("data"), "accounts.db"), TimeProvider.System);
        return [.. AuditLog.Read(database, 1, 10_000).Select(AuditRecord.Parse)];
    }

    private sealed class KeyHandler(string key) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
            return base.SendAsync(request, cancellationToken);
        }
    }
}
