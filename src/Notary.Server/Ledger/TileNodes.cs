using Notary.Core;

namespace Notary.Server;

/// <summary>
/// A tile with the eight levels of nodes above its hashes, so that no proof hashes them again: row 0 holds up to 256
/// hashes of the tile's level, row r the 256/2^r nodes r levels above, row 8 the one that stands in the tile above.
/// <para>
/// The last tile of a level grows: the sequencer alone writes, each node once it is complete, while others read. That is
/// safe because whoever reads knows a published tree size and asks only for nodes that are complete in it.
/// </para>
/// </summary>
internal sealed class TileNodes(int level, ulong number)
{
    private readonly Hash[] nodes = new Hash[2 * TileId.FullWidth - 1];

    public int Level { get; } = level;

    public ulong Number { get; } = number;

    public Hash this[int row, int position]
    {
        get => nodes[Offset(row) + position];
        set => nodes[Offset(row) + position] = value;
    }

    /// <summary>The node over all 256 hashes of a full tile.</summary>
    public Hash Root => this[TileId.Height, 0];

    /// <summary>Where the node of a tree level stands: its tile's number, its row and its position in it.</summary>
    public static (ulong Number, int Row, int Position) Locate(int treeLevel, ulong index)
    {
        var row = treeLevel % TileId.Height;
        var bits = TileId.Height - row;
        return (index >> bits, row, (int)(index & ((1UL << bits) - 1)));
    }

    /// <summary>Fills row 0 with the tile's hashes and the rows above with every node that they complete.</summary>
    public void Fill(ReadOnlySpan<Hash> hashes)
    {
        hashes.CopyTo(nodes);
        for (var (row, count) = (1, hashes.Length / 2); count > 0; row++, count /= 2)
        {
            for (var i = 0; i < count; i++)
                this[row, i] = MerkleHash.Node(this[row - 1, 2 * i], this[row - 1, 2 * i + 1]);
        }
    }

    /// <summary>The first <paramref name="width"/> hashes as a tile is served.</summary>
    public byte[] ToBytes(int width)
    {
        var bytes = new byte[width * Hash.Size];
        for (var i = 0; i < width; i++)
            nodes[i].CopyTo(bytes.AsSpan(i * Hash.Size));
        return bytes;
    }

    /// <summary>Takes apart a full tile's bytes.</summary>
    public static TileNodes FromBytes(int level, ulong number, ReadOnlySpan<byte> bytes)
    {
        var hashes = new Hash[bytes.Length / Hash.Size];
        for (var i = 0; i < hashes.Length; i++)
            hashes[i] = new Hash(bytes.Slice(i * Hash.Size, Hash.Size));
        var tile = new TileNodes(level, number);
        tile.Fill(hashes);
        return tile;
    }

    private static int Offset(int row) => 2 * TileId.FullWidth - (2 * TileId.FullWidth >> row);
}
