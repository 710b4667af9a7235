using System.Text;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>The tree behind the ledger: growth batch by batch, and sizes that nobody can fill in a test.</summary>
public sealed class LedgerTreeTests
{
    private static readonly SigningKey Key = SigningKey.Create("ledger.example.org/tree", new byte[32]);

    [Theory]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    public void A_tree_around_65536_grows_and_loads_as_the_reference_says(int size)
    {
        using var folder = new TemporaryFolder();
        using var store = SqliteStore.Open(Path.Combine(folder.Path, "ledger.db"));
        var leaves = new List<Hash>();
        var head = Grow(store, size, 9_001, leaves);
        var all = leaves.ToArray();
        var root = ReferenceTree.Root(all);
        Assert.Equal(root, head.Root);
        var tree = new TreeReader(store, new TileCache(64));
        var loaded = new HeadLoader(store, tree, Key.Verifier).Load()!;
        Assert.Equal(head.Signed.Checkpoint, loaded.Signed.Checkpoint);
        Assert.Equal(head.Frontier.Nodes, loaded.Frontier.Nodes);
        foreach (var index in new[] { 0, 1, 255, 256, 32_767, 65_279, 65_280, size - 1 })
        {
            var path = MerkleTree.Inclusion((ulong)index, (ulong)size, tree.At(loaded));
            Assert.True(MerkleTree.VerifyInclusion((ulong)index, (ulong)size, all[index], path, root));
            Assert.Equal(path, MerkleTree.Inclusion((ulong)index, (ulong)size, tree.At(head)));
        }
    }

    [Fact]
    public void Growing_in_any_batches_fills_the_same_tiles()
    {
        foreach (var seed in Enumerable.Range(1, 6))
        {
            var random = new Random(seed);
            var leaves = ReferenceTree.Leaves(1_500);
            var (frontier, edge) = (new CompactRange(), (IReadOnlyList<TileNodes>)[]);
            var filled = new Dictionary<(int, ulong), TileNodes>();
            while (frontier.Size < (ulong)leaves.Length)
            {
                var count = Math.Min(random.Next(1, 700), leaves.Length - (int)frontier.Size);
                var tree = new TreeExtension(frontier, leaves[(int)frontier.Size..((int)frontier.Size + count)]);
                edge = EdgeGrowth.Extend(edge, tree, out var full);
                foreach (var tile in full)
                    filled.Add((tile.Level, tile.Number), tile);
                frontier = tree.After;
                AssertTiles(leaves.AsSpan(0, (int)frontier.Size), edge, filled);
            }
        }
    }

    [Theory]
    [InlineData(1UL << 40)]
    [InlineData((1UL << 40) - 1)]
    [InlineData((1UL << 40) - 256)]
    [InlineData((1UL << 32) + (1UL << 24) + 1)]
    [InlineData(1_099_511_600_123)]
    [InlineData(5_000_000)]
    public void A_ledger_of_any_size_loads_and_proves(ulong size)
    {
        using var store = new UniformStore(size, Key);
        var tree = new TreeReader(store, new TileCache(512));
        var head = new HeadLoader(store, tree, Key.Verifier).Load()!;
        Assert.Equal(size, head.Size);
        // A tile that is not full is read 255 times at most, once a level.
        Assert.InRange(store.TilesRead, 0, 255 * 5);
        foreach (var index in (ulong[])[0, 1, size / 3, size / 2, size - 2, size - 1])
        {
            var path = MerkleTree.Inclusion(index, size, tree.At(head));
            Assert.True(MerkleTree.VerifyInclusion(index, size, UniformStore.Leaf, path, head.Root));
        }

        foreach (var first in (ulong[])[1, 255, 256, size / 7, size - 1, size])
        {
            var path = MerkleTree.Consistency(first, size, tree.At(head));
            Assert.True(MerkleTree.VerifyConsistency(first, size, UniformStore.Root(first), head.Root, path));
        }
    }

