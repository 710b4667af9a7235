using System.Text;
using Notary.Core;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>Checks 5 and 6: that the entry is in a ledger that the verifier trusts, and is a deposit.</summary>
public sealed class VerifierLedgerTests
{
    private readonly TestLedger ledger = new();

    [Fact]
    public void A_certificate_alone_passes_and_says_so_first()
    {
        var report = Verify(ledger.Deposit().Certificate());

        Assert.Equal(Verdict.Pass, report.Verdict);
        Assert.StartsWith("No file was given, so this is about the certificate alone. PASS: ", report.VerdictSentence.English, StringComparison.Ordinal);
        Assert.StartsWith("未提供文件，以下结论仅针对证书本身。通过：", report.VerdictSentence.Chinese, StringComparison.Ordinal);
        Assert.Equal(
            ["file", "commitment", "claims", "signature", "inclusion", "checkpoint", "witnesses", "time", "bitcoin"],
            report.Checks.Select(check => check.Name));
    }

    [Fact]
    public void Every_deposit_passes_against_every_checkpoint_that_includes_it()
    {
        var deposits = Enumerable.Range(0, 9).Select(i => ledger.Deposit(($"{i}", "x"))).ToList();
        foreach (var deposit in deposits)
        {
            for (var size = deposit.Index + 1; size <= ledger.Size; size++)
                Assert.Equal(Verdict.Pass, Verify(deposit.Certificate(size)).Verdict);
        }
    }

    [Fact]
    public void A_proof_of_another_entry_or_checkpoint_fails()
    {
        var (one, two) = (ledger.Deposit(), ledger.Deposit());
        var proof = ledger.Proof(one.Index);
        TlogProof[] wrong =
        [
            ledger.Proof(two.Index),
            new(one.Index + 1, proof.Path, proof.Note),
            new(one.Index, proof.Path, ledger.Checkpoint(2)),
            new(one.Index, [.. proof.Path.Skip(1)], proof.Note),
            new(one.Index, [.. proof.Path.Reverse()], proof.Note),
            new(one.Index, [.. proof.Path, Hash.Of([1])], proof.Note),
            new(ulong.MaxValue, proof.Path, proof.Note),
            new(3, [], proof.Note),
        ];

        foreach (var other in wrong)
            Verify(one.Certificate() with { Proof = other.ToString() }).FailsOnly(CheckNames.Inclusion);
    }

    [Fact]
    public void An_entry_that_is_no_deposit_is_never_certified()
    {
        var other = SigningKey.Create(ledger.Origin, TestLedger.Seed(3));
        var change = $"notary.key/v1\nledger {ledger.Origin}\nat 2026-11-22T00:00:00.000Z\nold {ledger.Key.Verifier}\nnew {other.Verifier}\n";
        var index = ledger.Append(change + $"proof {Convert.ToBase64String(other.SignRaw(Encoding.UTF8.GetBytes(change)))}\n");
        var clock = ledger.Append("notary.clock/v1\nledger x\n");
        foreach (var entry in (ulong[])[0, index, clock])
        {
            var certificate = new Certificate { Statement = ledger.Entries[(int)entry], Proof = ledger.Proof(entry).ToString() };

            var report = Verify(certificate);

            report.FailsOnly(CheckNames.Inclusion);
            Assert.Contains("is not a deposit's statement", report.Reason(CheckNames.Inclusion), StringComparison.Ordinal);
            Assert.Null(report.Subject);
        }
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(ulong.MaxValue, false)]
    public void After_lies_between_one_and_the_index(ulong beyond, bool passes)
    {
        // The deposit's index is 2; offsets from 1 are what `after` may say.
        ledger.Deposit();
        var size = beyond == ulong.MaxValue ? beyond : 1 + beyond;
        var deposit = ledger.Deposit(new DepositPlan { BendStatement = statement => statement with { AfterSize = size } });

        var report = Verify(deposit.Certificate());

        Assert.Equal(passes ? Verdict.Pass : Verdict.Fail, report.Verdict);
        if (passes)
            Assert.Contains("takes a consistency proof", report.Reason(CheckNames.Inclusion), StringComparison.Ordinal);
        else
            report.FailsOnly(CheckNames.Inclusion);
    }

