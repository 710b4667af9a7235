using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>RFC 6962 and RFC 9162 trees against a reference written as the RFC states it.</summary>
public sealed class MerkleTreeTests
{
    private const int Most = 70;

    [Fact]
    public void Roots_and_inclusion_proofs_of_all_small_trees_equal_the_reference()
    {
        for (var size = 1; size <= Most; size++)
        {
            var leaves = ReferenceTree.Leaves(size);
            var (nodes, root) = (ReferenceTree.Nodes(leaves), ReferenceTree.Root(leaves));
            Assert.Equal(root, MerkleTree.Root((ulong)size, nodes));
            for (var index = 0; index < size; index++)
            {
                var path = MerkleTree.Inclusion((ulong)index, (ulong)size, nodes);
                Assert.Equal(ReferenceTree.Inclusion(index, leaves), path);
                Assert.True(MerkleTree.VerifyInclusion((ulong)index, (ulong)size, leaves[index], path, root));
            }
        }
    }

    [Fact]
    public void Consistency_proofs_of_all_small_trees_equal_the_reference()
    {
        for (var second = 1; second <= Most; second++)
        {
            var leaves = ReferenceTree.Leaves(second);
            var root = ReferenceTree.Root(leaves);
            for (var first = 1; first <= second; first++)
            {
                var proof = MerkleTree.Consistency((ulong)first, (ulong)second, ReferenceTree.Nodes(leaves));
                Assert.Equal(ReferenceTree.Consistency(first, leaves), proof);
                Assert.True(MerkleTree.VerifyConsistency(
                    (ulong)first, (ulong)second, ReferenceTree.Root(leaves.AsSpan(0, first)), root, proof));
            }
        }
    }

    [Fact]
    public void An_inclusion_proof_holds_for_no_other_index_leaf_or_path()
    {
        for (var size = 1; size <= 20; size++)
        {
            var leaves = ReferenceTree.Leaves(size);
            var root = ReferenceTree.Root(leaves);
            for (var index = 0; index < size; index++)
            {
                var path = ReferenceTree.Inclusion(index, leaves);
                bool Verify(ulong i, Hash leaf, List<Hash> p) => MerkleTree.VerifyInclusion(i, (ulong)size, leaf, p, root);
                foreach (var changed in PathMutations.Of(path))
                    Assert.False(Verify((ulong)index, leaves[index], changed));
                for (var other = 0UL; other < 24; other++)
                    Assert.Equal(other == (ulong)index, Verify(other, leaves[index], path));
                Assert.False(Verify((ulong)index, Hash.Of([8]), path));
            }
        }
    }

    [Fact]
    public void An_inner_node_is_never_accepted_as_a_leaf()
    {
        var leaves = ReferenceTree.Leaves(8);
        var path = ReferenceTree.Inclusion(2, leaves);
        // Whoever presents the two children as one entry gets the leaf prefix before them.
        var entry = (byte[])[.. leaves[2].ToArray(), .. leaves[3].ToArray()];
        Assert.False(MerkleTree.VerifyInclusion(1, 4, MerkleHash.Leaf(entry), path[1..], ReferenceTree.Root(leaves)));
        Assert.True(MerkleTree.VerifyInclusion(1, 4, MerkleHash.Node(leaves[2], leaves[3]), path[1..], ReferenceTree.Root(leaves)));
    }

