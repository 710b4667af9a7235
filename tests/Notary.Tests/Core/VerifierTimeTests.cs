using Notary.Core;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>Check 7 and the sentence on time.</summary>
public sealed class VerifierTimeTests
{
    private const string OnlyTheOperator = "No one but the operator vouches for the time.";

    private static readonly TestWitness[] Witnesses = [new("witness.example/w1"), new("witness.example/w2"), new("witness.example/w3")];
    private static readonly TestWitness Stranger = new("witness.example/stranger");
    private static readonly DateTimeOffset Seen = TestLedger.Created.AddSeconds(30);

    private readonly TestLedger ledger = new();

    [Fact]
    public void Without_witnesses_only_the_operator_vouches_for_the_time()
    {
        var report = Verify(ledger.Deposit().Evidence(), ledger.Policy);

        Assert.Equal(Verdict.Pass, report.Verdict);
        Assert.Equal(CheckResult.NotChecked, report.Result(CheckNames.Witnesses));
        Assert.Equal(OnlyTheOperator, report.TimeSentence.English);
        Assert.Equal("除运营方外，没有任何一方为时间作证。", report.TimeSentence.Chinese);
    }

    [Fact]
    public void A_met_quorum_passes_and_its_earliest_time_counts()
    {
        var evidence = ledger.Deposit().Evidence(null, Witnesses[0].At(Seen.AddHours(2)), Witnesses[1].At(Seen));

        var report = Verify(evidence, Policy("group two 2 witness.example/w1 witness.example/w2 witness.example/w3\nquorum two\n"));

        Assert.Equal(Verdict.Pass, report.Verdict);
        Assert.Equal(CheckResult.Pass, report.Result(CheckNames.Witnesses));
        Assert.Equal("The entry existed no later than 2026-11-22T00:00:30.000Z, according to witness.example/w2.", report.TimeSentence.English);
    }

