namespace Notary.Server;

/// <summary>The wall clock and, right before and after, the monotonic one, which nobody sets: between two samples it tells whether somebody set the other.</summary>
internal readonly record struct ClockSample(long Before, DateTimeOffset Wall, long After)
{
    /// <summary>Allocates nothing.</summary>
    public static ClockSample Take(TimeProvider time)
    {
        var before = time.GetTimestamp();
        return new ClockSample(before, Notary.Core.Timestamp.RoundDown(time.GetUtcNow()), time.GetTimestamp());
    }
}

/// <summary>What is known of the clock since its sources last agreed. Immutable: whoever dates something reads it once, without a lock.</summary>
/// <param name="Truth">Where the true time lay when the sample was taken.</param>
/// <param name="Sample">The clock then.</param>
internal sealed record ClockMeasure(TimeInterval Truth, ClockSample Sample)
{
    /// <summary>Less than what a sample is rounded by is no step.</summary>
    private static readonly TimeSpan Rounding = TimeSpan.FromMilliseconds(1);

    /// <summary>How far the wall clock may be off at a later sample.</summary>
    public TimeSpan Bound(in ClockSample now, TimeProvider time) => Now(now, time).Bound(now.Wall);

    /// <summary>Where the true time lies at a later sample.</summary>
    public TimeInterval Now(in ClockSample now, TimeProvider time) =>
        Truth.After(Elapsed(time, Sample.After, now.Before), Elapsed(time, Sample.Before, now.After));

    /// <summary>By how much the wall clock was set back since at least; zero when it was not. A delay between two readings looks like a step forward, never like one back.</summary>
    public TimeSpan SetBack(in ClockSample now, TimeProvider time)
    {
        var missing = Elapsed(time, Sample.After, now.Before) - (now.Wall - Sample.Wall);
        return missing > Rounding ? missing : TimeSpan.Zero;
    }

    private static TimeSpan Elapsed(TimeProvider time, long from, long to) => to > from ? time.GetElapsedTime(from, to) : TimeSpan.Zero;
}
