using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Notary.Core;
using Notary.Documents;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.EndToEnd;

/// <summary>The list of an account's deposits in a browser: found again, shown with their versions, and taken again, from an honest server and one that lies.</summary>
public sealed class MyDepositsPageTests(AccountsServer server) : IClassFixture<AccountsServer>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("zh", "light", 1100)]
    [InlineData("en", "dark", 360)]
    [InlineData("zh", "dark", 360)]
    public async Task Deposits_are_listed_shown_and_taken_again_on_every_screen(string lang, string scheme, int width)
    {
        var (account, key) = server.NewAccount();
        const string Title = "转子 <img src=x onerror=alert(1)> \"C\"";
        var first = await DepositAsync(account, key, request => request with { Title = Title, Items = 7, Kind = "technical-drawing" });
        var second = await DepositAsync(account, key, request => request with { Previous = first.Deposit });
        await DepositAsync("beta", server.KeyOf("beta", Role.Depositor), request => request with { Title = "of another account" });

        var found = await RunAsync(lang, new
        {
            key, scheme, viewport = new { width, height = 800 }, show = $"{first.Deposit}", take = (string[])["certificate", "pdf"], @out = folder.Path,
        });

        var rows = Strings(found["first"]!["rows"]!);
        Assert.Equal(2, rows.Count);
        Assert.Contains(lang == "en" ? "(no title)" : "（无标题）", rows[0], StringComparison.Ordinal);
        Assert.Contains(lang == "en" ? "version 2, the newest" : "第 2 版（最新）", rows[0], StringComparison.Ordinal);
        Assert.Contains(Title, rows[1], StringComparison.Ordinal);
        Assert.Contains(lang == "en" ? "7 documents · technical-drawing" : "7 个文件 · technical-drawing", rows[1], StringComparison.Ordinal);
        Assert.Contains(CertificateNumbers.OfDeposit(first.Deposit), rows[1], StringComparison.Ordinal);
        Assert.DoesNotContain("of another account", Text(found, "text"), StringComparison.Ordinal);
        Assert.Contains(lang == "en" ? "2 loaded: all that the account has" : "已加载 2 份：账户的全部存证", Text(found["first"]!, "loading"), StringComparison.Ordinal);

        var one = found["one"]!;
        Assert.Equal("one-title", Text(one, "focused"));
        Assert.Equal($"ledger?lang={lang}#{first.Deposit}", Text(one, "ledger"));
        Assert.Equal(2, one["versions"]!.AsArray().Count);
        var taken = one["taken"]!.AsArray().Select(each => each!).ToList();
        Assert.All(taken, each => Assert.Contains(lang == "en" ? "Verified in this page" : "本页面已核验", Text(each, "text"), StringComparison.Ordinal));
        var certificate = Certificate.Parse(await File.ReadAllBytesAsync(Text(taken[0], "path"), Cancellation));
        Assert.Equal(Encoding.UTF8.GetString(RequestBytes.Create(first, null).Bytes.Span), certificate.Request);
        Assert.Equal($"deposit-{first.Deposit}.certificate.json", Path.GetFileName(Text(taken[0], "path")));
        (await NotaryProcess.RunAsync("verify", Text(taken[1], "path"), "--trust", await TrustAsync())).Succeeded();
        Assert.NotEqual(first.Deposit, second.Deposit);

        Assert.Equal(0, found["elements"]!.GetValue<int>());
        Assert.Empty(found["problems"]!.AsArray());
        Assert.InRange(found["shifts"]!.GetValue<double>(), 0, 0.01);
        Assert.InRange(found["size"]!.GetValue<int>(), 1, 300_000);
        Assert.All(found["audits"]!.AsArray(), audit => AssertPlain(audit!));
    }

    [Fact]
    public async Task An_account_without_deposits_is_led_to_its_first()
    {
        var found = await RunAsync("en", new { key = server.NewAccount().Key });
        Assert.Contains("This account has no deposits yet. Make the first one.", Text(found["first"]!, "state"), StringComparison.Ordinal);
        Assert.All(found["audits"]!.AsArray(), audit => AssertPlain(audit!));
        Assert.Empty(found["problems"]!.AsArray());
    }

    [Fact]
    public async Task Three_thousand_deposits_are_paged_narrowed_and_their_chain_is_followed_over_many_pages()
    {
        var (account, key) = server.NewAccount();
        var requests = new List<DepositRequest>();
        // Every third one is a version of one thing, so that its chain runs through all pages of the list and of the server.
        for (var i = 0; i < 3_000; i++)
            requests.Add(server.NewRequest(account) with { Title = i % 3 == 0 ? $"Chain {i}" : $"Single {i} 图纸", Kind = i == 17 ? "contract" : "trade-secret", Previous = i >= 3 && i % 3 == 0 ? requests[i - 3].Deposit : null });
        await DepositAllAsync(key, requests);
        var oldest = requests[0].Deposit;
        var today = TimeProvider.System.GetUtcNow();
        var days = new { from = Day(today.AddDays(-1)), until = Day(today.AddDays(1)) };

        var found = await RunAsync("en", new
        {
            key, show = CertificateNumbers.OfDeposit(oldest), turn = (int[])[60, 1],
            filters = new object[]
            {
                new { words = "single ２９９９" }, new { words = "contract 图纸" }, new { words = CertificateNumbers.OfDeposit(oldest).ToLowerInvariant() }, new { words = "nothing of this" },
                new { words = "838D-F08C-55EA-5976-9FF1-F" }, new { newest = true, words = "chain" }, days, new { from = Day(today.AddDays(2)) }, new { },
            },
        });

        Assert.Equal("1 to 50 of 3000, newest first.", Text(found["first"]!, "state"));
        Assert.Equal(["1", "2", "3", "60"], Strings(found["first"]!["pages"]!));
        Assert.Contains("Single 2999", Strings(found["first"]!["rows"]!)[0], StringComparison.Ordinal);
        var filtered = found["filtered"]!.AsArray().Select(each => each!).ToList();
        // Some uuid may hold these digits as well.
        Assert.Matches(@"^1 to (\d) of \1, found among 3000 loaded, newest first\.$", Text(filtered[0], "state"));
        Assert.Contains("Single 2999 图纸", string.Join('\n', Strings(filtered[0]["rows"]!)), StringComparison.Ordinal);
        Assert.Contains("Single 17 ", Assert.Single(Strings(filtered[1]["rows"]!)), StringComparison.Ordinal);
        Assert.Equal([$"{oldest}"], Strings(filtered[2]["deposits"]!));
        Assert.Contains("None of the 3000 loaded deposits fits", Text(filtered[3], "state"), StringComparison.Ordinal);
        Assert.Contains("This is a certificate's number", Text(filtered[4], "state"), StringComparison.Ordinal);
        Assert.Contains("Chain 2997", Assert.Single(Strings(filtered[5]["rows"]!)), StringComparison.Ordinal);
        Assert.Equal("1 to 50 of 3000, newest first.", Text(filtered[6], "state"));
        Assert.Contains("None of the 3000", Text(filtered[7], "state"), StringComparison.Ordinal);

        var last = found["turned"]![0]!;
        Assert.Equal("2951 to 3000 of 3000, newest first.", Text(last, "state"));
        Assert.Equal($"{oldest}", Strings(last["deposits"]!)[^1]);
        Assert.Contains("version 1 of 1000", Strings(last["rows"]!)[^1], StringComparison.Ordinal);
        var versions = Strings(found["one"]!["versions"]!);
        Assert.Equal(100, versions.Count);
        Assert.Contains("Chain 2997", versions[0], StringComparison.Ordinal);
        Assert.Equal(3, Strings(found["requests"]!).Count(request => request.Contains("/v1/deposits?page_size=1000", StringComparison.Ordinal)));
        Assert.Empty(found["problems"]!.AsArray());
    }

    [Fact]
    public async Task A_chain_is_walked_by_the_keyboard_and_leads_to_a_new_version()
    {
        var (account, key) = server.NewAccount();
        var first = await DepositAsync(account, key, request => request with { Title = "one" });
        var second = await DepositAsync(account, key, request => request with { Title = "two", Previous = first.Deposit });

        var found = await PageBrowser.RunAsync("mineByKeyboard", Address("en"), new { key });

        var places = found["places"]!.AsArray().Select(each => (Text(each!, "hash"), Text(each!, "focus"))).ToList();
        Assert.Equal(($"#mine/{second.Deposit}", "one-title"), places[0]);
        Assert.Equal(($"#mine/{first.Deposit}", "one-title"), places[1]);
        Assert.Equal(("#mine", $"#mine/{first.Deposit}"), places[2]);
        Assert.Equal($"#new/{first.Deposit}", places[^1].Item1);
        Assert.Equal($"{first.Deposit}", Text(found, "previous"));
        Assert.Empty(found["problems"]!.AsArray());
    }

    [Fact]
    public async Task A_previous_that_is_not_the_accounts_is_shown_as_claimed_and_a_circle_is_a_chain_like_any_other()
    {
        var (account, key) = server.NewAccount();
        var (one, other) = (server.NewRequest(account), server.NewRequest(account));
        (one, other) = (one with { Title = "one", Previous = other.Deposit }, other with { Title = "other", Previous = one.Deposit });
        var stray = server.NewRequest(account) with { Title = "stray", Previous = server.NewRequest(account).Deposit };
        await DepositAllAsync(key, [one, other, stray]);

        var found = await RunAsync("en", new { key, show = $"{stray.Deposit}" });
        Assert.Contains("none of this account's: the depositor claims it", Text(found["one"]!, "text"), StringComparison.Ordinal);
        found = await RunAsync("en", new { key, show = $"{one.Deposit}" });
        Assert.Equal(2, found["one"]!["versions"]!.AsArray().Count);
    }

    [Fact]
    public async Task Another_accounts_deposit_is_not_found_by_its_number()
    {
        var foreign = await DepositAsync("beta", server.KeyOf("beta", Role.Depositor), request => request with { Title = "of another account" });
        var found = await RunAsync("en", new { key = server.NewAccount().Key, show = $"{foreign.Deposit}" });
        Assert.Contains("There is no such deposit among those of this account", Text(found["one"]!, "text"), StringComparison.Ordinal);
        Assert.DoesNotContain("of another account", Text(found["one"]!, "text"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_may_only_read_makes_no_new_version_and_one_that_may_only_deposit_is_told_so()
    {
        var deposit = await DepositAsync("alpha", server.KeyOf("alpha", Role.Depositor), request => request with { Title = "read only" });
        var reading = await RunAsync("en", new { key = server.KeyOf("alpha", Role.Reader), show = $"{deposit.Deposit}", take = (string[])["certificate"], @out = folder.Path });
        Assert.Equal(0, reading["one"]!["version"]!.GetValue<int>());
        Assert.Contains("Verified in this page", Text(reading["one"]!["taken"]![0]!, "text"), StringComparison.Ordinal);

        var batch = await RunAsync("en", new { key = server.KeyOf("alpha", Role.Batch) });
        Assert.Equal(["MAY_NOT_READ"], Strings(batch["problem"]!));
        Assert.DoesNotContain(Strings(batch["requests"]!), request => request.Contains("/v1/deposits", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, "BAD_CREDENTIAL", "This key lets nobody in", "此密钥无效", "and sign in with that", "然后以其登录")]
    [InlineData(false, "NOT_ALLOWED", "This key may not do that", "此密钥无权进行该操作", "Use a key whose role and scopes include it", "请使用具有相应角色和权限的密钥")]
    public async Task A_key_that_is_revoked_meanwhile_says_what_to_do_and_keeps_what_was_listed(bool isRevoked, string reason, string words, string chinese, string next, string nextInChinese)
    {
        var (account, key) = server.NewAccount();
        await DepositAsync(account, key, request => request with { Title = "listed before" });
        await using var meanwhile = await Meanwhile.StartAsync(Meanwhile.Step(() => server.Change(register =>
        {
            if (isRevoked)
                register.Revoke("test", register.Credentials().Single(credential => credential.Account == account).Id);
            else
                register.SetMember("test", account, "m", Role.Auditor);
        })));
        var listed = (await RunAsync("en", new { key, meanwhile = meanwhile.Address }))["listed"]!;

        Assert.Equal(reason, Assert.Single(Strings(listed["problem"]!)));
        Assert.All((string[])[words, next], part => Assert.Contains(part, Text(listed["told"]!, "en"), StringComparison.Ordinal));
        Assert.All((string[])[chinese, nextInChinese], part => Assert.Contains(part, Text(listed["told"]!, "zh"), StringComparison.Ordinal));
        Assert.Contains("listed before", Assert.Single(Strings(listed["rows"]!)), StringComparison.Ordinal);
        Assert.Contains("1 loaded", Text(listed, "loading"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zh", "（账本已不再保存其请求）", "其中没有本账户的请求")]
    [InlineData("en", "(the ledger holds no request of it any more)", "It does not hold this account's request")]
    public async Task A_deposit_whose_request_the_ledger_no_longer_holds_is_told_apart_and_its_certificate_is_not_passed_off_as_whole(string lang, string words, string refusal)
    {
        // To this account the server gives the certificate as to anybody, without claims and request.
        var foreign = await DepositAsync("beta", server.KeyOf("beta", Role.Depositor), request => request);
        var listed = new { deposit = $"{foreign.Deposit}", index = 7, received = Timestamp.Format(foreign.Requested), commitment = foreign.Commitment.ToString() };
        var found = await RunAsync(lang, new
        {
            key = server.NewAccount().Key, show = $"{foreign.Deposit}", take = (string[])["certificate"], @out = folder.Path,
            answers = (object[])[Answer("v1/deposits?*", new { body = JsonSerializer.Serialize(new { deposits = (object[])[listed] }), contentType = "application/json" })],
        });

        Assert.Contains(words, Assert.Single(Strings(found["first"]!["rows"]!)), StringComparison.Ordinal);
        Assert.Contains(words, Text(found["one"]!, "text"), StringComparison.Ordinal);
        var taken = Assert.Single(found["one"]!["taken"]!.AsArray())!;
        Assert.Contains(refusal, Text(taken, "text"), StringComparison.Ordinal);
        Assert.Null(taken["path"]);
        Assert.Empty(found["problems"]!.AsArray());
    }

    [Fact]
    public async Task Evidence_is_made_again_of_the_file_saved_before_sending_or_of_older_evidence_with_its_timestamps()
    {
        var (_, key) = server.NewAccount();
        var document = Write("notes.txt", "abc"u8);
        var made = await PageBrowser.RunAsync("deposit", Address("en").Replace("#mine", "", StringComparison.Ordinal), new { key, files = (string[])[document], title = "Notes", @out = folder.Path });
        var (pending, evidence) = (Text(made, "pending"), Text(made, "evidence"));
        var older = Read(evidence).WithAttachments(EvidenceSamples.Attachments());
        var deposit = Statement.Parse(older.Certificate.Statement).Deposit;
        await DepositAsync("alpha", server.KeyOf("alpha", Role.Depositor), request => request);
        var old = Write("older.evidence.zip", EvidenceSamples.Pack(older));
        var bare = Write("certificate-only.evidence.zip", EvidenceSamples.Pack(Evidence.FromCertificate(older.Certificate)));
        var bent = File.ReadAllBytes(pending);
        bent[^40] ^= 1;
        var stranger = Write("stranger.evidence.zip", EvidenceSamples.Pack(EvidenceSamples.Full(0)));

        var found = await RunAsync("en", new { key, show = $"{deposit}", @out = folder.Path, saved = (string[])[pending, old, bare, Write("bent.journal", bent), stranger, document] });

        var taken = found["one"]!["taken"]!.AsArray().Select(each => each!).ToList();
        var renewed = Read(Text(taken[0], "path"));
        Assert.Equal(older.Certificate.Statement, renewed.Certificate.Statement);
        Assert.True(TlogProof.Parse(renewed.Certificate.Proof).Checkpoint.Size > TlogProof.Parse(older.Certificate.Proof).Checkpoint.Size);
        (await NotaryProcess.RunAsync("verify", Text(taken[0], "path"), document, "--trust", await TrustAsync())).Succeeded();
        // What the server does not have in this form is carried on.
        Assert.Equal(EvidenceSamples.Attachments(), Read(Text(taken[1], "path")).Attachments);
        Assert.Equal(File.ReadAllBytes(Text(taken[1], "path")), EvidenceSamples.Pack(Read(Text(taken[1], "path"))));
        Assert.Equal(["UNREADABLE_FILE", "UNREADABLE_FILE", "NOT_OF_THIS", "UNREADABLE_FILE"], taken.Skip(2).Select(each => Assert.Single(Strings(each["problem"]!))));
        Assert.All(taken.Skip(2), each => Assert.Null(each["path"]));
        Assert.DoesNotContain(Strings(found["requests"]!), request => request.StartsWith("POST", StringComparison.Ordinal));
        Assert.Empty(found["problems"]!.AsArray());
    }

    [Fact]
    public async Task A_server_that_hands_out_another_certificate_is_caught_before_anything_is_offered()
    {
        var (account, key) = server.NewAccount();
        var (mine, other) = (await DepositAsync(account, key, request => request), await DepositAsync(account, key, request => request));
        var (honest, another) = (await CertificateAsync(mine.Deposit, key), await CertificateAsync(other.Deposit, key));
        var pdf = await BytesAsync($"/v1/deposits/{other.Deposit}/certificate.pdf", key);
        var withheld = await CertificateAsync(mine.Deposit, server.KeyOf("beta", Role.Reader));
        (string Lie, string Words)[] lies =
        [
            (another, "It is the certificate of another deposit"),
            (withheld, "does not hold this account's request"),
            (honest.Replace("claims\\nsalt", "claims\\nsal", StringComparison.Ordinal).Replace("depositor firm", "depositor Firm", StringComparison.Ordinal), "not the certificate of this deposit"),
            (honest.Replace("index ", "index 9", StringComparison.Ordinal), "another entry than the list"),
            ("[" + new string('[', 50_000), "not the certificate of this deposit"),
            ("", "not the certificate of this deposit"),
        ];
        var found = await RunAsync("en", new
        {
            key, show = $"{mine.Deposit}", @out = folder.Path,
            lies = lies.Select(each => Answer($"v1/deposits/{mine.Deposit}", new { body = each.Lie, contentType = "application/json" }))
                .Append(Answer("certificate.pdf", new { path = Write("other.pdf", pdf), contentType = "application/pdf" }))
                .Append(Answer("certificate.pdf", new { body = honest, contentType = "application/pdf" })),
        });

        var taken = found["one"]!["taken"]!.AsArray().Select(each => each!).ToList();
        foreach (var (words, each) in lies.Select(lie => lie.Words).Concat(["It is the certificate of another deposit", "is no PDF"]).Zip(taken))
        {
            Assert.Null(each["path"]);
            Assert.Contains(words, Text(each, "text"), StringComparison.Ordinal);
            Assert.Equal(["LIE"], Strings(each["problem"]!));
        }

        Assert.Equal(lies.Length + 2, taken.Count);
    }

    private async Task<DepositRequest> DepositAsync(string account, string key, Func<DepositRequest, DepositRequest> change)
    {
        var request = change(server.NewRequest(account));
        await server.DepositAsync(RequestBytes.Create(request, null), AccountsServer.WithKey(key));
        return request;
    }

    private async Task DepositAllAsync(string key, List<DepositRequest> requests)
    {
        using var call = server.Notary.DepositBatch(AccountsServer.WithKey(key), cancellationToken: Cancellation);
        var answers = Task.Run(async () =>
        {
            var deposited = 0;
            // Read to the end whatever comes: the server reads no more of a stream whose answers nobody takes.
            while (await call.ResponseStream.MoveNext(Cancellation))
                deposited += call.ResponseStream.Current.Certificate is null ? 0 : 1;
            return deposited;
        }, Cancellation);
        foreach (var request in requests)
            await call.RequestStream.WriteAsync(
                new Proto.DepositBatchRequest { Deposit = $"{request.Deposit}", Request = ByteString.CopyFrom(RequestBytes.Create(request, null).Bytes.Span) }, Cancellation);
        await call.RequestStream.CompleteAsync();
        Assert.Equal(requests.Count, await answers);
    }

    private async Task<string> CertificateAsync(DepositId deposit, string key) => Encoding.UTF8.GetString(await BytesAsync($"/v1/deposits/{deposit}", key));

    private async Task<byte[]> BytesAsync(string path, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        using var answer = await server.Web.SendAsync(request, Cancellation);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(Cancellation);
    }

    private async Task<string> TrustAsync() => Write(
        "trust", Encoding.UTF8.GetBytes($"log {JsonNode.Parse(await server.Web.GetStringAsync("v1/ledger", Cancellation))!["vkey"]!.GetValue<string>()}\nquorum none\n"));

    private string Write(string name, ReadOnlySpan<byte> content)
    {
        var path = Path.Combine(folder.Path, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private string Address(string lang) => new Uri(server.Server.WebAddress, $"deposits?lang={lang}#mine").ToString();

    private Task<JsonNode> RunAsync(string lang, object given) => PageBrowser.RunAsync("mine", Address(lang), given);

    private static object Answer(string path, object answer) => new { path, answer };

    private static string Day(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static Evidence Read(string path)
    {
        using var stream = File.OpenRead(path);
        return Evidence.Read(stream, Cancellation);
    }

    private static void AssertPlain(JsonNode audit)
    {
        Assert.Empty(audit["faint"]!.AsArray());
        Assert.Empty(audit["unlabelled"]!.AsArray());
        Assert.Equal(0, audit["nameless"]!.GetValue<int>());
        Assert.InRange(audit["overflow"]!.GetValue<int>(), -100, 0);
    }

    private static string Text(JsonNode found, string name) => found[name]!.GetValue<string>();

    private static IReadOnlyList<string> Strings(JsonNode array) => [.. array.AsArray().Select(one => one!.GetValue<string>())];
}
