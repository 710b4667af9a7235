namespace Notary.Core;

/// <summary>
/// Checks evidence against what the verifier trusts, without network, clock or account. The checks are those of
/// proto/README.md, "Verification", by the same numbers:
/// (1) file, (2) commitment, (3) claims, (4) signature, (5) inclusion, (6) checkpoint, (7) witnesses, (8) time,
/// (9) bitcoin. Everything in the evidence is a stranger's word: a text that breaks its format is a failed check with
/// the reason, never an exception.
/// </summary>
public static class Verifier
{
    /// <summary>Whether an item that the evidence shows states an SM3, so that <see cref="GivenFile.Sm3"/> is needed to compare it.</summary>
    public static bool NeedsSm3(Evidence evidence) =>
        evidence.Manifest?.Items.Any(item => item.Sm3 is not null) == true
        || evidence.Openings.Values.Any(opening => opening.Item?.Sm3 is not null);

    /// <summary>
    /// Heights of the Bitcoin blocks that the evidence's statement and OpenTimestamps files name, ascending: the headers to
    /// look up for <see cref="VerifierInputs.BlockHeaders"/>. At most 65.
    /// </summary>
    public static IReadOnlyList<ulong> BlocksNamed(Evidence evidence) => BitcoinCheck.BlocksNamed(evidence);

    /// <summary>Verifies evidence, or a certificate alone (<see cref="Evidence.FromCertificate"/>).</summary>
    public static Report Verify(Evidence evidence, VerifierInputs inputs)
    {
        // Documents that a package carries are compared like those given beside it: none of them is believed.
        if (evidence.Included.Count > 0)
            inputs = inputs with { Files = [.. evidence.Included, .. inputs.Files ?? []] };
        var texts = CertificateTexts.Read(evidence.Certificate);
        var inclusion = LedgerChecks.Inclusion(texts); // (5)
        var witnesses = WitnessCheck.Of(texts, inputs.Policy); // (7)
        var keys = TrustedKeys.Of(inputs);
        var timestamps = TimestampCheck.Of(evidence.Certificate, texts, inputs.TimestampRoots); // (8)
        IReadOnlyList<DatedCheckpoint> dated = [.. witnesses.Dated(texts), .. timestamps.Dated];
        var checkpoint = LedgerChecks.Checkpoint(texts, keys, dated); // (6)
        var previous = PreviousDeposit.Find(texts, inputs, keys);
        var bitcoin = BitcoinCheck.Of(evidence, texts, inputs.BlockHeaders); // (9)
        var files = FileCheck.Of(evidence, texts.Statement, inputs.Files); // (1)
        IReadOnlyList<Check> checks =
        [
            files.Check,
            CommitmentCheck.Of(evidence, texts, files), // (2)
            ClaimsCheck.Of(texts, previous), // (3)
            SignatureCheck.Of(texts, inputs.Depositor), // (4)
            inclusion,
            checkpoint,
            witnesses.Check,
            timestamps.Check,
            bitcoin.Check,
            .. inputs.OfFile,
        ];
        var entryIsProven = inclusion.Result == CheckResult.Pass && checkpoint.Result == CheckResult.Pass;
        var verdict = VerdictRule.Decide(checks, inputs.Files is not null);
        return new Report(
            texts.Subject,
            verdict,
            VerdictRule.Sentence(verdict, checks, evidence, texts, inputs),
            TimeChecks.Sentence(
                texts.Statement, entryIsProven ? IndependentTime.Earliest([.. dated.Select(checkpoint => checkpoint.Time), bitcoin.Earliest]) : null),
            checks,
            [.. files.Notes, .. Dating(timestamps, entryIsProven), .. ReportNotes.Of(evidence, texts, inputs, keys, previous, checks)]);
    }

    // Without a proven entry there is no deposit whose commitment could be dated.
    private static IEnumerable<Sentence> Dating(TimestampCheck timestamps, bool entryIsProven) =>
        entryIsProven && timestamps.Note is { } note ? [note] : [];
}
