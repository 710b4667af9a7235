using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The ledger as of one signed checkpoint: what the next batch builds on and what every read is answered against.
/// </summary>
/// <param name="Signed">The checkpoint.</param>
/// <param name="Stored">The store's head row that says the same.</param>
/// <param name="Frontier">The perfect subtrees of the tree; nobody appends to this instance.</param>
/// <param name="Edge">By tile level, the tile that is not full yet, empty ones included, up to the first level with nothing.</param>
internal sealed record LedgerHead(
    SignedCheckpoint Signed, StoredHead Stored, CompactRange Frontier, IReadOnlyList<TileNodes> Edge)
{
    public ulong Size => Signed.Checkpoint.Size;

    public Hash Root => Signed.Checkpoint.Root;
}
