using System.Net;
using Notary.Core;
using Notary.Documents;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

/// <summary><c>notary upgrade</c>: evidence that gains independent times after the deposit, from servers honest and not.</summary>
public sealed class UpgradeTests : CliTest, IAsyncLifetime
{
    private OpenSslAuthority authority = null!;
    private TestTimestampServer tsa = null!;
    private NotaryProcess server = null!;
    private string address = "";

    public async ValueTask InitializeAsync()
    {
        authority = await OpenSslAuthority.CreateAsync(At("openssl"));
        tsa = await TestTimestampServer.StartAsync(authority.ReplyAsync);
        server = NotaryProcess.Start(
            "serve", "--data", At("data"), "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0",
            "--outside-tsa", $"{tsa.Address}={authority.RootFile}", "--stamp-every", "1s");
        address = await server.FieldAsync("grpc");
        await server.FieldAsync("ready");
        Write("designs/rotor.step", "designs/blade.step");
        await RunAsync(0, "deposit", At("designs"), "--server", address, "--out", At("out"));
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await tsa.DisposeAsync();
        Dispose();
    }

    private string Package => At("out/designs.evidence.zip");

    [Fact]
    public async Task What_arrived_goes_into_the_evidence_and_dates_it_for_everybody()
    {
        await StampedAsync();
        var before = ReadEvidence(Package);

        var upgraded = await RunAsync(0, "upgrade", Package, "--server", address, "--tsa-roots", authority.RootFile);
        var again = await RunAsync(0, "upgrade", Package, "--server", address);
        var verified = await RunAsync(0, "verify", Package, At("designs"), "--trust", At("out/trust"), "--tsa-roots", authority.RootFile);

        Assert.Contains("by OpenSSL time-stamping\n", upgraded.Output, StringComparison.Ordinal);
        Assert.Contains("no new time-stamp; 1 time-stamp in it", again.Output, StringComparison.Ordinal);
        Assert.Contains("according to OpenSSL time-stamping.", verified.Output, StringComparison.Ordinal);
        Assert.Matches("PASS +time ", verified.Output);
        var after = ReadEvidence(Package);
        Assert.Equal(before.Certificate, after.Certificate with { Timestamps = [] });
        Assert.Equal((before.Seed, before.Manifest!.ToText()), (after.Seed, after.Manifest!.ToText()));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(Package));
        Assert.Equal([Package, At("out/trust")], Directory.GetFiles(At("out")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_page_counts_the_witnesses_of_the_trust_file_beside_it()
    {
        await StampedAsync();
        var witness = new TestWitness("witness.example/w").Verifier;
        File.WriteAllText(At("out/trust"), File.ReadAllText(At("out/trust")).Replace("quorum none\n", $"witness w {witness}\nquorum none\n", StringComparison.Ordinal));

        await RunAsync(0, "upgrade", Package, "--server", address);

        var evidence = ReadEvidence(Package);
        var counted = CertificatePage.Secrecy(evidence.Certificate, TrustPolicy.Parse(File.ReadAllText(At("out/trust"))));
        Assert.NotEqual(CertificatePage.Secrecy(evidence.Certificate), counted);
        Assert.Equal(counted, evidence.Pages.Single().Content.ToArray());
    }

    [Fact]
    public async Task Openssl_checks_the_package_without_us()
    {
        await StampedAsync();
        await RunAsync(0, "upgrade", Package, "--server", address);
        (await ExternalTool.RunAsync("unzip", ["-q", Package, "-d", At("unpacked")])).Succeeded();

        (await ExternalTool.RunAsync("openssl", [
            "ts", "-verify", "-in", At("unpacked/timestamps/0.tsr"), "-data", At("unpacked/timestamps/0.checkpoint.txt"), "-CAfile", authority.RootFile])).Succeeded();
        var wrong = await ExternalTool.RunAsync("openssl", [
            "ts", "-verify", "-in", At("unpacked/timestamps/0.tsr"), "-data", At("unpacked/statement.txt"), "-CAfile", authority.RootFile]);
        Assert.NotEqual(0, wrong.ExitCode);
    }

    [Fact]
    public async Task A_certificate_alone_stays_one_and_strangers_files_are_not_thrown_away()
    {
        await StampedAsync();
        await File.WriteAllBytesAsync(At("certificate.json"), ReadEvidence(Package).Certificate.ToJson(), Cancellation);
        await RunAsync(0, "upgrade", At("certificate.json"), "--server", address, "--tsa-roots", authority.RootFile);
        Assert.Single(Certificate.Parse(await File.ReadAllBytesAsync(At("certificate.json"), Cancellation)).Timestamps);

        var planted = ZipBuilder.Build([.. ZipBuilder.Entries(EvidenceSamples.Pack(ReadEvidence(Package))).Append(("note.txt", "mine"u8.ToArray())).Select(file => BuiltEntry.Stored(file.Item1, file.Item2))]);
        await File.WriteAllBytesAsync(At("planted.zip"), planted, Cancellation);
        var refused = await RunAsync(2, "upgrade", At("planted.zip"), "--server", address);
        Assert.Contains("'note.txt'", refused.Error, StringComparison.Ordinal);
        Assert.Equal(planted, await File.ReadAllBytesAsync(At("planted.zip"), Cancellation));
    }

    [Fact]
    public async Task Another_ledger_and_no_ledger_change_nothing()
    {
        var bytes = await File.ReadAllBytesAsync(Package, Cancellation);
        await using (var other = await NotaryServer.StartAsync(RunningServer.Options(At("other")), Cancellation))
        {
            var refused = await RunAsync(4, "upgrade", Package, "--server", other.GrpcAddress.GetLeftPart(UriPartial.Authority));
            Assert.Contains("no deposit of this uuid", refused.Error, StringComparison.Ordinal);
        }

        await RunAsync(4, "upgrade", Package, "--server", "http://127.0.0.1:9");
        await RunAsync(2, "upgrade", Package, "--server", address, "--tsa-roots", At("out/trust"));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Package, Cancellation));
    }

    [Fact]
    public async Task Health_tells_of_an_authority_that_fails_and_deposits_go_on()
    {
        await StampedAsync();
        tsa.Misbehave = context =>
        {
            context.Response.StatusCode = (int)HttpStatusCode.ServiceUnavailable;
            return Task.CompletedTask;
        };
        Write("more/one");
        await RunAsync(0, "deposit", At("more"), "--server", address, "--out", At("out2"));
        using var http = new HttpClient();
        var web = await server.FieldAsync("web");
        await UntilAsync(async () => (await http.GetStringAsync(new Uri(web + "/readyz"), Cancellation)).Contains("\"status\":\"failing\"", StringComparison.Ordinal));

        var health = await http.GetStringAsync(new Uri(web + "/readyz"), Cancellation);
        Assert.Contains("\"status\":\"issuing\"", health, StringComparison.Ordinal);
        Assert.Contains("it answered HTTP 503", health, StringComparison.Ordinal);
        tsa.Misbehave = null;
        await UntilAsync(async () => (await http.GetStringAsync(new Uri(web + "/readyz"), Cancellation)).Contains("\"status\":\"good\"", StringComparison.Ordinal));
    }

    /// <summary>Until the server has a token over the deposit.</summary>
    private Task StampedAsync() => UntilAsync(async () =>
    {
        using var http = new HttpClient();
        return (await http.GetStringAsync(new Uri(await server.FieldAsync("web") + "/healthz"), Cancellation)).Contains("\"stamped\":2", StringComparison.Ordinal);
    });

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await isSo())
            await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
    }
}
