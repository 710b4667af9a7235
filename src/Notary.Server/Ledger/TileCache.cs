namespace Notary.Server;

/// <summary>
/// Full tiles that were verified up to a signed root, the least recently used one dropped when there are too many. A tile
/// takes 16 KiB with the nodes above it.
/// </summary>
internal sealed class TileCache(int capacity)
{
    /// <summary>32 MiB.</summary>
    public const int DefaultCapacity = 2_048;

    private readonly Dictionary<(int Level, ulong Number), LinkedListNode<TileNodes>> tiles = [];
    private readonly LinkedList<TileNodes> byUse = [];
    private readonly Lock gate = new();

    public TileNodes? Find(int level, ulong number)
    {
        lock (gate)
        {
            if (!tiles.TryGetValue((level, number), out var node))
                return null;
            byUse.Remove(node);
            byUse.AddFirst(node);
            return node.Value;
        }
    }

    public void Add(TileNodes tile)
    {
        lock (gate)
        {
            if (tiles.ContainsKey((tile.Level, tile.Number)))
                return;
            tiles.Add((tile.Level, tile.Number), byUse.AddFirst(tile));
            if (tiles.Count <= capacity)
                return;
            var last = byUse.Last!.Value;
            byUse.RemoveLast();
            tiles.Remove((last.Level, last.Number));
        }
    }
}
