namespace Notary.Core;

/// <summary>
/// The RFC 6962 tree over a folder's leaf hashes, with every perfect subtree kept (as many hashes again as leaves), so
/// that any path is read off, not computed.
/// </summary>
internal sealed class FolderTree
{
    // levels[k][i]: the root over the leaves [i * 2^k, (i + 1) * 2^k).
    private readonly List<Hash[]> levels;

    /// <param name="leaves">Ascending, at least one; owned by the tree from here on.</param>
    public FolderTree(Hash[] leaves)
    {
        levels = [leaves];
        for (var below = leaves; below.Length > 1;)
        {
            var level = new Hash[below.Length / 2];
            for (var i = 0; i < level.Length; i++)
                level[i] = MerkleHash.Node(below[2 * i], below[2 * i + 1]);
            levels.Add(level);
            below = level;
        }
        Root = MerkleTree.Root(Size, Node);
    }

    public Hash Root { get; }

    public IReadOnlyList<Hash> Leaves => levels[0];

    private ulong Size => (ulong)levels[0].Length;

    /// <summary>The steps from a leaf to the root, or null when it is not in the tree.</summary>
    public IReadOnlyList<PathStep>? PathTo(in Hash leaf)
    {
        var index = Array.BinarySearch(levels[0], leaf);
        if (index < 0)
            return null;
        return MerkleTree.Steps((ulong)index, Size, MerkleTree.Inclusion((ulong)index, Size, Node));
    }

    private Hash Node(int level, ulong index) => levels[level][index];
}
