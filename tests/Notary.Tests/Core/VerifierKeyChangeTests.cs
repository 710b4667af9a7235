using Notary.Core;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>Certificates of a ledger that changed its key, under trust files from before and after, and stolen keys.</summary>
public sealed class VerifierKeyChangeTests
{
    private readonly TestLedger ledger = new(key: 1);
    private readonly TrustPolicy before;
    private readonly Evidence oldest;
    private readonly KeyChangeProof first;
    private readonly Evidence middle;
    private readonly KeyChangeProof second;
    private readonly Evidence newest;

    public VerifierKeyChangeTests()
    {
        before = ledger.Policy;
        oldest = Make();
        first = ledger.ChangeKey(2);
        middle = Make();
        second = ledger.ChangeKey(3);
        newest = Make();
    }

    [Fact]
    public void A_trust_file_with_all_keys_verifies_deposits_from_before_between_and_after()
    {
        var text = TrustPolicy.Format(first.Change.Old, null);
        text = TrustPolicy.WithLog(text, first.Change.Old, first.Change.New);
        text = TrustPolicy.WithLog(text, second.Change.Old, second.Change.New);
        Assert.All([oldest, middle, newest], evidence => Assert.Equal(Verdict.Pass, Verify(evidence, TrustPolicy.Parse(text)).Verdict));
    }

    [Fact]
    public void The_old_trust_file_alone_verifies_what_the_old_key_signed_and_nothing_else()
    {
        Assert.Equal(Verdict.Pass, Verify(oldest, before).Verdict);
        foreach (var report in new[] { Verify(middle, before), Verify(newest, before) })
        {
            Assert.Equal(Verdict.Fail, report.Verdict);
            Assert.Contains("not signed by the key", Checkpoint(report).Reason.English, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_old_trust_file_and_the_key_changes_verify_everything_and_say_by_what()
    {
        Assert.Equal(Verdict.Pass, Verify(middle, before, first).Verdict);
        // In any order, and with a repetition: each is proven for itself.
        var report = Verify(newest, before, second, first, first);
        Assert.Equal(Verdict.Pass, report.Verdict);
        Assert.Contains("entry 4", Checkpoint(report).Reason.English, StringComparison.Ordinal);
        Assert.Contains("key change", Checkpoint(report).Reason.English, StringComparison.Ordinal);
        Assert.Contains("trusted key", Checkpoint(Verify(oldest, before, first, second)).Reason.English, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_change_that_proves_nothing_is_not_followed_and_that_is_said()
    {
        var missing = Verify(newest, before, second);
        Assert.Equal(Verdict.Fail, missing.Verdict);
        Assert.Contains(missing.Notes, note => note.English.Contains("was not followed", StringComparison.Ordinal));
        var thief = new TestLedger(key: 66);
        var forged = Verify(Make(thief), before, thief.ChangeKey(67));
        Assert.Equal(Verdict.Fail, forged.Verdict);
    }

    [Fact]
    public void A_stolen_keys_signature_counts_only_under_an_independent_time_before_the_theft()
    {
        var theft = TestLedger.Created.AddDays(10);
        var witness = new TestWitness("witness.example/w");
        var policy = TrustPolicy.Parse($"log {first.Change.Old}\nwitness w {witness.Verifier}\nquorum none\n");
        var thiefs = new TestLedger(key: 1);
        var deposit = thiefs.Deposit();
        Evidence At(params Cosigner[] cosigners) =>
            Evidence.Create(deposit.Certificate() with { Proof = thiefs.Proof(deposit.Index, null, cosigners).ToString() }, deposit.Manifest, deposit.Seed);

        var alone = VerifyStolen(At(), policy, theft);
        Assert.Equal(Verdict.Indeterminate, alone.Verdict);
        Assert.Contains("compromised", Checkpoint(alone).Reason.English, StringComparison.Ordinal);
        Assert.Equal(Verdict.Indeterminate, VerifyStolen(At(witness.At(theft)), policy, theft).Verdict);
        Assert.Equal(Verdict.Pass, VerifyStolen(At(witness.At(theft.AddSeconds(-1))), policy, theft).Verdict);
        // Another key's theft changes nothing.
        var inputs = new VerifierInputs(policy) { Compromised = new Dictionary<VerifierKey, DateTimeOffset> { [first.Change.New] = theft } };
        Assert.Equal(Verdict.Pass, Verifier.Verify(At(), inputs).Verdict);
    }

    [Fact]
    public void A_stolen_key_names_no_successor()
    {
        var theft = TestLedger.Created.AddDays(10);
        var report = Verifier.Verify(middle, new VerifierInputs(before)
        {
            KeyChanges = [first],
            Compromised = new Dictionary<VerifierKey, DateTimeOffset> { [first.Change.Old] = theft },
        });
        Assert.Equal(Verdict.Fail, report.Verdict);
        Assert.Contains(report.Notes, note => note.English.Contains("compromised", StringComparison.Ordinal));
        // The operator's own publication of the new key is another matter.
        var both = TrustPolicy.Parse(TrustPolicy.WithLog(TrustPolicy.Format(first.Change.Old, null), first.Change.Old, first.Change.New));
        Assert.Equal(Verdict.Pass, VerifyStolen(middle, both, theft).Verdict);
    }

    private Evidence Make() => Make(ledger);

    private static Evidence Make(TestLedger ledger)
    {
        var deposit = ledger.Deposit();
        return Evidence.Create(deposit.Certificate(), deposit.Manifest, deposit.Seed);
    }

    private Report VerifyStolen(Evidence evidence, TrustPolicy policy, DateTimeOffset theft) => Verifier.Verify(evidence, new VerifierInputs(policy)
    {
        Compromised = new Dictionary<VerifierKey, DateTimeOffset> { [first.Change.Old] = theft },
    });

    private static Report Verify(Evidence evidence, TrustPolicy policy, params KeyChangeProof[] changes) =>
        Verifier.Verify(evidence, new VerifierInputs(policy) { KeyChanges = changes });

    private static Check Checkpoint(Report report) => report.Checks.Single(check => check.Name == CheckNames.Checkpoint);
}
