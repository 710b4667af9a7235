using System.Security.Cryptography.X509Certificates;
using System.Text;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

/// <summary><c>notary certificate</c>, <c>notary ca seal</c> and <c>notary verify</c> of a PDF, as a user types them.</summary>
public sealed class CertificateTests(DepositedFolder deposited) : CliTest, IClassFixture<DepositedFolder>
{
    private string[] Verify(string pdf, params string[] more) => ["verify", At(pdf), "--trust", deposited.Trust, .. more];

    [Fact]
    public async Task A_seal_of_ones_own_goes_onto_both_copies_and_the_report_and_verifies()
    {
        var made = await RunAsync(0, "ca", "seal", "--out", At("keys"), "--name", "Example Firm 示例公司");
        Assert.Contains("self-made", made.Output, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(At("keys/seal.key")));
        await RunAsync(2, "ca", "seal", "--out", At("keys"), "--name", "Another");
        string[] seal = ["--seal-certificate", At("keys/seal.pem"), "--seal-key", At("keys/seal.key")];
        var secrecy = await RunAsync(0, ["certificate", deposited.Evidence, "--out", At("secrecy.pdf"), .. seal]);
        Assert.Contains("Example Firm", secrecy.Output, StringComparison.Ordinal);
        await RunAsync(0, ["certificate", deposited.Evidence, "--disclose", "--out", At("disclosure.pdf"), .. seal]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(At("disclosure.pdf")));

        var alone = await RunAsync(0, Verify("secrecy.pdf", "--seal-roots", At("keys/seal.pem")));
        Assert.Matches("PASS +pages ", alone.Output);
        Assert.Matches("PASS +seal ", alone.Output);
        var unknown = await RunAsync(0, Verify("secrecy.pdf"));
        Assert.Matches("NOT CHECKED +seal .*self-made", unknown.Output);
        // The disclosure copy carries what opens the documents: it is verified with them, and says which they are.
        var chinese = await RunAsync(0, Verify("disclosure.pdf", deposited.Documents, "--seal-roots", At("keys/seal.pem"), "--language", "zh", "--report", At("report.pdf"), "--report", At("report.json"), "--seal-certificate", At("keys/seal.pem"), "--seal-key", At("keys/seal.key")));
        Assert.Matches("通过[\u3000 ]+签章", chinese.Output);
        Assert.Contains("\"seal\"", File.ReadAllText(At("report.json")), StringComparison.Ordinal);
        Assert.Contains("Signature is Valid.", (await ExternalTool.RunAsync("pdfsig", [At("report.pdf")], At(""))).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("rotor.step", (await RunAsync(0, "show", At("disclosure.pdf"))).Output, StringComparison.Ordinal);
        await RunAsync(2, Verify("secrecy.pdf", [.. seal]));
    }

    [Fact]
    public async Task PKCS_12_with_its_password_in_a_file_seals_and_a_key_that_others_read_does_not()
    {
        var ca = TestSeals.Issued(until: TimeProvider.System.GetUtcNow().AddYears(1));
        File.WriteAllBytes(At("seal.p12"), new X509Certificate2Collection { ca.Signer, X509CertificateLoader.LoadCertificate(ca.Issuing.RawData) }.Export(X509ContentType.Pkcs12, "secret")!);
        File.WriteAllText(At("password"), "secret\n");
        File.WriteAllText(At("root.pem"), ca.RootPem);
        string[] seal = ["certificate", deposited.Evidence, "--out", At("sealed.pdf"), "--seal-certificate", At("seal.p12"), "--seal-password", At("password")];
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(At("password"), UnixFileMode.UserRead);
            File.SetUnixFileMode(At("seal.p12"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
            Assert.Contains("may be read or written by others", (await RunAsync(2, seal)).Error, StringComparison.Ordinal);
            File.SetUnixFileMode(At("seal.p12"), UnixFileMode.UserRead);
        }

        await RunAsync(0, seal);
        Assert.Matches("PASS +seal .*Test Sealer Ltd", (await RunAsync(0, Verify("sealed.pdf", "--seal-roots", At("root.pem")))).Output);
        File.WriteAllText(At("wrong"), "other\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(At("wrong"), UnixFileMode.UserRead);
        seal[3] = At("other.pdf");
        Assert.Contains("password", (await RunAsync(2, [.. seal[..^1], At("wrong")])).Error, StringComparison.Ordinal);
        Assert.False(File.Exists(At("other.pdf")));
    }

    [Fact]
    public async Task A_changed_file_fails_and_one_of_another_program_is_refused()
    {
        await RunAsync(0, "certificate", deposited.Evidence, "--out", At("plain.pdf"));
        Assert.Contains("Nobody has sealed this file", (await RunAsync(0, Verify("plain.pdf"))).Output, StringComparison.Ordinal);
        var bytes = File.ReadAllBytes(At("plain.pdf"));
        var changed = bytes.ToArray();
        changed[^2_000] ^= 1;
        File.WriteAllBytes(At("changed.pdf"), changed);
        var failed = await RunAsync(1, Verify("changed.pdf"));
        Assert.StartsWith("No file was given, so this is about the certificate alone. FAIL (pages)", failed.Output, StringComparison.Ordinal);
        File.WriteAllBytes(At("longer.pdf"), [.. bytes, .. "%%EOF\n"u8]);
        Assert.Contains("added behind the file's end", (await RunAsync(1, Verify("longer.pdf"))).Output, StringComparison.Ordinal);
        (await ExternalTool.RunAsync("qpdf", [At("plain.pdf"), At("rewritten.pdf")], At(""))).Succeeded();
        Assert.Contains("another program has made or rewritten it", (await RunAsync(2, Verify("rewritten.pdf"))).Error, StringComparison.Ordinal);
        File.WriteAllText(At("short.pdf"), "%PDF-");
        await RunAsync(2, Verify("short.pdf"));
        // What replaces evidence takes no PDF for a certificate.json.
        await RunAsync(2, "upgrade", At("plain.pdf"), "--server", "http://127.0.0.1:9");
        Assert.Equal(bytes, File.ReadAllBytes(At("plain.pdf")));
    }

    [Fact]
    public async Task The_operators_seal_comes_from_the_server_and_without_it_the_certificate_is_written_unsealed()
    {
        await RunAsync(0, "ca", "seal", "--out", At("keys"), "--name", "Operator Ltd");
        Write("a.txt");
        var evidence = At("out/a.txt.evidence.zip");
        await using (var ledger = NotaryProcess.Start(
            "serve", "--data", At("data"), "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0", "--seal-certificate", At("keys/seal.pem"), "--seal-key", At("keys/seal.key")))
        {
            var address = await ledger.FieldAsync("grpc");
            Assert.StartsWith("Operator Ltd, self-made", await ledger.FieldAsync("seal"), StringComparison.Ordinal);
            await ledger.FieldAsync("ready");
            await RunAsync(0, "deposit", At("a.txt"), "--server", address, "--out", At("out"));
            await RunAsync(0, "certificate", evidence, "--out", At("sealed.pdf"), "--server", address);
            Assert.Contains("secrecy copy alone", (await RunAsync(2, "certificate", evidence, "--out", At("x.pdf"), "--disclose", "--server", address)).Error, StringComparison.Ordinal);
            // A deposit of another ledger.
            await RunAsync(4, "certificate", deposited.Evidence, "--out", At("x.pdf"), "--server", address);
        }

        var found = await RunAsync(0, "verify", At("sealed.pdf"), "--trust", At("out/trust"), "--seal-roots", At("keys/seal.pem"));
        Assert.Matches("PASS +seal +Sealed by Operator Ltd", found.Output);
        var alone = await RunAsync(0, "certificate", evidence, "--out", At("unsealed.pdf"), "--server", "http://127.0.0.1:9");
        Assert.Contains("written without a seal", alone.Error, StringComparison.Ordinal);
        Assert.Contains("none, and the page says so", alone.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(At("x.pdf")));
    }
}
