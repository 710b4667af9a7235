using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The only writer: one thread that gives deposits their numbers. It takes whatever has queued while the last commit ran,
/// so a lone caller waits for nothing and many callers share one fsync.
/// <para>
/// A batch: (1) take, (2) set aside what is on the ledger already, (3) read the clock, (4) write the statements, (5)
/// extend the tree and sign, (6) append durably, (7) raise the high-water mark, (8) publish the head, (9) answer. Until
/// (6) ends nothing has happened: a batch that fails is forgotten, its checkpoint seen by nobody. Whatever escapes from
/// here is fatal and stops the ledger; opening it again is the one recovery path.
/// </para>
/// </summary>
internal sealed class Sequencer
{
    /// <summary>How long the store counts as failing after it last refused a batch, if nobody tries again.</summary>
    private static readonly TimeSpan RefusalMemory = TimeSpan.FromSeconds(10);

    private const int ConflictLimit = 100;
    private static readonly LedgerHealth NoRoom = new(LedgerState.NoRoom, "the disk of the ledger is full");
    private static readonly LedgerHealth StoreFailed = new(LedgerState.StoreFailed, "the store of the ledger failed");
    private static readonly LedgerHealth Contended = new(LedgerState.Contended, "other servers write to this ledger all the time");
    private static readonly LedgerHealth Stopping = new(LedgerState.Stopping, "the server is stopping");
    private static readonly LedgerHealth Failed = new(LedgerState.Failed, "the ledger stopped after a fatal error and must be started again");

    private readonly ILedgerStore store;
    private readonly HighWaterMark mark;
    private readonly SigningKey key;
    private readonly TileCache cache;
    private readonly LedgerOptions options;
    private readonly ILogger logger;
    private readonly Instruments instruments;
    private readonly DepositQueue queue;
    private readonly EntryClock clock;
    private readonly Thread thread;
    private readonly TaskCompletionSource<Exception> failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Written by the sequencer's thread alone, read by all.
    private volatile LedgerHead head;
    private volatile StoreRefusal? refusedLast;

    // Owned by the sequencer's thread.
    private readonly SequencedAnswers answers = new();

    public Sequencer(
        ILedgerStore store, HighWaterMark mark, SigningKey key, LedgerHead head, TileCache cache, LedgerOptions options, ILogger logger, Instruments instruments)
    {
        this.store = store;
        this.mark = mark;
        this.key = key;
        this.head = head;
        this.cache = cache;
        this.options = options;
        this.logger = logger;
        this.instruments = instruments;
        queue = new DepositQueue(options.QueueCapacity);
        clock = new EntryClock(options.TimeProvider, options.Clock, key.Verifier.Name, logger);
        thread = new Thread(Run) { IsBackground = true, Name = "ledger sequencer" };
        thread.Start();
    }

    /// <summary>The newest published head.</summary>
    public LedgerHead Head => head;

    /// <summary>Ends with the reason after a fatal error.</summary>
    public Task<Exception> Failure => failure.Task;

    /// <summary>Deposits that wait.</summary>
    public int QueueDepth => queue.Depth;

    public LedgerHealth Health
    {
        get
        {
            if (failure.Task.IsCompleted)
                return Failed;
            if (queue.IsClosed)
                return Stopping;
            if (Clock.Refusal is { } unfit)
                return unfit;
            return refusedLast is { } refused && options.TimeProvider.GetElapsedTime(refused.At) < RefusalMemory
                ? refused.Health
                : LedgerHealth.Good;
        }
    }

    /// <summary>What a deposit would be dated with now.</summary>
    public ClockReading Clock => clock.Look(head.Stored.Received);

    /// <summary>Queues a deposit, or says at once why not.</summary>
    public DepositOutcome? TryAdd(PendingDeposit deposit) => queue.TryAdd(deposit);

    /// <summary>Queues an entry of the ledger's own; its result says where it stands, or that it was not written.</summary>
    public Task<ulong?> AddAsync(OwnEntry entry) => queue.TryAdd(entry) is null ? entry.Task : Task.FromResult<ulong?>(null);

    /// <summary>Takes no more deposits and ends when those that wait are answered.</summary>
    public Task StopAsync()
    {
        queue.Close();
        return ended.Task;
    }

    /// <summary>Stops issuing for good.</summary>
    public void Fail(Exception cause)
    {
        if (!failure.TrySetResult(cause))
            return;
        LogMessages.LedgerFailed(logger, key.Verifier.Name, cause);
        queue.Close();
    }

