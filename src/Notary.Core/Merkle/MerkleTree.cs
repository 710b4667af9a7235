using System.Numerics;

namespace Notary.Core;

/// <summary>
/// Reads the root of the perfect subtree over the leaves [<paramref name="index"/>·2^<paramref name="level"/>,
/// (<paramref name="index"/>+1)·2^<paramref name="level"/>). It is only asked for subtrees that are complete.
/// </summary>
public delegate Hash NodeReader(int level, ulong index);

/// <summary>
/// Inclusion and consistency proofs: built as RFC 6962 §2.1.1 and §2.1.2 define them, verified as RFC 9162 §2.1.3.2 and
/// §2.1.4.2 do. Sizes and indexes are unsigned 64-bit.
/// </summary>
public static class MerkleTree
{
    /// <summary>The root of the first <paramref name="size"/> leaves.</summary>
    public static Hash Root(ulong size, NodeReader nodes) =>
        size == 0 ? MerkleHash.EmptyRoot : new RightEdge(size, nodes).At(RightEdge.Height(size));

    /// <summary>The siblings on the way from leaf <paramref name="index"/> to the root of <paramref name="size"/> leaves.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is not below the size.</exception>
    public static IReadOnlyList<Hash> Inclusion(ulong index, ulong size, NodeReader nodes) =>
        Inclusion(index, new RightEdge(size, nodes), nodes);

    internal static List<Hash> Inclusion(ulong index, RightEdge edge, NodeReader nodes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, edge.Size);
        var height = RightEdge.Height(edge.Size);
        var path = new List<Hash>(height);
        for (var level = 0; level < height; level++)
        {
            var sibling = (index >> level) ^ 1;
            var complete = edge.Size >> level;
            if (sibling < complete)
                path.Add(nodes(level, sibling));
            else if (sibling == complete && edge.Reaches(level))
                path.Add(edge.At(level));
            // Otherwise nothing stands to the right: the node is its own parent.
        }

        return path;
    }

    /// <summary>The nodes that show the tree of <paramref name="first"/> leaves to be a prefix of the one of <paramref name="second"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 ≤ first ≤ second.</exception>
    public static IReadOnlyList<Hash> Consistency(ulong first, ulong second, NodeReader nodes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, second);
        if (first == second)
            return [];
        // The verifier starts from the largest perfect subtree that ends at `first`; it knows that node already when it
        // is the whole first tree.
        var level = BitOperations.TrailingZeroCount(first);
        var node = (first >> level) - 1;
        var edge = new RightEdge(second, nodes);
        var path = new List<Hash>(Limits.ProofHashes + 1);
        if (node != 0)
            path.Add(nodes(level, node));
        for (var height = RightEdge.Height(second); level < height; level++, node >>= 1)
        {
            var sibling = node ^ 1;
            var complete = second >> level;
            if (sibling < complete)
                path.Add(nodes(level, sibling));
            else if (sibling == complete && edge.Reaches(level))
                path.Add(edge.At(level));
        }

        return path;
    }

    /// <summary>The root that leaf and path lead to, or null when the path has not the length that index and size demand.</summary>
    public static Hash? RootFromInclusion(ulong index, ulong size, in Hash leaf, IReadOnlyList<Hash> path)
    {
        if (index >= size)
            return null;
        var (fn, sn, root) = (index, size - 1, leaf);
        foreach (var sibling in path)
        {
            if (sn == 0)
                return null;
            if ((fn & 1) == 1 || fn == sn)
            {
                root = MerkleHash.Node(sibling, root);
                while ((fn & 1) == 0 && fn != 0)
                    (fn, sn) = (fn >> 1, sn >> 1);
            }
            else
            {
                root = MerkleHash.Node(root, sibling);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 ? root : null;
    }

    /// <summary>
    /// The siblings of an inclusion path with the sides that they stand on, or null when the path has not the length that
    /// index and size demand.
    /// </summary>
    public static IReadOnlyList<PathStep>? Steps(ulong index, ulong size, IReadOnlyList<Hash> path)
    {
        if (index >= size)
            return null;
        var (node, last) = (index, size - 1);
        var steps = new List<PathStep>(path.Count);
        foreach (var sibling in path)
        {
            if (last == 0)
                return null;
            // A last node without a sibling of its own level is its own parent (RFC 9162 2.1.3.2).
            while ((node & 1) == 0 && node == last)
                (node, last) = (node >> 1, last >> 1);
            steps.Add(new PathStep(Left: (node & 1) == 1, sibling));
            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 ? steps : null;
    }

    public static bool VerifyInclusion(ulong index, ulong size, in Hash leaf, IReadOnlyList<Hash> path, in Hash root) =>
        RootFromInclusion(index, size, leaf, path) is { } found && found == root;

    /// <summary>
    /// Whether the tree <paramref name="firstRoot"/> of <paramref name="first"/> leaves is a prefix of the one of
    /// <paramref name="second"/>. Equal sizes take an empty proof and equal roots; a first size of 0 is never consistent,
    /// since it would say nothing.
    /// </summary>
    public static bool VerifyConsistency(
        ulong first, ulong second, in Hash firstRoot, in Hash secondRoot, IReadOnlyList<Hash> path)
    {
        if (first == 0 || first > second)
            return false;
        if (first == second)
            return path.Count == 0 && firstRoot == secondRoot;
        var whole = BitOperations.IsPow2(first);
        if (!whole && path.Count == 0)
            return false;
        var (fn, sn) = (first - 1, second - 1);
        while ((fn & 1) == 1)
            (fn, sn) = (fn >> 1, sn >> 1);
        var fr = whole ? firstRoot : path[0];
        var sr = fr;
        for (var i = whole ? 0 : 1; i < path.Count; i++)
        {
            if (sn == 0)
                return false;
            if ((fn & 1) == 1 || fn == sn)
            {
                fr = MerkleHash.Node(path[i], fr);
                sr = MerkleHash.Node(path[i], sr);
                while ((fn & 1) == 0 && fn != 0)
                    (fn, sn) = (fn >> 1, sn >> 1);
            }
            else
            {
                sr = MerkleHash.Node(sr, path[i]);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 && fr == firstRoot && sr == secondRoot;
    }
}
