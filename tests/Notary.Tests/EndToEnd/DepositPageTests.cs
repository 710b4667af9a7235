using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Core;
using Notary.Cli;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.EndToEnd;

/// <summary>
/// A deposit made in a browser on a ledger with accounts: saved before it is sent, with nothing of the documents sent, and its
/// evidence as the command line would have it; and what becomes of it when something goes wrong on the way.
/// </summary>
public sealed class DepositPageTests(AccountsServer server) : IClassFixture<AccountsServer>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("zh", "已存证并已核验", "除运营方外，没有任何一方为时间作证。")]
    [InlineData("en", "Deposited and verified", "No one but the operator vouches for the time.")]
    public async Task A_folder_is_deposited_and_its_evidence_is_what_the_program_would_write(string lang, string words, string time)
    {
        var documents = Documents(("a.step", "rotor geometry"), ("子/<img src=x onerror=alert(1)>.txt", "a secret formula"));
        var key = server.KeyOf("alpha", Role.Depositor);
        var found = await RunAsync("deposit", lang, new { key, folder = documents, title = "Rotor <b>C</b>", kind = "source-code", sm3 = true, @out = Out, pdf = true });

        Assert.Equal(["PASS"], Strings(found["verdict"]!));
        Assert.Contains(words, Text(found, "text"), StringComparison.Ordinal);
        Assert.Contains(time, Text(found, "text"), StringComparison.Ordinal);
        Assert.Contains("Rotor <b>C</b>", Text(found, "ready"), StringComparison.Ordinal);
        Assert.Equal(0, found["elements"]!.GetValue<int>());
        AssertSavedBeforeItWasSent(found);

        var evidence = Read(Text(found, "evidence"));
        Assert.Equal("documents.evidence.zip", Path.GetFileName(Text(found, "evidence")));
        Assert.Equal(File.ReadAllBytes(Text(found, "evidence")), EvidenceSamples.Pack(evidence));
        Assert.Equal(["a.step", "子/<img src=x onerror=alert(1)>.txt"], evidence.Manifest!.Items.Select(item => item.Path));
        Assert.All(evidence.Manifest.Items, item => Assert.NotNull(item.Sm3));
        var request = DepositRequest.Parse(evidence.Certificate.Request!);
        Assert.Equal(("Rotor <b>C</b>", "source-code", 2UL), (request.Title, request.Kind, request.Items));
        (await NotaryProcess.RunAsync("verify", Text(found, "evidence"), documents, "--trust", await TrustAsync())).Succeeded();
        (await NotaryProcess.RunAsync("verify", Text(found, "pdf"), "--trust", await TrustAsync())).Succeeded();

        AssertNothingLeaks(found, key, evidence, ["a.step", "onerror", "rotor geometry", "a secret formula"]);
    }

    [Fact]
    public async Task An_account_that_signs_signs_in_the_page_and_is_asked_for_its_key()
    {
        var (account, apiKey) = server.NewAccount();
        var key = SigningKey.Create(account, TestLedger.Seed(77));
        await server.Accounts.RegisterKeyAsync(
            new() { Registration = ByteString.CopyFromUtf8(KeyRegistration.Create(server.Server.Origin, key, TimeProvider.System.GetUtcNow())) },
            AccountsServer.WithKey(apiKey), cancellationToken: Cancellation);
        await server.Accounts.ChangeSettingsAsync(new() { Account = account, RequiresSignature = true }, server.As("alpha", Role.Operator), cancellationToken: Cancellation);
        var files = new[] { Write("signed.txt", "signed") };

        var unsigned = await RunAsync("deposit", "en", new { key = apiKey, files, @out = Out });
        Assert.Equal(["terms"], Strings(unsigned["problem"]!));
        Assert.Contains("choose its signing key", Text(unsigned, "text"), StringComparison.Ordinal);

        var stranger = Write("stranger.key", SigningKey.Create("alpha", TestLedger.Seed(78)).ToSecretString() + "\n");
        var wrong = await RunAsync("deposit", "en", new { key = apiKey, files, signingKey = stranger, @out = Out });
        Assert.Equal(["key"], Strings(wrong["problem"]!));
        Assert.Contains($"is of account 'alpha', and signed in is '{account}'", Text(wrong, "text"), StringComparison.Ordinal);
        Assert.Equal(0, wrong["posts"]!.GetValue<int>());

        var found = await RunAsync("deposit", "en", new { key = apiKey, files, signingKey = Write("own.key", key.ToSecretString() + "\n"), @out = Out });
        Assert.Equal(["PASS"], Strings(found["verdict"]!));
        var evidence = Read(Text(found, "evidence"));
        Assert.Equal(key.Verifier, Claims.Parse(evidence.Certificate.Claims!).Key);
        // Ed25519 is deterministic: what the page signed is what the program signs.
        var request = RequestBytes.Parse(Encoding.UTF8.GetBytes(evidence.Certificate.Request!));
        Assert.Equal(SignedNote.Sign(request.Note!.Text, key).ToString(), evidence.Certificate.Request);
        AssertNothingLeaks(found, apiKey, evidence, [Convert.ToBase64String([1, .. TestLedger.Seed(77)]), "PRIVATE"]);
    }

    [Fact]
    public async Task A_connection_that_breaks_after_the_request_arrived_ends_in_one_deposit_however_often_it_is_sent_again()
    {
        var (_, key) = server.NewAccount();
        var documents = Documents(("only.txt", "only"));
        var found = await RunAsync("deposit", "en", new { key, folder = documents, @out = Out, lie = new { kind = "cut" }, again = true });

        Assert.Contains("it may have", Text(found["first"]!, "text"), StringComparison.Ordinal);
        Assert.Contains("Nothing is lost", Text(found["first"]!, "text"), StringComparison.Ordinal);
        Assert.Equal(["UNREACHABLE"], Strings(found["first"]!["problem"]!));
        Assert.Empty(Strings(found["first"]!["verdict"]!));
        Assert.Equal(["PASS"], Strings(found["verdict"]!));
        var bodies = found["sent"]!.AsArray().Where(one => Text(one!, "method") == "POST").Select(one => Text(one!, "body")).ToList();
        Assert.Equal(2, bodies.Count);
        Assert.Equal(bodies[0], bodies[1]);

        // The saved file, in a page that knows nothing of it, and by the program.
        var again = await RunAsync("resumed", "zh", new { key, pending = Text(found, "pending"), name = "again.evidence.zip", @out = Out });
        Assert.Equal(["PASS"], Strings(again["verdict"]!));
        (await NotaryProcess.RunAsync("verify", Text(again, "evidence"), documents, "--trust", await TrustAsync())).Succeeded();
        var output = Directory.CreateDirectory(Path.Combine(folder.Path, "resumed", "pending"));
        File.Copy(Text(found, "pending"), Path.Combine(output.FullName, Path.GetFileName(Text(found, "pending"))));
        (await NotaryProcess.RunInAsync(
            new Dictionary<string, string?> { ["NOTARY_API_KEY"] = key },
            "deposit", "--resume", "--out", output.Parent!.FullName, "--server", server.Server.GrpcAddress.ToString())).Succeeded();
        var resumed = Read(Path.Combine(output.Parent.FullName, "documents.evidence.zip"));

        var evidence = Read(Text(found, "evidence"));
        Assert.Equal(evidence.Certificate.Statement, resumed.Certificate.Statement);
        Assert.Equal(evidence.Certificate.Statement, Read(Text(again, "evidence")).Certificate.Statement);
        Assert.Equal(evidence.Seed, resumed.Seed);
        Assert.Single((await server.Notary.ListDepositsAsync(new() { PageSize = 10 }, AccountsServer.WithKey(key), cancellationToken: Cancellation)).Deposits);
    }

    [Theory]
    [InlineData("other", "does not hold the request that was sent")]
    [InlineData("signature", "that does not verify: it was altered or forged")]
    [InlineData("statement", "")]
    [InlineData("claims", "")]
    [InlineData("proof", "")]
    [InlineData("text", "cannot be read as a certificate")]
    public async Task A_server_that_lies_is_caught_by_the_page(string kind, string words) => await AssertCaughtAsync(words, kind switch
    {
        "other" => new { kind, certificate = Encoding.UTF8.GetString(DepositDesk.ToCertificate(await server.DepositAsync("alpha")).ToJson()) },
        "signature" => new { kind },
        "statement" => new { kind, member = "statement", from = "received 2", to = "received 3" },
        "claims" => new { kind, member = "claims", from = "depositor alpha", to = "depositor betaa" },
        "proof" => new { kind, member = "proof", from = "index \\d+", to = "index 0" },
        _ => new { kind = "status", status = 201, body = "{\"format\":\"notary.certificate/v1\"}" },
    });

    [Fact]
    public async Task Another_ledger_of_the_same_name_that_certifies_the_very_request_is_caught_by_its_key()
    {
        await using var impostor = new AccountsServer();
        await impostor.InitializeAsync();
        var url = new Uri(impostor.Server.WebAddress, "v1/deposits").ToString();

        await AssertCaughtAsync("key", new { kind = "ledger", url, authorization = impostor.KeyOf("alpha", Role.Depositor) });
        Assert.Single((await impostor.Notary.ListDepositsAsync(new() { PageSize = 10 }, impostor.As("alpha", Role.Depositor), cancellationToken: Cancellation)).Deposits);
    }

    private async Task AssertCaughtAsync(string words, object lie)
    {
        var found = await RunAsync("deposit", "en", new { key = server.KeyOf("alpha", Role.Depositor), files = new[] { Write("lied.txt", "x") }, @out = Out, lie });

        Assert.Equal(["LIE"], Strings(found["problem"]!));
        Assert.Contains(words, Text(found, "text"), StringComparison.Ordinal);
        Assert.Empty(Strings(found["verdict"]!));
        Assert.Null(found["evidence"]);
        Assert.Contains("the saved file holds all of it", Text(found, "text"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "BAD_CREDENTIAL", "", "Copy it whole", false)]
    [InlineData(403, "NOT_ALLOWED", "", "may not do that", false)]
    [InlineData(409, "", "", "another deposit under this number", false)]
    [InlineData(429, "QUOTA", "7201", "in 3 hours", false)]
    [InlineData(429, "QUEUE_FULL", "1", "in 1 s", false)]
    [InlineData(503, "NOT_ISSUING", "5", "not issuing", true)]
    [InlineData(500, "", "", "The server failed", true)]
    public async Task A_refusal_says_what_to_do_next_and_whether_it_may_have_been_received(int status, string reason, string retry, string words, bool isOpen)
    {
        var body = JsonSerializer.Serialize(new { type = "about:blank", title = "x", status, detail = "<script>alert(1)</script>", reason });
        var lie = new { kind = "status", status, body, headers = new Dictionary<string, string> { ["Retry-After"] = retry } };
        var found = await RunAsync("deposit", "en", new { key = server.KeyOf("alpha", Role.Depositor), files = new[] { Write("refused.txt", "x") }, @out = Out, lie });

        Assert.Contains(words, Text(found, "text"), StringComparison.Ordinal);
        Assert.Contains("<script>alert(1)</script>", Text(found, "text"), StringComparison.Ordinal);
        Assert.Equal(isOpen, Text(found, "text").Contains("it may have", StringComparison.Ordinal));
        Assert.Contains("Nothing is lost", Text(found, "text"), StringComparison.Ordinal);
        Assert.Equal(0, found["elements"]!.GetValue<int>());
    }

    [Theory]
    [InlineData(Role.Reader)]
    [InlineData(Role.Auditor)]
    public async Task A_key_that_may_not_deposit_is_told_so_before_anything_is_chosen(Role role)
    {
        var found = await RunAsync("deposit", "en", new { key = server.KeyOf("alpha", role), @out = Out });

        Assert.Equal(["MAY_NOT"], Strings(found["problem"]!));
        Assert.Contains("Sign in with a key of a depositor", Text(found, "text"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_saved_file_of_another_account_or_one_that_was_damaged_is_not_sent()
    {
        var files = new[] { Write("mine.txt", "mine") };
        var found = await RunAsync("deposit", "en", new { key = server.KeyOf("alpha", Role.Depositor), files, @out = Out });
        var theirs = await RunAsync("resumed", "en", new { key = server.KeyOf("beta", Role.Depositor), pending = Text(found, "pending"), @out = Out });
        Assert.Equal(["OTHER_ACCOUNT"], Strings(theirs["problem"]!));
        Assert.Equal(0, theirs["posts"]!.GetValue<int>());

        var bytes = File.ReadAllBytes(Text(found, "pending"));
        bytes[bytes.AsSpan().IndexOf("seed "u8) + 5] ^= 1;
        var damaged = await RunAsync("resumed", "en", new { key = server.KeyOf("alpha", Role.Depositor), pending = Write("damaged.journal", bytes), @out = Out });
        Assert.Equal(["pending"], Strings(damaged["problem"]!));
        Assert.Equal(0, damaged["posts"]!.GetValue<int>());
    }

    private string Out => Directory.CreateDirectory(Path.Combine(folder.Path, "out")).FullName;

    private Task<JsonNode> RunAsync(string scenario, string lang, object given) =>
        PageBrowser.RunAsync(scenario, new Uri(server.Server.WebAddress, $"deposits?lang={lang}").ToString(), given);

    /// <summary>Before the file was saved and that confirmed, nothing could be sent and nothing was.</summary>
    private static void AssertSavedBeforeItWasSent(JsonNode found)
    {
        Assert.False(found["before"]!["send"]!.GetValue<bool>());
        Assert.False(found["before"]!["tick"]!.GetValue<bool>());
        Assert.False(found["between"]!["send"]!.GetValue<bool>());
        Assert.True(found["after"]!["send"]!.GetValue<bool>());
        Assert.All((string[])["before", "between", "after"], when => Assert.Equal(0, found[when]!["posts"]!.GetValue<int>()));
        Assert.Equal(1, found["posts"]!.GetValue<int>());
        using var journal = PendingJournal.Open(Text(found, "pending"))!;
        Assert.True(journal.Run!.IsOfPage);
        var evidence = Read(Text(found, "evidence"));
        Assert.True(journal.IsReady);
        Assert.Equal(1, journal.Count);
        Assert.Equal(evidence.Seed, journal[0].Seed);
        Assert.Equal(evidence.Certificate.Request, Encoding.UTF8.GetString(journal[0].Request.Bytes.Span));
        Assert.Equal(evidence.Manifest!.ToText(), journal[0].Manifest.ToText());
    }

    /// <summary>What left the browser is pages, questions of who one is, and the request; the key stood in one header alone.</summary>
    private static void AssertNothingLeaks(JsonNode found, string key, Evidence evidence, IReadOnlyList<string> secrets)
    {
        var sent = found["sent"]!.AsArray().Select(one => one!).ToList();
        var post = Assert.Single(sent, one => Text(one, "method") == "POST");
        Assert.Equal(evidence.Certificate.Request, JsonNode.Parse(Text(post, "body"))!["request"]!.GetValue<string>());
        IReadOnlyList<string> all = [.. secrets, evidence.Seed.ToString()!, .. evidence.Manifest!.Items.SelectMany(item => (string[])[item.Sha256.ToString(), item.Sm3?.ToString() ?? "sm3 "])];
        foreach (var one in sent)
        {
            var (text, headers) = (one.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }), one["headers"]!.AsObject());
            Assert.All(all, secret => Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase));
            Assert.DoesNotContain(key, Text(one, "url") + Text(one, "body"), StringComparison.Ordinal);
            Assert.DoesNotContain(headers, header => header.Key != "authorization" && header.Value!.GetValue<string>().Contains(key, StringComparison.Ordinal));
        }

        Assert.All([key, .. all], secret => Assert.DoesNotContain(secret, Text(found, "stored"), StringComparison.OrdinalIgnoreCase));
    }

    private async Task<string> TrustAsync() =>
        Write("trust", $"log {JsonNode.Parse(await server.Web.GetStringAsync("v1/ledger", Cancellation))!["vkey"]!.GetValue<string>()}\nquorum none\n");

    private string Documents(params (string Path, string Content)[] files)
    {
        foreach (var (path, content) in files)
            Write(Path.Combine("documents", path), content);
        return Path.Combine(folder.Path, "documents");
    }

    private string Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    private string Write(string name, byte[] content)
    {
        var path = Path.Combine(folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    private static Evidence Read(string path)
    {
        using var stream = File.OpenRead(path);
        return Evidence.Read(stream, Cancellation);
    }

    private static string Text(JsonNode found, string name) => found[name]!.GetValue<string>();

    private static IReadOnlyList<string> Strings(JsonNode array) => [.. array.AsArray().Select(one => one!.GetValue<string>())];
}
