using System.Net;
using Notary.Server;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>Limits by time that is given, not waited for.</summary>
public sealed class ThrottleTests
{
    private readonly Clock clock = new();

    [Fact]
    public void A_bucket_holds_two_seconds_and_tells_when_the_next_token_comes()
    {
        var bucket = new TokenBucket(clock);
        bucket.Limit(10);
        for (var i = 0; i < 20; i++)
            Assert.Equal(TimeSpan.Zero, bucket.Take());
        Assert.InRange(bucket.Take(), TimeSpan.FromMilliseconds(99), TimeSpan.FromMilliseconds(101));
        clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(TimeSpan.Zero, bucket.Take());
        Assert.NotEqual(TimeSpan.Zero, bucket.Take());
        // The same limit again fills nothing; a year fills no more than two seconds.
        bucket.Limit(10);
        Assert.NotEqual(TimeSpan.Zero, bucket.Take());
        clock.Advance(TimeSpan.FromDays(365));
        Assert.True(bucket.IsFull);
        Assert.Equal(20, Enumerable.Range(0, 100).Count(_ => bucket.Take() == TimeSpan.Zero));
        bucket.Limit(0);
        Assert.All(Enumerable.Range(0, 100), _ => Assert.Equal(TimeSpan.Zero, bucket.Take()));
    }

    [Fact]
    public void An_address_is_limited_and_its_neighbours_are_not_and_a_subscriber_is_one()
    {
        var throttle = new AddressThrottle(new AddressLimits(Calls: 5, Failures: 1), clock);
        var (one, other) = (IPAddress.Parse("203.0.113.7"), IPAddress.Parse("203.0.113.8"));
        Assert.Equal(10, Enumerable.Range(0, 50).Count(_ => throttle.TakeCall(one) == TimeSpan.Zero));
        Assert.Equal(TimeSpan.Zero, throttle.TakeCall(other));
        Assert.Equal(2, Enumerable.Range(0, 50).Count(_ => throttle.TakeFailure(one) == TimeSpan.Zero));
        Assert.NotEqual(TimeSpan.Zero, throttle.TakeCall(IPAddress.Parse("::ffff:203.0.113.7")));
        // A /64 of IPv6 is one subscriber's, with as many addresses as it likes.
        Assert.Equal(10, Enumerable.Range(0, 50).Count(i => throttle.TakeCall(IPAddress.Parse($"2001:db8::{i:x}")) == TimeSpan.Zero));
        Assert.Equal(TimeSpan.Zero, throttle.TakeCall(IPAddress.Parse("2001:db8:0:1::1")));
        Assert.All(Enumerable.Range(0, 50), _ => Assert.Equal(TimeSpan.Zero, throttle.TakeCall(IPAddress.Loopback)));
    }

    [Fact]
    public void A_flood_of_addresses_takes_no_more_memory_than_a_fixed_number_of_them()
    {
        var throttle = new AddressThrottle(new AddressLimits(Calls: 1, Failures: 1), clock);
        foreach (var i in Enumerable.Range(0, 40_000))
            throttle.TakeCall(new IPAddress([10, (byte)(i / 65_536), (byte)(i / 256 % 256), (byte)(i % 256)]));
        Assert.InRange(throttle.Known, 1, 16_384);
        // Beyond that new ones share one bucket, and quiet ones are forgotten.
        Assert.NotEqual(TimeSpan.Zero, throttle.TakeCall(IPAddress.Parse("203.0.113.9")));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.Zero, throttle.TakeCall(IPAddress.Parse("203.0.113.9")));
        Assert.Equal(1, throttle.Known);
    }

    [Fact]
    public void A_quota_begins_anew_with_the_day_and_not_with_a_clock_that_goes_back()
    {
        var use = new AccountUse("alpha", clock, day: 0, deposits: 0);
        use.Limit(rate: 0, daily: 2);
        Assert.Equal([TimeSpan.Zero, TimeSpan.Zero], [use.TakeDeposit().Wait, use.TakeDeposit().Wait]);
        Assert.Equal((TimeSpan.FromHours(12), true), use.TakeDeposit());
        clock.Advance(TimeSpan.FromDays(-1));
        Assert.True(use.TakeDeposit().IsQuota);
        clock.Advance(TimeSpan.FromDays(1.5));
        Assert.Equal(TimeSpan.Zero, use.TakeDeposit().Wait);
        Assert.Equal(1, use.Today.Deposits);
    }

    [Fact]
    public async Task One_address_has_a_part_of_the_connections_and_its_neighbours_have_theirs()
    {
        var (limit, ended) = (new AddressConnections(most: 3), new TaskCompletionSource());
        var (served, open) = (0, new List<Task>());
        var connect = limit.LimitAsync(async _ =>
        {
            Interlocked.Increment(ref served);
            await ended.Task;
        });
        foreach (var (address, expected) in new[] { ("203.0.113.7", 3), ("203.0.113.8", 6), ("::ffff:203.0.113.7", 6), ("2001:db8::", 9), ("2001:db8:0:1::", 12), ("127.0.0.1", 22) })
        {
            for (var i = 0; i < 10; i++)
            {
                // A /64 has as many addresses as it likes, and is one.
                var from = address.StartsWith("2001", StringComparison.Ordinal) ? IPAddress.Parse($"{address}{i:x}") : IPAddress.Parse(address);
                var connection = new Microsoft.AspNetCore.Connections.DefaultConnectionContext { RemoteEndPoint = new IPEndPoint(from, 1_000 + i), Transport = new Idle() };
                open.Add(connect(connection));
            }

            Assert.Equal(expected, served);
        }

        ended.SetResult();
        await Task.WhenAll(open);
        Assert.Equal(0, limit.Known);
    }

    private sealed class Idle : System.IO.Pipelines.IDuplexPipe
    {
        private readonly System.IO.Pipelines.Pipe pipe = new();

        public System.IO.Pipelines.PipeReader Input => pipe.Reader;

        public System.IO.Pipelines.PipeWriter Output => pipe.Writer;
    }

    private sealed class Clock : TimeProvider
    {
        private DateTimeOffset now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => now;

        public override long GetTimestamp() => now.UtcTicks;

        public void Advance(TimeSpan time) => now += time;
    }
}
