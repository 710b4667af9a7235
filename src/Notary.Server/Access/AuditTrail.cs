using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// What callers do, on its way into the audit log. A sign-in is durable there before its call goes on. A deposit costs an
/// addition: once a second, one record an account and credential says how many it made and between which entries they lie,
/// and so it is with reads and lists. What a crash keeps from being written of the last second is: of deposits, on the ledger
/// itself, one by one, with their account; of reads, how many there were, by somebody whose sign-in is in the log.
/// </summary>
internal sealed class AuditTrail : IAsyncDisposable
{
    private static readonly TimeSpan FlushInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long a credential that goes on being used counts as signed in.</summary>
    private static readonly TimeSpan SessionLength = TimeSpan.FromHours(1);

    private const string SignedInEvent = "signed-in";
    private const string FailedEvent = "sign-in-failed";
    private const string DepositsEvent = "deposits";
    private const string ReadEvent = "private-records-read";
    private const string ListedEvent = "deposits-listed";

    private readonly AccountBook book;
    private readonly ILogger logger;
    private readonly ConcurrentDictionary<long, Activity> activities = new();
    private readonly Lock writing = new();
    private readonly ITimer timer;
    private long failures;

    // A flush that has taken nothing yet, for all who wait for one; guarded by its gate.
    private readonly Lock gate = new();
    private Task? next;

    public AuditTrail(AccountBook book, TimeProvider time, ILogger logger)
    {
        (this.book, this.logger) = (book, logger);
        timer = time.CreateTimer(static trail => ((AuditTrail)trail!).TryFlush(), this, FlushInterval, FlushInterval);
    }

    /// <summary>Whether a record is one of those that are written here: of use, not of a change.</summary>
    public static bool TellsOfUse(AuditRecord record) => record.Event is SignedInEvent or FailedEvent or DepositsEvent or ReadEvent or ListedEvent;

    /// <summary>A credential was shown and taken. Its first use in an hour is a sign-in, which is in the log when this ends.</summary>
    /// <exception cref="StoreException">It could not be written: whoever cannot be recorded is not let in.</exception>
    public ValueTask SignedInAsync(Caller caller, DateTimeOffset now) =>
        ActivityOf(caller).Use(now) ? ValueTask.CompletedTask : new ValueTask(FlushSoonAsync());

    /// <summary>A credential was shown and not taken.</summary>
    public void SignInFailed() => Interlocked.Increment(ref failures);

    /// <summary>A deposit was made, or found made before.</summary>
    public void Deposited(Caller caller, ulong index)
    {
        if (caller.Credential is not null)
            ActivityOf(caller).Deposit(index);
    }

    /// <summary>A certificate was handed out with its private records.</summary>
    public void Read(Caller caller, ulong index)
    {
        if (caller.Credential is not null)
            ActivityOf(caller).Read(index);
    }

    /// <summary>The account's deposits were listed.</summary>
    public void Listed(Caller caller)
    {
        if (caller.Credential is not null)
            ActivityOf(caller).List();
    }

