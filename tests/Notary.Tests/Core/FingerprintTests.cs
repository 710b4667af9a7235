using FsCheck;
using FsCheck.Fluent;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Core;

public sealed class FingerprintTests
{
    private static readonly DepositId Id = DepositId.Create(DateTimeOffset.UnixEpoch, new byte[DepositId.RandomBytes]);
    private static readonly Hash Seed = Hash.Of("seed"u8);

    [Fact]
    public void Every_opening_leads_to_the_root_of_a_slow_reference_tree()
    {
        var counts = Gen.Choose(1, 200).ToArbitrary();
        Prop.ForAll(counts, count =>
        {
            var items = Items(count);
            var fingerprint = Create(items);
            var leaves = items.Select(fingerprint.LeafOf).Order().ToArray();
            Assert.Equal(leaves, fingerprint.Leaves);
            Assert.Equal(ReferenceTree.Root(leaves), fingerprint.Commitment);
            foreach (var item in items)
            {
                var path = fingerprint.Open(item).Path;
                var leaf = fingerprint.LeafOf(item);
                Assert.Equal(ReferencePath(Array.IndexOf(leaves, leaf), leaves), path);
                Assert.Equal(fingerprint.Commitment, Fingerprint.Root(leaf, path));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));
    }

    [Fact]
    public void An_opening_rebuilds_the_leaf_from_what_it_shows()
    {
        var items = Items(7);
        var fingerprint = Create(items);
        var binding = Fingerprint.Binding("localhost/1", Id);
        foreach (var item in items)
        {
            var shown = fingerprint.Open(item);
            var hidden = fingerprint.Open(item, showMetadata: false);
            var content = Fingerprint.ContentCommitment(binding, item.Sha256, shown.ContentNonce);
            var metadata = Fingerprint.MetadataCommitment(binding, shown.Item!, shown.MetadataNonce!.Value);
            Assert.Equal(fingerprint.LeafOf(item), Fingerprint.Leaf(content, metadata));
            Assert.Equal(metadata, hidden.Metadata);
            Assert.Null(hidden.Item);
            Assert.Null(hidden.MetadataNonce);
            Assert.Equal(hidden.ToText(), Opening.Parse(hidden.ToText()).ToText());
        }
    }

    [Fact]
    public void The_order_of_the_items_does_not_matter()
    {
        var items = Items(50);
        Assert.Equal(Create(items).Commitment, Create([.. items.Reverse()]).Commitment);
    }

    [Fact]
    public void Ledger_deposit_seed_and_every_field_of_an_item_change_the_commitment()
    {
        var item = Items(1)[0];
        var other = DepositId.Create(DateTimeOffset.UnixEpoch.AddMinutes(1), new byte[DepositId.RandomBytes]);
        Hash[] commitments =
        [
            Create([item]).Commitment,
            Create([item], "localhost/2").Commitment,
            Create([item], id: other).Commitment,
            Create([item], seed: Hash.Of([])).Commitment,
            Create([item with { Path = "other" }]).Commitment,
            Create([item with { Size = item.Size + 1 }]).Commitment,
            Create([item with { Modified = item.Modified.AddMilliseconds(1) }]).Commitment,
            Create([item with { Sha256 = Hash.Of([1]) }]).Commitment,
            Create([item with { Sm3 = Hash.Of([1]) }]).Commitment,
        ];
        Assert.Equal(commitments.Length, commitments.Distinct().Count());
    }

    [Fact]
    public void Two_items_with_one_path_are_refused()
    {
        var items = Items(3);
        items[2] = items[0] with { Sha256 = Hash.Of([1]) };
        var problem = Assert.Throws<MalformedException>(() => Create(items));
        Assert.Equal(items[0].Path, problem.Field);
    }

    [Theory]
    [InlineData("/absolute"), InlineData("a//b"), InlineData("../up"), InlineData("a\\b"), InlineData("end "), InlineData("line\nfeed")]
    public void A_path_that_is_not_allowed_is_refused(string path)
    {
        Assert.Throws<MalformedException>(() => Create([Items(1)[0] with { Path = path }]));
        Assert.Throws<MalformedException>(() => new ContentDigest(Hash.Of([]), 0).ToItem(path, DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public void An_empty_deposit_and_a_strange_item_are_misuse()
    {
        Assert.Throws<ArgumentException>(() => Create([]));
        var fingerprint = Create(Items(3));
        Assert.Throws<ArgumentException>(() => fingerprint.Open(Items(4)[3]));
        Assert.Throws<ArgumentException>(() => fingerprint.Open(Items(1)[0] with { Size = 99 }));
    }

    [Fact]
    public void The_modified_time_is_rounded_down()
    {
        var item = new ContentDigest(Hash.Of([]), 0).ToItem("a", DateTimeOffset.UnixEpoch.AddTicks(19_999));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddMilliseconds(1), item.Modified);
        Assert.Equal(item, ItemText.Parse(item.ToText()));
    }

    private static Fingerprint Create(
        IReadOnlyList<ItemText> items, string ledger = "localhost/1", DepositId? id = null, Hash? seed = null) =>
        Fingerprint.Create(ledger, id ?? Id, seed ?? Seed, items, TestContext.Current.CancellationToken);

    private static ItemText[] Items(int count) => [.. Enumerable.Range(0, count).Select(i => new ItemText
    {
        Path = $"folder/{i:D3}",
        Size = (ulong)i,
        Modified = DateTimeOffset.UnixEpoch.AddSeconds(i),
        Sha256 = Hash.Of([(byte)i]),
    })];

    // RFC 6962 2.1.1 word for word, with the sides that an opening states.
    private static List<PathStep> ReferencePath(int index, ReadOnlySpan<Hash> leaves)
    {
        if (leaves.Length == 1)
            return [];
        var k = Split(leaves.Length);
        return index < k
            ? [.. ReferencePath(index, leaves[..k]), new PathStep(false, ReferenceTree.Root(leaves[k..]))]
            : [.. ReferencePath(index - k, leaves[k..]), new PathStep(true, ReferenceTree.Root(leaves[..k]))];
    }

    private static int Split(int n)
    {
        var k = 1;
        while (k * 2 < n)
            k *= 2;
        return k;
    }
}
