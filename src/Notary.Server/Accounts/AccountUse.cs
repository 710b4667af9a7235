namespace Notary.Server;

/// <summary>
/// What an account has used of its rate and its quota. It outlives the snapshots: a change of some other account must not
/// give everybody a full bucket. The quota's count is written to the database with the audit log, so that a restart does not
/// begin a new day. Safe for concurrent use.
/// </summary>
internal sealed class AccountUse
{
    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly TokenBucket bucket;

    // Guarded by the gate.
    private long quota;
    private long day;
    private long deposits;

    /// <param name="account">The account.</param>
    /// <param name="time">The clock.</param>
    /// <param name="day">The last day that it deposited on, in days since 1970.</param>
    /// <param name="deposits">How many it made on that day.</param>
    public AccountUse(string account, TimeProvider time, long day, long deposits)
    {
        (Account, this.time, this.day, this.deposits) = (account, time, day, deposits);
        bucket = new TokenBucket(time);
    }

    public string Account { get; }

    /// <summary>The day and its deposits so far.</summary>
    public (long Day, long Deposits) Today
    {
        get
        {
            lock (gate)
                return (day, deposits);
        }
    }

    public void Limit(long rate, long daily)
    {
        bucket.Limit(rate);
        lock (gate)
            quota = daily;
    }

    /// <summary>Takes one call; returns how long to wait where there is none left, else zero.</summary>
    public TimeSpan TakeCall() => bucket.Take();

    /// <summary>Takes one deposit, or says what is used up and for how long.</summary>
    public (TimeSpan Wait, bool IsQuota) TakeDeposit()
    {
        var wait = bucket.Take();
        if (wait > TimeSpan.Zero)
            return (wait, false);
        lock (gate)
        {
            var now = time.GetUtcNow();
            var today = now.UtcTicks / TimeSpan.TicksPerDay - DateTimeOffset.UnixEpoch.UtcTicks / TimeSpan.TicksPerDay;
            // A clock that goes back does not begin a day anew.
            if (today > day)
                (day, deposits) = (today, 0);
            if (quota > 0 && deposits >= quota)
                return (DateTimeOffset.UnixEpoch.AddDays(day + 1) - now, true);
            deposits++;
            return default;
        }
    }

    /// <summary>Gives back a deposit of the quota that was taken and came to nothing. What it took of the rate stays taken.</summary>
    public void ReturnDeposit()
    {
        lock (gate)
            deposits = Math.Max(0, deposits - 1);
    }

    /// <summary>The last day on file.</summary>
    public static (long Day, long Deposits) Read(SqliteDatabase rows, string account)
    {
        using var statement = rows.Prepare("SELECT day, deposits FROM usage WHERE account = ?1 ORDER BY day DESC LIMIT 1");
        return statement.Bind(1, account).Step() ? (statement.Number(0), statement.Number(1)) : default;
    }

    public void Write(SqliteDatabase rows)
    {
        var (of, count) = Today;
        if (of == 0)
            return;
        using var statement = rows.Prepare("INSERT INTO usage (account, day, deposits) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET deposits = ?3");
        statement.Bind(1, Account).Bind(2, of).Bind(3, count).Run();
    }
}
