using Notary.Core;

namespace Notary.Cli;

/// <summary>How the folder stands after a run.</summary>
internal enum CopyState
{
    /// <summary>It holds all that the checkpoint speaks of.</summary>
    Whole,

    /// <summary>The source shows an older checkpoint than is known here: nothing was copied.</summary>
    Stale,
}

/// <param name="State">How the folder stands.</param>
/// <param name="Before">Entries that it held before.</param>
/// <param name="Now">Entries that it holds.</param>
/// <param name="Known">Entries of the newest checkpoint that is known here.</param>
internal sealed record CopyOutcome(CopyState State, ulong Before, ulong Now, ulong Known);

/// <summary>
/// Brings a folder up to a checkpoint, believing nobody. (1) What the folder holds must be what its own checkpoint signed.
/// (2) The new checkpoint must continue every one that is known here, or the proof of the fork is kept and all ends.
/// (3) Each tile is verified from the signed root down and (4) written once; tiles that an interrupted run left are verified
/// like any other and kept. (5) The checkpoint is replaced last.
/// </summary>
/// <param name="folder">What is brought up.</param>
/// <param name="trust">Whose checkpoints count.</param>
/// <param name="address">The source, to be said.</param>
/// <param name="source">Where tiles come from.</param>
/// <param name="time">The clock for what is written about a fork.</param>
internal sealed class TreeCopy(TileFolder folder, TrustPolicy trust, string address, TileSource source, TimeProvider time)
{
    private const int Parallelism = 8;

    private readonly Continuity continuity = new(folder.Fork, address, time);

    /// <param name="seen">The checkpoint that the source shows.</param>
    /// <param name="progress">Told of entries that are done; null for nobody.</param>
    /// <param name="cancellation">Ends the run; the next one goes on.</param>
    /// <exception cref="CliException">Exit code 1: a fork, or tiles that are not what was signed.</exception>
    public async Task<CopyOutcome> FollowAsync(SeenCheckpoint seen, IProgress<long>? progress, CancellationToken cancellation)
    {
        continuity.RequireNoFork();
        var held = folder.ReadCheckpoint(trust);
        var pending = ReadPending(held);
        CheckOrigin(held ?? pending, seen);
        var heldTree = held is null ? null : await VerifiedTree.OpenAsync(held.Checkpoint, folder.ReadAsync, cancellation); // (1)
        var known = pending ?? held;
        if (known is not null && seen.Size < known.Size)
        {
            if (held is not null && seen.Size <= held.Size)
                await continuity.CheckAsync(seen, held, () => Task.FromResult(heldTree!), cancellation); // (2)
            return new CopyOutcome(CopyState.Stale, held?.Size ?? 0, held?.Size ?? 0, known.Size);
        }

        if (held is not null && held.Same(seen))
            return new CopyOutcome(CopyState.Whole, held.Size, held.Size, held.Size);
        if (pending is null)
            folder.WritePending(seen);
        await ContinueAsync(held, pending, seen, cancellation); // (2)
        folder.WritePending(seen);
        await CopyAsync(seen, held?.Size ?? 0, progress, cancellation); // (3), (4)
        folder.Publish(seen); // (5)
        DropPartials(held, pending, seen);
        return new CopyOutcome(CopyState.Whole, held?.Size ?? 0, seen.Size, seen.Size);
    }

    private SeenCheckpoint? ReadPending(SeenCheckpoint? held)
    {
        var pending = folder.ReadPending(trust);
        if (pending is null || held is null || pending.Size > held.Size)
            return pending;
        // A run ended between publishing the checkpoint and dropping this.
        folder.DropPending();
        return null;
    }

    private void CheckOrigin(SeenCheckpoint? known, SeenCheckpoint seen)
    {
        if (known is not null && known.Checkpoint.Origin != seen.Checkpoint.Origin)
            throw CliException.Input(
                $"{folder.FullName} is a copy of the ledger {known.Checkpoint.Origin}, and {address} shows {seen.Checkpoint.Origin}",
                "give each ledger a folder of its own");
    }

