using System.Diagnostics;

namespace Notary.Server;

/// <summary>
/// The bounded queue before the sequencer. A plain monitor and not a channel: the sequencer is a thread of its own that
/// takes all there is at once, and waking it through the thread pool would cost a lone caller more than the wait itself.
/// </summary>
internal sealed class DepositQueue(int capacity)
{
    private readonly Queue<(PendingDeposit Deposit, long Since)> waiting = new();
    private readonly object gate = new();
    private readonly Queue<OwnEntry> own = new();
    private bool isClosed;

    /// <summary>Deposits that wait now.</summary>
    public int Depth
    {
        get
        {
            lock (gate)
                return waiting.Count;
        }
    }

    /// <summary>How long the first deposit of the batch taken last was here. Owned by the thread that takes.</summary>
    public TimeSpan LongestWait { get; private set; }

    public bool IsClosed
    {
        get
        {
            lock (gate)
                return isClosed;
        }
    }

    /// <summary>Adds a deposit, or says at once why not.</summary>
    public DepositOutcome? TryAdd(PendingDeposit deposit)
    {
        var now = Stopwatch.GetTimestamp();
        lock (gate)
        {
            if (isClosed)
                return DepositOutcome.Stopped;
            if (waiting.Count >= capacity)
                return DepositOutcome.QueueFull;
            waiting.Enqueue((deposit, now));
            if (waiting.Count == 1)
                Monitor.Pulse(gate);
            return null;
        }
    }

    /// <summary>Adds an entry of the ledger's own, or says at once why not. There are few, and none is refused for a full queue.</summary>
    public DepositOutcome? TryAdd(OwnEntry entry)
    {
        lock (gate)
        {
            if (isClosed)
                return DepositOutcome.Stopped;
            own.Enqueue(entry);
            Monitor.Pulse(gate);
            return null;
        }
    }

    /// <summary>
    /// Waits until something is there and takes all of it, up to <paramref name="limit"/> deposits and one entry of the
    /// ledger's own. False when the queue is closed and empty.
    /// </summary>
    public bool Take(List<PendingDeposit> batch, int limit, out OwnEntry? entry)
    {
        batch.Clear();
        lock (gate)
        {
            while (waiting.Count == 0 && own.Count == 0 && !isClosed)
                Monitor.Wait(gate);
            own.TryDequeue(out entry);
            if (waiting.TryPeek(out var first))
                LongestWait = Stopwatch.GetElapsedTime(first.Since);
            while (batch.Count < limit && waiting.TryDequeue(out var next))
                batch.Add(next.Deposit);
            return batch.Count > 0 || entry is not null;
        }
    }

    /// <summary>Takes no more; what waits can still be taken.</summary>
    public void Close()
    {
        lock (gate)
        {
            isClosed = true;
            Monitor.PulseAll(gate);
        }
    }
}
