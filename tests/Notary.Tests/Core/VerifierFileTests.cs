using Notary.Core;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>Checks 1 and 2: which documents were deposited, and how a depositor could make it look like others.</summary>
public sealed class VerifierFileTests
{
    private static readonly (string Path, string Content)[] Three = [("a.txt", "alpha"), ("b/b.txt", "beta"), ("c.txt", "gamma")];

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

    private Report Verify(Evidence evidence, IReadOnlyList<GivenFile>? files) =>
        Verifier.Verify(evidence, new VerifierInputs(ledger.Policy) { Files = files });
}
