namespace Notary.Core;

/// <summary>
/// The partial tiles along the right edge of a tree: one a level at most, and together they give its root. Whoever holds
/// a signed root checks these, and with them every full tile from above.
/// </summary>
public static class EdgeTiles
{
    private const int Levels = 64 / TileId.Height;

    /// <summary>The partial hash tiles of a tree, highest level first.</summary>
    public static IReadOnlyList<TileId> Of(ulong treeSize)
    {
        var tiles = new List<TileId>();
        for (var level = Levels - 1; level >= 0; level--)
        {
            var width = TileId.PartialWidth(level, treeSize);
            if (width > 0)
                tiles.Add(new TileId(level, (treeSize >> (level * TileId.Height)) / TileId.FullWidth, width));
        }

        return tiles;
    }

    /// <summary>The root that these tiles give.</summary>
    /// <param name="treeSize">Leaves in the tree.</param>
    /// <param name="tiles">Exactly those of <see cref="Of"/>, in its order.</param>
    public static Hash Root(ulong treeSize, IReadOnlyList<HashTile> tiles)
    {
        if (!tiles.Select(tile => tile.Id).SequenceEqual(Of(treeSize)))
            throw new ArgumentException($"These are not the edge tiles of a tree of {treeSize} leaves.", nameof(tiles));
        return new CompactRange(treeSize, tiles.SelectMany(tile => tile.Frontier())).Root();
    }
}
