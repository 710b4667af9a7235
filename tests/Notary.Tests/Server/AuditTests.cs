using System.Text;
using Grpc.Core;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Server;

/// <summary>The audit log on a whole server: what is in it, that changes to it are found, and that a person can be erased.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    private readonly AccountsServer server = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await server.InitializeAsync();

    public async ValueTask DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task Everything_that_counts_is_in_the_log_and_nothing_that_must_be_erasable()
    {
        var request = RequestBytes.Create(server.NewRequest("alpha") with { Title = "Rotor geometry" }, null);
        await server.DepositAsync(request, server.As("alpha", Role.Depositor));
        for (var i = 0; i < 9; i++)
            await server.DepositAsync("alpha");
        await server.Notary.GetCertificateAsync(new() { Deposit = $"{request.Request.Deposit}" }, server.As("alpha", Role.Reader), cancellationToken: Cancellation);
        await server.Notary.GetCertificateAsync(new() { Deposit = $"{request.Request.Deposit}" }, server.As("beta", Role.Reader), cancellationToken: Cancellation);
        await server.Notary.ListDepositsAsync(new(), server.As("alpha", Role.Reader), cancellationToken: Cancellation);
        await Assert.ThrowsAsync<RpcException>(async () => await server.Notary.ListDepositsAsync(new(), AccountsServer.WithKey("nk_" + new string('A', 43)), cancellationToken: Cancellation));
        server.Change(register => register.Revoke("registrar/li", 1));
        server.Change(register => register.SetMember("test", "alpha", "depositor", Role.Reader));

        var texts = (await server.Accounts.ReadAuditAsync(new() { First = 1, Count = 1_000 }, server.As("beta", Role.Auditor), cancellationToken: Cancellation)).Records;
        var chain = new AuditChain();
        Assert.All(texts, text => Assert.Null(chain.Continue(text)));
        var records = texts.Select(AuditRecord.Parse).ToList();
        foreach (var (what, actor) in new[]
        {
            ("account-created", "test"), ("member-added", "test"), ("credential-created", "test"), ("signed-in", "alpha/depositor"), ("signed-in", "beta/auditor"),
            ("sign-in-failed", "nobody"), ("deposits-listed", "alpha/reader"), ("credential-revoked", "registrar/li"), ("role-changed", "test"),
        })
            Assert.Contains(records, record => record.Event == what && record.Actor == actor);
        Assert.Equal(10, records.Where(record => record.Event == "deposits").Sum(record => int.Parse(record.Detail!.Split("deposits ")[1].Split(',')[0], null)));
        // A read of another account's deposit gave no private record, and is no read of one.
        Assert.Equal("alpha/reader", Assert.Single(records, record => record.Event == "private-records-read").Actor);
        foreach (var secret in (string[])["Rotor", "alpha Ltd", server.KeyOf("alpha", Role.Depositor), $"{request.Request.Deposit}", $"{request.Request.Commitment}"])
            Assert.DoesNotContain(secret, string.Concat(texts), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_head_goes_onto_the_ledger_and_every_change_of_the_log_is_found()
    {
        await server.DepositAsync("alpha");
        await server.Server.DisposeAsync();
        var whole = Verify();
        Assert.Null(whole.Problem);
        Assert.InRange(whole.Heads, 1, 5);
        Assert.Equal(whole.Records, whole.Covered);
        Assert.True(Fsck.Run(server.Data, null, null, Cancellation).IsWhole);

        var last = (long)whole.Records;
        Assert.Contains("does not follow", Damaged($"UPDATE audit SET record = replace(record, 'event member-added', 'event member-adder') WHERE number = 2"), StringComparison.Ordinal);
        Assert.Contains("calls itself", Damaged("DELETE FROM audit WHERE number = 3"), StringComparison.Ordinal);
        Assert.Contains("the last ones are gone", Damaged($"DELETE FROM audit WHERE number = {last}"), StringComparison.Ordinal);
        Assert.Contains("another than that", Damaged($"UPDATE audit SET record = replace(record, 'alpha', 'alphb') WHERE number = {last}"), StringComparison.Ordinal);
        Assert.Contains("the last ones are gone", Damaged("DELETE FROM audit"), StringComparison.Ordinal);

        string Damaged(string sql)
        {
            var path = Path.Combine(server.Data, "accounts.db");
            server.Register.Dispose();
            var copies = Directory.GetFiles(server.Data, "accounts.db*").ToDictionary(file => file, File.ReadAllBytes);
            using (var database = SqliteDatabase.Open(path, readOnly: false))
                database.Execute(sql);
            var problem = Verify().Problem;
            foreach (var file in Directory.GetFiles(server.Data, "accounts.db*"))
                File.Delete(file);
            foreach (var (file, bytes) in copies)
                File.WriteAllBytes(file, bytes);
            return problem ?? "nothing";
        }

        AuditReport Verify() => AuditVerification.Run(server.Data, TimeProvider.System, Cancellation);
    }

    [Fact]
    public async Task An_account_that_is_erased_leaves_a_whole_ledger_good_certificates_and_no_trace_of_its_name()
    {
        var request = RequestBytes.Create(server.NewRequest("alpha") with { Title = "Rotor geometry" }, null);
        var handed = await server.DepositAsync(request, server.As("alpha", Role.Depositor));
        var others = await server.DepositAsync("beta");
        for (var i = 0; i < 40; i++)
            await server.DepositAsync(i % 2 == 0 ? "alpha" : "beta");
        var vkey = server.Server.Key.ToString();
        await server.Server.DisposeAsync();
        server.Register.Dispose();

        Assert.Equal(21, AccountErasure.Run(server.Data, "alpha", "test", TimeProvider.System, null, Cancellation).Deposits);
        Assert.True(AccountErasure.Run(server.Data, "alpha", "test", TimeProvider.System, null, Cancellation).IsAgain);
        var check = Fsck.Run(server.Data, null, null, Cancellation);
        Assert.True(check.IsWhole, string.Join('\n', check.Findings));
        Assert.Null(AuditVerification.Run(server.Data, TimeProvider.System, Cancellation).Problem);
        Assert.Equal(Verdict.Pass, Verify(handed, vkey).Verdict);
        foreach (var file in Directory.GetFiles(server.Data))
        {
            var bytes = File.ReadAllBytes(file);
            foreach (var secret in (string[])["Rotor geometry", "alpha Ltd", handed.Claims.ToStringUtf8().Split('\n')[1]])
                Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)));
        }

        // The ledger goes on: beta has its own, alpha's uuid is taken for good, and nobody acts for alpha.
        await using var again = await NotaryServer.StartAsync(RunningServer.Options(server.Data), Cancellation);
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(again.GrpcAddress);
        var client = new Proto.Notary.NotaryClient(channel);
        var mine = await client.GetCertificateAsync(new() { Deposit = StatementOf(others).Deposit.ToString() }, server.As("beta", Role.Reader), cancellationToken: Cancellation);
        Assert.Equal(others.Claims, mine.Certificate.Claims);
        var gone = await client.GetCertificateAsync(new() { Deposit = $"{request.Request.Deposit}" }, server.As("beta", Role.Reader), cancellationToken: Cancellation);
        Assert.True(gone.Certificate.Claims.IsEmpty);
        Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(async () => await client.DepositAsync(
            new() { Request = Google.Protobuf.ByteString.CopyFrom(request.Bytes.Span) }, server.As("alpha", Role.Depositor), cancellationToken: Cancellation))).StatusCode);
        var taken = RequestBytes.Create(request.Request with { Account = "beta" }, null);
        Assert.Equal(StatusCode.AlreadyExists, (await Assert.ThrowsAsync<RpcException>(async () => await client.DepositAsync(
            new() { Request = Google.Protobuf.ByteString.CopyFrom(taken.Bytes.Span) }, server.As("beta", Role.Depositor), cancellationToken: Cancellation))).StatusCode);
    }

    [Fact]
    public async Task A_backup_brings_accounts_keys_and_log_back_and_is_in_the_log_itself()
    {
        await server.DepositAsync("alpha");
        using var folder = new TemporaryFolder();
        var (backup, restored) = (Path.Combine(folder.Path, "backup"), Path.Combine(folder.Path, "data"));
        var report = LedgerBackup.Write(server.Data, backup, withKey: true, TimeProvider.System, null, Cancellation);
        Assert.Equal(backup + ".accounts", report.Accounts);
        AccountRegister.RecordCopy(server.Data, "backup-written", report.Entries, TimeProvider.System);
        Assert.Contains((await server.Accounts.ReadAuditAsync(new() { First = 1, Count = 1_000 }, server.As("alpha", Role.Auditor), cancellationToken: Cancellation)).Records,
            record => record.Contains("event backup-written", StringComparison.Ordinal));
        LedgerRestore.Run(backup, restored, null, null, null, Cancellation);
        Assert.Null(AuditVerification.Run(restored, TimeProvider.System, Cancellation).Problem);
        using var random = System.Security.Cryptography.RandomNumberGenerator.Create();
        using var register = AccountRegister.Open(restored, create: false, TimeProvider.System, random);
        Assert.Equal(server.Register.Credentials().Select(credential => credential.Lookup), register.Credentials().Select(credential => credential.Lookup));
    }

    private static Statement StatementOf(Proto.Certificate certificate) => Statement.Parse(certificate.Statement.ToStringUtf8());

    private static Report Verify(Proto.Certificate certificate, string vkey) => Verifier.Verify(
        Evidence.FromCertificate(new Certificate
        {
            Statement = certificate.Statement.ToStringUtf8(),
            Claims = certificate.Claims.ToStringUtf8(),
            Request = certificate.Request.ToStringUtf8(),
            Proof = certificate.Proof.ToStringUtf8(),
        }),
        new VerifierInputs(TrustPolicy.Parse(TrustPolicy.Format(VerifierKey.Parse(vkey), null))));
}
