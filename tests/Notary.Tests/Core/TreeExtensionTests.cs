using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Core;

public sealed class TreeExtensionTests
{
    [Fact]
    public void Every_split_of_a_tree_into_old_and_new_gives_the_reference_roots_proofs_and_nodes()
    {
        for (var size = 1; size <= 40; size++)
        {
            var leaves = ReferenceTree.Leaves(size);
            for (var old = 0; old < size; old++)
            {
                var extension = new TreeExtension(Range(leaves.AsSpan(0, old)), leaves[old..]);
                Assert.Equal((ulong)size, extension.Size);
                Assert.Equal(ReferenceTree.Root(leaves), extension.Root);
                Assert.Equal(Range(leaves).Nodes, extension.After.Nodes);
                for (var index = old; index < size; index++)
                    Assert.Equal(ReferenceTree.Inclusion(index, leaves), extension.Inclusion((ulong)index));
                AssertNewNodes(extension, leaves, old);
            }
        }
    }

    [Fact]
    public void A_leaf_of_the_old_tree_has_no_proof_in_the_extension()
    {
        var extension = new TreeExtension(Range(ReferenceTree.Leaves(3)), ReferenceTree.Leaves(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => extension.Inclusion(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => extension.Inclusion(5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TreeExtension(new CompactRange(), []));
    }

    [Fact]
    public void A_compact_range_appends_as_the_reference_and_refuses_a_frontier_of_another_size()
    {
        var leaves = ReferenceTree.Leaves(130);
        var range = new CompactRange();
        Assert.Equal(Hash.Of([]), range.Root());
        for (var size = 1; size <= leaves.Length; size++)
        {
            range.Append(leaves[size - 1]);
            Assert.Equal(ReferenceTree.Root(leaves.AsSpan(0, size)), range.Root());
            Assert.Equal(range.Root(), new CompactRange(range.Size, range.Nodes).Root());
        }

        Assert.Throws<ArgumentException>(() => new CompactRange(3, [leaves[0]]));
    }

    private static void AssertNewNodes(TreeExtension extension, Hash[] leaves, int old)
    {
        for (var level = 0; level < 7; level++)
        {
            var nodes = extension.NewNodes(level, out var first);
            Assert.Equal((leaves.Length >> level) - (old >> level), nodes.Count);
            for (var i = 0; i < nodes.Count; i++)
            {
                Assert.Equal((ulong)old >> level, first);
                Assert.Equal(ReferenceTree.Root(leaves.AsSpan((int)(first + (ulong)i) << level, 1 << level)), nodes[i]);
            }
        }
    }

    private static CompactRange Range(ReadOnlySpan<Hash> leaves)
    {
        var range = new CompactRange();
        foreach (var leaf in leaves)
            range.Append(leaf);
        return range;
    }
}