    [Fact]
    public void A_consistency_proof_holds_for_no_other_roots_or_path()
    {
        for (var second = 2; second <= 18; second++)
        {
            var leaves = ReferenceTree.Leaves(second);
            var root = ReferenceTree.Root(leaves);
            for (var first = 1; first < second; first++)
            {
                var old = ReferenceTree.Root(leaves.AsSpan(0, first));
                var proof = ReferenceTree.Consistency(first, leaves);
                bool Verify(ulong a, ulong b, Hash x, Hash y, List<Hash> p) => MerkleTree.VerifyConsistency(a, b, x, y, p);
                foreach (var changed in PathMutations.Of(proof))
                    Assert.False(Verify((ulong)first, (ulong)second, old, root, changed));
                Assert.False(Verify((ulong)first, (ulong)second, root, old, proof));
                Assert.False(Verify((ulong)first, (ulong)second, Hash.Of([7]), root, proof));
                Assert.False(Verify((ulong)first, (ulong)second, old, Hash.Of([7]), proof));
                Assert.False(Verify((ulong)second, (ulong)first, old, root, proof));
                Assert.False(Verify(0, (ulong)second, MerkleHash.EmptyRoot, root, proof));
            }
        }
    }

    [Fact]
    public void Equal_sizes_are_consistent_with_an_empty_proof_and_equal_roots_alone()
    {
        var root = Hash.Of([1]);
        Assert.True(MerkleTree.VerifyConsistency(5, 5, root, root, []));
        Assert.False(MerkleTree.VerifyConsistency(5, 5, root, root, [root]));
        Assert.False(MerkleTree.VerifyConsistency(5, 5, root, Hash.Of([2]), []));
        Assert.False(MerkleTree.VerifyConsistency(0, 0, root, root, []));
    }

    [Fact]
    public void Proofs_in_trees_of_up_to_2_to_the_40_verify_and_ask_only_for_complete_subtrees()
    {
        // A tree of equal leaves: the perfect subtree of a level has one hash, whatever its index.
        var perfect = new Hash[64];
        perfect[0] = MerkleHash.Leaf("equal"u8);
        for (var level = 1; level < perfect.Length; level++)
            perfect[level] = MerkleHash.Node(perfect[level - 1], perfect[level - 1]);
        var random = new Random(20261122);
        for (var round = 0; round < 300; round++)
        {
            var size = round < 4 ? (1UL << 40) - (ulong)round : (ulong)random.NextInt64(1, 1L << random.Next(1, 41));
            var index = (ulong)random.NextInt64(0, (long)size);
            var first = (ulong)random.NextInt64(1, (long)size + 1);
            Hash Node(int level, ulong at)
            {
                Assert.True((at + 1) << level <= size, $"level {level} index {at} of {size}");
                return perfect[level];
            }

            var root = MerkleTree.Root(size, Node);
            var path = MerkleTree.Inclusion(index, size, Node);
            Assert.True(MerkleTree.VerifyInclusion(index, size, perfect[0], path, root));
            Assert.InRange(path.Count, 0, 40);
            var proof = MerkleTree.Consistency(first, size, Node);
            Assert.True(MerkleTree.VerifyConsistency(first, size, MerkleTree.Root(first, Node), root, proof));
        }
    }

    [Fact]
    public void The_largest_sizes_neither_overflow_nor_verify()
    {
        Hash[] path = [.. Enumerable.Repeat(Hash.Of([1]), 64)];
        Assert.Null(MerkleTree.RootFromInclusion(ulong.MaxValue, ulong.MaxValue, path[0], path));
        Assert.NotNull(MerkleTree.RootFromInclusion(0, ulong.MaxValue, path[0], path));
        Assert.Null(MerkleTree.RootFromInclusion(0, ulong.MaxValue, path[0], path[1..]));
        Assert.False(MerkleTree.VerifyConsistency(ulong.MaxValue - 1, ulong.MaxValue, path[0], path[1], path));
        Assert.False(MerkleTree.VerifyConsistency(1UL << 63, ulong.MaxValue, path[0], path[1], path));
    }

    [Fact]
    public void Proofs_refuse_an_index_or_size_outside_the_tree()
    {
        var nodes = ReferenceTree.Nodes(ReferenceTree.Leaves(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.Inclusion(4, 4, nodes));
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.Inclusion(0, 0, nodes));
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.Consistency(0, 4, nodes));
        Assert.Throws<ArgumentOutOfRangeException>(() => MerkleTree.Consistency(5, 4, nodes));
    }
}