    [Fact]
    public void A_statement_at_index_zero_is_never_after_anything()
    {
        // A ledger without a genesis entry, whose first entry is a deposit.
        var deposit = ledger.Deposit();
        var leaf = MerkleHash.Leaf(Encoding.UTF8.GetBytes(deposit.Statement.ToText()));
        var note = SignedNote.Sign(new Checkpoint(ledger.Origin, 1, leaf).ToText(), ledger.Key);

        Verify(deposit.Certificate() with { Proof = new TlogProof(0, [], note).ToString() }).FailsOnly(CheckNames.Inclusion);
    }

    [Fact]
    public void A_checkpoint_signed_anew_by_an_unknown_key_fails()
    {
        var deposit = ledger.Deposit();
        var text = ledger.Checkpoint().Text;
        var path = ledger.Proof(deposit.Index).Path;
        var sameName = SigningKey.Create(ledger.Origin, TestLedger.Seed(77));
        var otherName = SigningKey.Create("ledger.example/other", TestLedger.Seed(77));
        SignedNote[] signed =
        [
            SignedNote.Sign(text, sameName),
            SignedNote.Sign(text, otherName),
            // The known key's name and id over another key's signature.
            new(text, [sameName.Sign(text) with { KeyId = ledger.Key.Verifier.KeyId }]),
            // The known key's signature of another checkpoint.
            new(text, [ledger.Key.Sign(ledger.Checkpoint(1).Text)]),
            // A good signature does not save a note with a bad one of the same key.
            new(text, [ledger.Key.Sign(text), ledger.Key.Sign(text + "\n")]),
            new(text, [new NoteSignature(ledger.Origin, ledger.Key.Verifier.KeyId, new byte[64])]),
            new(text, [new NoteSignature(ledger.Origin, ledger.Key.Verifier.KeyId, new byte[1])]),
        ];

        foreach (var note in signed)
            Verify(deposit.Certificate() with { Proof = new TlogProof(deposit.Index, path, note).ToString() }).FailsOnly(CheckNames.Checkpoint);
    }

    [Fact]
    public void Unknown_signatures_beside_the_ledgers_are_ignored()
    {
        var deposit = ledger.Deposit();
        var text = ledger.Checkpoint().Text;
        var note = SignedNote.Sign(text, SigningKey.Create("grease.example", TestLedger.Seed(5)), ledger.Key);

        var certificate = deposit.Certificate() with { Proof = new TlogProof(deposit.Index, ledger.Proof(deposit.Index).Path, note).ToString() };

        Assert.Equal(Verdict.Pass, Verify(certificate).Verdict);
    }

    [Fact]
    public void Another_ledgers_certificate_fails()
    {
        var other = new TestLedger("ledger.example/other", 2);
        var sameName = new TestLedger(ledger.Origin, 2);
        var sameKey = new TestLedger("ledger.example/other", 1);

        Verify(other.Deposit().Certificate()).FailsOnly(CheckNames.Checkpoint);
        Verify(sameName.Deposit().Certificate()).FailsOnly(CheckNames.Checkpoint);
        Verify(sameKey.Deposit().Certificate()).FailsOnly(CheckNames.Checkpoint);
    }

    // Both ledgers are trusted: the statement of one must not stand under the checkpoint of the other.
    [Fact]
    public void A_statement_of_one_trusted_ledger_under_another_fails()
    {
        var other = new TestLedger("ledger.example/other", 2);
        var deposit = other.Deposit(new DepositPlan
        {
            BendRequest = request => request with { Ledger = ledger.Origin },
            BendStatement = statement => statement with { Ledger = ledger.Origin },
        });
        var both = TrustPolicy.Parse($"log {ledger.Key.Verifier}\nlog {other.Key.Verifier}\nquorum none\n");

        Verifier.Verify(Evidence.FromCertificate(deposit.Certificate()), new VerifierInputs(both)).FailsOnly(CheckNames.Checkpoint);
        Assert.Equal(Verdict.Pass, Verifier.Verify(Evidence.FromCertificate(other.Deposit().Certificate()), new VerifierInputs(both)).Verdict);
    }

