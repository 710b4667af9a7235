using System.Net.Http.Headers;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Cli;

/// <summary><c>notary serve --ntp</c> as a process: what it says of its clock, and what becomes of a ledger that records it.</summary>
public sealed class ServeClockTests : CliTest, IAsyncDisposable
{
    private readonly List<TestNtpServer> sources = [.. Enumerable.Range(0, 3).Select(_ => new TestNtpServer(() => TimeProvider.System.GetUtcNow()))];
    private readonly HttpClient http = new();

    public async ValueTask DisposeAsync()
    {
        foreach (var source in sources)
            await source.DisposeAsync();
        http.Dispose();
        Dispose();
    }

    [Fact]
    public async Task Nothing_is_issued_while_most_sources_deny_the_clock_and_the_ledger_tells_of_it_ever_after()
    {
        await RunAsync(0, "ca", "init", "--out", At("ca"), "--name", "Example Ltd");
        Lie(TimeSpan.FromSeconds(5));
        var refused = await NotaryProcess.RunAsync(Arguments());
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("error: a new ledger begins with a time, and its time sources do not confirm this machine's clock", refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(At("data/ledger.db")));

        Lie(TimeSpan.Zero);
        await using (var server = NotaryProcess.Start(Arguments()))
        {
            Assert.Matches("^[0-9]{1,3} ms \\(limit 1000 ms\\): 3 of 3 time sources agree, 2 must$", await server.FieldAsync("accuracy"));
            await server.FieldAsync("ready");
            await RunAsync(0, "deposit", Write("design"), "--server", await server.FieldAsync("grpc"), "--out", At("out"));
            Assert.InRange(Statement.Parse(ReadEvidence(EvidenceIn("out").Single()).Certificate.Statement).AccuracyMilliseconds!.Value, 1UL, 999UL);
            await StateAsync(server, "state synchronised");

            Lie(TimeSpan.FromSeconds(-5));
            await StateAsync(server, "state degraded");
            var error = await Assert.ThrowsAsync<RpcException>(() => DepositAsync(server));
            Assert.Equal(StatusCode.Unavailable, error.StatusCode);
            Assert.Matches("^the clock of this server may be off by [45]\\.[0-9] s, and beyond 1 s nothing is dated; ", error.Status.Detail);
            Assert.Equal((null, TimestampFailure.TimeNotAvailable), await StampAsync(server));
            await RunAsync(0, "fsck", "--data", At("data"));
            await server.KillAsync();
        }

        Lie(TimeSpan.Zero);
        await using (var server = NotaryProcess.Start(Arguments()))
        {
            await server.FieldAsync("ready");
            await DepositAsync(server);
            Assert.NotNull((await StampAsync(server)).Token);
            await StateAsync(server, "state synchronised", 2);
            await CopiesAsync(await server.FieldAsync("web"));
            Assert.Equal(0, await server.SignalAsync("TERM"));
        }

        await RestoredAsync();
    }

