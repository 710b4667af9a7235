using System.Security.Cryptography;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Server;

/// <summary>Accounts that are deleted, emptied, put back from an older copy or exchanged: no server takes them for the ledger's, and the way out stands on the ledger.</summary>
public sealed class LostAccountsTests : IAsyncLifetime
{
    private readonly AccountsServer server = new();
    private readonly TemporaryFolder folder = new();
    private readonly RandomNumberGenerator random = RandomNumberGenerator.Create();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Accounts => Path.Combine(server.Data, "accounts.db");

    private string Copy => Path.Combine(folder.Path, "copy.db");

    public async ValueTask InitializeAsync()
    {
        var plain = RunningServer.Options(server.Data);
        // The log is compared beside the running server, which LiteDB does not allow.
        await server.StartAsync(new ServerOptions
        {
            DataDirectory = plain.DataDirectory, Origin = plain.Origin, Listen = plain.Listen, Web = plain.Web, Store = StoreKind.Sqlite,
        });
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
        random.Dispose();
    }

    [Fact]
    public async Task A_change_is_on_the_ledger_in_a_moment_whoever_made_it()
    {
        await OnLedgerAsync();
        var heads = Check().Heads;
        server.Change(register => register.SetMember("test", "alpha", "new", Role.Reader));
        await OnLedgerAsync();
        await server.Accounts.ChangeSettingsAsync(new() { Account = "beta", Quota = 7 }, server.As("alpha", Role.Operator), cancellationToken: Cancellation);
        await OnLedgerAsync();
        Assert.InRange(Check().Heads, heads + 2, heads + 4);
        Assert.True(Fsck.Run(server.Data, null, null, Cancellation).IsWhole);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_ledger_that_has_lost_its_accounts_does_not_start_as_one_that_never_had_any(bool isEmpty)
    {
        var deposit = await server.DepositAsync("alpha");
        await StopAsync();
        Remove();
        if (isEmpty)
            File.WriteAllBytes(Accounts, []);
        await RefusedAsync("are missing", "says that their audit log had");
        Assert.Equal(isEmpty, File.Exists(Accounts));
        Assert.Contains("this ledger had some", Assert.Throws<AccountRefusedException>(() => Open(create: true)).Problem, StringComparison.Ordinal);

        var report = await ContinueAsync(null);
        Assert.Equal((0UL, 0L), (report.Kept, report.Revoked));
        await using (var again = await StartAsync())
        {
            // Still nobody is let in but by a key, and no key is left.
            Assert.True(again.AsksWhoCalls);
            foreach (var metadata in (Metadata[])[[], server.As("alpha", Role.Depositor)])
                Assert.Equal(StatusCode.Unauthenticated, await ListAsync(again, metadata));
            using var register = Open(create: false);
            register.CreateAccount("test", "alpha", "alpha Ltd", null);
            register.SetMember("test", "alpha", "m", Role.Reader);
            var key = register.CreateApiKey("test", "alpha", "m", Scopes.All, null).Key;
            again.Book.Look();
            Assert.Equal(StatusCode.OK, await ListAsync(again, AccountsServer.WithKey(key)));
        }

        var loss = Assert.Single(Whole().Losses);
        Assert.Equal((report.Entry, 0UL, report.Known), (loss.Entry, loss.Kept, loss.Known));
        Assert.NotEmpty(deposit.Claims);
        Assert.Contains("nothing is lost", (await Assert.ThrowsAsync<AccountRefusedException>(() => ContinueAsync(null))).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_older_copy_brings_no_revoked_key_back()
    {
        var (key, id) = ("", 0L);
        server.Change(register => (key, id) = register.CreateApiKey("test", "alpha", "reader", Scopes.All, null));
        await OnLedgerAsync();
        SqliteFile.Copy(Accounts, Copy);
        server.Change(register => register.Revoke("test", id));
        await StopAsync();
        PutBack();
        await RefusedAsync("are older than what the ledger knows", "keys that were revoked since would be taken again");
        Assert.Contains("some may have been revoked", (await Assert.ThrowsAsync<AccountRefusedException>(() => ContinueAsync(null))).Problem, StringComparison.Ordinal);

        var report = await ContinueAsync(keep: false);
        Assert.Equal(13, report.Revoked);
        Assert.InRange(report.Kept, 1UL, report.Known - 1);
        // As after a crash before the accounts were committed: the ledger says it, and the accounts do not.
        PutBack();
        await RefusedAsync("are older");
        Assert.Equal(report.Kept, (await ContinueAsync(keep: false)).Kept);
        await using (var again = await StartAsync())
        {
            Assert.Equal(StatusCode.Unauthenticated, await ListAsync(again, AccountsServer.WithKey(key)));
            Assert.Equal(StatusCode.Unauthenticated, await ListAsync(again, server.As("alpha", Role.Reader)));
        }

        Assert.Equal(2, Whole().Losses.Count);
        // The operator who knows better, and says so.
        PutBack();
        Assert.Equal(0, (await ContinueAsync(keep: true)).Revoked);
        await using (var again = await StartAsync())
            Assert.Equal(StatusCode.OK, await ListAsync(again, server.As("alpha", Role.Reader)));
        Whole();
    }

    [Fact]
    public async Task Accounts_with_another_log_are_not_the_ledgers()
    {
        await StopAsync();
        var records = Check().Records;
        SqliteFile.Copy(Accounts, Copy);
        using (var database = SqliteDatabase.Open(Copy, readOnly: false))
            database.Execute($"UPDATE audit SET record = replace(record, 'beta', 'bets') WHERE number = {records}");
        PutBack();
        await RefusedAsync("are not those of this ledger", $"record {records}");
        // A log that goes on from what is not the ledger's is given up as far as it differs.
        await ContinueAsync(keep: true);
        Assert.Equal(0UL, Assert.Single(Check().Losses).Kept);
    }

    [Fact]
    public async Task A_copy_of_the_ledger_knows_that_there_were_accounts_and_fsck_that_it_must_know()
    {
        await OnLedgerAsync();
        var (backup, restored) = (Path.Combine(folder.Path, "backup"), Path.Combine(folder.Path, "restored"));
        LedgerBackup.Write(server.Data, backup, withKey: true, TimeProvider.System, null, Cancellation);
        await StopAsync();
        LedgerRestore.Run(backup, restored, null, null, null, Cancellation);
        File.Copy(server.Data + ".mark", restored + ".mark");
        // The ledger went on after the backup: its mark knows, and a copy of the entries brings it up to date.
        using (var source = LedgerBackup.OpenFolder(server.Data))
            await LedgerRecovery.RunAsync(restored, null, source, null, Cancellation);
        foreach (var file in Directory.GetFiles(restored, "accounts.db*"))
            File.Delete(file);
        await Assert.ThrowsAsync<LedgerRefusedException>(() => NotaryServer.StartAsync(RunningServer.Options(restored), Cancellation));

        Assert.Contains("is not listed", Found("DELETE FROM accounts WHERE account = 'notary.audit'"), StringComparison.Ordinal);
        Assert.Contains("did not deposit it", Found("UPDATE accounts SET entries = unhex('00' || hex(entries)) WHERE account = 'notary.audit' AND first = 0"), StringComparison.Ordinal);

        string Found(string sql)
        {
            var (path, bytes) = (Path.Combine(restored, "ledger.db"), File.ReadAllBytes(Path.Combine(restored, "ledger.db")));
            using (var database = SqliteDatabase.Open(path, readOnly: false))
                database.Execute(sql);
            var found = string.Join('\n', Fsck.Run(restored, null, null, Cancellation).Findings);
            SqliteFile.Delete(path);
            File.WriteAllBytes(path, bytes);
            return found;
        }
    }

    [Fact]
    public async Task Accounts_that_are_taken_away_under_a_server_lock_nobody_out_who_is_in_and_take_nothing_that_would_be_lost()
    {
        foreach (var role in (Role[])[Role.Reader, Role.Operator])
            await server.Accounts.GetAccountAsync(new(), server.As("alpha", role), cancellationToken: Cancellation);
        Remove();
        server.Register.Dispose();
        Assert.Equal(StatusCode.Unauthenticated, await ListAsync(server.Server, []));
        Assert.Equal(StatusCode.OK, await ListAsync(server.Server, server.As("alpha", Role.Reader)));
        // A sign-in that cannot be written down is none.
        Assert.Equal(StatusCode.Unavailable, await ListAsync(server.Server, server.As("beta", Role.Reader)));
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await server.Accounts.ChangeSettingsAsync(
            new() { Account = "beta", Quota = 7 }, server.As("alpha", Role.Operator), cancellationToken: Cancellation));
        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        Assert.False(File.Exists(Accounts));
    }

    private AuditReport Check() => AuditVerification.Run(server.Data, TimeProvider.System, Cancellation);

    private AuditReport Whole()
    {
        var report = Check();
        Assert.Null(report.Problem);
        var check = Fsck.Run(server.Data, null, null, Cancellation);
        Assert.True(check.IsWhole, string.Join('\n', check.Findings));
        return report;
    }

    /// <summary>Waits until the ledger vouches for every record.</summary>
    private async Task OnLedgerAsync()
    {
        while (Check() is var report && report.Covered < report.Records)
            await Task.Delay(20, Cancellation);
    }

    private async Task StopAsync()
    {
        await server.Server.DisposeAsync();
        server.Register.Dispose();
    }

    private AccountRegister Open(bool create) => AccountRegister.Open(server.Data, create, TimeProvider.System, random);

    private void Remove()
    {
        foreach (var file in Directory.GetFiles(server.Data, "accounts.db*"))
            File.Delete(file);
    }

    private void PutBack()
    {
        Remove();
        File.Copy(Copy, Accounts);
    }

    private Task<NotaryServer> StartAsync() => NotaryServer.StartAsync(RunningServer.Options(server.Data), Cancellation);

    private Task<AuditContinuationReport> ContinueAsync(bool? keep) => AuditContinuation.RunAsync(
        new LedgerOptions { DataDirectory = server.Data }, keep, "test", NullLogger<Ledger>.Instance);

    private async Task RefusedAsync(params string[] words)
    {
        var refusal = await Assert.ThrowsAsync<LedgerRefusedException>(StartAsync);
        Assert.All(words, word => Assert.Contains(word, refusal.Problem, StringComparison.Ordinal));
        Assert.Contains("notary audit continue", refusal.Hint, StringComparison.Ordinal);
    }

    private static async Task<StatusCode> ListAsync(NotaryServer server, Metadata metadata)
    {
        using var channel = GrpcChannel.ForAddress(server.GrpcAddress);
        try
        {
            await new Proto.Notary.NotaryClient(channel).ListDepositsAsync(new(), metadata, cancellationToken: Cancellation);
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }
}
