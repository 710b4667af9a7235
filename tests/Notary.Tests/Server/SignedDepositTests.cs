using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Server;

/// <summary>Signing keys from registration to revocation, and requests that are forged, altered, replayed or out of time.</summary>
public sealed class SignedDepositTests(AccountsServer server) : IClassFixture<AccountsServer>
{
    private static int accounts;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_registered_key_signs_and_the_claims_name_it()
    {
        var (account, metadata) = NewAccount();
        var key = await RegisterAsync(account, metadata, 1);
        foreach (var _ in Enumerable.Range(0, 20))
        {
            var request = RequestBytes.Create(server.NewRequest(account), key);
            var certificate = await server.DepositAsync(request, metadata);
            Assert.Equal(key.Verifier, Claims.Parse(certificate.Claims.ToStringUtf8()).Key);
        }

        var unsigned = await server.DepositAsync(RequestBytes.Create(server.NewRequest(account), null), metadata);
        Assert.Null(Claims.Parse(unsigned.Claims.ToStringUtf8()).Key);
    }

    [Fact]
    public async Task What_is_altered_forged_or_signed_by_somebody_else_is_refused()
    {
        var (account, metadata) = NewAccount();
        var key = await RegisterAsync(account, metadata, 2);
        var good = RequestBytes.Create(server.NewRequest(account) with { Title = "Rotor" }, key);
        var text = Encoding.UTF8.GetString(good.Bytes.Span);
        var other = SigningKey.Create(account, TestLedger.Seed(902));
        var note = good.Note!;
        string[] bad =
        [
            text.Replace("Rotor", "Motor", StringComparison.Ordinal),
            text.Replace("items 1", "items 2", StringComparison.Ordinal),
            // Of a key that is not on file, and of one that claims its id.
            SignedNote.Sign(note.Text, other).ToString(),
            new SignedNote(note.Text, [new NoteSignature(account, key.Verifier.KeyId, other.SignRaw(Encoding.UTF8.GetBytes(note.Text)))]).ToString(),
            // A good line beside a bad one of the same key.
            new SignedNote(note.Text, [note.Signatures[0], new NoteSignature(account, key.Verifier.KeyId, new byte[64])]).ToString(),
            new SignedNote(note.Text, [new NoteSignature(account, key.Verifier.KeyId, note.Signatures[0].Bytes[..63])]).ToString(),
        ];
        // Twice, before and after the key is one that verifies fast.
        for (var round = 0; round < 2; round++)
        {
            foreach (var forged in bad)
                Assert.Equal("request.signature", (await RefusalAsync(forged, metadata)).Field);
            for (var i = 0; i < 10; i++)
                await server.DepositAsync(RequestBytes.Create(server.NewRequest(account), key), metadata);
        }

        await server.DepositAsync(good, metadata);
    }

    [Fact]
    public async Task A_signed_request_that_is_replayed_makes_no_second_deposit_and_is_of_no_use_to_another_account()
    {
        var (account, metadata) = NewAccount();
        var request = RequestBytes.Create(server.NewRequest(account), await RegisterAsync(account, metadata, 3));
        var first = await server.DepositAsync(request, metadata);
        Assert.Equal(first.Statement, (await server.DepositAsync(request, metadata)).Statement);
        Assert.Equal("request.account", (await RefusalAsync(Encoding.UTF8.GetString(request.Bytes.Span), server.As("beta", Role.Depositor))).Field);
        // The text of it, for another uuid.
        var moved = Encoding.UTF8.GetString(request.Bytes.Span).Replace(request.Request.Deposit.ToString(), server.NewRequest(account).Deposit.ToString(), StringComparison.Ordinal);
        Assert.Equal("request.signature", (await RefusalAsync(moved, metadata)).Field);
    }

    [Fact]
    public async Task An_account_that_requires_signatures_takes_nothing_unsigned()
    {
        var (account, metadata) = NewAccount();
        await server.Accounts.ChangeSettingsAsync(new() { Account = account, RequiresSignature = true }, server.As("alpha", Role.Operator), cancellationToken: Cancellation);
        var unsigned = RequestBytes.Create(server.NewRequest(account), null);
        Assert.Equal("request.signature", (await RefusalAsync(Encoding.UTF8.GetString(unsigned.Bytes.Span), metadata)).Field);
        await server.DepositAsync(RequestBytes.Create(unsigned.Request, await RegisterAsync(account, metadata, 4)), metadata);
    }

    [Fact]
    public async Task A_key_is_revoked_from_a_stated_time_by_the_servers_clock_whatever_the_request_says()
    {
        var (account, metadata) = NewAccount();
        var key = await RegisterAsync(account, metadata, 5);
        var early = RequestBytes.Create(server.NewRequest(account) with { Requested = DateTimeOffset.UnixEpoch }, key);
        await server.DepositAsync(early, metadata);
        var from = Timestamp.RoundDown(TimeProvider.System.GetUtcNow()).AddHours(-1);
        await server.Accounts.RevokeKeyAsync(new() { Vkey = key.Verifier.ToString(), From = Timestamp.Format(from) }, metadata, cancellationToken: Cancellation);
        foreach (var requested in (DateTimeOffset[])[DateTimeOffset.UnixEpoch, from.AddDays(-1), from.AddDays(1)])
        {
            var late = RequestBytes.Create(server.NewRequest(account) with { Requested = requested }, key);
            Assert.Equal("request.signature", (await RefusalAsync(Encoding.UTF8.GetString(late.Bytes.Span), metadata)).Field);
        }

        // What was deposited stays, the history says since when, and the key does not come back.
        var shown = Assert.Single((await server.Accounts.GetAccountAsync(new(), metadata, cancellationToken: Cancellation)).Keys);
        Assert.Equal((key.Verifier.ToString(), Timestamp.Format(from)), (shown.Vkey, shown.RevokedFrom));
        Assert.Equal(StatusCode.AlreadyExists, (await Assert.ThrowsAsync<RpcException>(() => RegisterAsync(account, metadata, 5))).StatusCode);
        var later = new Proto.RevokeKeyRequest { Vkey = key.Verifier.ToString() };
        await server.Accounts.RevokeKeyAsync(later, metadata, cancellationToken: Cancellation);
        Assert.Equal(Timestamp.Format(from), Assert.Single((await server.Accounts.GetAccountAsync(new(), metadata, cancellationToken: Cancellation)).Keys).RevokedFrom);
    }

