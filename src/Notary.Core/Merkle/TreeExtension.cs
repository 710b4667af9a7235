namespace Notary.Core;

/// <summary>
/// One batch of appended leaves: the old tree's frontier and the new leaves are all that the new root and the proofs of
/// the new leaves need. A left sibling that lies wholly before the batch is a node of the old frontier, because its
/// parent was not complete; every other sibling was completed by the batch or is part of the right edge.
/// </summary>
public sealed class TreeExtension
{
    private readonly CompactRange before;
    private readonly List<Level> levels = [];
    private readonly RightEdge edge;

    /// <param name="before">The frontier of the tree so far; not changed.</param>
    /// <param name="leaves">Leaf hashes to append, at least one.</param>
    public TreeExtension(CompactRange before, IReadOnlyList<Hash> leaves)
    {
        ArgumentOutOfRangeException.ThrowIfZero(leaves.Count);
        this.before = before.Clone();
        Size = before.Size + (ulong)leaves.Count;
        levels.Add(new Level(before.Size, leaves));
        for (var level = 0; Build(level) is { } next; level++)
            levels.Add(next);
        After = new CompactRange(Size, Frontier());
        edge = new RightEdge(Size, Node);
    }

    /// <summary>Leaves in the tree with the batch.</summary>
    public ulong Size { get; }

    /// <summary>The frontier of the tree with the batch.</summary>
    public CompactRange After { get; }

    /// <summary>The root of the tree with the batch.</summary>
    public Hash Root => edge.At(RightEdge.Height(Size));

    /// <summary>The inclusion path of a leaf of the batch in the tree with the batch.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The leaf is not of the batch.</exception>
    public IReadOnlyList<Hash> Inclusion(ulong index)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(index, before.Size);
        return MerkleTree.Inclusion(index, edge, Node);
    }

    /// <summary>The perfect subtrees' roots of one level that the batch completed, from <paramref name="first"/> on.</summary>
    public IReadOnlyList<Hash> NewNodes(int level, out ulong first)
    {
        first = level < levels.Count ? levels[level].First : Size >> level;
        return level < levels.Count ? levels[level].Nodes : [];
    }

    private Level? Build(int level)
    {
        var first = before.Size >> (level + 1);
        var count = (int)((Size >> (level + 1)) - first);
        if (count == 0)
            return null;
        var nodes = new Hash[count];
        for (var i = 0; i < count; i++)
        {
            var left = (first + (ulong)i) << 1;
            nodes[i] = MerkleHash.Node(Node(level, left), Node(level, left + 1));
        }

        return new Level(first, nodes);
    }

    private Hash Node(int level, ulong index)
    {
        if (level < levels.Count && index >= levels[level].First)
            return levels[level].Nodes[(int)(index - levels[level].First)];
        // The old frontier, largest first: this level's node comes after one for each higher bit of the size.
        var position = System.Numerics.BitOperations.PopCount(before.Size >> level) - 1;
        return before.Nodes[position];
    }

    private IEnumerable<Hash> Frontier()
    {
        for (var level = 63; level >= 0; level--)
        {
            if (((Size >> level) & 1) == 1)
                yield return Node(level, (Size >> level) - 1);
        }
    }

    private readonly record struct Level(ulong First, IReadOnlyList<Hash> Nodes);
}
