using System.Globalization;
using Notary.Core;
using Notary.Documents;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>Certificate and report through other people's eyes: a browser, its printer, a QR reader, an HTML validator.</summary>
public sealed class RenderedPageTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_browser_prints_the_certificate_in_both_languages_on_two_pages_of_A4()
    {
        var (deposit, certificate) = Deposit();
        var text = await PrintAsync(CertificatePage.Secrecy(certificate), 1, 2);

        Assert.Contains("数字存证证书", text, StringComparison.Ordinal);
        Assert.Contains("Certificate of digital deposit", text, StringComparison.Ordinal);
        Assert.Contains("上海领航精密有限公司", text, StringComparison.Ordinal);
        Assert.Contains(CertificateNumbers.OfDeposit(deposit.Id), text, StringComparison.Ordinal);
        Assert.Contains(CertificateNumbers.OfCertificate(certificate), text, StringComparison.Ordinal);
        Assert.Contains(deposit.Statement.Commitment.ToString(), string.Concat(text.Split()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_browser_prints_the_report_with_its_verdict_and_every_check_on_the_first_page()
    {
        var (deposit, certificate) = Deposit();
        var evidence = CertificatePage.AddTo(Evidence.Create(certificate, deposit.Manifest, deposit.Seed));
        var run = Runs.Of(evidence, new VerifierInputs(new TestLedger().Policy) { Files = deposit.Files });
        var text = await PrintAsync(ReportPage.Html(run), 3, 9);

        var first = text[..text.IndexOf('\f', StringComparison.Ordinal)];
        Assert.Contains("核验报告", first, StringComparison.Ordinal);
        foreach (var check in run.Report.Checks)
            Assert.Contains(Squeezed(CheckQuestions.Of(check.Name).Chinese), Squeezed(first), StringComparison.Ordinal);
        Assert.Contains(Squeezed(run.Report.TimeSentence.English), Squeezed(first), StringComparison.Ordinal);
        Assert.Contains("未核验", first, StringComparison.Ordinal);
        Assert.Contains("NOT CHECKED", first, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_finds_numbers_address_and_root_in_the_QR_code()
    {
        ExternalTool.Require("zbarimg");
        var (_, certificate) = Deposit();
        var picture = await ShootAsync(CertificatePage.Secrecy(certificate));
        var proof = TlogProof.Parse(certificate.Proof);

        var read = (await ExternalTool.RunAsync("zbarimg", ["--quiet", "--raw", "--set", "disable", "--set", "qrcode.enable", picture])).Succeeded().Output;

        Assert.Equal(
            string.Create(
                CultureInfo.InvariantCulture,
                $"NOTARY1 {CertificateNumbers.OfCertificate(certificate)} {proof.Checkpoint.Origin.ToUpperInvariant()} {proof.Index} {proof.Checkpoint.Size} {proof.Checkpoint.Root.ToString().ToUpperInvariant()}\n"),
            read);
    }

    [Fact]
    public async Task A_validator_finds_no_fault_in_any_page()
    {
        var js = Path.Combine(RepositoryFolder.Path, "tests", "Notary.Tests", "EndToEnd", "js");
        var program = Path.Combine(js, "node_modules", "html-validate", "bin", "html-validate.mjs");
        if (!File.Exists(program))
            ExternalTool.Missing<string>("html-validate is not installed (npm ci in tests/Notary.Tests/EndToEnd/js)");
        var (deposit, certificate) = Deposit();
        Evidence[] evidences =
        [
            Evidence.Create(certificate, deposit.Manifest, deposit.Seed), deposit.Disclose(false, "a<b>.txt"),
            Evidence.FromCertificate(certificate with { Claims = null, Request = null }),
        ];
        var pages = evidences.SelectMany(evidence => (byte[][])
        [
            CertificatePage.Secrecy(evidence.Certificate), CertificatePage.Disclosure(evidence),
            ReportPage.Html(Runs.Of(evidence, new VerifierInputs(new TestLedger().Policy) { Files = deposit.Files })),
        ]).Append(EvidenceList.Create(certificate, [new("a<b>&\"c\".txt", 5, Hash.Of([1]), "02_files/001"), new(null, null, null, null)], withContext: true, withReport: true).ToHtml());
        var paths = pages.Select((page, i) => Write(page, string.Create(CultureInfo.InvariantCulture, $"{i}.html"))).ToList();

        (await ExternalTool.RunAsync("node", [program, "--config", Path.Combine(js, "html-validate.json"), .. paths], js)).Succeeded();
    }

    private static (TestDeposit Deposit, Certificate Certificate) Deposit()
    {
        var ledger = new TestLedger();
        var deposit = ledger.Deposit(new DepositPlan
        {
            Account = "linghang",
            Key = SigningKey.Create("linghang", TestLedger.Seed(7)),
            Files = [("设计/转子.step", "abc"), ("a<b>.txt", "1")],
            BendRequest = request => request with { Title = "<b>Rotor</b> & 转子，修订 C" },
            BendClaims = claims => claims with
            {
                Depositor = "上海领航精密有限公司",
                Identity = "uscc:91330100799655058B",
                Verified = new IdentityVerification("bank transfer", new(2026, 10, 1, 12, 0, 0, TimeSpan.Zero)),
            },
        });
        ledger.Grow(1_000);
        return (deposit, deposit.Certificate(null, new TestWitness("witness.example/w").At(TestLedger.Created.AddHours(1))));
    }

    private string Write(byte[] page, string name)
    {
        var path = Path.Combine(folder.Path, name);
        File.WriteAllBytes(path, page);
        return path;
    }

    /// <summary>The text of a page's print, pages divided by form feeds.</summary>
    private async Task<string> PrintAsync(byte[] page, int fewest, int most)
    {
        ExternalTool.Require("pdftotext");
        var pdf = Path.Combine(folder.Path, "page.pdf");
        await BrowseAsync(Write(page, "page.html"), "--no-pdf-header-footer", $"--print-to-pdf={pdf}");
        var text = (await ExternalTool.RunAsync("pdftotext", ["-layout", pdf, "-"])).Succeeded().Output;
        Assert.InRange(text.Count(character => character == '\f'), fewest, most);
        var info = (await ExternalTool.RunAsync("pdfinfo", [pdf])).Succeeded().Output;
        Assert.Contains("(A4)", info, StringComparison.Ordinal);
        return text;
    }

    private async Task<string> ShootAsync(byte[] page)
    {
        var picture = Path.Combine(folder.Path, "page.png");
        await BrowseAsync(Write(page, "page.html"), "--window-size=900,1300", "--force-device-scale-factor=2", $"--screenshot={picture}");
        return picture;
    }

    private async Task BrowseAsync(string page, params string[] arguments) => (await ExternalTool.RunAsync(
        "chromium",
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", $"--user-data-dir={Path.Combine(folder.Path, "profile")}", .. arguments, new Uri(page).AbsoluteUri,
        ])).Succeeded();

    // Lines are broken where the page is wide enough for them, which is not what is tested.
    private static string Squeezed(string text) => string.Concat(text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
}