    [Fact]
    public async Task A_warning_that_cannot_be_written_stops_nothing()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full here");
        sources[0].Ahead = TimeSpan.FromSeconds(5);
        await RunAsync(0, "ca", "init", "--out", At("ca"), "--name", "Example Ltd");
        await using var server = NotaryProcess.StartWithErrorsTo("/dev/full", Arguments());
        Assert.Contains(": 2 of 3 time sources agree, 2 must; ", await server.FieldAsync("accuracy"), StringComparison.Ordinal);
        await DepositAsync(server);
    }

    [Fact]
    public async Task With_no_source_named_every_statement_says_that_its_accuracy_is_unknown()
    {
        await using var server = NotaryProcess.Start("serve", "--data", At("data"), "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0");
        Assert.StartsWith("unknown: nothing vouches for this machine's clock, and every statement says so", await server.FieldAsync("accuracy"), StringComparison.Ordinal);
        await server.FieldAsync("ready");
        Assert.Contains("\naccuracy unknown\n", (await DepositAsync(server)).Certificate.Statement.ToStringUtf8(), StringComparison.Ordinal);
        Assert.DoesNotContain("\"clock\"", await http.GetStringAsync(new Uri(await server.FieldAsync("web") + "/healthz"), Cancellation), StringComparison.Ordinal);
    }

    private void Lie(TimeSpan ahead) => (sources[0].Ahead, sources[1].Ahead) = (ahead, ahead);

    private string[] Arguments() =>
    [
        "serve", "--data", At("data"), "--store", "sqlite", "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0",
        .. sources.SelectMany(source => (string[])["--ntp", source.Source.ToString()]), "--ntp-every", "1s",
        "--tsa-certificate", At("ca/tsa.pem"), "--tsa-key", At("ca/tsa.key"),
    ];

    /// <summary>Copies that anybody makes of the public side, and what watches it: none minds the records, all hold them.</summary>
    private async Task CopiesAsync(string web)
    {
        await RunAsync(0, "export", At("web"), "--data", At("data"));
        await RunAsync(0, "mirror", web, At("copy"), "--trust", At("out/trust"), "--once");
        Assert.True(Count(File.ReadAllText(Directory.GetFiles(At("copy/tile/entries"), "*", SearchOption.AllDirectories).Single()), "notary.clock/v1\n") >= 3);
        Assert.Contains("of them read and checked", (await RunAsync(0, "monitor", web, "--trust", At("out/trust"), "--state", At("state"), "--max-age", "1h", "--certificate", EvidenceIn("out").Single())).Output, StringComparison.Ordinal);
        await RunAsync(0, "backup", "--data", At("data"), "--out", At("ledger.backup"));
    }

    private async Task RestoredAsync()
    {
        await RunAsync(0, "restore", At("ledger.backup"), "--data", At("restored"), "--key", At("data/ledger.key"));
        File.Copy(At("data.mark"), At("restored.mark"));
        await RunAsync(0, "recover", "--data", At("restored"), "--from", At("data"));
        await RunAsync(0, "fsck", "--data", At("restored"));
        await RunAsync(0, "fsck", "--data", At("data"));
        await RunAsync(0, "verify", EvidenceIn("out").Single(), At("design"), "--trust", At("out/trust"));
    }

    /// <summary>Waits until the ledger's public entries hold a text so often.</summary>
    private async Task StateAsync(NotaryProcess server, string text, int times = 1)
    {
        var web = await server.FieldAsync("web");
        await ClockedServer.UntilAsync(async () => Count(await EntriesAsync(web), text + "\n") >= times);
    }

    private async Task<string> EntriesAsync(string web)
    {
        var size = Checkpoint.Parse(SignedNote.Parse(await http.GetStringAsync(new Uri(web + "/checkpoint"), Cancellation)).Text).Size;
        return Encoding.UTF8.GetString(await http.GetByteArrayAsync(new Uri($"{web}/{new TileId(TileId.Entries, 0, (int)size)}"), Cancellation));
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private static async Task<Proto.DepositResponse> DepositAsync(NotaryProcess server)
    {
        using var channel = GrpcChannel.ForAddress(await server.FieldAsync("grpc"));
        var request = RunningServer.NewRequest(await server.FieldAsync("ledger"), 1);
        return await new Proto.Notary.NotaryClient(channel).DepositAsync(
            new Proto.DepositRequest { Request = ByteString.CopyFrom(RequestBytes.Create(request, null).Bytes.Span) }, cancellationToken: Cancellation);
    }

    private async Task<(ReadOnlyMemory<byte>? Token, TimestampFailure? Failure)> StampAsync(NotaryProcess server)
    {
        using var content = new ByteArrayContent(new TimestampQuery(MessageImprint.Of(Hash.Of([]))).ToDer()) { Headers = { ContentType = new MediaTypeHeaderValue("application/timestamp-query") } };
        using var answer = await http.PostAsync(new Uri(await server.FieldAsync("tsa")), content, Cancellation);
        var reply = TimestampReply.Parse(await answer.Content.ReadAsByteArrayAsync(Cancellation));
        return (reply.Token, reply.Failure);
    }
}
