using System.Text;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>A person is erased from a ledger in LiteDB as from one in SQLite.</summary>
public sealed class ErasureLiteDbTests : IAsyncLifetime
{
    private readonly AccountsServer server = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var plain = RunningServer.Options(server.Data);
        await server.StartAsync(new ServerOptions
        {
            DataDirectory = plain.DataDirectory, Origin = plain.Origin, Listen = plain.Listen, Web = plain.Web, Store = StoreKind.LiteDb,
        });
    }

    public async ValueTask DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task An_account_that_is_erased_leaves_no_byte_of_its_records_in_the_folder()
    {
        var request = RequestBytes.Create(server.NewRequest("alpha") with { Title = "Rotor geometry" }, null);
        var handed = await server.DepositAsync(request, server.As("alpha", Role.Depositor));
        for (var i = 0; i < 40; i++)
            await server.DepositAsync(i % 2 == 0 ? "alpha" : "beta");
        await server.Server.DisposeAsync();
        server.Register.Dispose();
        // What a run that was cut off leaves.
        File.WriteAllText(Path.Combine(server.Data, "ledger.db.erasing"), "half");

        Assert.Equal(21, AccountErasure.Run(server.Data, "alpha", "test", TimeProvider.System, null, Cancellation).Deposits);
        Assert.Equal(StoreKind.LiteDb, LedgerStores.KindOf(Path.Combine(server.Data, "ledger.db")));
        foreach (var file in Directory.GetFiles(server.Data))
        {
            var bytes = File.ReadAllBytes(file);
            foreach (var secret in (string[])["Rotor geometry", "alpha Ltd", handed.Claims.ToStringUtf8().Split('\n')[1]])
                Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)));
        }

        var check = Fsck.Run(server.Data, null, null, Cancellation);
        Assert.True(check.IsWhole, string.Join('\n', check.Findings));
        Assert.Equal(21UL, check.Erased);
        await (await NotaryServer.StartAsync(RunningServer.Options(server.Data), Cancellation)).DisposeAsync();
    }
}
