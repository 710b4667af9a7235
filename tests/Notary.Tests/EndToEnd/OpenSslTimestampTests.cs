using System.Globalization;
using System.Net.Http.Headers;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>Our tokens judged by OpenSSL, and OpenSSL's by us: <c>notary ca init</c>, <c>notary serve</c>, <c>openssl ts</c>.</summary>
public sealed class OpenSslTimestampTests : CliTest
{
    private const string Document = "rotor geometry, rev. C\n";

    [Fact]
    public async Task Openssl_verifies_what_our_authority_stamps_and_nothing_else()
    {
        await using var server = await ServeAsync();
        await File.WriteAllTextAsync(At("document"), Document, Cancellation);
        await File.WriteAllTextAsync(At("other"), Document + "\0", Cancellation);
        await File.WriteAllTextAsync(At("chain.pem"), await GetAsync(server, "/tsa/chain.pem"), Cancellation);
        foreach (var digest in (string[])["sha256", "sha384", "sha512"])
        {
            (await OpenSslAsync("ts", "-query", "-data", At("document"), $"-{digest}", "-cert", "-out", At("query.tsq"))).Succeeded();
            await File.WriteAllBytesAsync(At("reply.tsr"), await PostAsync(server, At("query.tsq")), Cancellation);
            (await OpenSslAsync("ts", "-reply", "-in", At("reply.tsr"), "-token_out", "-out", At("token.der"))).Succeeded();

            // With the nonce of the query, and against the document; by RFC 3161 and as CMS alone.
            (await OpenSslAsync("ts", "-verify", "-queryfile", At("query.tsq"), "-in", At("reply.tsr"), "-CAfile", At("ca/root.pem"))).Succeeded();
            (await OpenSslAsync("ts", "-verify", "-data", At("document"), "-in", At("reply.tsr"), "-CAfile", At("chain.pem"))).Succeeded();
            (await OpenSslAsync("cms", "-verify", "-inform", "DER", "-in", At("token.der"), "-CAfile", At("ca/root.pem"), "-purpose", "timestampsign", "-out", At("content"))).Succeeded();
            var wrong = await OpenSslAsync("ts", "-verify", "-data", At("other"), "-in", At("reply.tsr"), "-CAfile", At("ca/root.pem"));
            Assert.NotEqual(0, wrong.ExitCode);
            Assert.Contains("message imprint mismatch", wrong.Error, StringComparison.Ordinal);
            var bent = await File.ReadAllBytesAsync(At("token.der"), Cancellation);
            bent[bent.AsSpan().IndexOf(Hash.Of(System.Text.Encoding.UTF8.GetBytes(Document)).ToArray()) is >= 0 and var at ? at : bent.Length - 1] ^= 1;
            await File.WriteAllBytesAsync(At("bent.der"), bent, Cancellation);
            Assert.NotEqual(0, (await OpenSslAsync("cms", "-verify", "-inform", "DER", "-in", At("bent.der"), "-CAfile", At("ca/root.pem"), "-purpose", "timestampsign", "-out", At("content"))).ExitCode);
        }
    }

    [Fact]
    public async Task After_the_certificates_end_openssl_needs_the_tokens_own_time_and_we_take_it_anyway()
    {
        await using var server = await ServeAsync();
        await File.WriteAllTextAsync(At("document"), Document, Cancellation);
        (await OpenSslAsync("ts", "-query", "-data", At("document"), "-sha256", "-cert", "-out", At("query.tsq"))).Succeeded();
        var reply = await PostAsync(server, At("query.tsq"));
        await File.WriteAllBytesAsync(At("reply.tsr"), reply, Cancellation);
        var time = TimestampVerification.Verify(TimestampReply.Parse(reply).Token!.Value, MessageImprint.Of(Hash.Of(System.Text.Encoding.UTF8.GetBytes(Document))), Roots()).Info!.Time;
        Task<ToolResult> VerifyAt(DateTimeOffset at) => OpenSslAsync(
            "ts", "-verify", "-data", At("document"), "-in", At("reply.tsr"), "-CAfile", At("ca/root.pem"),
            "-attime", at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));

