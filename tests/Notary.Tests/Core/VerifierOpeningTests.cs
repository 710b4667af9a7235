using Notary.Core;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>Check 2 where only some items are shown: what an opening proves, and what a depositor could hide behind one.</summary>
public sealed class VerifierOpeningTests
{
    private static readonly (string Path, string Content)[] Three = [("a.txt", "alpha"), ("b/b.txt", "beta"), ("c.txt", "gamma")];

    private static readonly string[] Variants = ["yes", "no"];

    private readonly TestLedger ledger = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_opened_item_passes_its_document_and_says_how_many_there_are(bool showMetadata)
    {
        var evidence = ledger.Deposit(Three).Disclose(showMetadata, "b/b.txt");

        var report = Verify(evidence, [TestDeposit.File("b/b.txt", "beta")]);

        Assert.Equal(Verdict.Pass, report.Verdict);
        Assert.Contains("1 of 3 items shown; 3 is the depositor's claim", report.Reason(CheckNames.Commitment), StringComparison.Ordinal);
        Assert.Contains("1 of 3 items", report.VerdictSentence.English, StringComparison.Ordinal);
        Verify(evidence, [TestDeposit.File("a.txt", "alpha")]).FailsOnly(CheckNames.File);
        Verify(evidence, [TestDeposit.File("b/b.txt", "beta"), TestDeposit.File("a.txt", "alpha")]).FailsOnly(CheckNames.File);
    }

    [Fact]
    public void An_opening_that_names_nothing_is_not_checked_without_its_document()
    {
        var report = Verify(ledger.Deposit(Three).Disclose(false, "a.txt", "c.txt"), null);

        Assert.Equal(CheckResult.NotChecked, report.Result(CheckNames.Commitment));
        var some = Verify(ledger.Deposit(Three).Disclose(false, "a.txt", "c.txt"), [TestDeposit.File("x", "gamma")]);
        Assert.Equal(Verdict.Pass, some.Verdict);
        Assert.Contains("Of 1 more the item text is hidden", some.Reason(CheckNames.Commitment), StringComparison.Ordinal);
    }

    [Fact]
    public void Openings_without_names_are_tried_a_bounded_number_of_times()
    {
        var deposit = ledger.Deposit(Three);
        var evidence = deposit.Disclose(false, "a.txt", "b/b.txt", "c.txt");
        var matcher = new FileMatcher(evidence, deposit.Statement, maxTrials: 3);

        Assert.Equal(FileMatchKind.None, matcher.Match(TestDeposit.File("d.txt", "delta")).Kind);
        // No item is said to be missing when it was not looked for.
        Assert.Equal(FileMatchKind.Undecided, matcher.Match(TestDeposit.File("a.txt", "alpha")).Kind);
        Assert.Equal(FileMatchKind.Undecided, matcher.Match(TestDeposit.File("d.txt", "delta")).Kind);
    }

    [Fact]
    public void An_altered_opening_fails()
    {
        var deposit = ledger.Deposit(Three);
        var (leaf, opening) = deposit.Disclose(true, "a.txt").Openings.Single();
        var step = opening.Path[0];
        (Hash Leaf, Opening Opening)[] bent =
        [
            (Hash.Of([1]), opening),
            (leaf, opening with { ContentNonce = Hash.Of([1]) }),
            (leaf, opening with { MetadataNonce = Hash.Of([1]) }),
            (leaf, opening with { Item = opening.Item! with { Path = "z.txt" } }),
            (leaf, opening with { Item = opening.Item! with { Sha256 = Hash.Of("omega"u8) } }),
            (leaf, opening with { Path = [.. opening.Path.Skip(1)] }),
            (leaf, opening with { Path = [] }),
            (leaf, opening with { Path = [step with { Left = !step.Left }, .. opening.Path.Skip(1)] }),
            (leaf, opening with { Path = [step with { Sibling = Hash.Of([1]) }, .. opening.Path.Skip(1)] }),
            (leaf, opening with { Path = [.. opening.Path, step] }),
        ];

        foreach (var (name, other) in bent)
            Verify(Disclose(deposit, (name, other)), null).FailsOnly(CheckNames.Commitment);
    }

    [Fact]
    public void An_inner_node_or_another_leaf_passes_no_document()
    {
        var deposit = ledger.Deposit(Three);
        var (leaf, opening) = deposit.Disclose(false, "a.txt").Openings.Single();
        // The root itself as a leaf with an empty path leads to the commitment, but no document gives it.
        var forged = opening with { Path = [] };

        var report = Verify(Disclose(deposit, (deposit.Statement.Commitment, forged)), [TestDeposit.File("a.txt", "alpha")]);

        Assert.Equal(Verdict.Fail, report.Verdict);
        Assert.NotEqual(CheckResult.Pass, report.Result(CheckNames.File));
        Assert.NotEqual(CheckResult.Pass, report.Result(CheckNames.Commitment));
        Assert.NotEqual(leaf, deposit.Statement.Commitment);
    }

    // A depositor commits to a thousand variants, says that there is one, and opens the one that came true.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    public void Variants_hidden_behind_a_smaller_number_of_items_do_not_open(ulong claimed)
    {
        var variants = Enumerable.Range(0, 1000).Select(i => ($"forecast {i}", $"the price will be {i}")).ToArray();
        var deposit = ledger.Deposit(new DepositPlan { Files = variants, BendRequest = request => request with { Items = claimed } });

        foreach (var chosen in (int[])[0, 417, 999])
            Verify(deposit.Disclose(true, $"forecast {chosen}"), [TestDeposit.File("f", $"the price will be {chosen}")]).FailsOnly(CheckNames.Commitment);
        Verify(deposit.Evidence(), null).FailsOnly(CheckNames.Commitment);
    }