    private async Task ContinueAsync(SeenCheckpoint? held, SeenCheckpoint? pending, SeenCheckpoint seen, CancellationToken cancellation)
    {
        // Read from the source alone: a file that was damaged here must not look like a fork there.
        VerifiedTree? opened = null;
        foreach (var known in new[] { held, pending }.OfType<SeenCheckpoint>())
            await continuity.CheckAsync(known, seen, async () => opened ??= await VerifiedTree.OpenAsync(seen.Checkpoint, source, cancellation), cancellation);
        if (!trust.QuorumMet(seen.Note))
            throw new CliException(ExitCode.Failed, $"{address}: the checkpoint lacks the cosignatures that the trust file asks for");
    }

    private async Task CopyAsync(SeenCheckpoint seen, ulong held, IProgress<long>? progress, CancellationToken cancellation)
    {
        var tree = await VerifiedTree.OpenAsync(seen.Checkpoint, KeptOrServedAsync, cancellation);
        foreach (var tile in tree.Edge)
        {
            Keep(tile.Id, tile.Bytes, isKept: await folder.TryReadAsync(tile.Id, cancellation) is not null);
            await CopyBelowAsync(tree, tile, held, progress, cancellation);
        }
    }

    /// <summary>Everything under a verified tile that the held tree did not cover, from left to right.</summary>
    private async Task CopyBelowAsync(
        VerifiedTree tree, HashTile tile, ulong held, IProgress<long>? progress, CancellationToken cancellation)
    {
        if (tile.Id.Level == 0)
        {
            await CopyBundleAsync(tree, tile, progress, cancellation);
            return;
        }

        var positions = Enumerable.Range(0, tile.Id.Width).Where(position => !IsHeld(tile, position, held));
        if (tile.Id.Level > 1)
        {
            foreach (var position in positions)
                await CopyBelowAsync(tree, await CopyChildAsync(tree, tile, position, cancellation), held, progress, cancellation);
            return;
        }

        // Leaf tiles and their bundles are nearly all there is to copy; a round trip or an fsync each would take long in turn.
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellation };
        await Parallel.ForEachAsync(positions, options, async (position, cancel) =>
            await CopyBundleAsync(tree, await CopyChildAsync(tree, tile, position, cancel), progress, cancel));
    }

    private async Task<HashTile> CopyChildAsync(VerifiedTree tree, HashTile above, int position, CancellationToken cancellation)
    {
        var (tile, served) = await tree.ChildAsync(above, position, cancellation);
        Keep(tile.Id, tile.Bytes, served.IsKept);
        return tile;
    }

    private async Task CopyBundleAsync(VerifiedTree tree, HashTile leaves, IProgress<long>? progress, CancellationToken cancellation)
    {
        var (entries, served) = await tree.BundleAsync(leaves, cancellation);
        Keep(leaves.Id with { Level = TileId.Entries }, served.Bytes, served.IsKept);
        progress?.Report(entries.Count);
    }

    private void Keep(TileId tile, ReadOnlyMemory<byte> bytes, bool isKept)
    {
        if (isKept)
            folder.Keep(tile);
        else
            folder.Write(tile, bytes);
    }

    private async Task<Served> KeptOrServedAsync(TileId tile, CancellationToken cancellation) =>
        await folder.TryReadAsync(tile, cancellation) ?? await source(tile, cancellation);

    private void DropPartials(SeenCheckpoint? held, SeenCheckpoint? pending, SeenCheckpoint now)
    {
        foreach (var before in new[] { held, pending }.OfType<SeenCheckpoint>())
            folder.DropPartials(before.Size, now.Size);
    }

    /// <summary>Whether the held tree had the child tile in full, and with it all that is below.</summary>
    private static bool IsHeld(HashTile above, int position, ulong held)
    {
        var child = new TileId(above.Id.Level - 1, above.Id.Number * TileId.FullWidth + (ulong)position, TileId.FullWidth);
        return child.ExistsIn(held);
    }
}
