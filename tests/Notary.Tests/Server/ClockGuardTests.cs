using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>Time sources that tell the truth, lie, and keep silent: what the guard makes of the clock.</summary>
public sealed class ClockGuardTests : IAsyncLifetime
{
    private readonly SettableClock clock = new();
    private readonly FailingRandom random = new();
    private readonly List<TestNtpServer> servers = [];
    private ClockGuard? guard;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (guard is not null)
            await guard.DisposeAsync();
        foreach (var server in servers)
            await server.DisposeAsync();
        random.Dispose();
    }

    [Fact]
    public async Task Before_the_first_answer_nothing_is_dated_and_then_the_bound_is_small()
    {
        var release = new TaskCompletionSource();
        var early = Serve(1)[0];
        early.Lie = answer => release.Task.IsCompleted ? answer : null;
        Start();
        Assert.Equal(LedgerState.ClockUncertain, guard!.Read().Refusal!.State);
        Assert.Contains("have not confirmed its clock yet", guard.Read().Refusal!.Reason, StringComparison.Ordinal);
        release.SetResult();

        await UntilAsync(() => guard.Read().Refusal is null);

        Assert.InRange(guard.Read().Accuracy!.Value, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(900));
        Assert.InRange(guard.Standing.Offset!.Value.Duration(), TimeSpan.Zero, guard.Read().Accuracy!.Value);
    }

    [Fact]
    public async Task A_query_says_nothing_of_this_machine()
    {
        var server = Serve(1)[0];
        Start();
        await guard!.FirstRound.WaitAsync(Cancellation);
        var first = server.Query;
        await UntilAsync(() => server.Asked > 1);

        Assert.Equal(48, first.Length);
        Assert.Equal(0x23, first[0]);
        Assert.All(first[1..40], value => Assert.Equal(0, value));
        Assert.NotEqual(first[40..], server.Query[40..]);
    }

    [Fact]
    public async Task One_liar_among_three_is_outvoted_and_named()
    {
        var three = Serve(3);
        three[1].Ahead = TimeSpan.FromSeconds(5);
        Start();
        await guard!.FirstRound.WaitAsync(Cancellation);

        Assert.Null(guard.Read().Refusal);
        Assert.Equal([null, "it disagrees with the majority", null], guard.Standing.Sources.Select(source => source.Problem));
    }

    [Fact]
    public async Task Two_liars_of_one_mind_stop_the_issuing_and_two_of_two_minds_bring_no_majority()
    {
        var three = Serve(3);
        three[0].Ahead = three[1].Ahead = TimeSpan.FromSeconds(5);
        Start();
        await guard!.FirstRound.WaitAsync(Cancellation);
        Assert.Equal(LedgerState.ClockUncertain, guard.Read().Refusal!.State);
        Assert.Matches("^the clock of this server may be off by 5\\.[0-9] s, and beyond 1 s nothing is dated; ", guard.Read().Refusal!.Reason);

        three[1].Ahead = TimeSpan.FromSeconds(-5);
        await UntilAsync(() => guard.Standing.Sources.All(source => source.Problem == "no majority agrees with it"));
        three[0].Ahead = TimeSpan.Zero;
        await UntilAsync(() => guard.Read().Refusal is null);
    }

    [Fact]
    public async Task Two_silent_sources_of_three_leave_the_word_to_nobody()
    {
        var three = Serve(3);
        three[0].Lie = three[1].Lie = _ => [];
        Start();
        await guard!.FirstRound.WaitAsync(Cancellation);

        Assert.NotNull(guard.Read().Refusal);
        Assert.Equal(2, guard.Standing.Quorum);
        Assert.Equal("it gave no answer within 2 s", guard.Standing.Sources[0].Problem);
    }

    [Fact]
    public async Task An_answer_that_tells_no_time_is_no_answer()
    {
        (string What, Func<byte[], byte[]?> Lie, string Problem)[] useless =
        [
            ("another origin", Edited(24, 0xFF), "it gave no answer within 2 s"),
            ("another mode", Edited(0, 4 << 3 | 3), "it gave no answer within 2 s"),
            ("47 bytes", answer => answer[..47], "it gave no answer within 2 s"),
            ("silence", _ => null, "it gave no answer within 2 s"),
            ("leap unsynchronised", Edited(0, 3 << 6 | 4 << 3 | 4), "it is not synchronised itself"),
            ("stratum 16", Edited(1, 16), "it is not synchronised itself"),
            ("stratum 255", Edited(1, 255), "it is not synchronised itself"),
            ("a kiss of death", Kiss("DENY"), "it does not want to be asked (DENY)"),
            ("a kiss that is no text", Kiss("\u0001\n\n\n"), "it does not want to be asked (no code)"),
            ("no transmit time", Edited(40, new byte[8]), "it gives no time"),
            ("no receive time", Edited(32, new byte[8]), "it gives no time"),
            ("root dispersion of 2 s", Edited(8, 0, 2, 0, 0), "it may itself be off by 2.0 s (limit 1 s)"),
            ("root delay of 65535 s", Edited(4, 0xFF, 0xFF, 0xFF, 0xFF), "it may itself be off by 32768.0 s (limit 1 s)"),
            ("precision of 2^127 s", Edited(3, 127), "it may itself be off by 16.0 s (limit 1 s)"),
            ("held for an hour", answer => Moved(answer, TimeSpan.FromHours(1)), "it says that it held the query for longer than the answer took, or for less than nothing"),
            ("sent before it came", answer => Moved(answer, TimeSpan.FromMilliseconds(-50)), "it says that it held the query for longer than the answer took, or for less than nothing"),
        ];
        Serve(useless.Length);
        for (var i = 0; i < useless.Length; i++)
            servers[i].Lie = useless[i].Lie;
        Start(TimeSpan.FromHours(1));
        await guard!.FirstRound.WaitAsync(Cancellation);

        Assert.Equal(useless.Select(one => $"{one.What}: {one.Problem}"), guard.Standing.Sources.Zip(useless, (source, one) => $"{one.What}: {source.Problem}"));
        Assert.NotNull(guard.Read().Refusal);
    }

    [Fact]
    public async Task A_forged_answer_is_waited_past()
    {
        var server = Serve(1)[0];
        var forged = 0;
        server.Lie = answer => forged++ == 0 ? Edited(24, 0xFF)(answer) : answer;
        Start();
        await UntilAsync(() => guard!.Read().Refusal is null);
        Assert.True(server.Asked > 1);
    }

    [Fact]
    public async Task A_source_that_asks_for_fewer_questions_gets_fewer_and_one_that_forbids_them_none()
    {
        var servers = Serve(3);
        servers[0].Lie = Kiss("RATE");
        servers[1].Lie = Kiss("DENY");
        Start(TimeSpan.FromMilliseconds(20));
        await UntilAsync(() => servers[2].Asked > 20);

        Assert.InRange(servers[0].Asked, 2, 6);
        Assert.Equal(1, servers[1].Asked);
        clock.Pass(TimeSpan.FromDays(1));
        await UntilAsync(() => servers[1].Asked == 2);
    }

    [Fact]
    public async Task One_server_under_two_names_has_one_vote()
    {
        var server = Serve(1)[0];
        Start(TimeSpan.FromHours(1), [server.Source, server.Source with { Host = "localhost" }]);
        await guard!.FirstRound.WaitAsync(Cancellation);

        Assert.NotNull(guard.Read().Refusal);
        Assert.Contains(guard.Standing.Sources, source => source.Problem == "it is the same server as another source" || source.Problem!.StartsWith("it cannot be reached", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_clock_that_is_set_back_is_seen_between_two_rounds()
    {
        Serve(3);
        Start(TimeSpan.FromHours(1));
        await guard!.FirstRound.WaitAsync(Cancellation);
        Assert.Null(guard.Read().Refusal);

        clock.Set(TimeSpan.FromMilliseconds(-50));
        Assert.Equal(LedgerState.ClockSetBack, guard.Read().Refusal!.State);
        Assert.Matches("^the clock of this server was set back by 0\\.0[45][0-9] s, and nothing is dated until its time sources have confirmed it; ", guard.Read().Refusal!.Reason);

        // After a pause that public servers demand the sources are asked again, and it goes on.
        clock.Pass(TimeSpan.FromSeconds(16));
        await UntilAsync(() => guard.Read().Refusal is null);
        Assert.InRange(guard.Read().Accuracy!.Value, TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(950));
    }

    [Fact]
    public async Task A_clock_that_is_set_forward_is_as_wrong_as_it_was_set()
    {
        Serve(3);
        Start(TimeSpan.FromHours(1));
        await guard!.FirstRound.WaitAsync(Cancellation);

        clock.Set(TimeSpan.FromMilliseconds(1_500));
        Assert.Equal(LedgerState.ClockUncertain, guard.Read().Refusal!.State);
        Assert.InRange(guard.Read().Accuracy!.Value.TotalSeconds, 1.5, 2.4);
        clock.Set(TimeSpan.FromMilliseconds(-1_500));
        Assert.Null(guard.Read().Refusal);
    }

    [Fact]
    public async Task Without_sources_the_bound_grows_by_the_second_until_nothing_is_issued()
    {
        var three = Serve(3);
        Start(TimeSpan.FromSeconds(64));
        await guard!.FirstRound.WaitAsync(Cancellation);
        var before = guard.Read().Accuracy!.Value;
        foreach (var server in three)
            server.Lie = _ => null;

        clock.Pass(TimeSpan.FromMinutes(10));
        Assert.InRange(guard.Read().Accuracy!.Value - before, TimeSpan.FromMilliseconds(298), TimeSpan.FromMilliseconds(312));
        Assert.Null(guard.Read().Refusal);
        await UntilAsync(() => guard.Standing.Sources.All(source => source.Failures > 0));
        Assert.Null(guard.Read().Refusal);
        clock.Pass(TimeSpan.FromMinutes(24));
        Assert.Equal(LedgerState.ClockUncertain, guard.Read().Refusal!.State);

        foreach (var server in three)
            server.Lie = null;
        await UntilAsync(() => guard.Read().Refusal is null);
    }

    [Fact]
    public async Task A_fault_of_the_program_is_a_round_without_answers_and_not_the_last_one()
    {
        Serve(3);
        random.Fails = true;
        Start();
        await guard!.FirstRound.WaitAsync(Cancellation);
        Assert.NotNull(guard.Read().Refusal);
        Assert.All(guard.Standing.Sources, source => Assert.Equal("a fault of this server kept it from being of use (CryptographicException)", source.Problem));

        random.Fails = false;
        await UntilAsync(() => guard.Read().Refusal is null && guard.Standing.Sources.All(source => source.Failures == 0));
        random.Fails = true;
        await UntilAsync(() => guard.Standing.Sources.All(source => source.Failures > 1));
        Assert.Null(guard.Read().Refusal);
        clock.Pass(TimeSpan.FromMinutes(40));
        Assert.Equal(LedgerState.ClockUncertain, guard.Read().Refusal!.State);
    }

    [Theory]
    [InlineData("2036-02-07T06:28:15.900Z"), InlineData("2036-02-07T06:28:16.001Z"), InlineData("2040-01-01T00:00:00.000Z"), InlineData("2026-11-22T03:10:11.123Z")]
    public void Seconds_that_begin_again_in_2036_are_told_from_those_of_1900(string text)
    {
        var time = DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
        var query = new byte[NtpPacket.Size];
        NtpPacket.WriteQuery(query, 7);

        var truth = NtpPacket.Read(TestNtpServer.Answer(query, time, time), TimeSpan.FromMilliseconds(10));

        Assert.InRange(truth.Earliest, time.AddMilliseconds(-1.1), time.AddMilliseconds(-0.9));
        Assert.InRange(truth.Latest, time.AddMilliseconds(10.9), time.AddMilliseconds(11.1));
    }

    [Fact]
    public async Task A_server_whose_clock_crosses_2036_goes_on()
    {
        clock.Pass(new DateTimeOffset(2036, 2, 7, 6, 28, 15, 500, TimeSpan.Zero) - clock.True);
        Serve(3);
        Start(TimeSpan.FromMilliseconds(100));
        await UntilAsync(() => clock.True > new DateTimeOffset(2036, 2, 7, 6, 28, 17, TimeSpan.Zero));
        await UntilAsync(() => guard!.Read().Refusal is null && guard.Standing.Sources.All(source => source.Failures == 0));
    }

    [Fact]
    public void Whatever_bytes_come_the_packet_reader_ends_in_a_time_or_a_reason()
    {
        var seeded = new Random(Seeds.New());
        var packet = new byte[NtpPacket.Size];
        for (var i = 0; i < 200_000; i++)
        {
            seeded.NextBytes(packet);
            packet[1] = (byte)(packet[1] & 15);
            try
            {
                var truth = NtpPacket.Read(packet, TimeSpan.FromMilliseconds(seeded.Next(3_000)));
                Assert.True(truth.Earliest <= truth.Latest);
            }
            catch (NtpException)
            {
                // A reason.
            }
        }
    }

    [Fact]
    public async Task A_reading_costs_a_batch_no_allocation()
    {
        Serve(3);
        Start(TimeSpan.FromHours(1));
        await guard!.FirstRound.WaitAsync(Cancellation);
        guard.Read();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            Assert.True(guard.Read().Refusal is null);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200);
    }

    [Theory]
    [InlineData("ntp.example.org", "ntp.example.org"), InlineData("ntp.example.org:1123", "ntp.example.org:1123"), InlineData("192.0.2.1:123", "192.0.2.1"),
     InlineData("2001:db8::1", "2001:db8::1"), InlineData("[2001:db8::1]:1123", "[2001:db8::1]:1123"), InlineData("", null), InlineData("a b", null),
     InlineData("host:0", null), InlineData("host:65536", null), InlineData("host:x", null), InlineData("https://host", null)]
    public void A_source_is_a_host_and_perhaps_a_port(string text, string? read) => Assert.Equal(read, NtpServer.Parse(text)?.ToString());

    private static Func<byte[], byte[]> Kiss(string code) => answer => Edited(12, System.Text.Encoding.ASCII.GetBytes(code))(Edited(1, 0)(answer));

    private static Func<byte[], byte[]> Edited(int at, params byte[] bytes) => answer =>
    {
        bytes.CopyTo(answer, at);
        return answer;
    };

    private static byte[] Moved(byte[] answer, TimeSpan by)
    {
        var seconds = BinaryPrimitives.ReadUInt64BigEndian(answer.AsSpan(32)) / 4294967296.0 + by.TotalSeconds;
        BinaryPrimitives.WriteUInt64BigEndian(answer.AsSpan(40), (ulong)(seconds * 4294967296.0));
        return answer;
    }

    private List<TestNtpServer> Serve(int count)
    {
        servers.AddRange(Enumerable.Range(0, count).Select(_ => new TestNtpServer(() => clock.True)));
        return servers;
    }

    private void Start(TimeSpan? interval = null, IReadOnlyList<NtpServer>? sources = null) => guard = ClockGuard.Start(
        sources ?? [.. servers.Select(server => server.Source)], interval ?? TimeSpan.FromMilliseconds(50), clock, random, NullLogger.Instance);

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!isSo())
            await Task.Delay(10, limit.Token);
    }
}
