namespace Notary.Server;

/// <summary>
/// The bounded queue before the sequencer. A plain monitor and not a channel: the sequencer is a thread of its own that
/// takes all there is at once, and waking it through the thread pool would cost a lone caller more than the wait itself.
/// </summary>
internal sealed class DepositQueue(int capacity)
{
    private readonly Queue<PendingDeposit> waiting = new();
    private readonly object gate = new();
    private bool isClosed;

    /// <summary>Adds a deposit, or says at once why not.</summary>
    public DepositOutcome? TryAdd(PendingDeposit deposit)
    {
        lock (gate)
        {
            if (isClosed)
                return DepositOutcome.Stopped;
            if (waiting.Count >= capacity)
                return DepositOutcome.QueueFull;
            waiting.Enqueue(deposit);
            if (waiting.Count == 1)
                Monitor.Pulse(gate);
            return null;
        }
    }

    /// <summary>
    /// Waits until something is there and takes all of it, up to <paramref name="limit"/>. False when the queue is closed
    /// and empty.
    /// </summary>
    public bool Take(List<PendingDeposit> batch, int limit)
    {
        batch.Clear();
        lock (gate)
        {
            while (waiting.Count == 0 && !isClosed)
                Monitor.Wait(gate);
            while (batch.Count < limit && waiting.TryDequeue(out var deposit))
                batch.Add(deposit);
            return batch.Count > 0;
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
