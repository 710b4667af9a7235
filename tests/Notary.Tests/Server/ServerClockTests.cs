using System.Text;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>What callers of a whole server see of its clock: the bound in statements, refusals, and the records on the ledger.</summary>
public sealed class ServerClockTests : IAsyncDisposable
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Seldom = TimeSpan.FromHours(4);

    private readonly ClockedServer server = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_statement_and_a_token_say_how_far_their_time_may_be_off_and_it_is_no_farther()
    {
        server.Clock.Set(TimeSpan.FromMilliseconds(300));
        await server.StartAsync(Often);
        Assert.Matches("^[0-9]{3} ms \\(limit 1000 ms\\): 3 of 3 time sources agree, 2 must$", server.Server.Clock);

        var before = server.Clock.True;
        var statement = await server.DepositAsync();
        var token = await server.TokenAsync();
        var after = server.Clock.True;

        // The clock is 300 ms ahead: whoever says less lies.
        Assert.InRange(statement.AccuracyMilliseconds!.Value, 300UL, 999UL);
        var bound = TimeSpan.FromMilliseconds(statement.AccuracyMilliseconds.Value);
        Assert.InRange(statement.Received, before - bound, after + bound);
        Assert.InRange(token.Accuracy!.Value, TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(999));
        Assert.InRange(token.Time, before - token.Accuracy.Value, after + token.Accuracy.Value);
    }

    [Fact]
    public async Task A_step_backwards_refuses_everything_that_dates_and_ends_by_itself()
    {
        await server.StartAsync(Seldom);
        await server.DepositAsync();
        await server.RecordedAsync(ClockState.Synchronised);

        server.Clock.Set(TimeSpan.FromMilliseconds(-50));
        Assert.Matches(
            "^the clock of this server was set back by 0\\.0[45][0-9] s, and nothing is dated until its time sources have confirmed it; send the same bytes again later",
            await server.RefusedAsync("clock_set_back"));
        await server.RecordedAsync(ClockState.Synchronised, ClockState.Stepped);

        // After the pause that public servers demand they are asked again, and it goes on.
        server.Clock.Pass(TimeSpan.FromSeconds(16));
        await server.IssuingAsync();
        Assert.InRange((await server.DepositAsync()).AccuracyMilliseconds!.Value, 50UL, 999UL);
        await server.TokenAsync();
        await server.RecordedAsync(ClockState.Synchronised, ClockState.Stepped, ClockState.Synchronised);
    }

    [Fact]
    public async Task A_bound_over_a_second_refuses_everything_that_dates_and_ends_by_itself()
    {
        await server.StartAsync(Often);
        await server.DepositAsync();
        await server.RecordedAsync(ClockState.Synchronised);

        server.Sources[0].Ahead = server.Sources[1].Ahead = TimeSpan.FromSeconds(5);
        await ClockedServer.UntilAsync(async () => (await server.HealthAsync()).GetProperty("status").GetString() == "not issuing");
        Assert.Matches("^the clock of this server may be off by 5\\.[0-9] s, and beyond 1 s nothing is dated; ", await server.RefusedAsync("clock_uncertain"));
        var clock = (await server.HealthAsync()).GetProperty("clock");
        Assert.Equal("clock_uncertain", clock.GetProperty("status").GetString());
        Assert.InRange(clock.GetProperty("bound_ms").GetUInt64(), 4_000UL, 6_000UL);
        Assert.Equal("it disagrees with the majority", clock.GetProperty("sources")[2].GetProperty("reason").GetString());
        await server.RecordedAsync(ClockState.Synchronised, ClockState.Degraded);

        server.Sources[0].Ahead = server.Sources[1].Ahead = TimeSpan.Zero;
        await server.IssuingAsync();
        await server.DepositAsync();
        await server.RecordedAsync(ClockState.Synchronised, ClockState.Degraded, ClockState.Synchronised);
        Assert.InRange((await server.RecordsAsync())[1].BoundMilliseconds!.Value, 4_000UL, 6_000UL);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_a_day_ahead_does_not_take_the_ledger_there(bool isClock)
    {
        await server.StartAsync(Often);
        await server.DepositAsync();
        await server.RecordedAsync(ClockState.Synchronised);
        void Move(int days)
        {
            if (isClock)
                server.Clock.Set(TimeSpan.FromDays(days));
            else
                server.Sources[0].Ahead = server.Sources[1].Ahead += TimeSpan.FromDays(days);
        }

        Move(1);
        await server.RecordedAsync(ClockState.Synchronised, ClockState.Degraded);
        Assert.InRange((await server.RecordsAsync())[1].At, server.Clock.True.AddMinutes(-1), server.Clock.True);

        // A record of tomorrow would have every deposit wait for tomorrow.
        Move(-1);
        await server.IssuingAsync();
        await server.DepositAsync();
    }

    [Fact]
    public async Task A_ledger_that_starts_a_day_ahead_without_sources_is_not_taken_there_either()
    {
        await server.StartAsync(Often);
        await server.DepositAsync();
        await server.RecordedAsync(ClockState.Synchronised);
        await server.StopAsync();

        server.Clock.Set(TimeSpan.FromDays(1));
        foreach (var source in server.Sources)
            source.Lie = _ => [];
        await server.StartAsync(Often);
        Assert.StartsWith("unknown, so nothing is issued: 0 of 3 time sources agree, 2 must; 127.0.0.1:", server.Server.Clock, StringComparison.Ordinal);
        Assert.StartsWith("the time sources of this server have not confirmed its clock yet", await server.RefusedAsync("clock_uncertain"), StringComparison.Ordinal);
        await server.RecordedAsync(ClockState.Synchronised, ClockState.Degraded);
        Assert.Null((await server.RecordsAsync())[1].BoundMilliseconds);

        server.Clock.Set(TimeSpan.FromDays(-1));
        foreach (var source in server.Sources)
            source.Lie = null;
        await server.IssuingAsync();
        await server.DepositAsync();
    }

    [Fact]
    public async Task The_clock_is_recorded_once_an_hour_with_the_hash_of_what_the_sources_said()
    {
        await server.StartAsync(TimeSpan.FromSeconds(64));
        await server.RecordedAsync(ClockState.Synchronised);
        for (var third = 0; third < 3; third++)
        {
            // Without an answer for 20 minutes the bound is still good.
            var asked = server.Sources[0].Asked;
            server.Clock.Pass(TimeSpan.FromMinutes(20));
            await ClockedServer.UntilAsync(() => Task.FromResult(server.Sources.All(source => source.Asked > asked)));
        }

        await server.RecordedAsync(ClockState.Synchronised, ClockState.Synchronised);
        var records = await server.RecordsAsync();
        Assert.InRange(records[1].At - records[0].At, TimeSpan.FromHours(1), TimeSpan.FromMinutes(61));
        Assert.All(records, record => Assert.InRange(record.BoundMilliseconds!.Value, 1UL, 999UL));
        await server.StopAsync();

        var logs = Logs();
        Assert.Equal(records.Select(record => record.Log), logs.Select(log => Hash.Of(log)));
        var second = Encoding.UTF8.GetString(logs[1]);
        Assert.StartsWith($"notary.clock-log/v1\nledger {server.Server.Origin}\n", second, StringComparison.Ordinal);
        // The record may come before the last of the three rounds.
        Assert.InRange(System.Text.RegularExpressions.Regex.Count(second, "Z agreed -?[0-9]+ to -?[0-9]+ ms\n"), 2, 3);
        Assert.All(server.Sources, source => Assert.InRange(System.Text.RegularExpressions.Regex.Count(second, $"Z {source.Source} -?[0-9]+ to -?[0-9]+ ms\n"), 2, 3));
        Assert.Empty(Fsck.Run(server.Data, null, null, Cancellation).Findings);
    }

    [Fact]
    public async Task A_fault_of_the_program_is_one_round_without_answers()
    {
        await server.StartAsync(Seldom);
        server.Random.Fails = true;
        server.Clock.Set(TimeSpan.FromMilliseconds(-50));
        server.Clock.Pass(TimeSpan.FromSeconds(16));
        await ClockedServer.UntilAsync(async () => (await server.HealthAsync()).GetProperty("clock").GetProperty("sources").EnumerateArray()
            .All(source => source.GetProperty("failures").GetInt32() > 0));
        var told = (await server.HealthAsync()).GetProperty("clock").GetProperty("sources")[0].GetProperty("reason").GetString();
        Assert.Equal("a fault of this server kept it from being of use (CryptographicException)", told);

        server.Random.Fails = false;
        server.Clock.Pass(TimeSpan.FromSeconds(16));
        await server.IssuingAsync();
        await server.DepositAsync();
    }

    private List<byte[]> Logs()
    {
        using var store = LedgerStores.OpenReadOnly(new DataFolder(server.Data, null).Database);
        return [.. store.ReadEntries(0, 100, withRecords: true).Where(entry => Entry.IsClockRecord(entry.Entry.Span)).Select(entry => entry.Request.ToArray())];
    }
}
