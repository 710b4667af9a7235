namespace Notary.Server;

/// <summary>What may be dated now.</summary>
/// <param name="Time">What the clock says, rounded down to the millisecond.</param>
/// <param name="Accuracy">How far that may be off; null: unknown, which is said.</param>
/// <param name="Refusal">Why nothing may be dated with it; null when something may.</param>
internal readonly record struct ClockReading(DateTimeOffset Time, TimeSpan? Accuracy, LedgerHealth? Refusal)
{
    /// <summary>The accuracy as entries spell it: whole milliseconds, rounded up.</summary>
    public ulong? AccuracyMilliseconds => Accuracy is { } bound ? (ulong)Math.Ceiling(bound.TotalMilliseconds) : null;
}
