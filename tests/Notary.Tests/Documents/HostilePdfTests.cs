using System.Globalization;
using System.Text;
using Notary.Core;
using Notary.Documents;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Documents;

/// <summary>
/// Files that were made to be taken for a certificate.pdf: altered ones, and those of somebody who seals well and shows wrong
/// values. Each fails or is refused; none passes.
/// </summary>
public sealed class HostilePdfTests : IDisposable
{
    private const int SealSize = 12 << 10;

    private readonly TemporaryFolder folder = new();
    private readonly PdfTools tools;
    private readonly TestSealCa ca = TestSeals.Issued();

    public HostilePdfTests() => tools = new PdfTools(folder);

    public void Dispose()
    {
        ca.Sealer.Dispose();
        folder.Dispose();
    }

    private static Certificate First => EvidenceSamples.Certificate(EvidenceSamples.Folder);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_changed_byte_anywhere_breaks_it_here_and_in_pdfsig()
    {
        foreach (var pdf in (byte[][])[await SealedPdfTests.Seal(Evidence.FromCertificate(First), ca.Sealer), await SealedPdfTests.Seal(EvidenceSamples.Disclosed(), ca.Sealer)])
        {
            var (digits, seal) = DigitsOf(pdf);
            // The head, every 500th byte of the rest, its end; of the digits a step of 7, and of the zeros behind the seal some.
            int[] places =
            [
                .. Enumerable.Range(0, 60), .. Enumerable.Range(digits - 130, 130).Where(i => i % 3 == 0), .. Enumerable.Range(0, pdf.Length / 500).Select(i => 500 * i + i % 500),
                .. Enumerable.Range(pdf.Length - 40, 40), .. Enumerable.Range(digits, 2 * seal).Where(i => i % 7 == 0), digits + 2 * seal, digits + 2 * SealSize - 1,
            ];
            foreach (var (count, place) in places.Distinct().Index())
            {
                var copy = pdf.ToArray();
                copy[place] ^= (byte)(place % 2 == 0 ? 0x01 : 0x20);
                Assert.False(Holds(copy), $"byte {place} of {pdf.Length}");
                // The digits are hexadecimal: pdfsig takes either spelling, and anything behind the seal.
                if (count % 25 == 0 && (place < digits || place >= digits + 2 * SealSize))
                    Assert.DoesNotContain("Signature is Valid.", (await ExternalTool.RunAsync("pdfsig", [tools.Save(copy)], folder.Path)).Output, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>Whether anybody could take it for the sealed file: it is read, its pages pass, and its seal does.</summary>
    private bool Holds(byte[] pdf)
    {
        try
        {
            return SealedPdfTests.Check(pdf, ca.Roots).All(check => check.Result == CheckResult.Pass);
        }
        catch (MalformedException)
        {
            return false;
        }
    }

    [Fact]
    public async Task A_file_that_is_cut_off_anywhere_is_refused_or_fails()
    {
        var pdf = await SealedPdfTests.Seal(EvidenceSamples.Disclosed(), ca.Sealer);
        for (var length = 0; length < pdf.Length; length += 1 + length / 20)
            Assert.False(Holds(pdf[..length]), $"{length} bytes");
        Assert.False(Holds(pdf[..^1]));
    }

    /// <summary>The attack that seals are for: pages of one certificate over another's data, well made and well sealed.</summary>
    [Fact]
    public async Task Pages_that_show_other_values_than_their_attachment_fail_however_well_they_are_sealed()
    {
        var shown = EvidenceSamples.Certificate(1);
        var pdf = await ForgeAsync(seal => PdfDocument.Render(
            CertificatePage.SecrecyCopy(shown) is var page ? page with { Blocks = [.. page.Blocks, PdfSeal.Words(seal)] } : page,
            [new(CertificatePdf.Json, CertificatePdf.JsonType, "Data", "the certificate that this page shows", First.ToJson())],
            Statement.Parse(First.Statement).Received, CertificatePdf.Layout, seal.Place));

        Assert.Contains("Signature is Valid.", await tools.RunAsync("pdfsig", tools.Save(pdf)), StringComparison.Ordinal);
        Fails(pdf, "it was altered");
        Assert.Equal(CheckResult.Pass, SealedPdfTests.Check(pdf, ca.Roots)[1].Result);
    }

    [Fact]
    public async Task One_more_attachment_under_the_seal_fails()
    {
        foreach (var name in (string[])["certificate.json", "report.json", "REPORT-PASS.pdf"])
            Fails(
                await ForgeAsync(seal => PdfDocument.Render(
                    CertificatePage.SecrecyCopy(First) is var page ? page with { Blocks = [.. page.Blocks, PdfSeal.Words(seal)] } : page,
                    [
                        new(CertificatePdf.Json, CertificatePdf.JsonType, "Data", "the certificate that this page shows", First.ToJson()),
                        new(name, CertificatePdf.JsonType, "Data", "another", EvidenceSamples.Certificate(0).ToJson()),
                    ],
                    Statement.Parse(First.Statement).Received, CertificatePdf.Layout, seal.Place)),
                "it was altered");
    }

    /// <summary>What a PDF editor, a signing service, or an attacker appends: readers show it, and the seal stays valid over what was before.</summary>
    [Fact]
    public async Task An_update_behind_the_seal_fails()
    {
        var pdf = await SealedPdfTests.Seal(Evidence.FromCertificate(First), ca.Sealer);
        var text = Encoding.Latin1.GetString(pdf);
        var (size, root) = (Between(text, "/Size ", " "), Between(text, "/Root ", " "));
        var catalog = text[text.LastIndexOf($"\n{root} 0 obj\n", StringComparison.Ordinal)..];
        var body = $"{root} 0 obj\n" + catalog[(catalog.IndexOf("obj\n", StringComparison.Ordinal) + 4)..(catalog.IndexOf("endobj", StringComparison.Ordinal) + 7)].Replace("/Lang (zh-CN)", "/Lang (en-US)", StringComparison.Ordinal);
        var start = text[(text.LastIndexOf("startxref", StringComparison.Ordinal) + 10)..].Split('\n')[0];
        var update = $"{body}xref\n{root} 1\n{pdf.Length:d10} 00000 n \ntrailer\n<< /Size {size} /Root {root} 0 R /Prev {start} >>\nstartxref\n{pdf.Length + body.Length}\n%%EOF\n";
        byte[] updated = [.. pdf, .. Encoding.Latin1.GetBytes(update)];

        Assert.DoesNotContain("Total document signed", await tools.RunAsync("pdfsig", tools.Save(updated)), StringComparison.Ordinal);
        Fails(updated, "were added behind the file's end");
        Assert.Equal(CheckResult.Fail, SealedPdfTests.Check(updated, ca.Roots)[1].Result);
        Fails([.. pdf, (byte)'\n'], "were added behind the file's end");
        Fails([.. CertificatePdf.Secrecy(First), .. "%%EOF\n"u8], "were added behind the file's end");
    }

    [Fact]
    public void Offsets_that_lead_elsewhere_and_trees_that_lead_back_fail()
    {
        var text = Encoding.Latin1.GetString(CertificatePdf.Secrecy(First));
        var kids = Between(text, "/Kids [", " 0 R");
        var tree = Between(text, "/Parent ", " ");
        foreach (var (from, to) in ((string, string)[])[
            ($"/Kids [{kids} 0 R", $"/Kids [{tree} 0 R"), ($"/Parent {tree}", $"/Parent {kids}"), ("startxref\n", "startxref\n9"), (" 00000 n \n", " 00001 n \n"), ("0000000", "9000000"),
            ("/Length ", "/Length 9"), ("/Count 2", "/Count 9"), ("/EmbeddedFiles", "/JavaScriptXX"), ("/Contents", "/Annots  ")])
        {
            var bent = Encoding.Latin1.GetBytes(text.Replace(from, to, StringComparison.Ordinal));
            Assert.Contains(from, text, StringComparison.Ordinal);
            Assert.False(PagesPass(bent), from);
        }
    }

    [Fact]
    public void Numbers_that_promise_more_than_there_is_cost_nothing()
    {
        var text = Encoding.Latin1.GetString(CertificatePdf.Secrecy(First));
        var size = Between(text, "/Size ", " ");
        foreach (var number in (string[])["999999999", "2147483647", "99999999999999999999", "-1", "0" + size, "+" + size, "0", " " + size])
            Assert.Throws<MalformedException>(() => Read(text.Replace($"/Size {size}", $"/Size {number}", StringComparison.Ordinal).Replace($"/Length {size}", $"/Length {number}", StringComparison.Ordinal)));
        foreach (var layout in (string[])["", new string('9', 5_000)])
            Assert.ThrowsAny<MalformedException>(() => Read(text.Replace($"%{CertificatePdf.Layout}\n", $"%{CertificatePdf.Name}{layout}", StringComparison.Ordinal)));
        Assert.Throws<MalformedException>(() => CertificatePdfFile.Read(new byte[CertificatePdfFile.MaxBytes + 1], Cancellation));
        Assert.Throws<MalformedException>(() => Read("%PDF-1.4\nanother program's\n%%EOF\n"));
    }

    [Fact]
    public async Task A_package_that_is_packed_in_another_way_or_is_of_another_certificate_is_no_disclosure_copy()
    {
        var evidence = EvidenceSamples.Disclosed();
        Task<byte[]> With(byte[] package) => ForgeAsync(seal => PdfDocument.Render(
            CertificatePage.DisclosureCopy(evidence) is var page ? page with { Blocks = [.. page.Blocks, PdfSeal.Words(seal)] } : page,
            [
                new(CertificatePdf.Json, CertificatePdf.JsonType, "Data", "the certificate that this page shows", evidence.Certificate.ToJson()),
                new(CertificatePdf.Package, CertificatePdf.PackageType, "Data", "the evidence of the documents that this page names", package),
            ],
            Statement.Parse(evidence.Certificate.Statement).Received, CertificatePdf.Layout, seal.Place));

        Assert.True(Holds(await With(EvidenceSamples.Pack(evidence))));
        Fails(await With(EvidenceSamples.Pack(evidence.WithAttachments(EvidenceSamples.Attachments()))), "it was altered");
        var bomb = await With(ZipBuilder.Build(BuiltEntry.Deflated("manifest.txt", new byte[64 << 20])));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("times its size", Assert.Throws<MalformedException>(() => CertificatePdfFile.Read(bomb, Cancellation)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
        Assert.Contains("differ", (await Assert.ThrowsAsync<MalformedException>(async () => CertificatePdfFile.Read(await With(EvidenceSamples.Pack(EvidenceSamples.Full(0))), Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_layout_of_another_version_is_sealed_or_not_but_never_compared()
    {
        var pdf = await ForgeAsync(seal =>
        {
            var (bytes, digits) = CertificatePdf.Render(Evidence.FromCertificate(First), seal);
            var later = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(bytes).Replace(CertificatePdf.Layout, "notary certificate.pdf layout 9.9", StringComparison.Ordinal));
            return new PdfRendering(later, digits);
        });

        var checks = SealedPdfTests.Check(pdf, ca.Roots);
        Assert.Equal([CheckResult.NotChecked, CheckResult.Pass], checks.Select(check => check.Result));
        Assert.Contains("layout 9.9", checks[0].Reason.English, StringComparison.Ordinal);
        pdf[^200] ^= 1;
        Assert.Equal(CheckResult.Fail, SealedPdfTests.Check(pdf, ca.Roots)[1].Result);
        // Its certificate is verified as any, and the verdict names what is missing.
        var ledger = new TestLedger();
        var run = Runs.Of(ledger.Deposit(("a.txt", "a")).Evidence(), new VerifierInputs(ledger.Policy) { OfFile = checks });
        Assert.Equal(Verdict.Indeterminate, run.Report.Verdict);
        Assert.Contains("pages", run.Report.VerdictSentence.English, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_seal_that_is_spelled_in_another_way_or_covers_less_fails()
    {
        var pdf = await SealedPdfTests.Seal(Evidence.FromCertificate(First), ca.Sealer);
        var (digits, seal) = DigitsOf(pdf);
        var lower = pdf.ToArray();
        Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(pdf, digits, 2 * seal).ToLowerInvariant(), lower.AsSpan(digits));
        Assert.Contains("Signature is Valid.", await tools.RunAsync("pdfsig", tools.Save(lower)), StringComparison.Ordinal);
        Assert.Equal(CheckResult.Fail, SealedPdfTests.Check(lower, ca.Roots)[1].Result);
        // A place without a seal in it.
        var empty = pdf.ToArray();
        empty.AsSpan(digits, 2 * seal).Fill((byte)'0');
        Assert.Equal([CheckResult.NotChecked, CheckResult.Fail], SealedPdfTests.Check(empty, ca.Roots).Select(check => check.Result));
        // The seal of another file.
        var other = await SealedPdfTests.Seal(Evidence.FromCertificate(EvidenceSamples.Certificate(0)), ca.Sealer);
        pdf.AsSpan(digits, 2 * SealSize).CopyTo(other.AsSpan(DigitsOf(other).Digits));
        Assert.Contains("changed after it was sealed", SealedPdfTests.Check(other, ca.Roots)[1].Reason.English, StringComparison.Ordinal);
    }

    private static void Fails(byte[] pdf, string words)
    {
        var pages = SealedPdfTests.Check(pdf, null)[0];
        Assert.Equal(CheckResult.Fail, pages.Result);
        Assert.Contains(words, pages.Reason.English, StringComparison.Ordinal);
    }

    private static bool PagesPass(byte[] pdf)
    {
        try
        {
            return SealedPdfTests.Check(pdf, null)[0].Result == CheckResult.Pass;
        }
        catch (MalformedException)
        {
            return false;
        }
    }

    private Task<byte[]> ForgeAsync(Func<PdfSeal, PdfRendering> render) => PdfSealing.SealAsync(render, ca.Sealer, TestSeals.Now, Cancellation);

    private static CertificatePdfFile Read(string text) => CertificatePdfFile.Read(Encoding.Latin1.GetBytes(text), Cancellation);

    private static string Between(string text, string before, string after)
    {
        var at = text.IndexOf(before, StringComparison.Ordinal) + before.Length;
        return text[at..text.IndexOf(after, at, StringComparison.Ordinal)];
    }

    /// <summary>Where a seal's digits begin, and its bytes.</summary>
    private static (int Digits, int Seal) DigitsOf(byte[] pdf) =>
        (Encoding.Latin1.GetString(pdf).IndexOf("/Contents <", StringComparison.Ordinal) + "/Contents <".Length, SealedPdfTests.Parts(pdf).Seal.Length);
}
