using System.Text;
using System.Text.Json.Nodes;
using Notary.Core;
using Notary.Tests.Documents;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>The page for verifying as people have it: in a browser, from the server and from a disk, with good files and hostile ones.</summary>
public sealed class VerifyPageTests(RunningServer server) : IClassFixture<RunningServer>, IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TestLedger ledger = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Uri Page => new(server.Web.BaseAddress!, "verify");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("zh-CN", "核验存证", "通过：所提供的 2 个文件属于存证")]
    [InlineData("en", "Verify a deposit", "PASS: all 2 given files are documents of deposit")]
    public async Task A_reader_verifies_evidence_and_documents_and_nothing_leaves_the_page(string locale, string title, string words)
    {
        var (evidence, files, trust) = Deposit();
        var found = await PageBrowser.RunAsync("verify", Page.ToString(), new { locale, evidence, files, trust });

        Assert.Equal("PASS", Text(found, "verdict"));
        Assert.Equal(title, Text(found, "title"));
        Assert.Contains(words, Text(found, "text"), StringComparison.Ordinal);
        // The page itself, and its own verifier, which comes out of it.
        Assert.Equal([$"GET {Page}", "GET blob"], Strings(found, "requests"));
        Assert.Empty(Strings(found, "problems"));
        // A tenth counts as good (Web Vitals); on a busy machine the first frame may come before the last line of text.
        Assert.InRange(found["shifts"]!.GetValue<double>(), 0, 0.01);
    }

    [Theory]
    [InlineData("zh-CN", "通过：所提供的2个文件属于存证", "证书所载的存证", "拖放到此处")]
    [InlineData("en", "PASS:all2givenfilesaredocumentsofdeposit", "Thedeposit,asthecertificatesays", "dropithere")]
    public async Task The_report_is_printed_whole_and_without_what_only_a_screen_is_for(string locale, string verdict, string opened, string ofTheScreen)
    {
        var (evidence, files, trust) = Deposit();
        var found = await PageBrowser.RunAsync("printed", Page.ToString(), new { locale, evidence, files, trust });
        var text = await new PdfTools(folder).TextAsync(Convert.FromBase64String(Text(found, "pdf")));

        Assert.Contains(verdict, text, StringComparison.Ordinal);
        // What stands folded on the screen: the deposit's own values, and the digests of what was compared.
        Assert.Contains(opened, text, StringComparison.Ordinal);
        Assert.Contains(Hash.Of("one"u8).ToString(), text, StringComparison.Ordinal);
        // Which program this was: of the bytes that the page runs, as anybody can compute it from the page.
        Assert.Contains(Hash.Of(Encoding.UTF8.GetBytes(Text(found, "program"))).ToString(), text, StringComparison.Ordinal);
        Assert.DoesNotContain(ofTheScreen, text, StringComparison.Ordinal);
        Assert.DoesNotContain("中文", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zh-CN", "该条目最晚于 2026-11-22T00:00:30.000Z 已存在，依据：授时 <b>x</b> time-stamping。", "时间戳以您的根证书为准：court.pem。", "1 个根证书")]
    [InlineData("en", "The entry existed no later than 2026-11-22T00:00:30.000Z, according to 授时 <b>x</b> time-stamping.", "Time-stamps by your roots court.pem.", "1 root")]
    public async Task A_court_gives_the_roots_of_an_authority_and_reads_the_tokens_time_in_the_second_sentence(string locale, string time, string basis, string chosen)
    {
        var deposit = TestDeposit.Make(ledger, new() { Files = [("one.txt", "one")] });
        var authority = new TestAuthority("授时 <b>x</b>");
        var certificate = deposit.Certificate();
        var token = authority.Stamp(Encoding.UTF8.GetBytes(Notary.Core.Certificate.CheckpointOf(certificate.Proof)!), TestLedger.Created.AddSeconds(30));
        var stamped = Evidence.Create(certificate with { Timestamps = [new TimestampToken(TimestampToken.OverCheckpoint, token, null)] }, deposit.Manifest, deposit.Seed);
        var (evidence, files, trust) = (Write("stamped.evidence.zip", EvidenceSamples.Pack(stamped)), new[] { Write("one.txt", "one"u8.ToArray()) }, Write("trust", Trust()));
        var tsaRoots = Write("court.pem", Encoding.UTF8.GetBytes(authority.Root.ExportCertificatePem()));

        var without = await PageBrowser.RunAsync("verify", Page.ToString(), new { locale, evidence, files, trust });
        var found = await PageBrowser.RunAsync("verify", Page.ToString(), new { locale, evidence, files, trust, tsaRoots });

        Assert.Equal(("PASS", "NOT CHECKED"), (Text(without, "verdict"), without["checks"]!["time"]!.GetValue<string>()));
        Assert.DoesNotContain("2026-11-22T00:00:30.000Z", Text(without, "text"), StringComparison.Ordinal);
        Assert.Equal(("PASS", "PASS"), (Text(found, "verdict"), found["checks"]!["time"]!.GetValue<string>()));
        Assert.Contains(time, Text(found, "text"), StringComparison.Ordinal);
        Assert.Contains(basis, Text(found, "text"), StringComparison.Ordinal);
        Assert.Contains(chosen, Text(found, "tsaRoots"), StringComparison.Ordinal);
        Assert.Equal(0, found["elements"]!.GetValue<int>());
        Assert.Empty(Strings(found, "problems"));
    }

    [Fact]
    public async Task Roots_that_cannot_be_read_are_refused_where_they_are_given_and_count_for_nothing()
    {
        var (evidence, files, trust) = Deposit();
        var tsaRoots = Write("key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"u8.ToArray());
        var found = await PageBrowser.RunAsync("verify", Page + "?lang=en", new { evidence, files, trust, tsaRoots });

        Assert.Contains("hold no root: a PEM certificate that is issued by itself", Text(found, "tsaRoots"), StringComparison.Ordinal);
        Assert.Equal("PASS", Text(found, "verdict"));
    }

    [Fact]
    public async Task Evidence_a_folder_of_documents_and_a_trust_file_are_dropped_on_the_page()
    {
        var deposit = TestDeposit.Make(ledger, new() { Files = [("one.txt", "one"), ("子/二.txt", "two")] });
        var documents = Directory.CreateDirectory(Path.Combine(folder.Path, "documents"));
        documents.CreateSubdirectory("子");
        Write("documents/one.txt", "one"u8.ToArray());
        Write("documents/子/二.txt", "two"u8.ToArray());
        var evidence = Write("dropped.evidence.zip", EvidenceSamples.Pack(deposit.Evidence()));
        var found = await PageBrowser.RunAsync(
            "dropped", Page + "?lang=en", new { evidence, folder = documents.FullName, trust = Write("trust", Trust()) });

        Assert.Equal("PASS", Text(found, "verdict"));
        Assert.Contains("PASS: all 2 given files are documents of deposit", Text(found, "text"), StringComparison.Ordinal);
        // The paths are those of a deposit of this folder, so that no other name has to be told of.
        Assert.Contains("子/二.txt", Text(found, "picked"), StringComparison.Ordinal);
        Assert.DoesNotContain("documents/", Text(found, "picked"), StringComparison.Ordinal);
        // A browser that was not held back would have gone to the file itself.
        Assert.Equal(Page + "?lang=en", Text(found, "address"));
        Assert.Equal([$"GET {Page}?lang=en", "GET blob"], Strings(found, "requests"));
        Assert.Empty(Strings(found, "problems"));
    }

    [Theory]
    [InlineData("zh-CN", "该条目最晚于 2026-11-23T08:00:00.000Z 已存在，依据：比特币区块 358391（准确度约为一天）。")]
    [InlineData("en", "The entry existed no later than 2026-11-23T08:00:00.000Z, according to Bitcoin block 358391 (good to about a day).")]
    public async Task A_court_brings_headers_of_blocks_and_is_told_their_time(string locale, string words)
    {
        var found = await VerifyAsync("whole, with headers", locale);

        Assert.Equal("PASS", Text(found, "verdict"));
        Assert.Equal("PASS", found["checks"]!["bitcoin"]!.GetValue<string>());
        Assert.Contains(words, Text(found, "text"), StringComparison.Ordinal);
        Assert.Empty(Strings(found, "problems"));
    }

    [Fact]
    public async Task Key_changes_and_compromised_keys_are_taken_from_their_fields()
    {
        var followed = await VerifyAsync("newest, key changes: both");
        Assert.Equal("PASS", Text(followed, "verdict"));
        Assert.Contains("the key change given proves it", Text(followed, "text"), StringComparison.Ordinal);

        var stolen = await VerifyAsync("stolen, then");
        Assert.Equal("INDETERMINATE", Text(stolen, "verdict"));
        Assert.Contains("which you say was compromised", Text(stolen, "text"), StringComparison.Ordinal);

        var bent = await VerifyAsync("bent key change 0");
        Assert.Equal("keyChange", Text(bent, "refused"));
        Assert.Contains("/key-change/ID", Text(bent, "text"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_verification_that_was_stopped_has_no_verdict_and_the_next_one_has()
    {
        var (evidence, files, trust) = Deposit();
        var large = Path.Combine(folder.Path, "large");
        // Sparse: minutes of hashing.
        using (var file = File.Create(large))
            file.SetLength(8L << 30);
        var found = await PageBrowser.RunAsync("stopped", Page + "?lang=en", new { evidence, trust, files = new[] { large }, then = files });

        Assert.Null(found["stopped"]!["verdict"]);
        Assert.Equal("Stopped: nothing was checked.", Text(found["stopped"]!, "text").Trim());
        Assert.Equal("PASS", Text(found, "verdict"));
        Assert.Empty(Strings(found, "problems"));
    }

    [Fact]
    public async Task A_saved_page_verifies_from_a_disk_without_a_network()
    {
        var saved = Path.Combine(folder.Path, "saved.html");
        await File.WriteAllBytesAsync(saved, await server.Web.GetByteArrayAsync(new Uri(server.Web.BaseAddress!, "verify-offline"), Cancellation), Cancellation);
        var (evidence, files, trust) = Deposit();
        var found = await PageBrowser.RunAsync("verify", new Uri(saved).ToString(), new { offline = true, evidence, files, trust });

        Assert.Equal("PASS", Text(found, "verdict"));
        Assert.Equal([$"GET {new Uri(saved)}", "GET blob"], Strings(found, "requests"));
        Assert.Empty(Strings(found, "problems"));
    }

    [Fact]
    public async Task Without_a_trust_file_of_ones_own_the_page_says_that_it_judges_by_its_operators_word()
    {
        var own = Certificate();
        var found = await PageBrowser.RunAsync("verify", Page.ToString() + "?lang=en", new { evidence = own });

        // The test's ledger is none of this server's.
        Assert.Equal("FAIL", Text(found, "verdict"));
        Assert.Equal("FAIL", found["checks"]!["checkpoint"]!.GetValue<string>());
        Assert.StartsWith("The only trust at hand is what the operator of this page wrote into it", Text(found, "trust"), StringComparison.Ordinal);
        Assert.Contains("Judged by the trust file of this page's own operator alone.", Text(found, "text"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_that_no_server_filled_has_no_trust_until_one_is_loaded()
    {
        var (evidence, files, trust) = Deposit();
        var found = await PageBrowser.RunAsync("verify", new Uri(PageBrowser.VerifyPage).ToString(), new { evidence, files, trust });

        Assert.Equal("PASS", Text(found, "verdict"));
        Assert.DoesNotContain("运营方自己的信任文件", Text(found, "text"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_vector_and_sample_has_the_same_result_in_the_browser_as_in_the_program()
    {
        IReadOnlyList<PageCase> samples = [.. PageCases.Vectors(), .. PageCases.Samples()];
        IReadOnlyList<PageCase> all = [.. samples, .. PageCases.Mutations(samples, seed: 8, each: 2)];
        var cases = Path.Combine(folder.Path, "cases");
        await File.WriteAllLinesAsync(cases, all.Select(one => one.Question), Cancellation);
        var found = await PageBrowser.RunAsync("answers", Page.ToString(), new { cases });

        foreach (var (one, answer) in all.Zip(Strings(found, "answers"), (one, answer) => (one, answer)))
            PageCase.AssertAgreement(one, answer);
        Assert.Equal(all.Count, Strings(found, "answers").Count);
    }

    [Theory]
    [InlineData("light", 1100)]
    [InlineData("dark", 1100)]
    [InlineData("light", 360)]
    public async Task Everything_has_a_label_and_a_contrast_of_AA_and_is_reached_by_the_keyboard(string scheme, int width)
    {
        var (evidence, files, trust) = Deposit();
        var found = await PageBrowser.RunAsync(
            "accessible", Page.ToString(), new { scheme, viewport = new { width, height = 900 }, evidence, files, trust });

        Assert.Equal("PASS", Text(found, "verdict"));
        Assert.InRange(found["texts"]!.GetValue<int>(), 50, 1000);
        Assert.Empty(found["faint"]!.AsArray());
        Assert.Empty(found["unlabelled"]!.AsArray());
        Assert.Equal(0, found["nameless"]!.GetValue<int>());
        Assert.InRange(found["overflow"]!.GetValue<int>(), -100, 0);
        Assert.InRange(found["size"]!.GetValue<int>(), 1, 300_000);
        // A tenth counts as good (Web Vitals); on a busy machine the first frame may come before the last line of text.
        Assert.InRange(found["shifts"]!.GetValue<double>(), 0, 0.01);
        Assert.Empty(((string[])["zh", "en", "evidence", "documents", "folder", "trust", "summary"]).Except(Strings(found, "order")));
    }

    [Fact]
    public async Task The_server_lets_the_page_run_its_own_script_and_no_site_frame_it()
    {
        using var response = await server.Web.GetAsync(Page, Cancellation);
        var html = await response.Content.ReadAsStringAsync(Cancellation);
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();

        Assert.StartsWith("default-src 'none'; script-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.EndsWith("; worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains(policy[..policy.IndexOf("; frame-ancestors", StringComparison.Ordinal)], html, StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
        Assert.Contains($"<pre id=\"operator-trust\" hidden>log {server.Origin}+", html, StringComparison.Ordinal);
    }

    private async Task<JsonNode> VerifyAsync(string name, string locale = "en")
    {
        var one = PageInputCases.All().First(one => one.Name == name);
        return await PageBrowser.RunAsync("verify", Page.ToString(), new
        {
            locale,
            evidence = Write("case.zip", one.Evidence),
            trust = Write("case.trust", one.Trust),
            files = one.Files?.Select(file => Write(Path.GetFileName(file.Path), file.Content)),
            headers = one.Headers is { } headers ? Write("headers.txt", headers) : null,
            keyChanges = one.KeyChanges.Select((change, i) => Write($"key-change-{i}", change)),
            compromised = string.Concat(one.Compromised.Select(key => $"{key.Key}@{Timestamp.Format(key.Since)}\n")),
        });
    }

    private byte[] Trust() => Encoding.UTF8.GetBytes(TrustPolicy.Format(ledger.Key.Verifier, null));

    private (string Evidence, string[] Files, string Trust) Deposit()
    {
        var deposit = TestDeposit.Make(ledger, new() { Files = [("one.txt", "one"), ("二.txt", "two")] });
        return (
            Write("designs.evidence.zip", EvidenceSamples.Pack(deposit.Evidence())),
            [Write("one.txt", "one"u8.ToArray()), Write("二.txt", "two"u8.ToArray())],
            Write("trust", Trust()));
    }

    private string Certificate() => Write("certificate.json", TestDeposit.Make(ledger, new()).Certificate().ToJson());

    private string Write(string name, byte[] content)
    {
        var path = Path.Combine(folder.Path, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private static string Text(JsonNode found, string name) => found[name]!.GetValue<string>();

    private static IReadOnlyList<string> Strings(JsonNode found, string name) => [.. found[name]!.AsArray().Select(one => one!.GetValue<string>())];
}
