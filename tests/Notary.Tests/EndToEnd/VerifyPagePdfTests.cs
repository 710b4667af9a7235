using System.Text;
using System.Text.Json.Nodes;
using Notary.Core;
using Notary.Documents;
using Notary.Tests.Documents;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>
/// A certificate as PDF on the page for verifying: its pages are rendered again and compared, its seal is checked, and nothing but the
/// fonts of certificates is asked of the server for it.
/// </summary>
public sealed class VerifyPagePdfTests(RunningServer server) : IClassFixture<RunningServer>, IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TestLedger ledger = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Uri Page => new(server.Web.BaseAddress!, "verify");

    private Uri Fonts => new(server.Web.BaseAddress!, "verify-fonts.js");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("zh-CN", "文件除签章外的全部字节与本程序由所附数据生成的相同。", "由 Test Sealer Ltd 加盖", "签章以您的根证书为准：seals.pem。")]
    [InlineData("en", "Every byte of the file but the seal is what this program renders from the data attached.", "Sealed by Test Sealer Ltd", "Seals by your roots seals.pem.")]
    public async Task A_sealed_pdf_passes_without_a_program_and_one_altered_byte_of_its_pages_fails(string locale, string pages, string sealedBy, string basis)
    {
        var ca = TestSeals.Issued(until: TestSeals.Begin.AddYears(14));
        var deposit = TestDeposit.Make(ledger, new() { Files = [("one.txt", "one")] });
        var pdf = await SealedPdfTests.Seal(deposit.Evidence(), ca.Sealer);
        var (evidence, files, trust) = (Write("certificate.pdf", pdf), new[] { Write("one.txt", "one"u8.ToArray()) }, Write("trust", Trust()));
        var sealRoots = Write("seals.pem", Encoding.UTF8.GetBytes(ca.RootPem));
        var found = await PageBrowser.RunAsync("verify", Page.ToString(), new { locale, evidence, files, trust, sealRoots });

        Assert.Equal("PASS", Text(found, "verdict"));
        Assert.Equal(("PASS", "PASS", "PASS", "PASS"), (Result(found, "file"), Result(found, "checkpoint"), Result(found, "pages"), Result(found, "seal")));
        foreach (var words in (string[])[pages, sealedBy, basis])
            Assert.Contains(words, Text(found, "text"), StringComparison.Ordinal);
        Assert.Equal([$"GET {Page}", $"GET {Fonts}", "GET blob"], Strings(found, "requests"));
        Assert.Empty(Strings(found, "problems"));

        pdf[^3_000] ^= 1;
        found = await PageBrowser.RunAsync("verify", Page.ToString(), new { locale, evidence = Write("altered.pdf", pdf), files, trust, sealRoots });
        Assert.Equal(("FAIL", "FAIL", "FAIL"), (Text(found, "verdict"), Result(found, "pages"), Result(found, "seal")));
    }

    [Fact]
    public async Task A_pdf_without_a_seal_passes_by_its_pages_and_shows_an_update_behind_its_end()
    {
        var pdf = CertificatePdf.Secrecy(TestDeposit.Make(ledger, new()).Certificate());
        var trust = Write("trust", Trust());
        var found = await PageBrowser.RunAsync("verify", Page + "?lang=en", new { evidence = Write("certificate.pdf", pdf), trust });
        Assert.Equal(("PASS", "PASS", "NOT CHECKED"), (Text(found, "verdict"), Result(found, "pages"), Result(found, "seal")));

        found = await PageBrowser.RunAsync("verify", Page + "?lang=en", new { evidence = Write("updated.pdf", [.. pdf, .. "1 0 obj\n"u8]), trust });
        Assert.Equal(("FAIL", "FAIL"), (Text(found, "verdict"), Result(found, "pages")));
        Assert.Contains("8 bytes were added behind the file's end: an update that may show anything.", Text(found, "text"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_saved_page_has_the_fonts_and_compares_the_pages_without_a_network()
    {
        var saved = Path.Combine(folder.Path, "saved.html");
        await File.WriteAllBytesAsync(saved, await server.Web.GetByteArrayAsync(new Uri(server.Web.BaseAddress!, "verify-offline"), Cancellation), Cancellation);
        var (evidence, trust) = (Write("certificate.pdf", CertificatePdf.Secrecy(TestDeposit.Make(ledger, new()).Certificate())), Write("trust", Trust()));
        var found = await PageBrowser.RunAsync("verify", new Uri(saved).ToString(), new { offline = true, evidence, trust });

        Assert.Equal(("PASS", "PASS"), (Text(found, "verdict"), Result(found, "pages")));
        Assert.Equal([$"GET {new Uri(saved)}", "GET blob"], Strings(found, "requests"));
        Assert.Empty(Strings(found, "problems"));
    }

    /// <summary>Of the longest to lay out: marks are written as numbers, seven letters each.</summary>
    [Fact]
    public async Task As_many_documents_as_a_pdf_may_name_leave_the_page_responsive()
    {
        var marks = new string('\u0301', 500);
        var deposit = TestDeposit.Make(ledger, new() { Files = [.. Enumerable.Range(0, CertificatePdf.MostDocuments).Select(i => ($"{i}{marks}", ""))] });
        var evidence = Write("certificate.pdf", CertificatePdf.Disclosure(deposit.Evidence()));
        var found = await PageBrowser.RunAsync("responsive", Page.ToString(), new { evidence, trust = Write("trust", Trust()) });

        Assert.Equal(("PASS", "PASS"), (Text(found, "verdict"), Result(found, "pages")));
        // A page that rendered in its own thread would be away for seconds.
        Assert.InRange(found["slowest"]!.GetValue<double>(), 0, 2_000);
    }

    /// <summary>A copy that a browser saved has no fonts; a server, or somebody on the way, may hand out others.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_the_fonts_that_the_verifier_was_built_for_the_pages_stay_open(bool areOthers)
    {
        var (evidence, trust) = (Write("certificate.pdf", CertificatePdf.Secrecy(TestDeposit.Make(ledger, new()).Certificate())), Write("trust", Trust()));
        var address = areOthers ? Page.ToString() : new Uri(PageBrowser.VerifyPage).ToString();
        var found = await PageBrowser.RunAsync("verify", address + "?lang=en", new { evidence, trust, otherFonts = areOthers });

        Assert.Equal(("INDETERMINATE", "NOT CHECKED"), (Text(found, "verdict"), Result(found, "pages")));
        Assert.Contains("the fonts for it are not in this copy of the web page and could not be loaded", Text(found, "text"), StringComparison.Ordinal);
        Assert.Contains("What is attached to the file passes.", Text(found, "text"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("cut")]
    [InlineData("half")]
    public async Task Fonts_that_could_not_be_loaded_are_asked_for_again(string failing)
    {
        var (evidence, trust) = (Write("certificate.pdf", CertificatePdf.Secrecy(TestDeposit.Make(ledger, new()).Certificate())), Write("trust", Trust()));
        var found = await PageBrowser.RunAsync("brokenFonts", Page + "?lang=en", new { evidence, trust, failing });

        Assert.Equal(("INDETERMINATE", "NOT CHECKED"), (Text(found["broken"]!, "verdict"), Result(found["broken"]!, "pages")));
        Assert.Contains("could not be loaded", Text(found["broken"]!, "text"), StringComparison.Ordinal);
        Assert.Equal(("PASS", "PASS"), (Text(found, "verdict"), Result(found, "pages")));
    }

    /// <summary>A server, or somebody on the way, may answer nothing: what is waited for is said, and it costs no more than the comparison.</summary>
    [Fact]
    public async Task Fonts_that_never_come_are_waited_for_in_sight_and_not_for_ever()
    {
        var (evidence, trust) = (Write("certificate.pdf", CertificatePdf.Secrecy(TestDeposit.Make(ledger, new()).Certificate())), Write("trust", Trust()));
        var found = await PageBrowser.RunAsync("hangingFonts", Page + "?lang=en", new { evidence, trust });

        Assert.Equal("Loading certificate fonts (6 MB, once): 3 s; after 120 s without them", Text(found, "waiting"));
        Assert.Equal("Stopped: nothing was checked.", Text(found["stopped"]!, "text"));
        Assert.Equal(("INDETERMINATE", "NOT CHECKED", "PASS"), (Text(found["without"]!, "verdict"), Result(found["without"]!, "pages"), Result(found["without"]!, "inclusion")));
        Assert.Equal(("PASS", "PASS"), (Text(found, "verdict"), Result(found, "pages")));
        Assert.Single(Strings(found, "requests"), $"GET {Fonts}");
    }

    /// <summary>What was saved may be altered on its disk: the verifier holds the fonts to the digest in its own bytes.</summary>
    [Fact]
    public async Task Altered_fonts_of_a_saved_page_are_not_taken()
    {
        var html = await server.Web.GetStringAsync(new Uri(server.Web.BaseAddress!, "verify-offline"), Cancellation);
        var at = html.IndexOf("id=\"fonts\">", StringComparison.Ordinal) + 1_000_000;
        var saved = Write("saved.html", Encoding.UTF8.GetBytes($"{html[..at]}{(html[at] == 'A' ? 'B' : 'A')}{html[(at + 1)..]}"));
        var (evidence, trust) = (Write("certificate.pdf", CertificatePdf.Secrecy(TestDeposit.Make(ledger, new()).Certificate())), Write("trust", Trust()));
        var found = await PageBrowser.RunAsync("verify", new Uri(saved).ToString(), new { evidence, trust });

        Assert.Equal("NOT CHECKED", Result(found, "pages"));
    }

    [Fact]
    public async Task The_fonts_are_the_script_that_the_policy_of_the_page_names()
    {
        var script = await server.Web.GetByteArrayAsync(Fonts, Cancellation);
        using var page = await server.Web.GetAsync(Page, Cancellation);
        Assert.Contains($"'sha256-{Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(script))}'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pdf_of_another_program_and_one_of_four_gigabytes_are_refused_with_what_to_do()
    {
        var huge = Path.Combine(folder.Path, "huge.pdf");
        // Sparse.
        using (var file = File.Create(huge))
        {
            file.Write("%PDF-1.7\n"u8);
            file.SetLength(4L << 30);
        }

        var trust = Write("trust", Trust());
        foreach (var (evidence, words) in ((string, string)[])[(huge, "certificate.pdf: has 4,294,967,296 bytes (limit 67,108,864)"), (Write("other.pdf", "%PDF-1.4\n%%EOF\n"u8.ToArray()), "is a PDF, but none that 'notary certificate' wrote")])
        {
            var found = await PageBrowser.RunAsync("verify", Page + "?lang=en", new { evidence, trust });
            Assert.Equal("evidence", Text(found, "refused"));
            Assert.Contains(words, Text(found, "text"), StringComparison.Ordinal);
            Assert.Contains("save the attached certificate.json", Text(found, "text"), StringComparison.Ordinal);
        }
    }

    private byte[] Trust() => Encoding.UTF8.GetBytes(TrustPolicy.Format(ledger.Key.Verifier, null));

    private string Write(string name, byte[] content)
    {
        var path = Path.Combine(folder.Path, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private static string Result(JsonNode found, string check) => found["checks"]![check]!.GetValue<string>();

    private static string Text(JsonNode found, string name) => found[name]!.GetValue<string>();

    private static IReadOnlyList<string> Strings(JsonNode found, string name) => [.. found[name]!.AsArray().Select(one => one!.GetValue<string>())];
}