    private void Run()
    {
        var batch = new List<PendingDeposit>();
        while (queue.Take(batch, options.BatchLimit, out var own)) // (1)
        {
            try
            {
                using var span = instruments.StartBatch(batch.Count, queue.LongestWait);
                if (!failure.Task.IsCompleted)
                    Process(batch, own);
            }
            catch (Exception e)
            {
                Fail(e);
            }

            // Nobody may wait for ever: whoever has no answer by now gets none of this process.
            if (failure.Task.IsCompleted)
                Answer(batch, DepositOutcome.Stopped, "the ledger has stopped; send the same bytes again after its restart");
            answers.Send();
            own?.TrySetResult(null);
        }

        ended.SetResult();
    }

    private void Process(List<PendingDeposit> batch, OwnEntry? own)
    {
        for (var attempt = 0; attempt < ConflictLimit; attempt++)
        {
            var fresh = SetAsideKnown(batch, out var repeated); // (2)
            if (fresh.Count == 0 && own is null)
                return;
            var now = clock.Wait(head.Stored.Received); // (3)
            if (now.Refusal is { } unfit)
            {
                Refuse(batch, unfit);
                if (own is not { TellsOfTheClock: true })
                    return;
                // What says that the clock is worth nothing is written all the same.
                (batch, fresh, repeated) = ([], [], []);
                now = now with { Time = clock.ForRecord(head.Stored.Received) };
            }

            var built = Build(fresh, own, now); // (4) (5)
            if (!TryCommit(built, out var refusal)) // (6)
            {
                if (refusal is null)
                    continue;
                Refuse(batch, refusal);
                return;
            }

            Publish(built); // (7) (8)
            Answer(fresh, repeated, built); // (9)
            own?.TrySetResult(built.Append.First + (ulong)fresh.Count);
            return;
        }

        Refuse(batch, Contended);
    }

    /// <summary>
    /// Answers the deposits whose uuid is on the ledger already or is used for something else in the same batch. Since
    /// there is one writer, a deposit still in flight is either in this batch or, by now, in the store.
    /// </summary>
    /// <param name="batch">What was taken.</param>
    /// <param name="repeated">Those that repeat a fresh one to the byte, to be answered with it.</param>
    /// <returns>The deposits to write.</returns>
    private List<PendingDeposit> SetAsideKnown(List<PendingDeposit> batch, out List<(PendingDeposit Deposit, int First)> repeated)
    {
        var ids = new DepositId[batch.Count];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = batch[i].Deposit;
        var found = new ulong?[batch.Count];
        store.FindDeposits(ids, found);
        if (Array.Exists(found, index => index >= head.Size))
            FollowOtherWriter();
        var fresh = new List<PendingDeposit>(batch.Count);
        var positions = new Dictionary<DepositId, int>(batch.Count);
        repeated = [];
        for (var i = 0; i < batch.Count; i++)
        {
            var deposit = batch[i];
            if (found[i] is { } index)
                answers.Add(deposit, new SequencedDeposit(DepositOutcome.Issued, null, index, null, null));
            else if (positions.TryAdd(deposit.Deposit, fresh.Count))
                fresh.Add(deposit);
            else if (deposit.IsSame(fresh[positions[deposit.Deposit]]))
                repeated.Add((deposit, positions[deposit.Deposit]));
            else
                answers.Add(deposit, new SequencedDeposit(DepositOutcome.AlreadyExists, Ledger.UuidTaken, 0, null, null));
        }

        return fresh;
    }

    private LedgerBatch Build(List<PendingDeposit> fresh, OwnEntry? own, in ClockReading now)
    {
        var entries = new NewEntry[fresh.Count + (own is null ? 0 : 1)];
        if (own is not null)
            entries[^1] = own.ToEntry(now.Time);
        var statements = fresh.Count > 0 ? new StatementPrinter(FirstStatement(fresh[0], now)) : null;
        for (var i = 0; i < fresh.Count; i++)
        {
            var request = fresh[i].Request.Request;
            entries[i] = new NewEntry(
                statements!.Print(request.Deposit, request.Commitment, fresh[i].ClaimsHash),
                fresh[i].Claims, fresh[i].Request.Bytes, request.Deposit, request.Account);
        }

        return new LedgerBatch(head, entries, now.Time, key);
    }

    private Statement FirstStatement(PendingDeposit deposit, in ClockReading now) => new()
    {
        Ledger = key.Verifier.Name,
        Deposit = deposit.Deposit,
        Received = now.Time,
        AccuracyMilliseconds = now.AccuracyMilliseconds,
        AfterSize = head.Size,
        AfterRoot = head.Root,
        Beacon = options.Beacon?.Invoke(),
        Commitment = deposit.Request.Request.Commitment,
        Claims = deposit.ClaimsHash,
    };

