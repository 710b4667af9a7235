using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Notary.Core;
using Notary.Faults;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>Our clock guard beside other people's time: Debian's chronyd tells it, and libfaketime sets a server's clock wrong.</summary>
public sealed class NtpJudgeTests : CliTest, IAsyncDisposable
{
    private readonly List<ChronyServer> chronies = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var chrony in chronies)
            await chrony.DisposeAsync();
        Dispose();
    }

    [Fact]
    public async Task Our_guard_takes_the_time_from_chronyd()
    {
        var sources = StartChronies();
        using var random = RandomNumberGenerator.Create();
        await using var guard = ClockGuard.Start(sources, TimeSpan.FromMilliseconds(200), TimeProvider.System, random, NullLogger.Instance);
        await ClockedServer.UntilAsync(() => Task.FromResult(guard.Read().Refusal is null && guard.Standing.Sources.All(source => source.Failures == 0)));

        // They have the same clock as we.
        var standing = guard.Standing;
        Assert.InRange(standing.Reading.Accuracy!.Value, TimeSpan.FromTicks(1), TimeSpan.FromMilliseconds(900));
        Assert.InRange(standing.Offset!.Value.Duration(), TimeSpan.Zero, standing.Reading.Accuracy.Value);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(-5)]
    public async Task Chronyd_takes_the_time_from_the_tests_own_server_which_lies_on_command(int ahead)
    {
        await using var server = new TestNtpServer(() => TimeProvider.System.GetUtcNow()) { Ahead = TimeSpan.FromSeconds(ahead) };

        var said = await ChronyServer.AskAsync(At(""), server.Source);

        var seconds = System.Text.RegularExpressions.Regex.Match(said, "System clock wrong by (-?[0-9.]+) seconds").Groups[1].Value;
        Assert.InRange(double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture), ahead - 0.5, ahead + 0.5);
    }

    [Fact]
    public async Task A_clock_that_is_wrong_beside_right_sources_dates_nothing_until_it_is_set()
    {
        ExternalTool.Require("faketime");
        var sources = StartChronies();
        using var http = new HttpClient();
        await SetAsync("+0.3");
        await using (var server = Serve(sources))
        {
            var web = await server.FieldAsync("web");
            await server.FieldAsync("ready");
            // 300 ms ahead of what chronyd tells, and it says so.
            Assert.InRange(await DepositAsync(server, "one"), 300UL, 999UL);
            Assert.InRange((await ClockAsync(http, web)).GetProperty("ahead_ms").GetDouble(), 100, 500);

            await SetAsync("+3");
            await UntilAsync(http, web, "clock_uncertain");
            Assert.InRange((await ClockAsync(http, web)).GetProperty("ahead_ms").GetDouble(), 2_500, 3_500);
            await SetAsync("+0.2");
            await UntilAsync(http, web, "good");
            Assert.InRange(await DepositAsync(server, "two"), 200UL, 999UL);
            await server.KillAsync();
        }

        // A new start with a clock that is wrong: what is there is served, and nothing is issued until it is set right.
        await SetAsync("-1h");
        await using (var server = Serve(sources))
        {
            var web = await server.FieldAsync("web");
            Assert.Contains("so nothing is issued: 3 of 3 time sources agree, 2 must", await server.FieldAsync("accuracy"), StringComparison.Ordinal);
            await UntilAsync(http, web, "clock_uncertain");
            await SetAsync("+0");
            await UntilAsync(http, web, "good");
            Assert.InRange(await DepositAsync(server, "three"), 0UL, 999UL);
        }

        await RunAsync(0, "fsck", "--data", At("data"));
    }

    private IReadOnlyList<NtpServer> StartChronies()
    {
        chronies.AddRange(Enumerable.Range(0, 3).Select(_ => ChronyServer.Start(At(""))));
        return [.. chronies.Select(chrony => chrony.Source)];
    }

    private Task SetAsync(string offset) => File.WriteAllTextAsync(At("offset"), offset + "\n", Cancellation);

    private NotaryProcess Serve(IEnumerable<NtpServer> sources) => NotaryProcess.StartIn(
        FakeTime(),
        ["serve", "--data", At("data"), "--store", "sqlite", "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0", "--ntp-every", "1s", .. sources.SelectMany(source => (string[])["--ntp", source.ToString()])]);

    private IReadOnlyDictionary<string, string?> FakeTime()
    {
        try
        {
            return ClockRun.FakeTime(At("offset"));
        }
        catch (CannotRunException e)
        {
            return ExternalTool.Missing<IReadOnlyDictionary<string, string?>>(e.Message);
        }
    }

    /// <summary>The accuracy that the deposit's statement has.</summary>
    private async Task<ulong> DepositAsync(NotaryProcess server, string name)
    {
        await RunAsync(0, "deposit", Write(name), "--server", await server.FieldAsync("grpc"), "--out", At("out"));
        return Statement.Parse(ReadEvidence(At($"out/{name}.evidence.zip")).Certificate.Statement).AccuracyMilliseconds!.Value;
    }

    private static Task UntilAsync(HttpClient http, string web, string status) =>
        ClockedServer.UntilAsync(async () => (await ClockAsync(http, web)).GetProperty("status").GetString() == status);

    private static async Task<JsonElement> ClockAsync(HttpClient http, string web)
    {
        using var health = JsonDocument.Parse(await http.GetStringAsync(new Uri(web + "/healthz"), Cancellation));
        return health.RootElement.GetProperty("clock").Clone();
    }
}
