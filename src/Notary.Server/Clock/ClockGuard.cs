using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Notary.Core;

namespace Notary.Server;

/// <summary>How the clock stands, for people.</summary>
/// <param name="Reading">As a deposit would get it now.</param>
/// <param name="Offset">By how much the clock is ahead, the middle of what is possible; null: unknown.</param>
/// <param name="Quorum">How many sources must agree.</param>
/// <param name="Sources">Each of them.</param>
internal sealed record ClockStanding(ClockReading Reading, TimeSpan? Offset, int Quorum, IReadOnlyList<SourceStanding> Sources);

/// <summary>
/// Asks the time sources that the operator named, and says whether this machine's clock may date anything, and how far it
/// may be off. It sets no clock; that is the machine's time service's.
/// <para>
/// A round asks every source and combines what they answer (<see cref="SourceAgreement"/>). Between rounds, and when no
/// majority answers, the last agreement counts on, wider by the second, until the bound is over a second: after half an
/// hour without sources nothing is issued. Until the first agreement nothing is issued either, nor after the clock was set
/// back, until the sources have agreed again.
/// </para>
/// </summary>
internal sealed class ClockGuard : IAsyncDisposable
{
    /// <summary>What may be off by more dates nothing.</summary>
    public static readonly TimeSpan MostBound = TimeSpan.FromSeconds(1);

    /// <summary>How soon after a round the next one may come, when the clock was set: public servers ask for no less.</summary>
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(16);

    /// <summary>How often somebody looks whether the clock was set.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private const string Advice = "send the same bytes again later, its operator finds the cause in /healthz";

    private static readonly LedgerHealth Unconfirmed = new(
        LedgerState.ClockUncertain, $"the time sources of this server have not confirmed its clock yet, and nothing is dated before; {Advice}");

    private readonly TimeProvider time;
    private readonly TimeSpan interval;
    private readonly ILogger logger;
    private readonly IReadOnlyList<NtpSource> sources;
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource firstRound = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task running;
    private int isDisposed;

    // Written by the loop alone, read by all.
    private volatile ClockMeasure? measure;

    // Owned by the loop: the last state that was logged.
    private LedgerState? told;

    private ClockGuard(IReadOnlyList<NtpServer> servers, TimeSpan interval, TimeProvider time, RandomNumberGenerator randomness, ILogger logger)
    {
        (this.time, this.interval, this.logger) = (time, interval, logger);
        sources = [.. servers.Select(server => new NtpSource(server, time, randomness))];
        running = Task.Run(RunAsync);
    }

    /// <summary>Ends with the first round, whatever it brought: a few seconds at most.</summary>
    public Task FirstRound => firstRound.Task;

    /// <summary>What the sources answered, to be hashed into the next clock record.</summary>
    public ClockLog Log { get; } = new();

    public ClockStanding Standing
    {
        get
        {
            var sample = ClockSample.Take(time);
            var middle = measure is { } known ? sample.Wall - known.Truth.Middle - time.GetElapsedTime(known.Sample.Before, sample.Before) : (TimeSpan?)null;
            return new ClockStanding(Read(sample), middle, SourceAgreement.Quorum(sources.Count), [.. sources.Select(source => source.Standing)]);
        }
    }

    /// <summary>The true time is no earlier, if the sources told the truth when they last agreed; null before that. Safe on any thread.</summary>
    public DateTimeOffset? Earliest => measure is { } known ? Timestamp.RoundDown(known.Now(ClockSample.Take(time), time).Earliest) : null;

    /// <summary>Starts, and begins with a round.</summary>
    /// <param name="servers">At least one.</param>
    /// <param name="interval">From one round to the next.</param>
    /// <param name="time">The clock that is looked after, and the monotonic one beside it.</param>
    /// <param name="randomness">For queries nobody can foresee. Used by several threads at a time.</param>
    /// <param name="logger">What operators are told.</param>
    public static ClockGuard Start(IReadOnlyList<NtpServer> servers, TimeSpan interval, TimeProvider time, RandomNumberGenerator randomness, ILogger logger)
    {
        ArgumentOutOfRangeException.ThrowIfZero(servers.Count, nameof(servers));
        return new ClockGuard(servers, interval, time, randomness, logger);
    }

