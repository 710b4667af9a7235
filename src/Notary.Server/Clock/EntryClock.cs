using System.Globalization;
using Microsoft.Extensions.Logging;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The clock that a ledger's entries are dated by: the machine's, as far as the guard vouches for it, and never behind the
/// newest entry. <see cref="Look"/> is safe on any thread; the rest is the sequencer's.
/// </summary>
/// <param name="time">The machine's clock.</param>
/// <param name="guard">Null: nobody vouches for it, and its accuracy is unknown.</param>
/// <param name="origin">The ledger, for the log.</param>
/// <param name="logger">Told once when the clock is behind.</param>
internal sealed class EntryClock(TimeProvider time, ClockGuard? guard, string origin, ILogger logger)
{
    /// <summary>How far the clock may be behind the newest entry to be waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // Whether the clock's fault has been logged.
    private bool isBehind;

    /// <summary>The clock now, refused where <see cref="Wait"/> would refuse it.</summary>
    /// <param name="newest">The time that the newest entry carries.</param>
    public ClockReading Look(DateTimeOffset newest)
    {
        var reading = guard?.Read() ?? new ClockReading(Timestamp.RoundDown(time.GetUtcNow()), null, null);
        var behind = newest - reading.Time;
        return reading.Refusal is null && behind > Patience ? reading with { Refusal = Behind(behind) } : reading;
    }

    /// <summary>
    /// The time that a batch's entries carry, waited for where the clock is a little behind the newest entry: received times
    /// never go backwards, and an entry is never dated later than the clock says.
    /// </summary>
    public ClockReading Wait(DateTimeOffset newest)
    {
        while (true)
        {
            var reading = Look(newest);
            var wasBehind = isBehind;
            isBehind = reading.Refusal is { State: LedgerState.ClockBehind };
            if (isBehind && !wasBehind)
                LogMessages.ClockBehind(logger, origin, newest - reading.Time);
            if (reading.Refusal is not null || reading.Time >= newest)
                return reading;
            Task.Delay(newest - reading.Time, time).GetAwaiter().GetResult();
        }
    }

    /// <summary>
    /// The time of a clock record, which says what the clock is worth also when that is nothing: no earlier than the entry before
    /// it, and later only as far as both the clock and its sources say. Whichever of them is ahead must not take the ledger into
    /// the future, where it would have to wait, once all is right again, for times never go backwards.
    /// </summary>
    public DateTimeOffset ForRecord(DateTimeOffset newest)
    {
        var (wall, earliest) = (Timestamp.RoundDown(time.GetUtcNow()), guard?.Earliest ?? newest);
        var sure = wall < earliest ? wall : earliest;
        return sure > newest ? sure : newest;
    }

    private static LedgerHealth Behind(TimeSpan behind) => new(LedgerState.ClockBehind, string.Create(
        CultureInfo.InvariantCulture, $"the clock of the ledger is {behind.TotalSeconds:0.0} s behind its newest entry, and received times never go backwards"));
}
