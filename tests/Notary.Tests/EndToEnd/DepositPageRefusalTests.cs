using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Notary.Cli;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>
/// A server with accounts that refuses a deposit in earnest, after it was prepared and saved in a browser: what the page says in
/// both languages, and how the saved file comes to its evidence all the same.
/// </summary>
public sealed class DepositPageRefusalTests(AccountsServer server) : IClassFixture<AccountsServer>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_key_that_is_revoked_meanwhile_is_told_so_and_another_key_finishes_the_saved_file()
    {
        var (account, key) = server.NewAccount();
        var found = await RefusedAsync(server, key, Change(register =>
            register.Revoke("test", register.Credentials().Single(credential => credential.Account == account).Id)));

        AssertTold(found["first"]!, "BAD_CREDENTIAL", "This key lets nobody in", "此密钥无效");
        AssertTold(found["first"]!, "BAD_CREDENTIAL", "Sign out, sign in with a key that may deposit, and choose that file on this page", "请退出，以可以存证的密钥登录，再在本页面选择该文件");
        Assert.Empty(await DepositsAsync(server, RenewedKey(account)));
        await AssertFinishesAsync(server, RenewedKey(account), found);
    }

    [Fact]
    public async Task A_member_who_may_not_deposit_any_more_is_told_so_and_may_again_later()
    {
        var (account, key) = server.NewAccount();
        var found = await RefusedAsync(
            server, key,
            Change(register => register.SetMember("test", account, "m", Role.Reader)),
            Change(register => register.SetMember("test", account, "m", Role.Depositor)));

        AssertTold(found["first"]!, "NOT_ALLOWED", "This key may not do that", "此密钥无权进行该操作");
        AssertTold(found["first"]!, "NOT_ALLOWED", "sign in with a key that may deposit", "以可以存证的密钥登录");
        await AssertDepositedAsync(server, key, found);
    }

    [Fact]
    public async Task An_account_that_has_to_sign_from_now_on_is_told_that_the_same_bytes_will_not_do()
    {
        var (account, key) = server.NewAccount();
        var found = await RefusedAsync(server, key, Change(register => register.ChangeSettings("test", account, requiresSignature: true, null, null)));

        AssertTold(found["first"]!, "400", "Change what its reason names, or ask the operator", "请按其理由更改，或询问运营方");
        AssertTold(found["first"]!, "400", "Sending it again as it is would bring the same answer", "照原样再次发送只会得到同样的答复");
        Assert.Contains("sign", Text(found["first"]!, "en"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_number_that_another_deposit_has_is_told_so_and_that_one_stays()
    {
        var (account, key) = server.NewAccount();
        using var random = RandomNumberGenerator.Create();
        var builder = new DepositBuilder(new DepositTerms(server.Server.Origin, account, "trade-secret", null, null, null), TimeProvider.System, random);
        var taken = builder.NewId();
        var other = builder.Build(taken, "other.evidence.zip", [Item("other")], Cancellation);
        string pending;
        using (var journal = PendingJournal.Create(folder.Path, new PendingRun("http://localhost/deposits", "operator-trust", "quorum none\n"), DateTimeOffset.UnixEpoch, [0, 0, 0, 0]))
        {
            journal.Append(builder.Build(taken, "mine.evidence.zip", [Item("mine")], Cancellation));
            journal.Seal();
            pending = journal.FullName;
        }

        var found = await RefusedFileAsync(server, key, pending, async () => await server.DepositAsync(other.Request, AccountsServer.WithKey(key)));

        AssertTold(found["first"]!, "409", "another deposit under this number, and nothing was written. Begin a new deposit.", "该编号已属于另一存证，本次未写入任何内容。请重新开始存证。");
        AssertTold(found["first"]!, "409", "Sending it again as it is would bring the same answer", "照原样再次发送只会得到同样的答复");
        AssertTold(found["second"]!, "409", "another deposit under this number", "该编号已属于另一存证");
        Assert.Null(found["evidence"]);
        Assert.Equal(other.Request.Request.Commitment.ToString(), Assert.Single(await DepositsAsync(server, key)));
    }

    [Fact]
    public async Task A_quota_that_is_used_up_says_for_how_long_and_goes_on_when_there_is_more()
    {
        var (account, key) = server.NewAccount();
        var found = await RefusedAsync(
            server, key,
            async () =>
            {
                server.Change(register => register.ChangeSettings("test", account, null, null, quota: 1));
                await server.DepositAsync(RequestBytes.Create(server.NewRequest(account), null), AccountsServer.WithKey(key));
            },
            Change(register => register.ChangeSettings("test", account, null, null, quota: 2)));

        AssertTold(found["first"]!, "QUOTA", "deposits for today are used up, and nothing was written. Try again in ", "今日的存证额度已用完，本次未写入任何内容。请于 ");
        AssertTold(found["first"]!, "QUOTA", "or ask the operator for more", "或请运营方提高额度");
        Assert.Equal(["PASS"], Strings(found["verdict"]!));
        Assert.Equal(2, (await DepositsAsync(server, key)).Count);
    }

    [Fact]
    public async Task A_rate_that_is_used_up_says_for_how_long_and_goes_on_afterwards()
    {
        var time = new StandingTicks();
        await using var limited = new AccountsServer();
        await limited.StartAsync(new ServerOptions
        {
            DataDirectory = limited.Data, Listen = new IPEndPoint(IPAddress.Loopback, 0), Web = new IPEndPoint(IPAddress.Loopback, 0), TimeProvider = time,
        });
        var (account, key) = limited.NewAccount();
        var found = await RefusedAsync(
            limited, key,
            async () =>
            {
                limited.Change(register => register.ChangeSettings("test", account, null, rate: 1, null));
                foreach (var _ in (int[])[1, 2])
                    await limited.Accounts.GetAccountAsync(new(), AccountsServer.WithKey(key), cancellationToken: Cancellation);
            },
            Meanwhile.Step(() => time.Pass(TimeSpan.FromSeconds(2))));

        AssertTold(found["first"]!, "RATE_LIMIT", "There were too many calls just now, and nothing was written. Try again in 1 s.", "方才的调用过多，本次未写入任何内容。请于 1 秒后重试。");
        await AssertDepositedAsync(limited, key, found);
    }

    private Func<Task> Change(Action<AccountRegister> change) => Meanwhile.Step(() => server.Change(change));

    private Task<JsonNode> RefusedAsync(AccountsServer of, string key, params Func<Task>[] steps) => RefusedFileAsync(of, key, null, steps);

    /// <summary>One visit: prepared and saved, or of a saved file; then the first step, sent, the second step, sent again.</summary>
    private async Task<JsonNode> RefusedFileAsync(AccountsServer of, string key, string? pending, params Func<Task>[] steps)
    {
        await using var meanwhile = await Meanwhile.StartAsync(steps);
        var files = (string[])[Write("refused.txt", "refused")];
        var found = await PageBrowser.RunAsync("refused", Address(of), new { key, files, pending, meanwhile = meanwhile.Address, @out = Out });
        Assert.Equal(2, found["posts"]!.GetValue<int>());
        // A refusal never takes the file away.
        if (pending is null)
            Assert.Equal(await File.ReadAllBytesAsync(Text(found, "pending"), Cancellation), await File.ReadAllBytesAsync(Text(found, "kept"), Cancellation));
        return found;
    }

    private static void AssertTold(JsonNode told, string reason, string words, string chinese)
    {
        Assert.Equal([reason], Strings(told["problem"]!));
        Assert.Contains(words, Text(told, "en"), StringComparison.Ordinal);
        Assert.Contains(chinese, Text(told, "zh"), StringComparison.Ordinal);
        Assert.Contains("Nothing is lost: the saved file holds all of it", Text(told, "en"), StringComparison.Ordinal);
        Assert.Contains("没有丢失任何内容：已保存的文件中都有", Text(told, "zh"), StringComparison.Ordinal);
    }

    /// <summary>The second sending made the one deposit, and its evidence is what the program takes.</summary>
    private async Task AssertDepositedAsync(AccountsServer of, string key, JsonNode found)
    {
        Assert.Equal(["PASS"], Strings(found["verdict"]!));
        Assert.Single(await DepositsAsync(of, key));
        await VerifiesAsync(of, Text(found, "evidence"));
    }

    /// <summary>A page that knows nothing of it goes on with the saved file.</summary>
    private async Task AssertFinishesAsync(AccountsServer of, string key, JsonNode found)
    {
        var resumed = await PageBrowser.RunAsync("resumed", Address(of), new { key, pending = Text(found, "kept"), @out = Out });
        Assert.Equal(["PASS"], Strings(resumed["verdict"]!));
        Assert.Single(await DepositsAsync(of, key));
        await VerifiesAsync(of, Text(resumed, "evidence"));
    }

    private async Task VerifiesAsync(AccountsServer of, string evidence) =>
        (await NotaryProcess.RunAsync("verify", evidence, Path.Combine(folder.Path, "refused.txt"), "--trust", Write("trust", TrustPolicy.Format(of.Server.Key, null)))).Succeeded();

    /// <summary>The commitments that the account has on the ledger.</summary>
    private static async Task<IReadOnlyList<string>> DepositsAsync(AccountsServer of, string key) =>
        [.. (await of.Notary.ListDepositsAsync(new() { PageSize = 10 }, AccountsServer.WithKey(key), cancellationToken: Cancellation)).Deposits.Select(one => Convert.ToHexStringLower(one.Commitment.Span))];

    private string RenewedKey(string account)
    {
        var key = "";
        server.Change(register => key = register.CreateApiKey("test", account, "m", Scopes.All, null).Key);
        return key;
    }

    private static string Address(AccountsServer of) => new Uri(of.Server.WebAddress, "deposits?lang=en").ToString();

    private static ItemText Item(string path) => new() { Path = path, Size = 1, Modified = DateTimeOffset.UnixEpoch, Sha256 = Hash.Of([1]) };

    private string Out => Directory.CreateDirectory(Path.Combine(folder.Path, "out")).FullName;

    private string Write(string name, string content)
    {
        var path = Path.Combine(folder.Path, name);
        File.WriteAllText(path, content);
        return path;
    }

    private static string Text(JsonNode found, string name) => found[name]!.GetValue<string>();

    private static IReadOnlyList<string> Strings(JsonNode array) => [.. array.AsArray().Select(one => one!.GetValue<string>())];

    /// <summary>What rates are counted by stands until the test moves it, however long a browser takes.</summary>
    private sealed class StandingTicks : TimeProvider
    {
        private long ticks;

        public void Pass(TimeSpan time) => Interlocked.Add(ref ticks, (long)(time.TotalSeconds * TimestampFrequency));

        public override long GetTimestamp() => Interlocked.Read(ref ticks);
    }
}
