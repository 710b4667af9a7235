using System.Text;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>Check 8: what tokens in evidence date, and which of them break it.</summary>
public sealed class VerifierTimestampTests
{
    private const string OnlyTheOperator = "No one but the operator vouches for the time.";

    private static readonly TestAuthority Authority = new();
    private static readonly TestAuthority Stranger = new("Stranger");
    private static readonly DateTimeOffset Seen = TestLedger.Created.AddSeconds(30);

    private readonly TestLedger ledger = new();
    private readonly TestDeposit deposit;

    public VerifierTimestampTests()
    {
        deposit = ledger.Deposit();
        ledger.Grow(9);
    }

    [Fact]
    public void A_token_over_the_certificates_own_checkpoint_dates_the_entry()
    {
        var report = Verify(Own(Seen));

        Assert.Equal((Verdict.Pass, CheckResult.Pass), (report.Verdict, report.Result(CheckNames.Time)));
        Assert.Equal("The entry existed no later than 2026-11-22T00:00:30.000Z, according to Test time-stamping.", report.TimeSentence.English);
        Assert.Contains("Revocation was not checked", report.Reason(CheckNames.Time), StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_over_a_later_or_an_earlier_checkpoint_dates_it_too_and_the_earliest_counts()
    {
        var report = Verify(Own(Seen.AddHours(3)), Over(5, Seen.AddHours(1)), Over(7, Seen.AddHours(2)));

        Assert.Equal(CheckResult.Pass, report.Result(CheckNames.Time));
        Assert.StartsWith("3 time-stamps verify, the earliest of 2026-11-22T01:00:30.000Z by Test time-stamping", report.Reason(CheckNames.Time), StringComparison.Ordinal);
        Assert.StartsWith("The entry existed no later than 2026-11-22T01:00:30.000Z", report.TimeSentence.English, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_over_the_commitment_dates_that_and_never_the_entry()
    {
        var token = Authority.Stamp(new TokenPlan { Imprint = MessageImprint.Of(deposit.Statement.Commitment), Time = Seen.AddYears(-1) });

        var report = Verify(new TimestampToken(TimestampToken.OverCommitment, token, null));

        Assert.Equal(CheckResult.Pass, report.Result(CheckNames.Time));
        Assert.Equal(OnlyTheOperator, report.TimeSentence.English);
        Assert.Contains(report.Notes, note => note.English.StartsWith("What the deposit commits to existed no later than 2025-11-22T00:00:30.000Z", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_roots_or_from_strangers_tokens_are_not_checked_and_date_nothing()
    {
        var foreign = new TimestampToken(TimestampToken.OverCheckpoint, Stranger.Stamp(Note(null), Seen), null);

        foreach (var report in (Report[])[VerifyUnder(null, Own(Seen)), Verify(foreign)])
        {
            Assert.Equal((Verdict.Pass, CheckResult.NotChecked), (report.Verdict, report.Result(CheckNames.Time)));
            Assert.Equal(OnlyTheOperator, report.TimeSentence.English);
        }

        var both = Verify(foreign, Own(Seen.AddHours(1)));
        Assert.Equal(CheckResult.Pass, both.Result(CheckNames.Time));
        Assert.Contains("1 more of authorities that you do not trust does not count", both.Reason(CheckNames.Time), StringComparison.Ordinal);
        Assert.StartsWith("The entry existed no later than 2026-11-22T01:00:30.000Z", both.TimeSentence.English, StringComparison.Ordinal);
    }

    [Fact]
    public void A_root_in_the_evidence_is_no_root()
    {
        var certificate = deposit.Certificate() with { Timestamps = [Own(Seen)] };
        var evidence = Evidence.FromCertificate(certificate).WithUnknown(["timestamps/root.pem"]);

        var report = Verifier.Verify(evidence, new VerifierInputs(ledger.Policy));

        Assert.Equal(CheckResult.NotChecked, report.Result(CheckNames.Time));
        Assert.Contains(report.Notes, note => note.English.Contains("'timestamps/root.pem'", StringComparison.Ordinal));
    }

    public static TheoryData<string> Contradictions =>
    [
        "other data", "no token", "another checkpoint", "another entry's proof", "another index", "a wrong path", "another ledger's checkpoint", "an unreadable proof",
        "commitment of another deposit", "the statement instead of the commitment", "wrong usage",
    ];

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void A_token_that_contradicts_the_evidence_fails_the_time_alone(string kind)
    {
        var later = ledger.Proof(deposit.Index, 7);
        var neighbour = ledger.Proof(deposit.Index + 1, 7);
        var elsewhere = new TestLedger("ledger.example/other").Deposit();
        var token = kind switch
        {
            "other data" => new TimestampToken(TimestampToken.OverCheckpoint, Authority.Stamp("abc"u8, Seen), null),
            "no token" => new TimestampToken(TimestampToken.OverCheckpoint, new byte[] { 1, 2, 3 }, null),
            "another checkpoint" => Over(5, Seen) with { Proof = later.ToString() },
            "another entry's proof" => Over(7, Seen) with { Proof = neighbour.ToString() },
            "another index" => Over(7, Seen) with { Proof = new TlogProof(deposit.Index + 1, later.Path, later.Note).ToString() },
            "a wrong path" => Over(7, Seen) with { Proof = new TlogProof(deposit.Index, [.. later.Path.Reverse()], later.Note).ToString() },
            "another ledger's checkpoint" => Stamped(elsewhere.Certificate().Proof, Seen),
            "an unreadable proof" => Over(7, Seen) with { Proof = "c2sp.org/tlog-proof@v1\n" },
            "commitment of another deposit" => OverCommitment(elsewhere.Statement.Commitment),
            "the statement instead of the commitment" => OverCommitment(Hash.Of(Encoding.UTF8.GetBytes(deposit.Statement.ToText()))),
            "wrong usage" => new TimestampToken(
                TimestampToken.OverCheckpoint, Authority.Stamp(new TokenPlan { Imprint = MessageImprint.Of(Hash.Of(Note(null))), Time = Seen, IsCritical = false }), null),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };

        var report = Verify(Own(Seen), token);

        report.FailsOnly(CheckNames.Time);
        Assert.StartsWith("Time-stamp 1 of the evidence's 2 (counted from 0) ", report.Reason(CheckNames.Time), StringComparison.Ordinal);
    }

    [Fact]
    public void A_dated_checkpoint_dates_nothing_where_the_entry_is_not_proven()
    {
        var proof = ledger.Proof(deposit.Index);
        var unsigned = new TlogProof(proof.Index, proof.Path, SignedNote.Sign(proof.Note.Text, SigningKey.Create("ledger.example/test", TestLedger.Seed(9))));
        var certificate = deposit.Certificate() with { Proof = unsigned.ToString(), Timestamps = [Stamped(unsigned.ToString(), Seen) with { Proof = null }] };

        var report = Verifier.Verify(Evidence.FromCertificate(certificate), new VerifierInputs(ledger.Policy) { TimestampRoots = Authority.Roots });

        Assert.Equal((Verdict.Fail, CheckResult.Pass), (report.Verdict, report.Result(CheckNames.Time)));
        Assert.Equal(OnlyTheOperator, report.TimeSentence.English);
    }

    [Fact]
    public void A_compromised_key_counts_under_a_token_from_before_over_what_it_signed()
    {
        var since = Seen.AddDays(1);
        Report Judge(params TimestampToken[] tokens) => Verifier.Verify(
            Evidence.FromCertificate(deposit.Certificate() with { Timestamps = tokens }),
            new VerifierInputs(ledger.Policy)
            {
                TimestampRoots = Authority.Roots,
                Compromised = new Dictionary<VerifierKey, DateTimeOffset> { [ledger.Key.Verifier] = since },
            });
        // Whoever stole the key can make a tree with the entry in it, but not have it stamped in the past; and a tree that
        // this key has not signed shows nothing of what the key had signed by then.
        var proof = ledger.Proof(deposit.Index, 7);
        var byAnother = new TlogProof(proof.Index, proof.Path, SignedNote.Sign(proof.Note.Text, SigningKey.Create("ledger.example/test", TestLedger.Seed(9))));

        Assert.Equal(CheckResult.Pass, Judge(Own(Seen)).Result(CheckNames.Checkpoint));
        Assert.Equal(CheckResult.Pass, Judge(Over(7, Seen)).Result(CheckNames.Checkpoint));
        Assert.Equal(CheckResult.NotChecked, Judge().Result(CheckNames.Checkpoint));
        Assert.Equal(CheckResult.NotChecked, Judge(Own(since)).Result(CheckNames.Checkpoint));
        Assert.Equal(CheckResult.NotChecked, Judge(Stamped(byAnother.ToString(), Seen)).Result(CheckNames.Checkpoint));
        Assert.Equal(CheckResult.NotChecked, Judge(OverCommitment(deposit.Statement.Commitment)).Result(CheckNames.Checkpoint));
    }

    [Fact]
    public void A_token_far_from_the_operators_time_is_said()
    {
        Assert.EndsWith("for the time between there is only the operator's word.", Verify(Own(Seen.AddDays(40))).TimeSentence.English, StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_repeats_its_tokens_as_replies_with_what_they_are_over()
    {
        var evidence = deposit.Evidence().WithTimestamps([Own(Seen), Over(7, Seen), OverCommitment(deposit.Statement.Commitment)]);
        var files = ZipBuilder.Entries(EvidenceSamples.Pack(evidence)).Where(file => file.Name.StartsWith("timestamps/", StringComparison.Ordinal)).ToDictionary(file => file.Name, file => file.Content);

        Assert.Equal(["timestamps/0.tsr", "timestamps/0.checkpoint.txt", "timestamps/1.tsr", "timestamps/1.tlog-proof", "timestamps/1.checkpoint.txt", "timestamps/2.tsr"], files.Keys);
        for (var n = 0; n < 3; n++)
            Assert.Equal(evidence.Certificate.Timestamps[n].Token.ToArray(), TimestampReply.Parse(files[$"timestamps/{n}.tsr"]).Token!.Value.ToArray());
        Assert.Equal(Note(null), files["timestamps/0.checkpoint.txt"]);
        Assert.Equal(Note(7), files["timestamps/1.checkpoint.txt"]);
        Assert.Equal(ledger.Proof(deposit.Index, 7).ToString(), Encoding.UTF8.GetString(files["timestamps/1.tlog-proof"]));
    }

    private byte[] Note(ulong? size) => Encoding.UTF8.GetBytes(ledger.Checkpoint(size).ToString());

    private TimestampToken Own(DateTimeOffset time) => new(TimestampToken.OverCheckpoint, Authority.Stamp(Note(null), time), null);

    private TimestampToken Over(ulong size, DateTimeOffset time) => Stamped(ledger.Proof(deposit.Index, size).ToString(), time);

    private static TimestampToken Stamped(string proof, DateTimeOffset time) =>
        new(TimestampToken.OverCheckpoint, Authority.Stamp(Encoding.UTF8.GetBytes(TlogProof.Parse(proof).Note.ToString()), time), proof);

    private static TimestampToken OverCommitment(Hash hash) =>
        new(TimestampToken.OverCommitment, Authority.Stamp(new TokenPlan { Imprint = MessageImprint.Of(hash), Time = Seen }), null);

    private Report Verify(params TimestampToken[] tokens) => VerifyUnder(Authority.Roots, tokens);

    private Report VerifyUnder(TimestampRoots? roots, params TimestampToken[] tokens) => Verifier.Verify(
        Evidence.FromCertificate(deposit.Certificate() with { Timestamps = tokens }), new VerifierInputs(ledger.Policy) { TimestampRoots = roots });
}
