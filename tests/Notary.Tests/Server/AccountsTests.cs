using Google.Rpc;
using Grpc.Core;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Server;

/// <summary>Credentials from their making to their end, tenants that try each other's doors, and limits.</summary>
public sealed class AccountsTests(AccountsServer server) : IClassFixture<AccountsServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_that_is_revoked_expired_foreign_altered_or_of_somebody_removed_lets_nobody_in()
    {
        var (revoked, expired, removed) = (("", 0L), "", "");
        server.Change(register =>
        {
            revoked = register.CreateApiKey("test", "alpha", "reader", Scopes.All, null);
            expired = register.CreateApiKey("test", "alpha", "reader", Scopes.All, TimeSpan.FromMilliseconds(1)).Key;
            register.SetMember("test", "alpha", "gone", Role.Reader);
            removed = register.CreateApiKey("test", "alpha", "gone", Scopes.All, null).Key;
        });
        await ListAsync(revoked.Item1);
        await ListAsync(removed);
        server.Change(register =>
        {
            register.Revoke("test", revoked.Item2);
            register.RemoveMember("test", "alpha", "gone");
        });
        var good = server.KeyOf("alpha", Role.Reader);
        string[] bad =
        [
            revoked.Item1, expired, removed, good[..^1] + (good[^1] == 'A' ? 'E' : 'A'), good + "A", good[..^1], good.ToUpperInvariant(), "nk_", "", good + " ", "nk_\u00e9" + good[4..],
            Hash.Of("x"u8).ToString(), ApiKey.HashOf(good).ToString(),
        ];
        foreach (var key in bad.Where(key => key.All(char.IsAscii)))
        {
            var error = await Assert.ThrowsAsync<RpcException>(() => ListAsync(key));
            Assert.Equal(StatusCode.Unauthenticated, error.StatusCode);
            // The same words for each: a stranger does not learn that a key was one.
            Assert.Equal("the key or certificate lets nobody in: it is not one of this ledger's, or not any more", error.Status.Detail);
            Assert.Equal("BAD_CREDENTIAL", Assert.Single(RichStatus.Of(error).Details).Unpack<ErrorInfo>().Reason);
        }
    }

    [Fact]
    public async Task A_key_tells_when_it_was_last_used_and_one_that_was_only_tried_does_not()
    {
        var (used, revoked) = (("", 0L), ("", 0L));
        server.Change(register =>
        {
            used = register.CreateApiKey("test", "alpha", "reader", Scopes.All, null);
            revoked = register.CreateApiKey("test", "alpha", "reader", Scopes.All, null);
            register.Revoke("test", revoked.Item2);
        });
        Assert.Null(LastUsed(used.Item2));

        await ListAsync(used.Item1);
        await Assert.ThrowsAsync<RpcException>(() => ListAsync(revoked.Item1));

        var credential = server.Register.Credentials().Single(credential => credential.Id == used.Item2);
        Assert.InRange(credential.LastUsed!.Value, credential.Created, credential.Created.AddMinutes(5));
        Assert.Null(LastUsed(revoked.Item2));

        DateTimeOffset? LastUsed(long id) => server.Register.Credentials().Single(credential => credential.Id == id).LastUsed;
    }

    [Fact]
    public async Task Metadata_that_could_be_read_in_two_ways_lets_nobody_in()
    {
        var good = server.KeyOf("alpha", Role.Reader);
        Metadata[] abuses =
        [
            new() { { "authorization", $"Bearer {good}" }, { "authorization", "Bearer nk_x" } },
            new() { { "authorization", $"Bearer {good}, Bearer {good}" } },
            new() { { "authorization", $"Basic {good}" } },
            new() { { "authorization", good } },
            new() { { "x-authorization", $"Bearer {good}" } },
            new() { { "authorization-bin", System.Text.Encoding.ASCII.GetBytes($"Bearer {good}") } },
            new() { { "x-account", "alpha" }, { "x-forwarded-user", "alpha" }, { "x-ssl-client-cert", "alpha" } },
        ];
        foreach (var metadata in abuses)
        {
            var error = await Assert.ThrowsAsync<RpcException>(async () => await server.Notary.ListDepositsAsync(new(), metadata, cancellationToken: Cancellation));
            Assert.Equal(StatusCode.Unauthenticated, error.StatusCode);
        }

        var huge = new Metadata { { "authorization", $"Bearer {good}" }, { "x-more", new string('x', 40_000) } };
        await Assert.ThrowsAsync<RpcException>(async () => await server.Notary.ListDepositsAsync(new(), huge, cancellationToken: Cancellation));
        await ListAsync(good);
    }

    [Fact]
    public async Task Another_account_sees_of_a_deposit_what_everybody_does_and_cannot_take_its_place()
    {
        var request = RequestBytes.Create(server.NewRequest("alpha") with { Title = "Rotor" }, null);
        var mine = await server.DepositAsync(request, server.As("alpha", Role.Depositor));
        Assert.NotEmpty(mine.Claims);
        var uuid = request.Request.Deposit.ToString();
        foreach (var role in (Role[])[Role.Depositor, Role.Reader])
        {
            var foreign = (await server.Notary.GetCertificateAsync(new() { Deposit = uuid }, server.As("beta", role), cancellationToken: Cancellation)).Certificate;
            Assert.True(foreign.Claims.IsEmpty && foreign.Request.IsEmpty);
            Assert.Equal(mine.Statement, foreign.Statement);
            var list = await server.Notary.ListDepositsAsync(new() { PageSize = 1_000 }, server.As("beta", role), cancellationToken: Cancellation);
            Assert.DoesNotContain(list.Deposits, deposit => deposit.Deposit == uuid);
            Assert.Contains((await ListAsync(server.KeyOf("alpha", role))).Deposits, deposit => deposit.Deposit == uuid);
        }

        // The request of another account, as it is and made over.
        Assert.Equal("request.account", RichStatus.Violation(await Refused(request, "beta")).Field);
        var stolen = RequestBytes.Create(request.Request with { Account = "beta" }, null);
        Assert.Equal(StatusCode.AlreadyExists, (await Refused(stolen, "beta")).StatusCode);
        Assert.Equal(mine.Statement, (await server.DepositAsync(request, server.As("alpha", Role.Depositor))).Statement);
    }

    [Fact]
    public async Task Claims_say_what_the_server_has_checked_and_nothing_else()
    {
        server.Change(register =>
        {
            register.CreateAccount("test", "verified", "领航精密", "91330100799655058B");
            register.SetMember("test", "verified", "zhang", Role.Depositor);
        });
        var key = "";
        server.Change(register => key = register.CreateApiKey("test", "verified", "zhang", Scopes.All, null).Key);
        var before = await ClaimsAsync();
        Assert.Equal(("领航精密", "uscc:91330100799655058B", null, null), (before.Depositor, before.Identity, before.Verified, before.Key));
        await server.Accounts.VerifyIdentityAsync(
            new() { Account = "verified", Method = "licence-seen" }, server.As("alpha", Role.Registrar), cancellationToken: Cancellation);
        var after = await ClaimsAsync();
        Assert.Equal("licence-seen", after.Verified!.Method);
        // What was deposited before it was verified says for ever that it had not been.
        Assert.NotEqual(before, after);

        async Task<Claims> ClaimsAsync() => Claims.Parse((await server.DepositAsync(
            RequestBytes.Create(server.NewRequest("verified"), null), AccountsServer.WithKey(key))).Claims.ToStringUtf8());
    }

    [Fact]
    public async Task Rate_and_quota_end_with_the_time_to_come_again_and_are_the_accounts_own()
    {
        var key = "";
        server.Change(register =>
        {
            register.CreateAccount("test", "small", "Small Ltd", null);
            register.SetMember("test", "small", "m", Role.Depositor);
            key = register.CreateApiKey("test", "small", "m", Scopes.All, null).Key;
            register.ChangeSettings("test", "small", null, rate: null, quota: 2);
        });
        await DepositAsync();
        await DepositAsync();
        var (reason, wait) = Exhausted(await Assert.ThrowsAsync<RpcException>(DepositAsync));
        Assert.Equal("QUOTA", reason);
        Assert.InRange(wait, TimeSpan.Zero, TimeSpan.FromDays(1));
        server.Change(register => register.ChangeSettings("test", "small", null, rate: 1, quota: 0));
        RpcException? refused = null;
        for (var i = 0; i < 4 && refused is null; i++)
            refused = await Record.ExceptionAsync(DepositAsync) as RpcException;
        (reason, wait) = Exhausted(refused!);
        Assert.Equal("RATE_LIMIT", reason);
        Assert.InRange(wait, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        await server.DepositAsync("alpha");

        Task DepositAsync() => server.DepositAsync(RequestBytes.Create(server.NewRequest("small"), null), AccountsServer.WithKey(key));
    }

    [Fact]
    public async Task A_quota_is_of_deposits_that_were_made_and_holds_when_many_come_at_once()
    {
        var key = "";
        server.Change(register =>
        {
            register.CreateAccount("test", "crowd", "Crowd Ltd", null);
            register.SetMember("test", "crowd", "m", Role.Depositor);
            key = register.CreateApiKey("test", "crowd", "m", Scopes.All, null).Key;
            register.ChangeSettings("test", "crowd", null, rate: null, quota: 20);
        });
        for (var i = 0; i < 30; i++)
            Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await server.Notary.DepositAsync(
                new() { Request = Google.Protobuf.ByteString.CopyFromUtf8("no request") }, AccountsServer.WithKey(key), cancellationToken: Cancellation))).StatusCode);
        var made = await Task.WhenAll(Enumerable.Range(0, 60).Select(async _ =>
            await Record.ExceptionAsync(() => server.DepositAsync(RequestBytes.Create(server.NewRequest("crowd"), null), AccountsServer.WithKey(key)))));
        Assert.Equal(20, made.Count(error => error is null));
        Assert.All(made.OfType<RpcException>(), error => Assert.Equal("QUOTA", Exhausted(error).Reason));
    }

    [Fact]
    public async Task A_registrar_does_not_verify_its_own_account_and_no_role_lends_another_its_rights()
    {
        server.Change(register => register.CreateAccount("test", "park", "Park Ltd", "91330100799655058B"));
        var key = "";
        server.Change(register =>
        {
            register.SetMember("test", "park", "li", Role.Registrar);
            key = register.CreateApiKey("test", "park", "li", Scopes.All, null).Key;
        });
        var own = await Assert.ThrowsAsync<RpcException>(async () => await server.Accounts.VerifyIdentityAsync(
            new() { Account = "park", Method = "licence-seen" }, AccountsServer.WithKey(key), cancellationToken: Cancellation));
        Assert.Equal(StatusCode.PermissionDenied, own.StatusCode);
        Assert.Null(server.Register.Accounts().Single(account => account.Id == "park").Verified);
        // An operator's request that names another account is not the other account's either.
        var request = RequestBytes.Create(server.NewRequest("alpha"), null);
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(() => server.DepositAsync(request, server.As("alpha", Role.Operator)))).StatusCode);
    }

    [Theory]
    [InlineData("Аlpha Ltd")] // a Cyrillic A
    [InlineData("ALPHA LTD")]
    [InlineData("ａｌｐｈａ　Ｌｔｄ")]
    [InlineData("alphaLtd")]
    [InlineData("al\u200bpha Ltd")]
    [InlineData("alpha\u2060 Ltd")]
    [InlineData("alpha Ltd\u00ad")]
    [InlineData("alpha\u202e Ltd")]
    [InlineData("alpha\u3164Ltd 2")]
    [InlineData("beta\ufe0f 2 Ltd")]
    [InlineData("\ud83d\udc6e\ud83c\udff4\udb40\udc67 Ltd")]
    [InlineData("Be\u0301ta\u0000")]
    public void A_name_that_looks_like_anothers_or_hides_something_is_refused(string name) =>
        Assert.Throws<AccountRefusedException>(() => server.Register.CreateAccount("test", $"lookalike-{Hash.Of(System.Text.Encoding.UTF8.GetBytes(name))}"[..32], name, null));

    [Fact]
    public void Names_of_other_scripts_are_names()
    {
        foreach (var (id, name) in new[] { ("s1", "上海领航精密机械有限公司"), ("s2", "Завод Алмаз"), ("s3", "Ελληνική ΑΕ"), ("s4", "Société Générale d’Essai"), ("s5", "株式会社テスト ABC"), ("s6", "Алмаз GmbH") })
            server.Register.CreateAccount("test", id, name, null);
    }

    [Fact]
    public void Keys_that_begin_alike_are_looked_up_by_hashes_that_do_not()
    {
        // How long a comparison takes can tell how far two values agree. What is compared is a hash, and whoever gets all of a
        // key but its end right is as far from its hash as everybody else.
        var good = server.KeyOf("alpha", Role.Reader);
        var hash = ApiKey.HashOf(good);
        for (var length = 3; length < good.Length - 1; length++)
        {
            var near = good[..length] + (good[length] == 'A' ? 'B' : 'A') + new string('A', good.Length - length - 1);
            Assert.InRange(ApiKey.HashOf(near).ToArray().Zip(hash.ToArray()).TakeWhile(pair => pair.First == pair.Second).Count(), 0, 3);
        }

        // And nothing compares keys: the accounts are asked with a hash alone.
        var find = typeof(AccountBook.Snapshot).GetMethods().Single(method => method.Name == "Find");
        Assert.DoesNotContain(find.GetParameters(), parameter => parameter.ParameterType == typeof(string) || parameter.ParameterType == typeof(ReadOnlySpan<char>));
    }

    [Fact]
    public async Task A_key_that_is_revoked_ends_its_stream_with_the_next_item()
    {
        var (key, id) = ("", 0L);
        server.Change(register => (key, id) = register.CreateApiKey("test", "alpha", "batch", Scopes.All, null));
        using var call = server.Notary.DepositBatch(AccountsServer.WithKey(key), cancellationToken: Cancellation);
        await SendAsync();
        Assert.NotNull(call.ResponseStream.Current.Certificate);
        server.Change(register => register.Revoke("test", id));
        await SendAsync();
        Assert.Equal((int)StatusCode.Unauthenticated, call.ResponseStream.Current.Error.Code);

        async Task SendAsync()
        {
            var request = RequestBytes.Create(server.NewRequest("alpha"), null);
            await call.RequestStream.WriteAsync(
                new() { Deposit = $"{request.Request.Deposit}", Request = Google.Protobuf.ByteString.CopyFrom(request.Bytes.Span) }, Cancellation);
            Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        }
    }

    [Fact]
    public void An_account_that_breaks_a_rule_is_not_made()
    {
        foreach (var (id, name, code) in new (string, string, string?)[]
        {
            ("Alpha", "A", null), ("", "A", null), (new string('a', 65), "A", null), ("a b", "A", null), ("new", "", null), ("new", "A\u202eB", null), ("new", "A\nB", null),
            ("new", "A", "91330100799655058A"), ("new", "A", ""), ("alpha", "A", null),
        })
            Assert.Throws<AccountRefusedException>(() => server.Register.CreateAccount("test", id, name, code));
        Assert.DoesNotContain(server.Register.Accounts(), account => account.Id is "new" or "Alpha" or "");
        Assert.Throws<AccountRefusedException>(() => server.Register.SetMember("test", "nobody", "m", Role.Reader));
        Assert.Throws<AccountRefusedException>(() => server.Register.CreateApiKey("test", "alpha", "nobody", Scopes.All, null));
        Assert.Throws<AccountRefusedException>(() => server.Register.VerifyIdentity("test", "alpha", "licence-seen", null));
    }

    [Fact]
    public void What_is_stored_of_a_key_lets_nobody_in()
    {
        var key = server.KeyOf("alpha", Role.Depositor);
        foreach (var file in Directory.EnumerateFiles(server.Data, "accounts.db*"))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            Assert.Equal(-1, bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(key[3..])));
        }

        Assert.Equal(ApiKey.HashOf(key), server.Register.Credentials().Single(credential => credential is { Account: "alpha", Member: "depositor" }).Lookup);
    }

    private async Task<Proto.ListDepositsResponse> ListAsync(string key) =>
        await server.Notary.ListDepositsAsync(new() { PageSize = 1_000 }, AccountsServer.WithKey(key), cancellationToken: Cancellation);

    private Task<RpcException> Refused(RequestBytes request, string account) =>
        Assert.ThrowsAsync<RpcException>(() => server.DepositAsync(request, server.As(account, Role.Depositor)));

    private static (string Reason, TimeSpan Wait) Exhausted(RpcException error)
    {
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        var details = RichStatus.Of(error).Details;
        return (details.Single(detail => detail.Is(ErrorInfo.Descriptor)).Unpack<ErrorInfo>().Reason, details.Single(detail => detail.Is(RetryInfo.Descriptor)).Unpack<RetryInfo>().RetryDelay.ToTimeSpan());
    }
}
