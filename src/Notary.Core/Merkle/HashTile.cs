namespace Notary.Core;

/// <summary>
/// A hash tile of C2SP tlog-tiles as it is served: <see cref="TileId.Width"/> hashes of one level, from left to right.
/// Compared with nothing: a tile is what it says only if its <see cref="Root"/> is the hash in the tile above it, up to
/// the tiles of <see cref="EdgeTiles"/>, which together give the signed root.
/// </summary>
public sealed class HashTile
{
    private HashTile(TileId id, ReadOnlyMemory<byte> bytes) => (Id, Bytes) = (id, bytes);

    public TileId Id { get; }

    /// <summary>32 bytes a hash.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The hash at a position below the width.</summary>
    public Hash this[int position] => new(Bytes.Span.Slice(position * Hash.Size, Hash.Size));

    /// <summary>The node over all the hashes; of a full tile, the hash that stands in the tile above.</summary>
    public Hash Root => Range(0, Id.Width).Root();

    /// <exception cref="MalformedException">Not the bytes of <see cref="TileId.Width"/> hashes.</exception>
    public static HashTile Parse(TileId id, ReadOnlyMemory<byte> bytes)
    {
        if (id.Level < 0)
            throw new ArgumentException("An entry bundle holds no hashes.", nameof(id));
        var expected = id.Width * Hash.Size;
        return bytes.Length == expected
            ? new HashTile(id, bytes)
            : throw new MalformedException(id.ToString(), null, $"has {bytes.Length} bytes, not {expected}");
    }

    /// <summary>The roots of the perfect subtrees over the hashes, largest first.</summary>
    public IReadOnlyList<Hash> Frontier() => Range(0, Id.Width).Nodes;

    /// <summary>The node <paramref name="row"/> levels above the hashes, which it covers 2^row of.</summary>
    /// <param name="row">0 to <see cref="TileId.Height"/>.</param>
    /// <param name="position">Its place in its row; all the hashes that it covers are in the tile.</param>
    public Hash Node(int row, int position) => Range(position << row, 1 << row).Root();

    private CompactRange Range(int first, int count)
    {
        var range = new CompactRange();
        for (var i = first; i < first + count; i++)
            range.Append(this[i]);
        return range;
    }
}
