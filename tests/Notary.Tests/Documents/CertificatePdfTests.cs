using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Notary.Core;
using Notary.Documents;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Documents;

/// <summary>certificate.pdf and report.pdf show what the content says, for people, for programs and for other people's readers.</summary>
public sealed partial class CertificatePdfTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private const string HiddenCharacters =
        "ad 300-33f 343 358 361 483-486 488-489 606-607 609-60a 60c 615 61b 61f 621-63a 640-655 65a 660-66d 674 679-67b 67e-680 683-684 "
        + "686-687 691 698 6a4 6a9 6af 6be 6cc 6f0-6f9 eb1 eb4-eb9 ebb-ebc ec8-ecd 200b 202a-202d 3099-309a fb52-fb81 fb8a-fb95 fb9e-fb9f "
        + "fbaa-fbad fbe8-fbe9 fbfc-fbff fe70-fe74 fe76-fefc feff fff9-fffb";

    private readonly TestLedger ledger = new();
    private readonly PdfTools tools;

    public CertificatePdfTests() => tools = new PdfTools(folder);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Equal_certificates_give_equal_bytes_and_a_round_trip_changes_none()
    {
        var certificate = EvidenceSamples.Stamped(EvidenceSamples.Folder);

        Assert.Equal(CertificatePdf.Secrecy(certificate), CertificatePdf.Secrecy(Certificate.Parse(certificate.ToJson())));
        Assert.Equal(CertificatePdf.Disclosure(EvidenceSamples.Disclosed()), CertificatePdf.Disclosure(EvidenceSamples.Read(EvidenceSamples.Pack(EvidenceSamples.Disclosed()))));
    }

    /// <summary>
    /// Old files are compared with what is rendered today: whoever changes how a certificate.pdf looks, fonts and words
    /// included, raises its layout's number, and writes the new digests down.
    /// </summary>
    [Fact]
    public void Files_of_one_layout_have_the_same_bytes_in_every_version()
    {
        var golden = Path.Combine(RepositoryFolder.Path, "tests", "Notary.Tests", "Golden");
        using var sealer = X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(golden, "seal.pem")));
        var place = new PdfSeal(sealer, new SealPlace(TestSeals.Now, 12 << 10));
        string[] made =
        [
            $"{Hash.Of(CertificatePdf.Secrecy(EvidenceSamples.Stamped(EvidenceSamples.Folder)))}  secrecy",
            $"{Hash.Of(CertificatePdf.Disclosure(EvidenceSamples.Disclosed()))}  disclosure",
            $"{Hash.Of(CertificatePdf.Render(EvidenceSamples.Disclosed(), place).Bytes)}  sealed",
        ];

        Assert.Equal("notary certificate.pdf layout 2.1", CertificatePdf.Layout);
        Assert.True(made.SequenceEqual(File.ReadAllLines(Path.Combine(golden, "certificate-pdf-layout-2.1.sha256"))), string.Join('\n', made));
    }

    [Fact]
    public async Task Other_readers_find_two_sound_pages_of_less_than_300_KB_with_all_fonts_in_them()
    {
        var pdf = CertificatePdf.Secrecy(EvidenceSamples.Stamped(EvidenceSamples.Folder));
        var path = tools.Save(pdf);

        Assert.InRange(pdf.Length, 50_000, 300_000);
        Assert.Contains("No syntax or stream encoding errors found", await tools.RunAsync("qpdf", "--check", path), StringComparison.Ordinal);
        var facts = await tools.RunAsync("pdfinfo", path);
        Assert.Contains("2\n", facts[facts.IndexOf("Pages:", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Contains("(A4)", facts, StringComparison.Ordinal);
        var fonts = (await tools.RunAsync("pdffonts", path)).Split('\n', StringSplitOptions.RemoveEmptyEntries)[2..];
        Assert.Equal(3, fonts.Length);
        // Embedded, subset, and with a way back to Unicode.
        Assert.All(fonts, font => Assert.Matches(@"^[A-Z]{6}\+\S+ +CID TrueType +Identity-H +yes yes yes ", font));
    }

    [Fact]
    public async Task What_is_copied_from_the_page_is_what_the_content_says_in_both_languages()
    {
        var deposit = ledger.Deposit(("设计/转子 rotor-№7.step", "abc"), ("Ωmega µ/Ελλάδα/Москва.txt", "defg"));
        var evidence = deposit.Evidence();

        await Shows(CertificatePdf.Secrecy(evidence.Certificate), CertificatePage.SecrecyCopy(evidence.Certificate));
        await Shows(CertificatePdf.Disclosure(evidence), CertificatePage.DisclosureCopy(evidence));
        var run = Runs.Of(evidence, new VerifierInputs(ledger.Policy) { Files = deposit.Files });
        await Shows(ReportPdf.Write(run), ReportPage.Create(run));
    }

    private async Task Shows(byte[] pdf, Document content)
    {
        var text = await tools.TextAsync(pdf);
        foreach (var piece in PdfTools.TextsOf(content))
            Assert.Contains(PdfTools.Squeezed(piece), text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_data_is_attached_as_it_is_and_only_the_disclosure_copy_carries_what_opens_documents()
    {
        var evidence = ledger.Deposit(("secret-name.txt", "abc"), ("other.txt", "x")).Disclose(true, "secret-name.txt");

        var secrecy = CertificatePdf.Secrecy(evidence.Certificate);
        var disclosure = CertificatePdf.Disclosure(evidence);

        Assert.StartsWith("1 embedded files", await tools.RunAsync("pdfdetach", "-list", tools.Save(secrecy)), StringComparison.Ordinal);
        Assert.Equal(evidence.Certificate.ToJson(), await tools.DetachAsync(secrecy, 1));
        Assert.Equal(evidence.Certificate.ToJson(), await tools.DetachAsync(disclosure, 1));
        Assert.Equal(EvidenceSamples.Describe(evidence), EvidenceSamples.Describe(EvidenceSamples.Read(await tools.DetachAsync(disclosure, 2))));
        Assert.DoesNotContain("secret-name.txt", await tools.TextAsync(secrecy), StringComparison.Ordinal);
        Assert.DoesNotContain("secret-name", Encoding.Latin1.GetString(secrecy), StringComparison.Ordinal);
        Assert.Contains("secret-name.txt", await tools.TextAsync(disclosure), StringComparison.Ordinal);
        Assert.DoesNotContain("other.txt", Encoding.Latin1.GetString(disclosure), StringComparison.Ordinal);
    }

    /// <summary>A page is of what the file holds: what stood beside it when it was made must not be needed to make it again.</summary>
    [Fact]
    public void Whatever_the_evidence_came_with_the_file_is_rendered_again_from_itself()
    {
        var hidden = ledger.Deposit(("a.txt", "one"), ("b.txt", "two")).Disclose(false, "a.txt");
        var package = EvidenceSamples.Read(DisclosedPackage.Of(CertificatePage.AddTo(hidden), ("a", "one"u8.ToArray())).Zip());
        Assert.Single(package.Included);

        foreach (var evidence in (Evidence[])[EvidenceSamples.Full(EvidenceSamples.Folder), EvidenceSamples.Disclosed(), hidden, package])
            Assert.Equal(CheckResult.Pass, CertificatePdfFile.Read(CertificatePdf.Disclosure(evidence), TestContext.Current.CancellationToken).Check(null, null, TestLedger.Created)[0].Result);
    }

    [Fact]
    public async Task Letters_that_no_font_has_or_that_run_the_other_way_are_shown_as_numbers()
    {
        var deposit = ledger.Deposit(new DepositPlan
        {
            Files = [("a\u202egnp.exe", "abc"), ("שלום e\u0301 \u200b😀 𠀀.txt", "x")],
            BendClaims = claims => claims with { Depositor = "A (B) <C> \\ 名" },
        });

        var text = await tools.TextAsync(CertificatePdf.Disclosure(deposit.Evidence()));

        Assert.Contains("a\\u{202e}gnp.exe", text, StringComparison.Ordinal);
        Assert.Contains("\\u{5e9}\\u{5dc}\\u{5d5}\\u{5dd}e\\u{301}\\u{200b}\\u{1f600}\\u{20000}.txt", text, StringComparison.Ordinal);
        Assert.Contains("A(B)<C>\\名", text, StringComparison.Ordinal);
    }

    /// <summary>
    /// What a mark is, the platform's version of Unicode says, and a reader's in thirty years: should it ever say something else of a
    /// character that the fonts have, old pages would no longer be rendered to the same bytes.
    /// </summary>
    [Fact]
    public void The_characters_of_the_fonts_that_are_not_drawn_are_these()
    {
        var hidden = Enumerable.Range(0, 0x11_0000).Where(Rune.IsValid)
            .Where(character => character >= 0xA0 && Characters.FontOf(character, false) is not null && !Characters.IsDrawn(new Rune(character))).ToHashSet();
        var ranges = hidden.Where(first => !hidden.Contains(first - 1)).Order().Select(first => (First: first, Last: Enumerable.Range(first, 0x1000).First(next => !hidden.Contains(next + 1))));

        Assert.Equal(HiddenCharacters, string.Join(' ', ranges.Select(range => range.First == range.Last ? $"{range.First:x}" : $"{range.First:x}-{range.Last:x}")));
    }

    /// <summary>A character of ours that a page could only show as a number is a mistake of ours.</summary>
    [Fact]
    public void The_fonts_have_every_character_that_we_write_ourselves()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Path, "src", "Notary.Documents"), "*", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Path, "src", "Notary.Core"), "*.cs", SearchOption.AllDirectories))
            .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".txt", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(sources);
        foreach (var source in sources)
        {
            foreach (var rune in File.ReadAllText(source).EnumerateRunes().Where(rune => rune.Value >= ' '))
                Assert.True(Characters.IsDrawn(rune), $"{source}: U+{rune.Value:X4}");
        }
    }

    [Fact]
    public void A_page_holds_its_lines_and_Chinese_begins_none_with_a_comma()
    {
        var style = new TextStyle(8_000, PdfColour.Ink);
        var text = string.Concat(Enumerable.Repeat("本版不显示文件的名称\uFF0C大小、摘要(sha256)和数量。a-long-word/of-many-parts ", 40)) + new string('f', 500);

        var lines = TextLine.Break([new(text, style)], 150_000);

        Assert.All(lines, line => Assert.InRange(line.Width, 1, 150_000));
        Assert.All(lines, line => Assert.DoesNotContain(line.Spans[0].Text[0], "\uFF0C、。) "));
        Assert.Equal(PdfTools.Squeezed(text), PdfTools.Squeezed(string.Concat(lines.SelectMany(line => line.Spans).Select(span => span.Text))));
    }

    [Fact]
    public async Task Hundreds_of_documents_and_names_of_a_page_are_laid_out_without_loss()
    {
        var files = Enumerable.Range(0, 200).Select(i => ($"folder-{i:d3}/{new string('n', i == 7 ? 200 : 5)}", "x")).ToArray();
        var evidence = ledger.Deposit([.. files, (string.Join('/', Enumerable.Repeat(new string('长', 80), 4)), "y")]).Evidence();

        var pdf = CertificatePdf.Disclosure(evidence);

        var text = await tools.TextAsync(pdf);
        Assert.All(files, file => Assert.Contains(file.Item1, text, StringComparison.Ordinal));
        Assert.Contains(new string('长', 80), text, StringComparison.Ordinal);
        Assert.Contains("No syntax or stream encoding errors found", await tools.RunAsync("qpdf", "--check", tools.Save(pdf)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_says_that_it_is_PDF_A_3b_and_holds_what_that_asks()
    {
        var pdf = CertificatePdf.Secrecy(EvidenceSamples.Certificate(0));
        var text = Encoding.Latin1.GetString(pdf);

        var metadata = await tools.RunAsync("pdfinfo", "-meta", tools.Save(pdf));
        Assert.Contains("<pdfaid:part>3</pdfaid:part>", metadata, StringComparison.Ordinal);
        Assert.Contains("<pdfaid:conformance>B</pdfaid:conformance>", metadata, StringComparison.Ordinal);
        Assert.Contains("数字存证证书 · Certificate of digital deposit", metadata, StringComparison.Ordinal);
        foreach (var needed in (string[])["/OutputIntents [", "/S /GTS_PDFA1", "/DestOutputProfile ", "/AF [", "/AFRelationship /Data", "/Subtype /application#2Fjson", "/CIDToGIDMap /Identity"])
            Assert.Contains(needed, text, StringComparison.Ordinal);
        // Nothing that runs, fetches, hides or is transparent; nothing compressed or encrypted.
        Assert.DoesNotMatch(Forbidden(), text);
        Assert.Matches(@"/ID \[<([0-9a-f]{32})> <\1>\]", text);
        Assert.DoesNotContain("Date (D:", text.Replace("/ModDate (D:20261122", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [GeneratedRegex("/(JavaScript|JS|URI|Launch|OpenAction|AA|Encrypt|Filter|SMask|CA|ca|ExtGState|RichMedia|XFA|ObjStm)\\b")]
    private static partial Regex Forbidden();
}