    [Fact]
    public void Witnesses_of_the_same_second_are_all_named()
    {
        var evidence = ledger.Deposit().Evidence(null, Witnesses[2].At(Seen), Witnesses[0].At(Seen));

        Assert.EndsWith("according to witness.example/w1, witness.example/w3.", Verify(evidence, Policy("quorum none\n")).TimeSentence.English, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unmet_quorum_fails_however_many_strangers_cosign()
    {
        var policy = Policy("group two 2 witness.example/w1 witness.example/w2 witness.example/w3\nquorum two\n");
        IEnumerable<Cosigner>[] few =
        [
            [],
            [Witnesses[0].At(Seen)],
            [Witnesses[0].At(Seen), Witnesses[0].At(Seen.AddSeconds(1))],
            [Witnesses[0].At(Seen), Stranger.At(Seen), new TestWitness("another").At(Seen)],
            [Witnesses[0].At(Seen), TestWitness.With(Stranger.Seed, "witness.example/w2").At(Seen)],
        ];

        foreach (var cosigners in few)
            Verify(ledger.Deposit().Evidence(null, cosigners), policy).FailsOnly(CheckNames.Witnesses);
    }

    [Fact]
    public void A_forged_cosignature_of_a_known_witness_fails_even_without_a_quorum()
    {
        var deposit = ledger.Deposit();
        var forged = Forge(deposit, text => Witnesses[0].Sign(text, 5) with { Bytes = new byte[72] });
        var moved = Forge(deposit, text => Redate(Witnesses[0].Sign(text, 2_000_000_000)));
        var other = Forge(deposit, _ => Witnesses[0].Sign(ledger.Checkpoint(1).Text, 5));
        var plain = Forge(deposit, text => Witnesses[0].Sign(text, 5) is var good ? good with { Bytes = good.Bytes[8..] } : default);
        var endless = Forge(deposit, text => Witnesses[0].Sign(text, ulong.MaxValue));

        foreach (var evidence in (Evidence[])[forged, moved, other, plain, endless])
        {
            var report = Verify(evidence, Policy("quorum none\n"));
            report.FailsOnly(CheckNames.Witnesses);
            Assert.Equal(OnlyTheOperator, report.TimeSentence.English);
        }
    }

    [Fact]
    public void A_strangers_cosignature_dates_nothing()
    {
        var report = Verify(ledger.Deposit().Evidence(null, Stranger.At(Seen.AddYears(-20))), Policy("quorum none\n"));

        Assert.Equal(Verdict.Pass, report.Verdict);
        Assert.Equal(OnlyTheOperator, report.TimeSentence.English);
    }

    [Fact]
    public void The_ledgers_own_signature_is_no_independent_time()
    {
        // The operator cosigns with the ledger's key; no policy names a log's key as a witness.
        var self = TestWitness.With(TestLedger.Seed(1), "witness.example/self");
        var report = Verify(ledger.Deposit().Evidence(null, self.At(Seen)), ledger.Policy);

        Assert.Equal(OnlyTheOperator, report.TimeSentence.English);
        Assert.Throws<MalformedException>(() => ledger.PolicyWith([self], "quorum none\n"));
    }

    [Fact]
    public void A_cosignature_without_a_time_counts_for_the_quorum_and_dates_nothing()
    {
        var report = Verify(ledger.Deposit().Evidence(null, Witnesses[0].At(DateTimeOffset.UnixEpoch)), Policy("quorum witness.example/w1\n"));

        Assert.Equal(Verdict.Pass, report.Verdict);
        Assert.Equal(OnlyTheOperator, report.TimeSentence.English);
    }

    [Fact]
    public void A_cosigned_checkpoint_that_does_not_include_the_entry_dates_nothing()
    {
        var deposit = ledger.Deposit();
        var proof = ledger.Proof(deposit.Index, null, Witnesses[0].At(Seen));
        var wrongPath = new TlogProof(proof.Index, [.. proof.Path.Skip(1)], proof.Note);
        var unsigned = new TlogProof(proof.Index, proof.Path, new SignedNote(proof.Note.Text, [.. proof.Note.Signatures.Skip(1)]));

        foreach (var other in (TlogProof[])[wrongPath, unsigned])
        {
            var evidence = Evidence.FromCertificate(deposit.Certificate() with { Proof = other.ToString() });
            var report = Verify(evidence, Policy("quorum none\n"));
            Assert.Equal(Verdict.Fail, report.Verdict);
            Assert.Equal(OnlyTheOperator, report.TimeSentence.English);
        }
    }

    // An idle ledger's operator writes an old `received` today: the witness's time stands beside it.
    [Theory]
    [InlineData(-24 * 60, false, "")]
    [InlineData(-24 * 60 - 2, true, "That is 24 hours after 2026-11-20T23:58:30.000Z")]
    [InlineData(-365 * 24 * 60, true, "That is 365 days after 2025-11-22T00:00:30.000Z")]
    [InlineData(24 * 60, false, "")]
    [InlineData(10 * 24 * 60, true, "That is 10 days before 2026-12-02T00:00:30.000Z")]
    public void A_gap_of_over_a_day_to_the_operators_time_is_said(int minutes, bool said, string words)
    {
        var deposit = ledger.Deposit(new DepositPlan { Received = Seen.AddMinutes(minutes) });

        var sentence = Verify(deposit.Evidence(null, Witnesses[0].At(Seen)), Policy("quorum none\n")).TimeSentence;

        Assert.Equal(said, sentence.English.Contains("That is", StringComparison.Ordinal));
        Assert.Contains(words, sentence.English, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_tokens_and_paths_there_is_nothing_to_check()
    {
        var report = Verify(ledger.Deposit().Evidence(), ledger.Policy);

        Assert.Equal("No time-stamp in the evidence.", report.Reason(CheckNames.Time));
        Assert.Equal("No OpenTimestamps path in the evidence.", report.Reason(CheckNames.Bitcoin));
    }

    private static NoteSignature Redate(NoteSignature signature)
    {
        var bytes = signature.Bytes.ToArray();
        bytes[7] ^= 1;
        return signature with { Bytes = bytes };
    }

    private static Report Verify(Evidence evidence, TrustPolicy policy) => Verifier.Verify(evidence, new VerifierInputs(policy));

    private TrustPolicy Policy(string lines) => ledger.PolicyWith(Witnesses, lines);

    private Evidence Forge(TestDeposit deposit, Func<string, NoteSignature> cosign)
    {
        var proof = ledger.Proof(deposit.Index);
        var note = new SignedNote(proof.Note.Text, [.. proof.Note.Signatures, cosign(proof.Note.Text)]);
        return Evidence.FromCertificate(deposit.Certificate() with { Proof = new TlogProof(proof.Index, proof.Path, note).ToString() });
    }
}