    // One trusted ledger signs a checkpoint in the name of another: its key's name is not that origin.
    [Fact]
    public void A_trusted_key_does_not_sign_for_another_origin()
    {
        var other = new TestLedger("ledger.example/other", 2);
        var both = TrustPolicy.Parse($"log {ledger.Key.Verifier}\nlog {other.Key.Verifier}\nquorum none\n");
        var deposit = ledger.Deposit();
        var note = SignedNote.Sign(ledger.Checkpoint().Text, other.Key);
        var certificate = deposit.Certificate() with { Proof = new TlogProof(deposit.Index, ledger.Proof(deposit.Index).Path, note).ToString() };

        Verifier.Verify(Evidence.FromCertificate(certificate), new VerifierInputs(both)).FailsOnly(CheckNames.Checkpoint);
    }

    [Fact]
    public void A_policy_without_a_ledger_decides_nothing()
    {
        var deposit = ledger.Deposit();

        var report = Verifier.Verify(deposit.Evidence(), new VerifierInputs(TrustPolicy.Parse("quorum none\n")) { Files = deposit.Files });

        Assert.Equal(Verdict.Indeterminate, report.Verdict);
        Assert.Contains("checkpoint could not be checked", report.VerdictSentence.English, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 1\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 99999999999999999999\n\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 1\n\nledger.example/test\n18446744073709551615\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— x AAAAAAA=\n")]
    public void A_hostile_proof_is_a_failed_check_and_no_exception(string proof)
    {
        var report = Verify(ledger.Deposit().Certificate() with { Proof = proof });

        Assert.Equal(Verdict.Fail, report.Verdict);
        Assert.Equal("No one but the operator vouches for the time.", report.TimeSentence.English);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\ud800")]
    [InlineData("notary.statement/v1\n")]
    public void A_hostile_statement_is_a_failed_check_and_no_exception(string statement)
    {
        var deposit = ledger.Deposit();
        var evidence = Evidence.Create(deposit.Certificate() with { Statement = statement, Claims = "\ud800", Request = "\udc00" }, deposit.Manifest, deposit.Seed);

        var report = Verifier.Verify(evidence, new VerifierInputs(ledger.Policy) { Files = deposit.Files });

        Assert.Equal(Verdict.Fail, report.Verdict);
        Assert.Equal(9, report.Checks.Count);
    }

    [Fact]
    public void Sizes_and_indexes_at_the_edge_of_64_bits_are_computed_or_refused()
    {
        var deposit = ledger.Deposit();
        foreach (var size in (ulong[])[0, 1, 2, 1UL << 40, (1UL << 63) + 1, ulong.MaxValue])
        {
            foreach (var index in (ulong[])[0, 1, size / 2, size == 0 ? 0 : size - 1, ulong.MaxValue])
            {
                foreach (var count in (int[])[0, 1, 40, 63, 64])
                {
                    var note = SignedNote.Sign(new Checkpoint(ledger.Origin, size, Hash.Of([1])).ToText(), ledger.Key);
                    var proof = new TlogProof(index, [.. Enumerable.Repeat(Hash.Of([2]), count)], note);

                    Verify(deposit.Certificate() with { Proof = proof.ToString() }).FailsOnly(CheckNames.Inclusion);
                }
            }
        }
    }

    [Fact]
    public void Trust_found_in_the_evidence_is_ignored_and_that_is_said()
    {
        var stranger = new TestLedger(ledger.Origin, 9);
        var evidence = Evidence.FromCertificate(stranger.Deposit().Certificate())
            .WithUnknown(["trust", "REPORT-PASS.pdf", "roots/\u202efdp.pem"]);

        var report = Verifier.Verify(evidence, new VerifierInputs(ledger.Policy));

        report.FailsOnly(CheckNames.Checkpoint);
        var note = Assert.Single(report.Notes, note => note.English.StartsWith("Not evidence, and ignored: ", StringComparison.Ordinal));
        Assert.Contains("'trust', 'REPORT-PASS.pdf', 'roots/\\u{202e}fdp.pem'", note.English, StringComparison.Ordinal);
        Assert.Contains("Nothing that came with the evidence is trusted", note.English, StringComparison.Ordinal);
    }

    private Report Verify(Certificate certificate) =>
        Verifier.Verify(Evidence.FromCertificate(certificate), new VerifierInputs(ledger.Policy));
}
