using Notary.Core;

namespace Notary.Tests.Support;

/// <summary>
/// RFC 6962 §2.1 written down as the RFC states it, slow and recursive: the oracle for everything faster.
/// </summary>
internal static class ReferenceTree
{
    public static Hash Root(ReadOnlySpan<Hash> leaves) => leaves.Length switch
    {
        0 => Hash.Of([]),
        1 => leaves[0],
        _ => Join(Root(leaves[..Split(leaves.Length)]), Root(leaves[Split(leaves.Length)..])),
    };

    public static List<Hash> Inclusion(int index, ReadOnlySpan<Hash> leaves)
    {
        if (leaves.Length == 1)
            return [];
        var k = Split(leaves.Length);
        return index < k
            ? [.. Inclusion(index, leaves[..k]), Root(leaves[k..])]
            : [.. Inclusion(index - k, leaves[k..]), Root(leaves[..k])];
    }

    public static List<Hash> Consistency(int first, ReadOnlySpan<Hash> leaves, bool whole = true)
    {
        if (first == leaves.Length)
            return whole ? [] : [Root(leaves)];
        var k = Split(leaves.Length);
        return first <= k
            ? [.. Consistency(first, leaves[..k], whole), Root(leaves[k..])]
            : [.. Consistency(first - k, leaves[k..], false), Root(leaves[..k])];
    }

    /// <summary>
    /// Perfect subtrees of the leaves, for the code under test to read. An incomplete one is outside the array and
    /// throws, as asking for it is an error.
    /// </summary>
    public static NodeReader Nodes(Hash[] leaves) =>
        (level, index) => Root(leaves.AsSpan(checked((int)index << level), 1 << level));

    public static Hash[] Leaves(int count)
    {
        var leaves = new Hash[count];
        for (var i = 0; i < count; i++)
            leaves[i] = Hash.Of(BitConverter.GetBytes(i));
        return leaves;
    }

    private static int Split(int n)
    {
        var k = 1;
        while (k * 2 < n)
            k *= 2;
        return k;
    }

    private static Hash Join(Hash left, Hash right) => Hash.Of([1, .. left.ToArray(), .. right.ToArray()]);
}
