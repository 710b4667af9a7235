namespace Notary.Server;

/// <summary>
/// A rate limit: a bucket that holds two seconds' tokens and fills at the rate. The framework's own limiter refills by a
/// timer and cannot tell when the next token comes, which is what a refused caller wants to know. Safe for concurrent use.
/// </summary>
internal sealed class TokenBucket(TimeProvider time)
{
    private const int BurstSeconds = 2;

    private readonly Lock gate = new();
    private double rate;
    private double tokens;
    private long filled = time.GetTimestamp();

    /// <param name="perSecond">Tokens a second; 0: no limit.</param>
    public void Limit(long perSecond)
    {
        lock (gate)
        {
            // A new limit begins with a full bucket, the same one goes on with what is in it.
            if (perSecond == (long)rate)
                return;
            (rate, tokens, filled) = (perSecond, perSecond * (double)BurstSeconds, time.GetTimestamp());
        }
    }

    /// <summary>Takes a token. Returns zero, or how long until there is one.</summary>
    public TimeSpan Take()
    {
        // Read without the lock: most accounts have no limit, and whoever sees an old value is one call late.
        if (Volatile.Read(ref rate) == 0)
            return TimeSpan.Zero;
        lock (gate)
        {
            var now = time.GetTimestamp();
            tokens = Math.Min(rate * BurstSeconds, tokens + time.GetElapsedTime(filled, now).TotalSeconds * rate);
            filled = now;
            if (tokens < 1)
                return TimeSpan.FromSeconds((1 - tokens) / rate);
            tokens--;
            return TimeSpan.Zero;
        }
    }

    /// <summary>Whether nobody has taken anything for a while: a full bucket can be forgotten.</summary>
    public bool IsFull
    {
        get
        {
            lock (gate)
                return tokens + time.GetElapsedTime(filled).TotalSeconds * rate >= rate * BurstSeconds;
        }
    }
}