        Assert.NotEqual(0, (await VerifyAt(time.AddYears(11))).ExitCode);
        (await VerifyAt(time.AddSeconds(1))).Succeeded();
    }

    [Fact]
    public async Task Openssl_and_we_refuse_a_usage_that_is_not_critical()
    {
        var authority = new TestAuthority();
        await File.WriteAllTextAsync(At("root.pem"), authority.Root.ExportCertificatePem(), Cancellation);
        await File.WriteAllTextAsync(At("document"), Document, Cancellation);
        var imprint = MessageImprint.Of(Hash.Of(System.Text.Encoding.UTF8.GetBytes(Document)));
        foreach (var isCritical in new[] { true, false })
        {
            var token = authority.Stamp(new TokenPlan { Imprint = imprint, Time = TimeProvider.System.GetUtcNow(), IsCritical = isCritical });
            await File.WriteAllBytesAsync(At("token.der"), token, Cancellation);
            var theirs = await OpenSslAsync("ts", "-verify", "-data", At("document"), "-in", At("token.der"), "-token_in", "-CAfile", At("root.pem"));
            var ours = TimestampVerification.Verify(token, imprint, authority.Roots);

            var asCms = await OpenSslAsync("cms", "-verify", "-inform", "DER", "-in", At("token.der"), "-CAfile", At("root.pem"), "-purpose", "timestampsign", "-out", At("content"));

            Assert.Equal(isCritical, theirs.ExitCode == 0);
            Assert.Equal(isCritical, asCms.ExitCode == 0);
            Assert.Equal(isCritical ? TokenStanding.Verified : TokenStanding.Refused, ours.Standing);
        }
    }

    [Theory]
    [InlineData("sha256", false, "sha256", null)]
    [InlineData("sha256", false, "sha512", null)]
    [InlineData("sha1", false, "sha256", "hash function that is broken")]
    [InlineData("sha384", true, "sha256", null)]
    [InlineData("sha1", true, "sha256", "hash function that is broken")]
    public async Task We_judge_openssls_tokens_by_the_certificates_signature(string certificateDigest, bool withPss, string queryDigest, string? problem)
    {
        var authority = await OpenSslAuthority.CreateAsync(At("tsa"), certificateDigest, withPss);
        await File.WriteAllTextAsync(At("document"), Document, Cancellation);
        (await OpenSslAsync("ts", "-query", "-data", At("document"), $"-{queryDigest}", "-cert", "-out", At("query.tsq"))).Succeeded();
        var query = TimestampQuery.Parse(await File.ReadAllBytesAsync(At("query.tsq"), Cancellation));
        var reply = TimestampReply.Parse(await authority.ReplyAsync(query.ToDer()));

        var verdict = TimestampVerification.Verify(reply.Token!.Value, query.Imprint, authority.Roots);

        Assert.Equal(problem is null ? TokenStanding.Verified : TokenStanding.Refused, verdict.Standing);
        Assert.Contains(problem ?? "", verdict.Problem?.English ?? "", StringComparison.Ordinal);
        Assert.Equal(query.Nonce!.Value.ToArray(), verdict.Info!.Nonce!.Value.ToArray());
    }

    [Fact]
    public async Task A_chain_of_another_ca_is_served_and_openssl_verifies_what_is_stamped_under_it()
    {
        var authority = await OpenSslAuthority.CreateAsync(At("other"), "sha384", withPss: true);
        await File.WriteAllTextAsync(At("chain.pem"), await File.ReadAllTextAsync(At("other/tsa.pem"), Cancellation) + await File.ReadAllTextAsync(authority.RootFile, Cancellation), Cancellation);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(At("other/tsa.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var server = NotaryProcess.Start(
            "serve", "--data", At("data"), "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0", "--tsa-certificate", At("chain.pem"), "--tsa-key", At("other/tsa.key"));
        await server.FieldAsync("ready");
        await File.WriteAllTextAsync(At("document"), Document, Cancellation);
        (await OpenSslAsync("ts", "-query", "-data", At("document"), "-sha512", "-cert", "-out", At("query.tsq"))).Succeeded();
        await File.WriteAllBytesAsync(At("reply.tsr"), await PostAsync(server, At("query.tsq")), Cancellation);
        (await OpenSslAsync("ts", "-verify", "-queryfile", At("query.tsq"), "-in", At("reply.tsr"), "-CAfile", authority.RootFile)).Succeeded();
    }

    [Fact]
    public async Task Openssl_reads_our_refusals()
    {
        await using var server = await ServeAsync();
        await File.WriteAllTextAsync(At("document"), Document, Cancellation);
        (await OpenSslAsync("ts", "-query", "-data", At("document"), "-sha1", "-out", At("query.tsq"))).Succeeded();
        await File.WriteAllBytesAsync(At("reply.tsr"), await PostAsync(server, At("query.tsq")), Cancellation);

        var text = (await OpenSslAsync("ts", "-reply", "-in", At("reply.tsr"), "-text")).Output;

        Assert.Contains("Status: Rejected.", text, StringComparison.Ordinal);
        Assert.Contains("unrecognized or unsupported algorithm identifier", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_for_their_owner_alone_and_no_file_is_written_over()
    {
        await RunAsync(0, "ca", "init", "--out", At("ca"), "--name", "Example Ltd");

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(At("ca/root.key")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(At("ca/tsa.key")));
        (await OpenSslAsync("verify", "-CAfile", At("ca/root.pem"), "-purpose", "timestampsign", "-x509_strict", At("ca/tsa.pem"))).Succeeded();
        File.Delete(At("ca/tsa.key"));
        Assert.Contains("root.key: is there already", (await RunAsync(2, "ca", "init", "--out", At("ca"), "--name", "Example Ltd")).Error, StringComparison.Ordinal);
        Assert.False(File.Exists(At("ca/tsa.key")));
        await RunAsync(2, "ca", "init", "--out", At("other"), "--name", new string('x', 41));
        await RunAsync(2, "serve", "--data", At("data"), "--tsa-key", At("ca/tsa.key"));
    }

    private static Task<ToolResult> OpenSslAsync(params string[] arguments) => ExternalTool.RunAsync("openssl", arguments);

    private TimestampRoots Roots() => TimestampRoots.Parse(File.ReadAllText(At("ca/root.pem")));

    private async Task<NotaryProcess> ServeAsync()
    {
        await RunAsync(0, "ca", "init", "--out", At("ca"), "--name", "Example Ltd");
        var server = NotaryProcess.Start(
            "serve", "--data", At("data"), "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0", "--tsa-certificate", At("ca/tsa.pem"), "--tsa-key", At("ca/tsa.key"));
        await server.FieldAsync("ready");
        return server;
    }

    private static async Task<byte[]> PostAsync(NotaryProcess server, string query)
    {
        using var http = new HttpClient();
        using var content = new ByteArrayContent(await File.ReadAllBytesAsync(query, Cancellation));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
        using var response = await http.PostAsync(new Uri(await server.FieldAsync("tsa")), content, Cancellation);
        return await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(Cancellation);
    }

    private static async Task<string> GetAsync(NotaryProcess server, string path)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri(await server.FieldAsync("web") + path), Cancellation);
    }
}