    [Fact]
    public void A_huge_ledger_takes_appends()
    {
        using var store = new UniformStore((1UL << 40) - 3, Key);
        var head = new HeadLoader(store, new TreeReader(store, new TileCache(512)), Key.Verifier).Load()!;
        for (var i = 0; i < 3; i++)
        {
            var batch = new LedgerBatch(
                head, [.. Enumerable.Range(0, 2).Select(_ => new NewEntry(UniformStore.Entry, default, default, null, null))], DateTimeOffset.UnixEpoch, Key);
            head = batch.Head;
            Assert.Equal(UniformStore.Root(head.Size), head.Root);
            Assert.Equal(i == 1 ? [0, 1, 2, 3, 4] : [], batch.Filled.Select(tile => tile.Level));
        }
    }

    [Fact]
    public void A_proof_is_printed_as_the_format_prints_it()
    {
        var leaves = ReferenceTree.Leaves(70);
        for (var size = 1; size <= leaves.Length; size += 3)
        {
            var note = SignedNote.Sign(new Checkpoint(Key.Verifier.Name, (ulong)size, ReferenceTree.Root(leaves.AsSpan(0, size))).ToText(), Key);
            var path = ReferenceTree.Inclusion(size / 2, leaves.AsSpan(0, size));
            var printed = ProofText.Print((ulong)size / 2, path, Encoding.UTF8.GetBytes(note.ToString()));
            Assert.Equal(new TlogProof((ulong)size / 2, path, note).ToString(), Encoding.UTF8.GetString(printed));
        }
    }

    [Fact]
    public void The_cache_forgets_what_was_used_least_recently()
    {
        var cache = new TileCache(3);
        for (var number = 0UL; number < 3; number++)
            cache.Add(new TileNodes(0, number));
        Assert.NotNull(cache.Find(0, 0));
        cache.Add(new TileNodes(0, 3));
        Assert.Null(cache.Find(0, 1));
        foreach (var number in (ulong[])[0, 2, 3])
            Assert.Equal(number, cache.Find(0, number)!.Number);
        Assert.Null(cache.Find(1, 0));
    }

    private static LedgerHead Grow(SqliteStore store, int size, int step, List<Hash> leaves)
    {
        LedgerHead? head = null;
        while (leaves.Count < size)
        {
            var entries = Enumerable.Range(leaves.Count, Math.Min(step, size - leaves.Count))
                .Select(i => new NewEntry(Encoding.UTF8.GetBytes($"notary.test/v1\nn {i}\n"), default, default, null, null)).ToArray();
            leaves.AddRange(entries.Select(entry => MerkleHash.Leaf(entry.Entry.Span)));
            var batch = new LedgerBatch(head, entries, DateTimeOffset.UnixEpoch, Key);
            Assert.Equal(AppendOutcome.Appended, store.Append(batch.Append));
            head = batch.Head;
        }

        return head!;
    }

    private static void AssertTiles(
        ReadOnlySpan<Hash> leaves, IReadOnlyList<TileNodes> edge, Dictionary<(int, ulong), TileNodes> filled)
    {
        var row = leaves.ToArray();
        for (var level = 0; row.Length > 0; level++)
        {
            var full = row.Length / TileId.FullWidth;
            Assert.Equal(((ulong)full, level), (edge[level].Number, edge[level].Level));
            Assert.Equal(Bytes(row[(full * TileId.FullWidth)..]), edge[level].ToBytes(row.Length % TileId.FullWidth));
            for (var number = 0; number < full; number++)
            {
                var hashes = row[(number * TileId.FullWidth)..((number + 1) * TileId.FullWidth)];
                Assert.Equal(Bytes(hashes), filled[(level, (ulong)number)].ToBytes(TileId.FullWidth));
                Assert.Equal(ReferenceTree.Root(hashes), filled[(level, (ulong)number)].Root);
            }

            row = [.. row.Take(full * TileId.FullWidth).Chunk(TileId.FullWidth).Select(tile => ReferenceTree.Root(tile))];
        }
    }

    private static byte[] Bytes(Hash[] hashes) => [.. hashes.SelectMany(hash => hash.ToArray())];
}
