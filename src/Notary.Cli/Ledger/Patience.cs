namespace Notary.Cli;

/// <summary>
/// How long a run waits for its server. A dead server ends the run within ten seconds, so that a script notices; one that
/// answers "later" is given a minute without progress, because it is alive and will get there.
/// </summary>
internal sealed class Patience(TimeProvider time)
{
    /// <summary>Silence that is borne, and so the deadline of a call.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan Refusals = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(2);

    private long lastSign = time.GetTimestamp();
    private long lastProgress = time.GetTimestamp();
    private TimeSpan backoff = FirstDelay;

    /// <summary>What is left of the silence that is borne.</summary>
    public TimeSpan Left => Max(Silence - time.GetElapsedTime(lastSign), TimeSpan.FromMilliseconds(1));

    /// <summary>Something was deposited.</summary>
    public void Progress()
    {
        lastSign = lastProgress = time.GetTimestamp();
        backoff = FirstDelay;
    }

    /// <summary>Waits before the next try with the same bytes; false when patience is at its end.</summary>
    public async Task<bool> WaitAsync(ServerError error, CancellationToken cancellation)
    {
        if (!error.IsTransient)
            return false;
        if (!error.IsSilence)
            lastSign = time.GetTimestamp();
        var delay = Max(error.RetryDelay ?? TimeSpan.Zero, backoff);
        if (delay >= Left || time.GetElapsedTime(lastProgress) + delay >= Refusals)
            return false;
        backoff = backoff * 2 < LongestDelay ? backoff * 2 : LongestDelay;
        await Task.Delay(delay, time, cancellation);
        return true;
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
