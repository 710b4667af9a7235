using System.Text;
using Notary.Core;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>Checks 3 and 4: who asked, and how an operator or a stranger could put another name there.</summary>
public sealed class VerifierDepositorTests
{
    private static readonly SigningKey Alice = SigningKey.Create("alice", TestLedger.Seed(50));
    private static readonly SigningKey AlicesSecondKey = SigningKey.Create("alice", TestLedger.Seed(51));
    private static readonly SigningKey Mallory = SigningKey.Create("mallory", TestLedger.Seed(52));

    private readonly TestLedger ledger = new();

    [Fact]
    public void A_signature_is_checked_under_the_verifiers_key_and_that_is_said()
    {
        var report = Verify(Signed().Certificate(), Alice.Verifier);

        Assert.Equal(Verdict.Pass, report.Verdict);
        Assert.Equal(CheckResult.Pass, report.Result(CheckNames.Signature));
        Assert.Contains("under the key that you gave", report.Reason(CheckNames.Signature), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_it_the_claims_key_serves_and_that_is_said()
    {
        var report = Verify(Signed().Certificate());

        Assert.Equal(CheckResult.Pass, report.Result(CheckNames.Signature));
        Assert.Contains("under the key that the operator's claims name", report.Reason(CheckNames.Signature), StringComparison.Ordinal);
    }

    [Fact]
    public void The_verifiers_key_overrules_the_claims()
    {
        // The operator files a key of his own under Alice's account and signs with it.
        var forged = Signed(AlicesSecondKey);

        Verify(forged.Certificate(), Alice.Verifier).FailsOnly(CheckNames.Signature);
        // The claims' key says nothing against the operator, who wrote it.
        Assert.Equal(Verdict.Pass, Verify(forged.Certificate()).Verdict);
    }

    [Fact]
    public void Another_key_on_file_than_the_verifiers_is_said()
    {
        var deposit = Deposit(new DepositPlan
        {
            Account = "alice",
            Key = Alice,
            BendClaims = claims => claims with { Key = AlicesSecondKey.Verifier },
        });

        var report = Verify(deposit.Certificate(), Alice.Verifier);

        Assert.Equal(Verdict.Pass, report.Verdict);
        Assert.Contains(report.Notes, note => note.English.Contains("another key for the account than you gave", StringComparison.Ordinal));
        Verify(deposit.Certificate()).FailsOnly(CheckNames.Signature);
    }

    [Fact]
    public void A_key_of_another_account_fails_instead_of_falling_back()
    {
        Verify(Signed().Certificate(), Mallory.Verifier).FailsOnly(CheckNames.Signature);
        var mallorys = Deposit(new DepositPlan { Account = "mallory", Key = Mallory });
        Verify(mallorys.Certificate(), Alice.Verifier).FailsOnly(CheckNames.Signature);
    }

    [Fact]
    public void A_signature_in_the_account_of_one_by_the_key_of_another_fails()
    {
        // Mallory signs a request that names Alice's account.
        var deposit = ForgedSignature(text => SignedNote.Sign(text, Mallory).ToString());

        Verify(deposit).FailsOnly(CheckNames.Signature);
        Verify(deposit, Alice.Verifier).FailsOnly(CheckNames.Signature);
        Verify(deposit, Mallory.Verifier).FailsOnly(CheckNames.Signature);
    }

    [Fact]
    public void A_bad_signature_under_the_right_name_and_id_fails_even_beside_a_good_one()
    {
        var bad = ForgedSignature(text => new SignedNote(text, [Alice.Sign(text + "x")]).ToString());
        var both = ForgedSignature(text => new SignedNote(text, [Alice.Sign(text), Alice.Sign(text + "x")]).ToString());

        Verify(bad).FailsOnly(CheckNames.Signature);
        Verify(both, Alice.Verifier).FailsOnly(CheckNames.Signature);
    }

    [Fact]
    public void An_unsigned_request_is_the_operators_word()
    {
        var deposit = Deposit(new DepositPlan { Account = "alice" });

        var report = Verify(deposit.Certificate());

        Assert.Equal(Verdict.Pass, report.Verdict);
        Assert.Equal(CheckResult.NotChecked, report.Result(CheckNames.Signature));
        Assert.Equal("The depositor is named by the operator; no signature of the depositor.", report.Reason(CheckNames.Signature));
        // Whoever brings a key wants a signature.
        Verify(deposit.Certificate(), Alice.Verifier).FailsOnly(CheckNames.Signature);
    }

    [Fact]
    public void A_signed_request_of_an_account_without_any_known_key_is_not_checked()
    {
        var deposit = Deposit(new DepositPlan { Account = "alice", Key = Alice, BendClaims = claims => claims with { Key = null } });

        Assert.Equal(CheckResult.NotChecked, Verify(deposit.Certificate()).Result(CheckNames.Signature));
        Assert.Equal(CheckResult.Pass, Verify(deposit.Certificate(), Alice.Verifier).Result(CheckNames.Signature));
    }

    [Fact]
    public void A_cosignature_key_is_no_depositors_key()
    {
        var witness = TestWitness.With(TestLedger.Seed(50), "alice");
        var deposit = ForgedSignature(
            text => new SignedNote(text, [witness.Sign(text, 1)]).ToString(), claims => claims with { Key = witness.Verifier });

        Verify(deposit).FailsOnly(CheckNames.Signature);
        Verify(deposit, witness.Verifier).FailsOnly(CheckNames.Signature);
    }

    [Fact]
    public void Withheld_claims_and_request_leave_who_deposited_unchecked()
    {
        var certificate = Signed().Certificate() with { Claims = null, Request = null };

        var report = Verify(certificate, Alice.Verifier);

        Assert.Equal(Verdict.Pass, report.Verdict);
        Assert.Equal(CheckResult.NotChecked, report.Result(CheckNames.Claims));
        Assert.Equal(CheckResult.NotChecked, report.Result(CheckNames.Signature));
        Assert.Contains("Who deposited it was not checked", report.VerdictSentence.English, StringComparison.Ordinal);
    }

    [Fact]
    public void A_withheld_request_leaves_the_claims_half_checked()
    {
        var report = Verify(Signed().Certificate() with { Request = null });

        Assert.Equal(Verdict.Pass, report.Verdict);
        Assert.Equal(CheckResult.NotChecked, report.Result(CheckNames.Claims));
    }

    [Fact]
    public void A_request_without_claims_fails() =>
        Verify(Signed().Certificate() with { Claims = null }).FailsOnly(CheckNames.Claims);

    [Fact]
    public void Another_deposits_claims_or_request_fail()
    {
        var (one, other) = (Signed().Certificate(), Signed().Certificate());

        Verify(one with { Claims = other.Claims }).FailsOnly(CheckNames.Claims);
        Verify(one with { Request = other.Request }).FailsOnly(CheckNames.Claims);
        Verify(one with { Claims = other.Claims, Request = other.Request }).FailsOnly(CheckNames.Claims);
        Verify(one with { Claims = other.Claims, Request = null }).FailsOnly(CheckNames.Claims);
    }

    // The operator holds the ledger's key: whatever it records is included and signed. The texts must still agree.
    [Fact]
    public void An_operator_that_records_something_else_than_was_asked_fails()
    {
        var other = DepositId.Create(TestLedger.Created, TestLedger.Seed(9).AsSpan(0, 10));
        DepositPlan[] lies =
        [
            new() { BendClaims = claims => claims with { Account = "mallory" } },
            new() { BendClaims = claims => claims with { Request = Hash.Of([1]) } },
            new() { BendRequest = request => request with { Ledger = "ledger.example/other" } },
            new() { BendRequest = request => request with { Deposit = other } },
            new() { BendRequest = request => request with { Commitment = Hash.Of([1]) } },
            new() { BendStatement = statement => statement with { Deposit = other } },
            new() { BendStatement = statement => statement with { Commitment = Hash.Of([1]) } },
            new() { BendStatement = statement => statement with { Claims = Hash.Of([1]) } },
        ];

        foreach (var lie in lies)
            Verify(Deposit(lie).Certificate()).FailsOnly(CheckNames.Claims);
    }

    [Fact]
    public void Texts_that_hash_right_but_break_their_format_fail()
    {
        var deposit = Deposit(new DepositPlan { BendStatement = statement => statement with { Claims = Hash.Of("nonsense"u8) } });

        var report = Verify(deposit.Certificate() with { Claims = "nonsense", Request = null });

        report.FailsOnly(CheckNames.Claims);
        Assert.Contains("cannot be read", report.Reason(CheckNames.Claims), StringComparison.Ordinal);
    }

    [Fact]
    public void Previous_is_claimed_until_its_certificate_confirms_it()
    {
        var first = Signed();
        var next = Signed(Alice, first.Id);

        Assert.Contains(Verify(next.Certificate()).Notes, Says("is the depositor's claim"));
        var confirmed = Verify(next.Certificate(), previous: first.Certificate());
        Assert.Equal(Verdict.Pass, confirmed.Verdict);
        Assert.Contains(confirmed.Notes, Says("as the certificate given for that deposit confirms"));
    }

    [Fact]
    public void A_previous_deposit_of_another_account_fails_when_its_certificate_is_given()
    {
        var mallorys = Deposit(new DepositPlan { Account = "mallory", Key = Mallory });

        var report = Verify(Signed(Alice, mallorys.Id).Certificate(), previous: mallorys.Certificate());

        report.FailsOnly(CheckNames.Claims);
    }

    [Fact]
    public void A_previous_deposit_that_came_later_fails_when_its_certificate_is_given()
    {
        var later = DepositId.Create(TestLedger.Created, TestLedger.Seed(99).AsSpan(0, 10));
        var first = Signed(Alice, later);
        var second = Deposit(new DepositPlan
        {
            Account = "alice",
            BendRequest = request => request with { Deposit = later },
            BendStatement = statement => statement with { Deposit = later },
        });

        Verify(first.Certificate(), previous: second.Certificate()).FailsOnly(CheckNames.Claims);
    }

    [Fact]
    public void A_previous_certificate_that_does_not_hold_confirms_nothing()
    {
        var first = Signed();
        var next = Signed(Alice, first.Id);
        var stranger = new TestLedger(ledger.Origin, 2);
        var forged = stranger.Deposit(new DepositPlan
        {
            Account = "alice",
            BendRequest = request => request with { Deposit = first.Id },
            BendStatement = statement => statement with { Deposit = first.Id },
        });
        Certificate[] useless =
        [
            forged.Certificate(),
            first.Certificate() with { Claims = null, Request = null },
            first.Certificate() with { Claims = next.Certificate().Claims, Request = null },
            next.Certificate(),
        ];

        foreach (var certificate in useless)
        {
            var report = Verify(next.Certificate(), previous: certificate);
            Assert.Equal(Verdict.Pass, report.Verdict);
            Assert.Contains(report.Notes, Says("is the depositor's claim"));
        }
    }

    [Fact]
    public void Names_and_times_are_shown_as_their_authors_claims()
    {
        var deposit = Deposit(new DepositPlan
        {
            BendClaims = claims => claims with
            {
                Depositor = "Example Ltd",
                Identity = "uscc:91330100799655058B",
                Verified = new IdentityVerification("document-check", TestLedger.Created),
            },
        });

        var notes = Verify(deposit.Certificate()).Notes;

        Assert.Contains(notes, Says("The operator names as depositor 'Example Ltd', account 'local', identity uscc:91330100799655058B, checked on 2026-11-22T00:00:00.000Z by document-check."));
        Assert.Contains(notes, Says("is what the operator's clock said"));
        Assert.Contains(notes, Says("is what the depositor's clock said: claimed, not verified"));
        // A certificate whose claims fail names nobody.
        var other = Deposit(new DepositPlan()).Certificate();
        Assert.DoesNotContain(Verify(other with { Claims = deposit.Certificate().Claims, Request = null }).Notes, Says("names as depositor"));
    }

    private static Predicate<Sentence> Says(string words) => sentence => sentence.English.Contains(words, StringComparison.Ordinal);

    private TestDeposit Deposit(DepositPlan plan) => ledger.Deposit(plan);

    private TestDeposit Signed(SigningKey? key = null, DepositId? previous = null) => Deposit(new DepositPlan
    {
        Account = "alice",
        Key = key ?? Alice,
        BendRequest = request => request with { Previous = previous },
    });

    /// <summary>A certificate of Alice's account whose request bears signature lines made by hand, recorded by the operator all the same.</summary>
    private Certificate ForgedSignature(Func<string, string> sign, Func<Claims, Claims>? bend = null)
    {
        var request = "";
        var deposit = Deposit(new DepositPlan
        {
            Account = "alice",
            BendRequest = asked =>
            {
                request = sign(asked.ToText());
                return asked;
            },
            BendClaims = claims => (bend ?? (same => same))(claims with { Key = Alice.Verifier, Request = Hash.Of(Encoding.UTF8.GetBytes(request)) }),
        });
        return deposit.Certificate() with { Request = request };
    }

    private Report Verify(Certificate certificate, VerifierKey? depositor = null, Certificate? previous = null) => Verifier.Verify(
        Evidence.FromCertificate(certificate),
        new VerifierInputs(ledger.Policy) { Depositor = depositor, Previous = previous is null ? [] : [previous] });
}
