namespace Notary.Server;

/// <summary>
/// The answers of a batch on their way to the callers. They leave the sequencer's thread a handful at a time: one work item
/// each would have the thread pool woken once a deposit, and what follows an answer is short. Owned by the sequencer's thread.
/// </summary>
internal sealed class SequencedAnswers
{
    /// <summary>Answers of one work item: few enough that every processor gets some of an ordinary batch.</summary>
    private const int SliceSize = 16;

    private List<(PendingDeposit Deposit, SequencedDeposit Answer)> waiting = [];

    public void Add(PendingDeposit deposit, in SequencedDeposit answer) => waiting.Add((deposit, answer));

    /// <summary>Hands over everything added since the last time.</summary>
    public void Send()
    {
        if (waiting.Count == 0)
            return;
        for (var start = 0; start < waiting.Count; start += SliceSize)
            ThreadPool.UnsafeQueueUserWorkItem(new Slice(waiting, start, Math.Min(waiting.Count, start + SliceSize)), preferLocal: false);
        // The slices read the old list; nobody adds to it any more.
        waiting = new List<(PendingDeposit, SequencedDeposit)>(waiting.Count);
    }

    private sealed class Slice(List<(PendingDeposit Deposit, SequencedDeposit Answer)> answers, int start, int end) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            for (var i = start; i < end; i++)
                answers[i].Deposit.TrySetResult(answers[i].Answer);
        }
    }
}
