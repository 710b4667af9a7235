using System.Numerics;

namespace Notary.Core;

/// <summary>
/// The frontier of an RFC 6962 tree: the roots of its perfect subtrees, largest first, one for each one bit of the size.
/// All that appending and the root need. Not safe for concurrent use.
/// </summary>
public sealed class CompactRange
{
    private readonly List<Hash> nodes;

    /// <summary>The frontier of the empty tree.</summary>
    public CompactRange() => nodes = [];

    /// <param name="size">Leaves in the tree.</param>
    /// <param name="nodes">Its perfect subtrees' roots, largest first.</param>
    /// <exception cref="ArgumentException">Not one node for each one bit of the size.</exception>
    public CompactRange(ulong size, IEnumerable<Hash> nodes)
    {
        this.nodes = [.. nodes];
        if (this.nodes.Count != BitOperations.PopCount(size))
            throw new ArgumentException($"A tree of {size} leaves has {BitOperations.PopCount(size)} perfect subtrees.", nameof(nodes));
        Size = size;
    }

    /// <summary>Leaves in the tree.</summary>
    public ulong Size { get; private set; }

    /// <summary>The roots of the perfect subtrees, largest first.</summary>
    public IReadOnlyList<Hash> Nodes => nodes;

    public CompactRange Clone() => new(Size, nodes);

    /// <summary>Adds a leaf hash at the right.</summary>
    public void Append(in Hash leaf)
    {
        var node = leaf;
        // A trailing one bit of the size is a subtree as large as the one being carried: the two become one.
        for (var rest = Size; (rest & 1) == 1; rest >>= 1)
        {
            node = MerkleHash.Node(nodes[^1], node);
            nodes.RemoveAt(nodes.Count - 1);
        }

        nodes.Add(node);
        Size++;
    }

    /// <summary>The root of the whole tree.</summary>
    public Hash Root()
    {
        if (nodes.Count == 0)
            return MerkleHash.EmptyRoot;
        var root = nodes[^1];
        for (var i = nodes.Count - 2; i >= 0; i--)
            root = MerkleHash.Node(nodes[i], root);
        return root;
    }
}
