using Notary.Core;

namespace Notary.Server;

/// <summary>
/// Nodes and tiles of the tree at a given head. A tile that comes from the store is hashed, and its root compared with
/// the tile above it, up to the tiles of the right edge, which were compared with the signed root: nothing is handed out
/// that the ledger has not signed for.
/// </summary>
internal sealed class TreeReader(ILedgerStore store, TileCache cache)
{
    /// <summary>The node reader that proofs of the tree at this head take.</summary>
    public NodeReader At(LedgerHead head) => (level, index) => Node(head, level, index);

    /// <exception cref="StoreDamagedException">A tile is missing or is not what was signed.</exception>
    public Hash Node(LedgerHead head, int level, ulong index)
    {
        var (number, row, position) = TileNodes.Locate(level, index);
        return Tile(head, level / TileId.Height, number)[row, position];
    }

    /// <summary>The tile, full or the growing one of its level.</summary>
    /// <exception cref="StoreDamagedException">As <see cref="Node"/>.</exception>
    public TileNodes Tile(LedgerHead head, int level, ulong number)
    {
        if (head.Edge[level].Number == number)
            return head.Edge[level];
        if (cache.Find(level, number) is { } cached)
            return cached;
        var tile = Load(level, number);
        var above = Tile(head, level + 1, number / TileId.FullWidth);
        if (tile.Root != above[0, (int)(number % TileId.FullWidth)])
            throw Damaged(level, number, "does not hash to the tile above it");
        cache.Add(tile);
        return tile;
    }

    /// <summary>A full tile as the store has it, compared with nothing.</summary>
    public TileNodes Load(int level, ulong number)
    {
        var bytes = store.ReadTile(level, number) ?? throw Damaged(level, number, "is missing");
        return bytes.Length == TileId.FullWidth * Hash.Size
            ? TileNodes.FromBytes(level, number, bytes)
            : throw Damaged(level, number, $"has {bytes.Length} bytes");
    }

    /// <summary>A tile or entry bundle as it is served, full or partial, or null when the tree does not have it.</summary>
    /// <exception cref="StoreDamagedException">As <see cref="Node"/>.</exception>
    public ReadOnlyMemory<byte>? Read(LedgerHead head, TileId tile)
    {
        if (!tile.ExistsIn(head.Size))
            return null;
        if (tile.Level != TileId.Entries)
            return Tile(head, tile.Level, tile.Number).ToBytes(tile.Width);
        var entries = Entries(head, tile.Number * TileId.FullWidth, tile.Width, withRecords: false);
        return EntryBundle.Print(entries.Select(entry => entry.Entry));
    }

    /// <summary>
    /// The entries [<paramref name="first"/>, first + count), each compared with its leaf hash in the tree.
    /// </summary>
    /// <exception cref="StoreDamagedException">One is missing or is not what was signed.</exception>
    public IReadOnlyList<StoredEntry> Entries(LedgerHead head, ulong first, int count, bool withRecords)
    {
        var entries = store.ReadEntries(first, count, withRecords);
        for (var i = 0; i < count; i++)
        {
            var index = first + (ulong)i;
            if (i >= entries.Count || entries[i].Index != index)
                throw new StoreDamagedException($"entry {index}", "is missing", index + 1);
            if (MerkleHash.Leaf(entries[i].Entry.Span) != Node(head, 0, index))
                throw new StoreDamagedException($"entry {index}", "does not hash to its leaf", index + 1);
        }

        return entries;
    }

    private static StoreDamagedException Damaged(int level, ulong number, string problem) =>
        new(new TileId(level, number, TileId.FullWidth).ToString(), problem, 0);
}