    /// <summary>The clock now. A few readings and no lock; it allocates only to refuse. Safe on any thread.</summary>
    public ClockReading Read() => Read(ClockSample.Take(time));

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isDisposed, 1) != 0)
            return;
        await stopping.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        stopping.Dispose();
    }

    private ClockReading Read(in ClockSample now)
    {
        if (measure is not { } known)
            return new ClockReading(now.Wall, null, Unconfirmed);
        var bound = known.Bound(now, time);
        if (known.SetBack(now, time) is { Ticks: > 0 } back)
            return new ClockReading(now.Wall, bound, SetBack(back));
        return new ClockReading(now.Wall, bound, bound > MostBound ? Uncertain(bound) : null);
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                var begun = time.GetTimestamp();
                await TryRoundAsync().ConfigureAwait(false);
                firstRound.TrySetResult();
                do
                {
                    Tell();
                    await Task.Delay(interval < Tick ? interval : Tick, time, stopping.Token).ConfigureAwait(false);
                }
                while (time.GetElapsedTime(begun) < Pause());
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    /// <summary>
    /// A round that ends in a fault of this program or its machine counts as one without answers: what was agreed before goes on
    /// to count, wider by the second, and the next round comes as ever. A loop that ended here would refuse for good.
    /// </summary>
    private async Task TryRoundAsync()
    {
        try
        {
            await RoundAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            LogMessages.RoundFailed(logger, e);
            foreach (var source in sources)
                Failed(source, $"a fault of this server kept it from being of use ({e.GetType().Name})");
        }
    }

    /// <summary>A clock that was set is measured anew soon.</summary>
    private TimeSpan Pause() => interval > ShortestPause && Read().Refusal?.State == LedgerState.ClockSetBack ? ShortestPause : interval;

    private async Task RoundAsync()
    {
        var asked = sources.Where(source => source.IsDue()).ToList();
        var answers = (await Task.WhenAll(asked.Select(AskAsync)).ConfigureAwait(false)).OfType<(NtpSource Source, SourceAnswer Answer)>().ToList();
        if (asked.Count == 0)
            return;
        foreach (var twice in answers.GroupBy(answer => answer.Answer.Address).SelectMany(same => same.Skip(1)).ToList())
        {
            // One server under two names must not have two votes.
            Failed(twice.Source, "it is the same server as another source");
            answers.Remove(twice);
        }

        var sample = ClockSample.Take(time);
        var truths = answers.ConvertAll(answer => answer.Answer.Truth.After(
            time.GetElapsedTime(answer.Answer.Arrived, sample.Before), time.GetElapsedTime(answer.Answer.Arrived, sample.After)));
        var agreed = SourceAgreement.Find(truths, SourceAgreement.Quorum(sources.Count));
        for (var i = 0; i < truths.Count; i++)
            Judge(answers[i].Source, truths[i], agreed, sample.Wall);
        if (agreed is { } truth)
            measure = new ClockMeasure(truth, sample);
        Log.Add(sample.Wall, agreed is { } found
            ? $"agreed {Offsets(found, sample.Wall)}"
            : string.Create(CultureInfo.InvariantCulture, $"not agreed {truths.Count} answers of {sources.Count} sources, {SourceAgreement.Quorum(sources.Count)} must agree"));
    }

    private async Task<(NtpSource Source, SourceAnswer Answer)?> AskAsync(NtpSource source)
    {
        try
        {
            return (source, await source.AskAsync(stopping.Token).ConfigureAwait(false));
        }
        catch (NtpException e)
        {
            Failed(source, e.Message);
            return null;
        }
    }

    private void Judge(NtpSource source, in TimeInterval truth, TimeInterval? agreed, DateTimeOffset wall)
    {
        Log.Add(wall, $"{source.Name} {Offsets(truth, wall)}");
        if (agreed is not { } common)
            Failed(source, "no majority agrees with it");
        else if (!truth.Overlaps(common))
            Failed(source, "it disagrees with the majority");
        else
            Agreed(source);
    }

    private void Agreed(NtpSource source)
    {
        if (source.Standing.Failures > 0)
            LogMessages.SourceAgain(logger, source.Name, source.Standing.Failures);
        source.Agreed();
    }

    private void Failed(NtpSource source, string problem)
    {
        Log.Add(Timestamp.RoundDown(time.GetUtcNow()), $"{source.Name} {problem}");
        // Once for each problem, not once a round.
        if (source.Standing.Problem != problem)
            LogMessages.SourceFailed(logger, source.Name, problem);
        source.Failed(problem);
    }

    private void Tell()
    {
        var reading = Read();
        var state = reading.Refusal?.State ?? LedgerState.Issuing;
        if (state == told)
            return;
        told = state;
        if (reading.Refusal is { } refusal)
            LogMessages.ClockRefused(logger, refusal.Reason!);
        else
            LogMessages.ClockConfirmed(logger, reading.AccuracyMilliseconds!.Value);
    }

    /// <summary>By how much the clock may be ahead, in milliseconds, rounded outwards.</summary>
    private static string Offsets(in TimeInterval truth, DateTimeOffset wall) => string.Create(
        CultureInfo.InvariantCulture, $"{Math.Floor((wall - truth.Latest).TotalMilliseconds):0} to {Math.Ceiling((wall - truth.Earliest).TotalMilliseconds):0} ms");

    private static LedgerHealth Uncertain(TimeSpan bound) => new(LedgerState.ClockUncertain, string.Create(
        CultureInfo.InvariantCulture, $"the clock of this server may be off by {bound.TotalSeconds:0.0} s, and beyond {MostBound.TotalSeconds:0} s nothing is dated; {Advice}"));

    private static LedgerHealth SetBack(TimeSpan back) => new(LedgerState.ClockSetBack, string.Create(
        CultureInfo.InvariantCulture, $"the clock of this server was set back by {back.TotalSeconds:0.000} s, and nothing is dated until its time sources have confirmed it; {Advice}"));
}
