using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Notary.Core;
using Notary.Documents;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Documents;

/// <summary>Seals on PDFs, judged by poppler and OpenSSL, and by the program itself.</summary>
public sealed class SealedPdfTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly PdfTools tools;

    public SealedPdfTests() => tools = new PdfTools(folder);

    public void Dispose() => folder.Dispose();

    private static Evidence Sample => Evidence.FromCertificate(EvidenceSamples.Certificate(EvidenceSamples.Folder));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_seal_is_valid_in_pdfsig_with_any_key_on_both_copies_and_on_reports()
    {
        using var ec = TestSeals.SelfMade().Sealer;
        await PdfsigFindsItValid(await Seal(Sample, ec), "Example Evidence Ltd 示例存证");
        await PdfsigFindsItValid(await Seal(EvidenceSamples.Disclosed(), ec), "Example Evidence Ltd 示例存证");
        foreach (var ca in (TestSealCa[])[TestSeals.Issued(), TestSeals.Issued(rsaBits: 2_048), TestSeals.Issued(rsaBits: 3_072)])
            await PdfsigFindsItValid(await Seal(Sample, ca.Sealer), "Test Sealer Ltd");
        var ledger = new TestLedger();
        var run = Runs.Of(ledger.Deposit(("a.txt", "abc")).Evidence(), new VerifierInputs(ledger.Policy));
        await PdfsigFindsItValid(await ReportPdf.SealAsync(run, ec, TestSeals.Now, Cancellation), "Example Evidence Ltd 示例存证");
    }

    private async Task PdfsigFindsItValid(byte[] pdf, string name)
    {
        var path = tools.Save(pdf);
        var found = await tools.RunAsync("pdfsig", path);
        foreach (var words in (string[])["Signature is Valid.", "Total document signed", "ETSI.CAdES.detached", "SHA-256", $"Common Name: {name}", "Signing Time: Nov 26 2026"])
            Assert.Contains(words, found, StringComparison.Ordinal);
        Assert.Contains("No syntax or stream encoding errors found", await tools.RunAsync("qpdf", "--check", path), StringComparison.Ordinal);
        Assert.InRange(pdf.Length, 50_000, 300_000);
    }

    /// <summary>ETSI EN 319 142-1, 6.3: content type, digest and certificate are signed, and no time; a token is over the signature.</summary>
    [Fact]
    public async Task OpenSSL_verifies_the_CMS_with_its_chain_and_the_token_over_the_signature()
    {
        var authority = new TestAuthority();
        var ca = TestSeals.Issued(stamp: Stamp(authority, TestSeals.Now.AddSeconds(1)));
        var pdf = await Seal(Sample, ca.Sealer);
        var (seal, covered) = Parts(pdf);
        var signature = SealSignature.Parse(seal, covered);
        var at = TestSeals.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        foreach (var (name, bytes) in ((string, byte[])[])[
            ("seal.der", seal), ("covered", covered), ("root.pem", Encoding.ASCII.GetBytes(ca.RootPem)),
            ("token.der", signature.Token!.Value.ToArray()), ("value", signature.Value.ToArray()), ("tsa.pem", Encoding.ASCII.GetBytes(authority.Root.ExportCertificatePem()))])
            File.WriteAllBytes(Path.Combine(folder.Path, name), bytes);
        (await ExternalTool.RunAsync("openssl", ["cms", "-verify", "-binary", "-inform", "DER", "-in", "seal.der", "-content", "covered", "-CAfile", "root.pem", "-purpose", "any", "-attime", at, "-cades", "-out", "out"], folder.Path)).Succeeded();
        Assert.Equal(covered, File.ReadAllBytes(Path.Combine(folder.Path, "out")));
        var printed = (await ExternalTool.RunAsync("openssl", ["cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", "seal.der"], folder.Path)).Succeeded().Output;
        Assert.Contains("id-smime-aa-signingCertificateV2", printed, StringComparison.Ordinal);
        Assert.Contains("id-smime-aa-timeStampToken", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("object: signingTime", printed, StringComparison.Ordinal);
        (await ExternalTool.RunAsync("openssl", ["ts", "-verify", "-token_in", "-in", "token.der", "-data", "value", "-CAfile", "tsa.pem", "-attime", at], folder.Path)).Succeeded();
    }

    [Fact]
    public async Task Equal_content_gives_equal_bytes_but_for_the_signature()
    {
        using var sealer = TestSeals.SelfMade().Sealer;
        foreach (var evidence in (Evidence[])[Sample, EvidenceSamples.Disclosed()])
        {
            var (first, second) = (await Seal(evidence, sealer), await Seal(EvidenceSamples.Read(Bytes(evidence)), sealer));
            Assert.NotEqual(first, second);
            Assert.Equal(Parts(first).Covered, Parts(second).Covered);
        }
    }

    private static byte[] Bytes(Evidence evidence) =>
        CertificatePdf.Shown(evidence) == 0 ? evidence.Certificate.ToJson() : EvidenceSamples.Pack(evidence);

    [Fact]
    public async Task Whose_a_seal_is_is_checked_under_the_verifiers_roots_and_never_the_files()
    {
        var (sealer, roots) = TestSeals.SelfMade();
        var ca = TestSeals.Issued();
        var (own, issued) = (await Seal(Sample, sealer), await Seal(Sample, ca.Sealer));

        Assert.Equal(CheckResult.Pass, SealOf(own, roots));
        Assert.Equal(CheckResult.Pass, SealOf(issued, ca.Roots));
        Assert.Equal(CheckResult.NotChecked, SealOf(own, null));
        Assert.Equal(CheckResult.NotChecked, SealOf(own, ca.Roots));
        Assert.Equal(CheckResult.NotChecked, SealOf(issued, roots));
        Assert.Equal(CheckResult.NotChecked, SealOf(issued, TestSeals.Issued(ca: "Other").Roots));
        Assert.Contains("self-made", Check(own, null)[1].Reason.English, StringComparison.Ordinal);
        Assert.Contains("自制证书：其归属未经任何证书颁发机构核实", await tools.TextAsync(own), StringComparison.Ordinal);
        Assert.Contains(PdfTools.Squeezed("issued by Test seal issuing"), await tools.TextAsync(issued), StringComparison.Ordinal);
        Assert.DoesNotContain("self-made", await tools.TextAsync(issued), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_has_ended_counts_under_a_trusted_time_stamp_alone()
    {
        var authority = new TestAuthority();
        var later = TestSeals.Now.AddYears(5);
        var (plain, stamped) = (TestSeals.Issued(), TestSeals.Issued(stamp: Stamp(authority, TestSeals.Now)));
        var (unstamped, pdf) = (await Seal(Sample, plain.Sealer), await Seal(Sample, stamped.Sealer));

        Assert.Equal(CheckResult.Pass, SealOf(unstamped, plain.Roots));
        Assert.Equal(CheckResult.NotChecked, SealOf(unstamped, plain.Roots, null, later));
        Assert.Equal(CheckResult.NotChecked, SealOf(pdf, stamped.Roots, null, later));
        Assert.Equal(CheckResult.NotChecked, SealOf(pdf, stamped.Roots, new TestAuthority("Other").Roots, later));
        Assert.Equal(CheckResult.Pass, SealOf(pdf, stamped.Roots, authority.Roots, later));
        // Sealed after the end, and stamped so.
        var late = TestSeals.Issued(stamp: Stamp(authority, later));
        Assert.Equal(CheckResult.NotChecked, SealOf(await Seal(Sample, late.Sealer), late.Roots, authority.Roots, later));
        // A token over something else breaks the seal, whoever trusts whom.
        var wrong = TestSeals.Issued(stamp: (_, _) => Task.FromResult<ReadOnlyMemory<byte>>(authority.Stamp("other"u8, TestSeals.Now)));
        Assert.Equal(CheckResult.Fail, SealOf(await Seal(Sample, wrong.Sealer), null));
    }

    [Fact]
    public async Task A_certificate_for_something_else_seals_nothing()
    {
        foreach (var unfit in (TestSealCa[])[
            TestSeals.Issued(usage: "1.3.6.1.5.5.7.3.1"), TestSeals.Issued(keyUsage: X509KeyUsageFlags.KeyEncipherment), TestSeals.Issued(rsaBits: 1_024)])
            Assert.Equal(CheckResult.Fail, SealOf(await Seal(Sample, unfit.Sealer), unfit.Roots));
        foreach (var fit in (TestSealCa[])[TestSeals.Issued(usage: null), TestSeals.Issued(usage: "1.3.6.1.5.5.7.3.36")])
            Assert.Equal(CheckResult.Pass, SealOf(await Seal(Sample, fit.Sealer), fit.Roots));
    }

    [Fact]
    public async Task A_file_without_a_seal_says_so_and_its_pages_are_compared_all_the_same()
    {
        foreach (var pdf in (byte[][])[CertificatePdf.Secrecy(Sample.Certificate), CertificatePdf.Disclosure(EvidenceSamples.Disclosed())])
        {
            Assert.Equal([CheckResult.Pass, CheckResult.NotChecked], Check(pdf, null).Select(check => check.Result));
            Assert.Contains("无：本文件未加盖签章。", await tools.TextAsync(pdf), StringComparison.Ordinal);
        }
    }

    /// <summary>A seal of a long chain and a large token gets a larger place.</summary>
    [Fact]
    public async Task A_large_seal_fits()
    {
        var authority = new TestAuthority();
        var ca = TestSeals.Issued(rsaBits: 4_096, stamp: (value, _) => Task.FromResult<ReadOnlyMemory<byte>>(
            authority.Stamp(new TokenPlan { Imprint = MessageImprint.Of(Hash.Of(value.Span)), Time = TestSeals.Now, Name = new string('N', 20_000) })));
        var pdf = await Seal(Sample, ca.Sealer);

        Assert.True(Parts(pdf).Seal.Length > 20_000);
        Assert.Equal([CheckResult.Pass, CheckResult.Pass], Check(pdf, ca.Roots, authority.Roots).Select(check => check.Result));
        Assert.Contains("Signature is Valid.", await tools.RunAsync("pdfsig", tools.Save(pdf)), StringComparison.Ordinal);
    }

    internal static Task<byte[]> Seal(Evidence evidence, Sealer sealer) => CertificatePdf.SealAsync(evidence, sealer, TestSeals.Now, Cancellation);

    internal static IReadOnlyList<Check> Check(byte[] pdf, SealRoots? roots, TimestampRoots? authorities = null, DateTimeOffset? now = null) =>
        CertificatePdfFile.Read(pdf, Cancellation).Check(roots, authorities, now ?? TestSeals.Now.AddDays(1));

    private static CheckResult SealOf(byte[] pdf, SealRoots? roots, TimestampRoots? authorities = null, DateTimeOffset? now = null)
    {
        var checks = Check(pdf, roots, authorities, now);
        Assert.Equal((CheckNames.Pages, CheckResult.Pass, CheckNames.Seal), (checks[0].Name, checks[0].Result, checks[1].Name));
        return checks[1].Result;
    }

    internal static SealStamp Stamp(TestAuthority authority, DateTimeOffset time) =>
        (value, _) => Task.FromResult<ReadOnlyMemory<byte>>(authority.Stamp(value.Span, time));

    /// <summary>The seal of a file and what it covers, by the file's own ByteRange.</summary>
    internal static (byte[] Seal, byte[] Covered) Parts(byte[] pdf)
    {
        var text = Encoding.Latin1.GetString(pdf);
        var at = text.IndexOf("/ByteRange [", StringComparison.Ordinal) + "/ByteRange [".Length;
        var range = text[at..text.IndexOf(']', at)].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        var hex = Convert.FromHexString(text[(range[1] + 1)..(range[2] - 1)]);
        var length = 4 + (hex[2] << 8) + hex[3];
        return (hex[..length], [.. pdf[range[0]..range[1]], .. pdf[range[2]..(range[2] + range[3])]]);
    }
}