    [Fact]
    public async Task A_clock_that_is_shifted_moves_the_request_and_not_the_entry()
    {
        var (account, metadata) = NewAccount();
        var key = await RegisterAsync(account, metadata, 10);
        foreach (var requested in (DateTimeOffset[])[DateTimeOffset.UnixEpoch, TimeProvider.System.GetUtcNow().AddDays(-30), TimeProvider.System.GetUtcNow().AddYears(50)])
        {
            var before = Timestamp.RoundDown(TimeProvider.System.GetUtcNow());
            var request = RequestBytes.Create(server.NewRequest(account) with { Requested = Timestamp.RoundDown(requested) }, key);
            var statement = Statement.Parse((await server.DepositAsync(request, metadata)).Statement.ToStringUtf8());
            // What the depositor's clock says stays the depositor's word; the entry has the server's.
            Assert.InRange(statement.Received, before, TimeProvider.System.GetUtcNow());
        }
    }

    [Fact]
    public async Task A_key_that_replaces_another_leaves_its_history()
    {
        var (account, metadata) = NewAccount();
        var (old, next) = (await RegisterAsync(account, metadata, 6), await RegisterAsync(account, metadata, 7, replace: true));
        Assert.Equal("request.signature", (await RefusalAsync(Encoding.UTF8.GetString(RequestBytes.Create(server.NewRequest(account), old).Bytes.Span), metadata)).Field);
        await server.DepositAsync(RequestBytes.Create(server.NewRequest(account), next), metadata);
        var keys = (await server.Accounts.GetAccountAsync(new(), metadata, cancellationToken: Cancellation)).Keys;
        Assert.Equal(2, keys.Count);
        Assert.NotEmpty(keys.Single(key => key.Vkey == old.Verifier.ToString()).RevokedFrom);
        Assert.Empty(keys.Single(key => key.Vkey == next.Verifier.ToString()).RevokedFrom);
    }

    [Fact]
    public async Task A_registration_of_another_ledger_account_or_time_or_of_somebody_elses_key_is_refused()
    {
        var (account, metadata) = NewAccount();
        var (key, now) = (SigningKey.Create(account, TestLedger.Seed(8)), TimeProvider.System.GetUtcNow());
        foreach (var note in (string[])[
            KeyRegistration.Create("ledger.example/other", key, now),
            KeyRegistration.Create(server.Server.Origin, SigningKey.Create("beta", TestLedger.Seed(8)), now),
            KeyRegistration.Create(server.Server.Origin, key, now.AddMinutes(-11)),
            KeyRegistration.Create(server.Server.Origin, key, now.AddMinutes(11))])
            Assert.Equal(StatusCode.FailedPrecondition, (await Assert.ThrowsAsync<RpcException>(() => RegisterAsync(note, metadata))).StatusCode);
        foreach (var note in (string[])["", "notary.registration/v1\n", new string('x', 9_000)])
            Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(() => RegisterAsync(note, metadata))).StatusCode);
        // One public key, two accounts: whoever has it would sign for both.
        await RegisterAsync(account, metadata, 9);
        Assert.Equal(StatusCode.AlreadyExists, (await Assert.ThrowsAsync<RpcException>(() => RegisterAsync("beta", server.As("beta", Role.Depositor), 9))).StatusCode);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(async () => await server.Accounts.RevokeKeyAsync(
            new() { Vkey = SigningKey.Create(account, TestLedger.Seed(9)).Verifier.ToString() }, server.As("beta", Role.Depositor), cancellationToken: Cancellation))).StatusCode);
    }

    /// <summary>An account of its own for a test.</summary>
    private (string Account, Metadata Metadata) NewAccount()
    {
        var (account, key) = ($"signer-{Interlocked.Increment(ref accounts)}", "");
        server.Change(register =>
        {
            register.CreateAccount("test", account, account, null);
            register.SetMember("test", account, "m", Role.Depositor);
            key = register.CreateApiKey("test", account, "m", Scopes.All, null).Key;
        });
        return (account, AccountsServer.WithKey(key));
    }

    private async Task<SigningKey> RegisterAsync(string account, Metadata metadata, int seed, bool replace = false)
    {
        var key = SigningKey.Create(account, TestLedger.Seed(seed));
        await RegisterAsync(KeyRegistration.Create(server.Server.Origin, key, TimeProvider.System.GetUtcNow()), metadata, replace);
        return key;
    }

    private async Task RegisterAsync(string note, Metadata metadata, bool replace = false) => await server.Accounts.RegisterKeyAsync(
        new() { Registration = ByteString.CopyFromUtf8(note), Replace = replace }, metadata, cancellationToken: Cancellation);

    private async Task<Google.Rpc.BadRequest.Types.FieldViolation> RefusalAsync(string request, Metadata metadata) => RichStatus.Violation(
        await Assert.ThrowsAsync<RpcException>(async () => await server.Notary.DepositAsync(
            new Proto.DepositRequest { Request = ByteString.CopyFromUtf8(request) }, metadata, cancellationToken: Cancellation)));
}
