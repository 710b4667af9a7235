using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The tree, hashed again from the entries, one tile's hashes a level in memory. Every stored tile is compared when its
/// last hash is known. Two trees are carried upwards, the one that the entries make and the one that the stored tiles
/// make, so that a damaged entry is not reported as a damage of every tile above it, and the signed root can tell in the
/// end which of the two was damaged.
/// </summary>
internal sealed class FsckTree(ILedgerStore store, FsckFindings findings)
{
    private readonly List<Level> levels = [];
    private readonly CompactRange range = new();
    private readonly List<(ulong Entry, string Tile)> suspects = [];

    /// <summary>Leaves so far.</summary>
    public ulong Size => range.Size;

    /// <summary>The root over the leaves so far.</summary>
    public Hash Root() => range.Root();

    public void Append(in Hash leaf)
    {
        range.Append(leaf);
        Push(0, leaf, leaf);
    }

    /// <summary>A leaf's hash by the stored tile, for an entry that is missing.</summary>
    public Hash? StoredLeaf(ulong index)
    {
        var bytes = store.ReadTile(0, index / TileId.FullWidth);
        return bytes is { Length: TileId.FullWidth * Hash.Size }
            ? HashAt(bytes, (int)(index % TileId.FullWidth))
            : null;
    }

    /// <summary>The root of the first <paramref name="size"/> leaves, from stored tiles and what is still in memory.</summary>
    public Hash RootAt(ulong size) => size == Size ? Root() : MerkleTree.Root(size, Node);

    /// <summary>Compares with the signed root and says what did not fit.</summary>
    public void Finish(in Hash signed)
    {
        var entriesFit = range.Root() == signed;
        var tilesFit = StoredRoot() == signed;
        foreach (var (entry, tile) in suspects)
        {
            if (entriesFit)
                findings.Add(FsckKind.Tile, tile, $"holds another hash than that of entry {entry}, which is as it was signed");
            else if (tilesFit)
                findings.Entry(entry, $"is not what was signed: its hash is not the one in {tile}");
            else
                findings.Entry(entry, $"does not have the hash that {tile} holds, and neither leads to the signed root");
        }

        if (entriesFit || (tilesFit && suspects.Count > 0))
            return;
        var tail = Size - Size % TileId.FullWidth;
        findings.Add(FsckKind.Entry, $"entries {tail} to {Size - 1}", "do not hash to the signed root, or the head is not theirs");
    }

    private void Push(int level, in Hash computed, in Hash stored)
    {
        if (level == levels.Count)
            levels.Add(new Level());
        var (current, number) = (levels[level], levels[level].Number);
        current.Computed.Add(computed);
        current.Stored.Add(stored);
        if (current.Computed.Count < TileId.FullWidth)
            return;
        var place = new TileId(level, number, TileId.FullWidth).ToString();
        var bytes = store.ReadTile(level, number);
        var root = RootOf(current.Computed);
        var storedRoot = bytes is { Length: TileId.FullWidth * Hash.Size } ? Compare(level, number, place, bytes, root) : root;
        if (bytes is null)
            findings.Add(FsckKind.Tile, place, "is missing");
        else if (bytes.Length != TileId.FullWidth * Hash.Size)
            findings.Add(FsckKind.Tile, place, $"has {bytes.Length} bytes");
        current.Next();
        Push(level + 1, root, storedRoot);
    }

    /// <summary>Compares hash by hash; returns the root over the tile as it is stored.</summary>
    private Hash Compare(int level, ulong number, string place, byte[] bytes, in Hash root)
    {
        var hashes = new Hash[TileId.FullWidth];
        var differs = false;
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = HashAt(bytes, i);
            if (hashes[i] == levels[level].Computed[i])
                continue;
            differs = true;
            if (level == 0)
                suspects.Add((number * TileId.FullWidth + (ulong)i, place));
            else if (hashes[i] != levels[level].Stored[i])
                findings.Add(FsckKind.Tile, place, $"holds at position {i} what the tile below does not hash to");
        }

        return differs ? RootOf(hashes) : root;
    }

    private Hash Node(int level, ulong index)
    {
        var row = level % TileId.Height;
        var first = index << row;
        var (tileLevel, number, start) = (level / TileId.Height, first / TileId.FullWidth, (int)(first % TileId.FullWidth));
        if (levels[tileLevel].Number == number)
            return RootOf(levels[tileLevel].Computed.GetRange(start, 1 << row));
        // A stored tile that is missing or damaged has been reported; what it leads to is reported as well.
        var bytes = store.ReadTile(tileLevel, number);
        if (bytes is not { Length: TileId.FullWidth * Hash.Size })
            return default;
        var hashes = new Hash[1 << row];
        for (var i = 0; i < hashes.Length; i++)
            hashes[i] = HashAt(bytes, start + i);
        return RootOf(hashes);
    }

    private Hash StoredRoot()
    {
        var frontier = new List<Hash>();
        for (var level = levels.Count - 1; level >= 0; level--)
            frontier.AddRange(RangeOf(levels[level].Stored).Nodes);
        return new CompactRange(Size, frontier).Root();
    }

    private static Hash RootOf(IEnumerable<Hash> hashes) => RangeOf(hashes).Root();

    /// <summary>The frontier over hashes that are perfect subtrees of one size.</summary>
    private static CompactRange RangeOf(IEnumerable<Hash> hashes)
    {
        var row = new CompactRange();
        foreach (var hash in hashes)
            row.Append(hash);
        return row;
    }

    private static Hash HashAt(byte[] tile, int position) => new(tile.AsSpan(position * Hash.Size, Hash.Size));

    /// <summary>The hashes of a level's tile that is not full yet.</summary>
    private sealed class Level
    {
        public ulong Number { get; private set; }

        public List<Hash> Computed { get; } = new(TileId.FullWidth);

        public List<Hash> Stored { get; } = new(TileId.FullWidth);

        public void Next()
        {
            Number++;
            Computed.Clear();
            Stored.Clear();
        }
    }
}
