using Notary.Core;

namespace Notary.Cli;

/// <summary>
/// The tree that a checkpoint signed, read from a source that nobody trusts. (1) The tiles of the right edge must give
/// the signed root; (2) every full tile must hash to its place in the tile above; (3) every entry must hash to its place
/// in its leaf tile. So whatever is handed out is what the ledger signed, tile by tile, without reading all of it first.
/// Safe for concurrent use; holds a few megabytes at most.
/// </summary>
internal sealed class VerifiedTree
{
    private const int CacheCapacity = 256;

    private readonly TileSource source;
    private readonly Dictionary<(int Level, ulong Number), HashTile> edge;
    private readonly Dictionary<(int Level, ulong Number), HashTile> cache = [];
    private readonly Lock gate = new();

    private VerifiedTree(Checkpoint checkpoint, TileSource source, IReadOnlyList<HashTile> edge)
    {
        (Checkpoint, this.source) = (checkpoint, source);
        this.edge = edge.ToDictionary(tile => (tile.Id.Level, tile.Id.Number));
        Edge = edge;
    }

    public Checkpoint Checkpoint { get; }

    public ulong Size => Checkpoint.Size;

    /// <summary>The partial tiles, highest level first.</summary>
    public IReadOnlyList<HashTile> Edge { get; }

    /// <summary>(1)</summary>
    /// <exception cref="CliException">Exit code 1: what is served is not what was signed.</exception>
    public static async Task<VerifiedTree> OpenAsync(Checkpoint checkpoint, TileSource source, CancellationToken cancellation)
    {
        var edge = new List<HashTile>();
        var last = new Served(default, "the checkpoint");
        foreach (var id in EdgeTiles.Of(checkpoint.Size))
        {
            last = await source(id, cancellation);
            edge.Add(Parse(id, last));
        }

        return EdgeTiles.Root(checkpoint.Size, edge) == checkpoint.Root
            ? new VerifiedTree(checkpoint, source, edge)
            : throw Refused(last, "and the tiles above it do not give the root that the ledger signed");
    }

    /// <summary>A hash tile with all of the width that it has in this tree.</summary>
    /// <exception cref="CliException">As <see cref="OpenAsync"/>.</exception>
    public async Task<HashTile> TileAsync(int level, ulong number, CancellationToken cancellation)
    {
        if (edge.TryGetValue((level, number), out var tile))
            return tile;
        lock (gate)
        {
            if (cache.TryGetValue((level, number), out tile))
                return tile;
        }

        var above = await TileAsync(level + 1, number / TileId.FullWidth, cancellation);
        tile = (await ChildAsync(above, (int)(number % TileId.FullWidth), cancellation)).Tile;
        lock (gate)
        {
            // Thrown away whole when it is full: a walk from left to right never comes back.
            if (cache.Count >= CacheCapacity)
                cache.Clear();
            cache[(level, number)] = tile;
        }

        return tile;
    }

    /// <summary>(2) The full tile below a hash of a tile of this tree; not kept here.</summary>
    /// <exception cref="CliException">As <see cref="OpenAsync"/>.</exception>
    public async Task<(HashTile Tile, Served Served)> ChildAsync(HashTile above, int position, CancellationToken cancellation)
    {
        var id = new TileId(above.Id.Level - 1, above.Id.Number * TileId.FullWidth + (ulong)position, TileId.FullWidth);
        var served = await source(id, cancellation);
        var tile = Parse(id, served);
        return tile.Root == above[position]
            ? (tile, served)
            : throw Refused(served, "does not hash to the tile above it, which the ledger signed");
    }

    /// <summary>(3) The entries under a leaf tile of this tree.</summary>
    /// <exception cref="CliException">As <see cref="OpenAsync"/>.</exception>
    public async Task<(IReadOnlyList<ReadOnlyMemory<byte>> Entries, Served Served)> BundleAsync(HashTile leaves, CancellationToken cancellation)
    {
        var id = leaves.Id with { Level = TileId.Entries };
        var served = await source(id, cancellation);
        try
        {
            var entries = EntryBundle.Parse(id, served.Bytes);
            for (var i = 0; i < entries.Count; i++)
            {
                if (MerkleHash.Leaf(entries[i].Span) != leaves[i])
                    throw Refused(served, $"its entry {leaves.Id.Number * TileId.FullWidth + (ulong)i} is not the one that the ledger signed");
            }

            return (entries, served);
        }
        catch (MalformedException exception)
        {
            throw Refused(served, exception.Problem);
        }
    }

    /// <summary>The hash of an entry.</summary>
    public async Task<Hash> LeafAsync(ulong index, CancellationToken cancellation) =>
        (await TileAsync(0, index / TileId.FullWidth, cancellation))[(int)(index % TileId.FullWidth)];

    /// <summary>The root of the first entries, and the proof that they are this tree's.</summary>
    /// <param name="size">At most this tree's size.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="CliException">As <see cref="OpenAsync"/>.</exception>
    public async Task<(Hash Root, IReadOnlyList<Hash> Proof)> PrefixAsync(ulong size, CancellationToken cancellation)
    {
        if (size == 0)
            return (MerkleHash.EmptyRoot, []);
        if (size == Size)
            return (Checkpoint.Root, []);
        var nodes = await NodesAsync(size, cancellation);
        return (MerkleTree.Root(size, nodes), MerkleTree.Consistency(size, Size, nodes));
    }

    /// <summary>The frontier of the first entries, from which a reader can go on hashing.</summary>
    /// <param name="size">At most this tree's size.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="CliException">As <see cref="OpenAsync"/>.</exception>
    public async Task<CompactRange> RangeAsync(ulong size, CancellationToken cancellation)
    {
        if (size == 0)
            return new CompactRange();
        var nodes = await NodesAsync(size, cancellation);
        var levels = Enumerable.Range(0, 64).Reverse().Where(level => ((size >> level) & 1) == 1);
        return new CompactRange(size, levels.Select(level => nodes(level, (size >> level) - 1)));
    }

    /// <summary>
    /// The nodes that the frontier of the first entries and its proof need: they stand beside the way from the last of
    /// these entries to the root, or in the right edge.
    /// </summary>
    private async Task<NodeReader> NodesAsync(ulong size, CancellationToken cancellation)
    {
        var tiles = new Dictionary<(int Level, ulong Number), HashTile>(edge);
        for (var level = 0; level * TileId.Height < 64 && Size >> (level * TileId.Height) != 0; level++)
        {
            var number = level == 7 ? 0 : (size - 1) >> ((level + 1) * TileId.Height);
            if (new TileId(level, number, 1).ExistsIn(Size))
                tiles[(level, number)] = await TileAsync(level, number, cancellation);
        }

        return (level, index) =>
        {
            var row = level % TileId.Height;
            var tile = tiles[(level / TileId.Height, index >> (TileId.Height - row))];
            return tile.Node(row, (int)(index & ((1UL << (TileId.Height - row)) - 1)));
        };
    }

    private static HashTile Parse(TileId id, Served served)
    {
        try
        {
            return HashTile.Parse(id, served.Bytes);
        }
        catch (MalformedException exception)
        {
            throw Refused(served, exception.Problem);
        }
    }

    private static CliException Refused(Served served, string problem) => served.IsKept
        ? new(ExitCode.Failed, $"{served.Place}: {problem}", "nothing was overwritten; if the file was damaged here, move it away and run again")
        : new(ExitCode.Failed, $"{served.Place}: {problem}");
}