    /// <summary>Writes what has gathered.</summary>
    /// <exception cref="StoreException">Nothing was written; what gathered is kept.</exception>
    public void Flush()
    {
        lock (writing)
        {
            var failed = Interlocked.Exchange(ref failures, 0);
            var busy = activities.Values.Select(activity => (Activity: activity, Work: activity.Take())).Where(pair => pair.Work.IsAny).ToList();
            if (failed == 0 && busy.Count == 0)
                return;
            try
            {
                book.Use().Change((rows, pen) =>
                {
                    if (failed > 0)
                        pen.Write(FailedEvent, "nobody", null, string.Create(CultureInfo.InvariantCulture, $"times {failed}"));
                    foreach (var (activity, work) in busy)
                        Write(rows, pen, activity, work);
                    foreach (var use in book.Uses)
                        use.Write(rows);
                    return true;
                });
                foreach (var (activity, work) in busy)
                    activity.Written(work);
            }
            catch
            {
                Interlocked.Add(ref failures, failed);
                foreach (var (activity, work) in busy)
                    activity.PutBack(work);
                throw;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await timer.DisposeAsync().ConfigureAwait(false);
        TryFlush();
    }

    /// <summary>One flush for all who come before it begins: whoever came has left word of what is to be written.</summary>
    private Task FlushSoonAsync()
    {
        lock (gate)
            return next ??= Task.Run(FlushNext);
    }

    private void FlushNext()
    {
        lock (writing)
        {
            lock (gate)
                next = null;
            Flush();
        }
    }

    private Activity ActivityOf(Caller caller) => activities.GetOrAdd(caller.Credential!.Id, static (id, caller) => new Activity(id, caller.Actor, caller.Account), caller);

    private void TryFlush()
    {
        try
        {
            Flush();
        }
        catch (StoreException e)
        {
            LogMessages.AuditFailed(logger, e);
        }
    }

    private static void Write(SqliteDatabase rows, AuditPen pen, Activity by, in Work work)
    {
        var credential = string.Create(CultureInfo.InvariantCulture, $"credential {by.Credential}");
        if (work.SignedIn)
            pen.Write(SignedInEvent, by.Actor, by.Account, credential);
        if (work.Deposits.Count > 0)
            pen.Write(DepositsEvent, by.Actor, by.Account, $"{credential}, deposits {work.Deposits}");
        if (work.Reads.Count > 0)
            pen.Write(ReadEvent, by.Actor, by.Account, $"{credential}, certificates {work.Reads}");
        if (work.Lists > 0)
            pen.Write(ListedEvent, by.Actor, by.Account, string.Create(CultureInfo.InvariantCulture, $"{credential}, pages {work.Lists}"));
        using var used = rows.Prepare("UPDATE credential SET used = max(used, ?2) WHERE id = ?1");
        used.Bind(1, by.Credential).Bind(2, AccountRows.Milliseconds(work.LastUsed)).Run();
    }

    /// <summary>What one credential did since the last flush.</summary>
    private readonly record struct Work(bool SignedIn, bool WasUsed, Span Deposits, Span Reads, long Lists, DateTimeOffset LastUsed)
    {
        public bool IsAny => SignedIn || WasUsed || Deposits.Count > 0 || Reads.Count > 0 || Lists > 0;
    }

    /// <summary>How many entries, and between which they lie.</summary>
    private readonly record struct Span(long Count, ulong First, ulong Last)
    {
        public Span With(ulong index) => Count == 0 ? new(1, index, index) : new(Count + 1, Math.Min(First, index), Math.Max(Last, index));

        public Span With(Span other) => Count == 0 ? other : other.Count == 0 ? this
            : new(Count + other.Count, Math.Min(First, other.First), Math.Max(Last, other.Last));

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Count}, entries {First} to {Last}");
    }

    /// <summary>
    /// What one credential does. Safe for concurrent use; its work is taken by the flush alone. It knows its caller by words: the
    /// object would keep all the accounts in memory as they were at its first call.
    /// </summary>
    private sealed class Activity(long credential, string actor, string account)
    {
        private readonly Lock gate = new();
        private DateTimeOffset signedIn = DateTimeOffset.MinValue;
        private DateTimeOffset written = DateTimeOffset.MinValue;
        private DateTimeOffset lastUsed;
        private bool isNewSession;
        private bool isSignedIn;
        private Span deposits;
        private Span reads;
        private long lists;

        public long Credential { get; } = credential;

        public string Actor { get; } = actor;

        public string Account { get; } = account;

        /// <summary>Notes a use; whether its sign-in is in the log already.</summary>
        public bool Use(DateTimeOffset now)
        {
            lock (gate)
            {
                if (now - lastUsed > SessionLength || signedIn == DateTimeOffset.MinValue)
                    (signedIn, isNewSession, isSignedIn) = (now, true, false);
                lastUsed = now;
                return isSignedIn;
            }
        }

        public void Deposit(ulong index)
        {
            lock (gate)
                deposits = deposits.With(index);
        }

        public void Read(ulong index)
        {
            lock (gate)
                reads = reads.With(index);
        }

        public void List()
        {
            lock (gate)
                lists++;
        }

        public Work Take()
        {
            lock (gate)
            {
                // "Last used" is good to a minute: it is for finding keys that nobody uses, and a write a second would be for nothing.
                var wasUsed = lastUsed - written > TimeSpan.FromMinutes(1);
                var work = new Work(isNewSession, wasUsed, deposits, reads, lists, lastUsed);
                (isNewSession, deposits, reads, lists) = (false, default, default, 0);
                if (work.IsAny)
                    written = lastUsed;
                return work;
            }
        }

        /// <summary>What was taken is in the log.</summary>
        public void Written(in Work work)
        {
            lock (gate)
                isSignedIn |= work.SignedIn && !isNewSession;
        }

        public void PutBack(in Work work)
        {
            lock (gate)
            {
                isNewSession |= work.SignedIn;
                (deposits, reads, lists) = (deposits.With(work.Deposits), reads.With(work.Reads), lists + work.Lists);
            }
        }
    }
}
