using Notary.Core;

namespace Notary.Server;

/// <summary>Carries the growing tiles of the right edge from one tree size to the next, without hashing anything.</summary>
internal static class EdgeGrowth
{
    /// <summary>
    /// Writes the nodes that a batch completed into the tiles. The growing tiles are shared with the heads before: if the
    /// batch is never committed, what it wrote stands beyond every published size and is written over by the next one.
    /// </summary>
    /// <param name="edge">The growing tiles of the tree before, by tile level.</param>
    /// <param name="tree">The batch.</param>
    /// <param name="filled">The tiles that the batch filled, by level, then number.</param>
    /// <returns>The growing tiles of the tree with the batch.</returns>
    public static IReadOnlyList<TileNodes> Extend(
        IReadOnlyList<TileNodes> edge, TreeExtension tree, out IReadOnlyList<TileNodes> filled)
    {
        var levels = new List<TileNodes[]>();
        while (levels.Count < 8 && tree.Size >> (levels.Count * TileId.Height) != 0)
            levels.Add(Touched(edge, levels.Count, tree.Size));
        for (var treeLevel = 0; tree.NewNodes(treeLevel, out var first) is { Count: > 0 } nodes; treeLevel++)
            Place(levels, treeLevel, first, nodes);
        filled = [.. levels.SelectMany(tiles => tiles.SkipLast(1))];
        return [.. levels.Select(tiles => tiles[^1])];
    }

    /// <summary>A level's tiles from the one that was growing to the one that grows next; all but the last get full.</summary>
    private static TileNodes[] Touched(IReadOnlyList<TileNodes> edge, int level, ulong size)
    {
        var growing = level < edge.Count ? edge[level] : new TileNodes(level, 0);
        var bits = (level + 1) * TileId.Height;
        var last = bits >= 64 ? 0 : size >> bits;
        var tiles = new TileNodes[(int)(last - growing.Number) + 1];
        tiles[0] = growing;
        for (var i = 1; i < tiles.Length; i++)
            tiles[i] = new TileNodes(level, growing.Number + (ulong)i);
        return tiles;
    }

    private static void Place(List<TileNodes[]> levels, int treeLevel, ulong first, IReadOnlyList<Hash> nodes)
    {
        var level = treeLevel / TileId.Height;
        for (var i = 0; i < nodes.Count; i++)
        {
            var index = first + (ulong)i;
            var (number, row, position) = TileNodes.Locate(treeLevel, index);
            levels[level][(int)(number - levels[level][0].Number)][row, position] = nodes[i];
            // The same node is the top of the full tile below.
            if (row == 0 && level > 0)
                levels[level - 1][(int)(index - levels[level - 1][0].Number)][TileId.Height, 0] = nodes[i];
        }
    }
}