    [Fact]
    public void More_items_opened_than_the_request_says_fail()
    {
        var deposit = ledger.Deposit(new DepositPlan
        {
            Files = [("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")],
            BendRequest = request => request with { Items = 3 },
        });

        Verify(deposit.Disclose(true, "a", "b", "c", "d"), null).FailsOnly(CheckNames.Commitment);
    }

    [Fact]
    public void Every_position_of_every_small_tree_is_found_from_its_path()
    {
        for (var count = 1; count <= 40; count++)
        {
            var items = Enumerable.Range(0, count).Select(i => TestDeposit.Item($"f{i}", "")).ToList();
            var fingerprint = Fingerprint.Create(ledger.Origin, DepositId.Create(TestLedger.Created, new byte[10]), Hash.Of([1]), items, Cancellation);
            foreach (var item in items)
            {
                var position = OpeningProof.Position(fingerprint.Open(item).Path, (ulong)count);
                Assert.Equal((ulong)fingerprint.Leaves.ToList().IndexOf(fingerprint.LeafOf(item)), position);
            }
        }

        var longest = Enumerable.Repeat(new PathStep(true, default), 64).ToList();
        Assert.Equal(ulong.MaxValue - 1, OpeningProof.Position(longest[..63], ulong.MaxValue));
        Assert.Null(OpeningProof.Position(longest, 1));
    }

    [Fact]
    public void A_deposit_cannot_open_one_path_twice()
    {
        // The client refuses such a folder; a tree made by hand does not.
        var id = DepositId.Create(TestLedger.Created, new byte[10]);
        var binding = Fingerprint.Binding(ledger.Origin, id);
        var leaves = Variants.Select(content => OpeningFor(binding, TestDeposit.Item("will-it.txt", content))).OrderBy(pair => pair.Leaf).ToArray();
        var root = MerkleHash.Node(leaves[0].Leaf, leaves[1].Leaf);
        var deposit = ledger.Deposit(new DepositPlan
        {
            BendRequest = request => request with { Deposit = id, Commitment = root, Items = 2 },
            BendStatement = statement => statement with { Deposit = id, Commitment = root },
        });

        var first = (leaves[0].Leaf, leaves[0].Opening with { Path = [new PathStep(false, leaves[1].Leaf)] });
        var second = (leaves[1].Leaf, leaves[1].Opening with { Path = [new PathStep(true, leaves[0].Leaf)] });

        Assert.Equal(CheckResult.Pass, Verify(Disclose(deposit, first), null).Result(CheckNames.Commitment));
        Verify(Disclose(deposit, first, second), null).FailsOnly(CheckNames.Commitment);
    }

    [Fact]
    public void The_number_of_items_is_said_to_be_withheld_with_the_request()
    {
        var deposit = ledger.Deposit(Three);
        var disclosed = Evidence.Disclose(deposit.Certificate() with { Request = null }, deposit.Disclose(true, "a.txt").Openings);

        var report = Verify(disclosed, [TestDeposit.File("a.txt", "alpha")]);

        Assert.Equal(Verdict.Pass, report.Verdict);
        Assert.Contains("withholds how many there are", report.VerdictSentence.English, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_disagrees_with_the_content_committed_beside_it_fails()
    {
        // The depositor commits to one document and to the item text of another, to show whichever suits.
        var id = DepositId.Create(TestLedger.Created, new byte[10]);
        var binding = Fingerprint.Binding(ledger.Origin, id);
        var (item, nonce) = (TestDeposit.Item("a.txt", "alpha"), Hash.Of([5]));
        var leaf = Fingerprint.Leaf(
            Fingerprint.ContentCommitment(binding, Hash.Of("omega"u8), nonce), Fingerprint.MetadataCommitment(binding, item, nonce));
        var deposit = ledger.Deposit(new DepositPlan
        {
            BendRequest = request => request with { Deposit = id, Commitment = leaf, Items = 1 },
            BendStatement = statement => statement with { Deposit = id, Commitment = leaf },
        });
        var opening = new Opening { ContentNonce = nonce, MetadataNonce = nonce, Item = item, Path = [] };

        Verify(Disclose(deposit, (leaf, opening)), [TestDeposit.File("a.txt", "alpha")]).FailsOnly(CheckNames.Commitment);
        Assert.Equal(Verdict.Fail, Verify(Disclose(deposit, (leaf, opening)), [TestDeposit.File("a.txt", "omega")]).Verdict);
    }

    private static (Hash Leaf, Opening Opening) OpeningFor(Hash binding, ItemText item)
    {
        var nonce = Hash.Of(item.Sha256.ToArray());
        var leaf = Fingerprint.Leaf(
            Fingerprint.ContentCommitment(binding, item.Sha256, nonce), Fingerprint.MetadataCommitment(binding, item, nonce));
        return (leaf, new Opening { ContentNonce = nonce, MetadataNonce = nonce, Item = item, Path = [] });
    }

    private static Evidence Disclose(TestDeposit deposit, params (Hash Leaf, Opening Opening)[] openings) =>
        Evidence.Disclose(deposit.Certificate(), openings.Select(pair => KeyValuePair.Create(pair.Leaf, pair.Opening)));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Report Verify(Evidence evidence, IReadOnlyList<GivenFile>? files) =>
        Verifier.Verify(evidence, new VerifierInputs(ledger.Policy) { Files = files });
}
