namespace Notary.Server;

/// <summary>Where the true time lies at one moment: not before the one, not after the other.</summary>
internal readonly record struct TimeInterval(DateTimeOffset Earliest, DateTimeOffset Latest)
{
    /// <summary>
    /// How fast a clock that runs on its own may lose or gain: 500 millionths, the most by which ntpd and the Linux kernel
    /// make a clock slower or faster. A crystal drifts by a tenth of that.
    /// </summary>
    private const long DriftDivisor = 2_000;

    public TimeSpan HalfWidth => (Latest - Earliest) / 2;

    public DateTimeOffset Middle => Earliest + HalfWidth;

    public TimeInterval Widen(TimeSpan by) => new(Earliest - by, Latest + by);

    public bool Overlaps(in TimeInterval other) => Earliest <= other.Latest && other.Earliest <= Latest;

    /// <summary>Where it lies later.</summary>
    /// <param name="least">What has passed since at least, by this machine's monotonic clock.</param>
    /// <param name="most">At most.</param>
    public TimeInterval After(TimeSpan least, TimeSpan most) =>
        new(Earliest + least - least / DriftDivisor, Latest + most + most / DriftDivisor);

    /// <summary>How far a time may be from the true one.</summary>
    public TimeSpan Bound(DateTimeOffset time)
    {
        var (early, late) = (time - Earliest, Latest - time);
        return early > late ? early : late;
    }
}
