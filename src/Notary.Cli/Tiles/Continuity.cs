namespace Notary.Cli;

/// <summary>Holds a ledger to its word: every checkpoint that is known must be continued by every later one.</summary>
/// <param name="forkFolder">Where the proof of a fork is kept; it ends all following.</param>
/// <param name="address">The source, to be said.</param>
/// <param name="time">The clock for what is written about a fork.</param>
internal sealed class Continuity(string forkFolder, string address, TimeProvider time)
{
    /// <exception cref="CliException">Exit code 1: an earlier run found a fork.</exception>
    public void RequireNoFork()
    {
        if (Directory.Exists(forkFolder))
            throw new CliException(ExitCode.Failed, "an earlier run found that the ledger has signed two histories", $"the proof is in {forkFolder}; nothing is followed any further here");
    }

    /// <summary>Compares two checkpoints; of a fork the proof is kept before this throws.</summary>
    /// <param name="smaller">Of no more entries than <paramref name="larger"/>.</param>
    /// <param name="larger">The other.</param>
    /// <param name="openLarger">Its tree; not asked for when the sizes are equal.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="CliException">Exit code 1: a fork, or the larger tree is not served as it was signed.</exception>
    public async Task CheckAsync(
        SeenCheckpoint smaller, SeenCheckpoint larger, Func<Task<VerifiedTree>> openLarger, CancellationToken cancellation)
    {
        if (await Fork.FindAsync(smaller, larger, openLarger, cancellation) is not { } fork)
            return;
        fork.Save(forkFolder, address, time.GetUtcNow());
        throw fork.ToException(forkFolder);
    }
}
