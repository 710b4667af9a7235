using System.Diagnostics;
using Grpc.Net.Client;

namespace Notary.Bench;

/// <summary>What one round came to.</summary>
/// <param name="Rate">Good answers a second, from the first call to the last answer.</param>
/// <param name="P50">Milliseconds from call to answer, the median.</param>
/// <param name="P99">The same, 99 of 100 are no slower.</param>
/// <param name="ServerMicroseconds">Processor time of the server for each call.</param>
internal sealed record RoundResult(double Rate, double P50, double P99, double ServerMicroseconds);

/// <summary>One timed run of prepared messages, unary or on streams. A wrong answer ends the whole bench.</summary>
internal sealed class Round
{
    /// <summary>What the server still has to do for the round before is not the next one's.</summary>
    private static readonly TimeSpan WaitBefore = TimeSpan.FromMilliseconds(250);

    private readonly Workload workload;
    private readonly IReadOnlyList<GrpcChannel> channels;
    private readonly long[] started;
    private readonly long[] ended;
    private int next = -1;

    // Set once, before the callers begin.
    private long begun;

    private Round(Workload workload, IReadOnlyList<GrpcChannel> channels, int count)
    {
        (this.workload, this.channels) = (workload, channels);
        started = new long[count];
        ended = new long[count];
    }

    /// <param name="workload">Prepared with at least <paramref name="count"/> messages.</param>
    /// <param name="channels">The callers share them evenly.</param>
    /// <param name="count">Calls.</param>
    /// <param name="shape">How the calls are made.</param>
    /// <param name="server">Whose processor time is taken.</param>
    /// <param name="cancellation">Ends the round with an exception.</param>
    public static async Task<RoundResult> RunAsync(
        Workload workload, IReadOnlyList<GrpcChannel> channels, int count, Shape shape, ServerProcess server, CancellationToken cancellation)
    {
        var round = new Round(workload, channels, count);
        GC.Collect();
        await Task.Delay(WaitBefore, cancellation);
        var processor = server.ProcessorTime;
        round.begun = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, shape.Callers).Select(caller => Task.Run(
            () => shape.Stream ? round.StreamAsync(caller, shape.Window, cancellation) : round.CallAsync(caller, shape.Pace, cancellation), cancellation)));
        return round.Result(server.ProcessorTime - processor);
    }

    private async Task CallAsync(int caller, double pace, CancellationToken cancellation)
    {
        var channel = channels[caller % channels.Count];
        for (int number; (number = Interlocked.Increment(ref next)) < started.Length;)
        {
            started[number] = pace > 0 ? await DueAsync(number / pace, cancellation) : Stopwatch.GetTimestamp();
            if (!await workload.CallAsync(channel, number, cancellation))
                throw new BenchException("an answer does not belong to its request");
            ended[number] = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>
    /// Waits for a call's time. A call that finds no caller free begins late, and its wait counts from when it was due: to
    /// leave that out would hide the very calls that a slow answer holds up.
    /// </summary>
    private async Task<long> DueAsync(double seconds, CancellationToken cancellation)
    {
        var due = begun + (long)(seconds * Stopwatch.Frequency);
        var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
        if (wait <= TimeSpan.Zero)
            return due;
        await Task.Delay(wait, cancellation);
        return Stopwatch.GetTimestamp();
    }

    private async Task StreamAsync(int caller, int window, CancellationToken cancellation)
    {
        using var slots = new SemaphoreSlim(window, window);
        using var stream = workload.Open(channels[caller % channels.Count], cancellation);
        await Task.WhenAll(WriteAsync(stream, slots, cancellation), ReadAsync(stream, slots, cancellation));
    }

    private async Task WriteAsync(WorkloadStream stream, SemaphoreSlim slots, CancellationToken cancellation)
    {
        for (int number; (number = Interlocked.Increment(ref next)) < started.Length;)
        {
            await slots.WaitAsync(cancellation);
            started[number] = Stopwatch.GetTimestamp();
            await stream.WriteAsync(number, cancellation);
        }

        await stream.CompleteAsync();
    }

    private async Task ReadAsync(WorkloadStream stream, SemaphoreSlim slots, CancellationToken cancellation)
    {
        while (await stream.ReadAsync(cancellation) is { } number)
        {
            if (ended[number] != 0)
                throw new BenchException("a request was answered twice");
            ended[number] = Stopwatch.GetTimestamp();
            slots.Release();
        }
    }

    private RoundResult Result(TimeSpan processor)
    {
        if (ended.Contains(0))
            throw new BenchException("a stream ended before all of its requests were answered");
        var milliseconds = new double[started.Length];
        for (var i = 0; i < milliseconds.Length; i++)
            milliseconds[i] = Stopwatch.GetElapsedTime(started[i], ended[i]).TotalMilliseconds;
        Array.Sort(milliseconds);
        return new RoundResult(
            milliseconds.Length / Stopwatch.GetElapsedTime(started.Min(), ended.Max()).TotalSeconds,
            Statistics.Percentile(milliseconds, 0.5),
            Statistics.Percentile(milliseconds, 0.99),
            processor.TotalMicroseconds / milliseconds.Length);
    }
}
