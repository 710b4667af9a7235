using Notary.Core;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>Checks 1 and 2: which documents were deposited, and how a depositor could make it look like others.</summary>
public sealed class VerifierFileTests
{
    private static readonly (string Path, string Content)[] Three = [("a.txt", "alpha"), ("b/b.txt", "beta"), ("c.txt", "gamma")];

    private static readonly string[] Variants = ["yes", "no"];

    private readonly TestLedger ledger = new();

    [Fact]
    public void All_files_given_and_unchanged_pass()
    {
        var deposit = ledger.Deposit(Three);

        var report = Verify(deposit.Evidence(), deposit.Files);

        Assert.Equal(Verdict.Pass, report.Verdict);
        Assert.Contains("3 of the 3 documents", report.Reason(CheckNames.File), StringComparison.Ordinal);
        Assert.Contains("all 3 items of the deposit", report.Reason(CheckNames.Commitment), StringComparison.Ordinal);
        Assert.DoesNotContain("certificate alone", report.VerdictSentence.English, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_were_not_given_are_said()
    {
        var report = Verify(ledger.Deposit(Three).Evidence(), [TestDeposit.File("a.txt", "alpha")]);

        Assert.Equal(Verdict.Pass, report.Verdict);
        Assert.Contains("1 of the 3 documents", report.Reason(CheckNames.File), StringComparison.Ordinal);
        Assert.Contains(report.Notes, note => note.English.StartsWith("Not checked, since no given file matches: 2 documents", StringComparison.Ordinal)
            && note.English.Contains("'b/b.txt', 'c.txt'", StringComparison.Ordinal));
    }

    [Fact]
    public void Another_name_or_place_is_said_and_not_failed()
    {
        var report = Verify(ledger.Deposit(Three).Evidence(), [TestDeposit.File("renamed.txt", "beta")]);

        Assert.Equal(Verdict.Pass, report.Verdict);
        Assert.Contains(report.Notes, note => note.English.Contains("'renamed.txt' was deposited as 'b/b.txt'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a.txt", "alphA", "'a.txt' has another content than the item of that name")]
    [InlineData("a.txt", "alpha ", "'a.txt' has 6 bytes, the item of that name 5")]
    [InlineData("a.txt", "", "'a.txt' has 0 bytes, the item of that name 5")]
    [InlineData("d.txt", "delta", "'d.txt'")]
    public void A_file_in_no_item_fails(string path, string content, string reason)
    {
        var deposit = ledger.Deposit(Three);

        var report = Verify(deposit.Evidence(), [.. deposit.Files, TestDeposit.File(path, content)]);

        report.FailsOnly(CheckNames.File);
        Assert.Contains(reason, report.Reason(CheckNames.File), StringComparison.Ordinal);
    }

    [Fact]
    public void Swapped_contents_are_said_as_other_names_since_names_prove_nothing()
    {
        var report = Verify(ledger.Deposit(Three).Evidence(), [TestDeposit.File("a.txt", "gamma"), TestDeposit.File("c.txt", "alpha")]);

        Assert.Equal(Verdict.Pass, report.Verdict);
        Assert.Contains(report.Notes, note => note.English.Contains("'a.txt' was deposited as 'c.txt'", StringComparison.Ordinal));
    }

    [Fact]
    public void The_right_digest_with_another_size_fails()
    {
        var file = TestDeposit.File("a.txt", "alpha") with { Size = 6 };

        Verify(ledger.Deposit(Three).Evidence(), [file]).FailsOnly(CheckNames.File);
    }

    [Fact]
    public void An_item_with_the_sha256_of_one_document_and_the_sm3_of_another_matches_neither()
    {
        var (one, other) = (Hash.Of([1]), Hash.Of([2]));
        var deposit = ledger.Deposit(new DepositPlan { Files = [("a.txt", "alpha")], BendItem = item => item with { Sm3 = other } });
        var file = TestDeposit.File("a.txt", "alpha");

        Verify(deposit.Evidence(), [file with { Sm3 = one }]).FailsOnly(CheckNames.File);
        Verify(deposit.Evidence(), [TestDeposit.File("a.txt", "omega") with { Sm3 = other }]).FailsOnly(CheckNames.File);
        Assert.Equal(Verdict.Pass, Verify(deposit.Evidence(), [file with { Sm3 = other }]).Verdict);
        var unknown = Verify(deposit.Evidence(), [file]);
        Assert.Equal(Verdict.Indeterminate, unknown.Verdict);
        Assert.Contains("SM3 digest, which was not computed", unknown.Reason(CheckNames.File), StringComparison.Ordinal);
    }

    [Fact]
    public void An_item_whose_stated_size_is_a_lie_fails_with_the_document()
    {
        var deposit = ledger.Deposit(new DepositPlan { Files = [("a.txt", "alpha")], BendItem = item => item with { Size = 4 } });

        Verify(deposit.Evidence(), [TestDeposit.File("a.txt", "alpha")]).FailsOnly(CheckNames.File);
    }

    [Fact]
    public void Nothing_in_what_was_given_is_no_pass()
    {
        var report = Verify(ledger.Deposit(Three).Evidence(), []);

        Assert.Equal(Verdict.Indeterminate, report.Verdict);
        Assert.Contains("file could not be checked", report.VerdictSentence.English, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_alone_cannot_pass_a_file()
    {
        var deposit = ledger.Deposit(Three);

        var report = Verify(Evidence.FromCertificate(deposit.Certificate()), deposit.Files);

        Assert.Equal(Verdict.Indeterminate, report.Verdict);
        Assert.Contains("file, commitment", report.VerdictSentence.English, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_documents_are_told_apart_by_name_where_they_can_be()
    {
        var deposit = ledger.Deposit(("one/empty", ""), ("two/empty", ""), ("three", "x"));

        Assert.Contains("3 of the 3", Verify(deposit.Evidence(), deposit.Files).Reason(CheckNames.File), StringComparison.Ordinal);
        var renamed = Verify(deposit.Evidence(), [TestDeposit.File("p", ""), TestDeposit.File("q", "")]);
        Assert.Contains("2 of the 3", renamed.Reason(CheckNames.File), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_reorder_a_line_are_shown_escaped()
    {
        var deposit = ledger.Deposit(("a\u202etxt.exe", "alpha"));

        var report = Verify(deposit.Evidence(), [TestDeposit.File("b\u202e\u001b[2J", "alpha")]);

        Assert.Contains(report.Notes, note => note.English.Contains("'b\\u{202e}\\u{1b}[2J' was deposited as 'a\\u{202e}txt.exe'", StringComparison.Ordinal));
    }

    [Fact]
    public void A_manifest_with_an_item_less_more_or_other_fails()
    {
        var deposit = ledger.Deposit(Three);
        var certificate = deposit.Certificate();
        Manifest[] bent =
        [
            Manifest.Create(deposit.Items.Skip(1)),
            Manifest.Create([.. deposit.Items, TestDeposit.Item("d.txt", "delta")]),
            Manifest.Create([deposit.Items[0] with { Sha256 = Hash.Of([7]) }, .. deposit.Items.Skip(1)]),
            Manifest.Create([deposit.Items[0] with { Path = "z.txt" }, .. deposit.Items.Skip(1)]),
            Manifest.Create([deposit.Items[0] with { Size = 9 }, .. deposit.Items.Skip(1)]),
            Manifest.Create([deposit.Items[0] with { Modified = TestLedger.Created }, .. deposit.Items.Skip(1)]),
            Manifest.Create([deposit.Items[0] with { Sm3 = Hash.Of([7]) }, .. deposit.Items.Skip(1)]),
        ];

        foreach (var manifest in bent)
            Verify(Evidence.Create(certificate, manifest, deposit.Seed), null).FailsOnly(CheckNames.Commitment);
        Verify(Evidence.Create(certificate, deposit.Manifest, Hash.Of([1])), null).FailsOnly(CheckNames.Commitment);
    }

    [Fact]
    public void A_planted_item_does_not_pass_the_document_that_it_names()
    {
        var deposit = ledger.Deposit(Three);
        var planted = Manifest.Create([.. deposit.Items, TestDeposit.Item("d.txt", "delta")]);

        var report = Verify(Evidence.Create(deposit.Certificate(), planted, deposit.Seed), [TestDeposit.File("d.txt", "delta")]);

        report.FailsOnly(CheckNames.Commitment);
        Assert.Equal(CheckResult.Pass, report.Result(CheckNames.File));
    }

    // Somebody copies a stranger's commitment from the public ledger, deposits it as his own, and opens it later with
    // the stranger's evidence.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_stolen_commitment_does_not_open_under_another_deposit(bool full)
    {
        var victim = ledger.Deposit(Three);
        var thief = ledger.Deposit(new DepositPlan
        {
            Account = "thief",
            BendRequest = request => request with { Commitment = victim.Statement.Commitment, Items = 3 },
            BendStatement = statement => statement with { Commitment = victim.Statement.Commitment },
        });
        var evidence = full
            ? Evidence.Create(thief.Certificate(), victim.Manifest, victim.Seed)
            : Evidence.Disclose(thief.Certificate(), victim.Disclose(true, "a.txt").Openings);

        Verify(evidence, victim.Files.Take(1).ToList()).FailsOnly(CheckNames.Commitment);
    }

    [Fact]
    public void A_stolen_commitment_does_not_open_on_another_ledger()
    {
        var victim = ledger.Deposit(Three);
        var other = new TestLedger("ledger.example/other", 2);
        var thief = other.Deposit(new DepositPlan
        {
            BendRequest = request => request with { Deposit = victim.Id, Commitment = victim.Statement.Commitment, Items = 3 },
            BendStatement = statement => statement with { Deposit = victim.Id, Commitment = victim.Statement.Commitment },
        });

        var report = Verifier.Verify(Evidence.Create(thief.Certificate(), victim.Manifest, victim.Seed), new VerifierInputs(other.Policy));

        report.FailsOnly(CheckNames.Commitment);
    }

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