    /// <summary>True: durable. False: nothing was written, for the reason given, or because the head has moved (null).</summary>
    private bool TryCommit(LedgerBatch built, out LedgerHealth? refusal)
    {
        refusal = null;
        try
        {
            switch (Append(built))
            {
                case AppendOutcome.Appended:
                    // A crash from here on leaves durable entries that were not answered: whoever sends the same bytes
                    // again gets them.
                    return true;
                case AppendOutcome.NoRoom:
                    // Once a shortage, not once a batch.
                    if (refusedLast?.Health != NoRoom)
                        LogMessages.NoRoom(logger, key.Verifier.Name);
                    refusal = Remember(NoRoom);
                    return false;
                default:
                    FollowOtherWriter();
                    return false;
            }
        }
        catch (StoreException e) when (!e.IsFatal)
        {
            LogMessages.AppendFailed(logger, key.Verifier.Name, e);
            return IsCommitted(built, out refusal);
        }
    }

    private AppendOutcome Append(LedgerBatch built)
    {
        using var span = Instruments.Spans.StartActivity(Instruments.CommitSpan);
        var start = Stopwatch.GetTimestamp();
        try
        {
            options.AtStep?.Invoke(DurableStep.Append, StepMoment.Before);
            var outcome = store.Append(built.Append);
            options.AtStep?.Invoke(DurableStep.Append, StepMoment.After);
            return outcome;
        }
        finally
        {
            instruments.Appended(start);
        }
    }

    /// <summary>After an append of unknown outcome the head tells, or the ledger stops.</summary>
    private bool IsCommitted(LedgerBatch built, out LedgerHealth? refusal)
    {
        var now = store.ReadHead();
        refusal = null;
        if (StoredHead.Same(now, built.Head.Stored))
            return true;
        if (!StoredHead.Same(now, head.Stored))
            throw new StoreException("after a failed append the head is neither the old nor the new one", isFatal: true);
        refusal = Remember(StoreFailed);
        return false;
    }

    /// <summary>
    /// Another server has appended: its head is verified like one found at the start, and it must extend the tree that
    /// this server has answered from.
    /// </summary>
    private void FollowOtherWriter()
    {
        var tree = new TreeReader(store, cache);
        var other = new HeadLoader(store, tree, key.Verifier).Load()
            ?? throw new StoreException("the ledger is gone from its store", isFatal: true);
        if (other.Size <= head.Size || MerkleTree.Root(head.Size, tree.At(other)) != head.Root)
            throw new StoreException($"the store holds another history than the one signed up to {head.Size} entries", isFatal: true);
        mark.Write(other.Signed.Note.Span);
        head = other;
    }

    private void Publish(LedgerBatch built)
    {
        // A crash before this leaves the mark behind the database, which the next start heals by raising it.
        options.AtStep?.Invoke(DurableStep.WriteMark, StepMoment.Before);
        mark.Write(built.Head.Signed.Note.Span);
        options.AtStep?.Invoke(DurableStep.WriteMark, StepMoment.After);
        foreach (var tile in built.Filled)
            cache.Add(tile);
        head = built.Head;
        refusedLast = null;
        instruments.Committed(built.Append.Entries.Count(entry => entry.Deposit is not null), built.SigningTime);
    }

    private void Answer(
        List<PendingDeposit> fresh, List<(PendingDeposit Deposit, int First)> repeated, LedgerBatch built)
    {
        for (var i = 0; i < fresh.Count; i++)
            answers.Add(fresh[i], Issued(fresh[i], i));
        foreach (var (deposit, position) in repeated)
            answers.Add(deposit, Issued(fresh[position], position));

        SequencedDeposit Issued(PendingDeposit first, int position) =>
            new(DepositOutcome.Issued, null, built.Append.First + (ulong)position, first, built);
    }

    private void Answer(List<PendingDeposit> batch, DepositOutcome outcome, string reason)
    {
        foreach (var deposit in batch)
            answers.Add(deposit, new SequencedDeposit(outcome, reason, 0, null, null));
    }

    private void Refuse(List<PendingDeposit> batch, LedgerHealth health)
    {
        instruments.Refused(RefusalType.Of(health.State), batch.Count);
        Answer(batch, DepositOutcome.Unavailable, health.Reason!);
    }

    private LedgerHealth Remember(LedgerHealth health)
    {
        refusedLast = new StoreRefusal(options.TimeProvider.GetTimestamp(), health);
        return health;
    }

    private sealed record StoreRefusal(long At, LedgerHealth Health);
}
