namespace Notary.Core;

/// <summary>
/// The incomplete subtrees along the right edge of a tree of one size: what a proof needs beside the perfect subtrees.
/// Built once a size in as many hashes as the size has one bits.
/// </summary>
internal sealed class RightEdge
{
    private readonly Hash[] hashes;

    public RightEdge(ulong size, NodeReader nodes)
    {
        Size = size;
        hashes = new Hash[Height(size) + 1];
        Hash? edge = null;
        for (var level = 0; level < hashes.Length; level++)
        {
            hashes[level] = edge ?? default;
            if (level == 64 || ((size >> level) & 1) == 0)
                continue;
            var perfect = nodes(level, (size >> level) - 1);
            edge = edge is { } rest ? MerkleHash.Node(perfect, rest) : perfect;
            // At the top the edge is the whole tree, whether or not that is perfect.
            if (level == hashes.Length - 1)
                hashes[level] = edge.Value;
        }
    }

    /// <summary>Leaves in the tree.</summary>
    public ulong Size { get; }

    /// <summary>Levels between leaf and root.</summary>
    public static int Height(ulong size) => size <= 1 ? 0 : 64 - System.Numerics.BitOperations.LeadingZeroCount(size - 1);

    /// <summary>Whether any leaf stands to the right of the complete subtrees of this level.</summary>
    public bool Reaches(int level) => level > 0 && (Size & ((1UL << level) - 1)) != 0;

    /// <summary>The hash over the leaves from the last complete subtree of this level to the end; at the top, the root.</summary>
    public Hash At(int level) => hashes[level];
}
