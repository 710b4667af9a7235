using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>Check 9, and what Bitcoin adds to the sentence on time.</summary>
public sealed class VerifierBitcoinTests
{
    private const ulong Height = 900_000;
    private static readonly DateTimeOffset Mined = TestLedger.Created.AddHours(5);

    private readonly TestLedger ledger = new();
    private readonly TestDeposit deposit;
    private readonly LedgerTimestamp stamp;
    private readonly BlockHeader block;

    public VerifierBitcoinTests()
    {
        deposit = ledger.Deposit(new DepositPlan { Files = [("a.txt", "a"), ("b.txt", "b"), ("c.txt", "c")] });
        ledger.Grow(7);
        (var overRoot, block) = TestBlock.Stamp(ledger.Root(), Height, Mined);
        stamp = new LedgerTimestamp(deposit.Index, ledger.Size, ledger.Proof(deposit.Index).Path, overRoot);
    }

    [Fact]
    public void Paths_into_a_trusted_block_pass_and_date_the_entry()
    {
        var report = Verify(Stamped(deposit.Evidence()), block);

        Assert.Equal(Verdict.Pass, report.Verdict);
        Assert.Equal(CheckResult.Pass, report.Result(CheckNames.Bitcoin));
        Assert.Contains("3 of 3 OpenTimestamps paths", report.Reason(CheckNames.Bitcoin), StringComparison.Ordinal);
        Assert.Contains(BlockHeader.Display(block.Hash), report.Reason(CheckNames.Bitcoin), StringComparison.Ordinal);
        Assert.Equal(
            "The entry existed no later than 2026-11-22T07:00:00.000Z, according to Bitcoin block 900000 (good to about a day).", report.TimeSentence.English);
        Assert.Equal("该条目最晚于 2026-11-22T07:00:00.000Z 已存在，依据：比特币区块 900000（准确度约为一天）。", report.TimeSentence.Chinese);
    }

    [Fact]
    public void Without_the_header_it_is_not_checked_and_says_what_to_compare()
    {
        var evidence = Stamped(deposit.Evidence());

        var report = Verify(evidence);

        Assert.Equal(Verdict.Pass, report.Verdict);
        Assert.Equal(CheckResult.NotChecked, report.Result(CheckNames.Bitcoin));
        Assert.Contains($"block {Height}", report.Reason(CheckNames.Bitcoin), StringComparison.Ordinal);
        Assert.Contains(BlockHeader.Display(block.MerkleRoot), report.Reason(CheckNames.Bitcoin), StringComparison.Ordinal);
        Assert.Equal("No one but the operator vouches for the time.", report.TimeSentence.English);
        Assert.Equal([Height], Verifier.BlocksNamed(evidence));
    }

    [Fact]
    public void A_disclosed_document_passes_with_and_without_its_name()
    {
        foreach (var showMetadata in (bool[])[true, false])
        {
            var disclosed = deposit.Disclose(showMetadata, "b.txt");
            var all = Stamped(deposit.Evidence()).Attachments;
            var evidence = disclosed.WithAttachments(all.Where(file => disclosed.Openings.Keys.Any(leaf => file.Name.Contains(leaf.ToString(), StringComparison.Ordinal))));
            Assert.Equal(CheckResult.Pass, Verify(evidence, block).Result(CheckNames.Bitcoin));

            // A document's name tells its digest; without it only what the depositor made before can be carried on.
            Assert.Equal(showMetadata ? 1 : 0, stamp.FilesFor(disclosed, out var left).Count);
            Assert.Equal(showMetadata ? 0 : 1, left);
        }
    }

    [Fact]
    public void A_path_that_the_trusted_header_contradicts_fails()
    {
        var other = TestBlock.With(Hash.Of([9]), Mined);

        var report = Verify(Stamped(deposit.Evidence()), other);

        report.FailsOnly(CheckNames.Bitcoin);
        Assert.Contains(BlockHeader.Display(other.Hash), report.Reason(CheckNames.Bitcoin), StringComparison.Ordinal);
        Assert.Equal("No one but the operator vouches for the time.", report.TimeSentence.English);
    }

    [Fact]
    public void A_calendar_that_lied_does_not_spoil_one_that_did_not()
    {
        var lie = new OtsTimestamp([new BitcoinAttestation(Height + 1)], []).After([OtsOperation.Sha256]);
        var both = stamp with { OverRoot = stamp.OverRoot.Merge(lie) };
        var headers = new Dictionary<ulong, BlockHeader> { [Height] = block, [Height + 1] = TestBlock.With(Hash.Of([9]), Mined.AddYears(-10)) };

        var report = Verifier.Verify(
            deposit.Evidence().WithAttachments(both.FilesFor(deposit.Evidence(), out _)), new VerifierInputs(ledger.Policy) { BlockHeaders = headers });

        Assert.Equal(CheckResult.Pass, report.Result(CheckNames.Bitcoin));
        Assert.Contains("07:00:00", report.TimeSentence.English, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_two_blocks_the_earlier_counts_and_a_witness_before_both()
    {
        OtsOperation[] path = [OtsOperation.Append([7]), OtsOperation.Sha256];
        var overRoot = stamp.OverRoot.Merge(new OtsTimestamp([new BitcoinAttestation(Height - 1)], []).After(path));
        var root = new Hash(path.Aggregate(ledger.Root().ToArray(), (message, operation) => operation.Apply(message)));
        var files = (stamp with { OverRoot = overRoot }).FilesFor(deposit.Evidence(), out _);
        var headers = new Dictionary<ulong, BlockHeader> { [Height] = block, [Height - 1] = TestBlock.With(root, Mined.AddHours(-4)) };
        var witness = new TestWitness("witness.example/w");

        var inputs = new VerifierInputs(ledger.PolicyWith([witness], "quorum none\n")) { BlockHeaders = headers };
        Assert.Contains("03:00:00", Verifier.Verify(deposit.Evidence().WithAttachments(files), inputs).TimeSentence.English, StringComparison.Ordinal);
        var witnessed = deposit.Evidence(null, witness.At(TestLedger.Created.AddHours(1))).WithAttachments(files);
        Assert.Contains("01:00:00", Verifier.Verify(witnessed, inputs).TimeSentence.English, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pending_timestamp_is_not_checked_and_names_its_calendar()
    {
        var pending = stamp with { OverRoot = new OtsTimestamp([new PendingAttestation("https://calendar.example")], []) };

        var report = Verify(deposit.Evidence().WithAttachments(pending.FilesFor(deposit.Evidence(), out _)), block);

        Assert.Equal(CheckResult.NotChecked, report.Result(CheckNames.Bitcoin));
        Assert.Contains("pending at https://calendar.example", report.Reason(CheckNames.Bitcoin), StringComparison.Ordinal);
    }

    [Fact]
    public void Upgrading_twice_keeps_what_was_there()
    {
        var pending = stamp with { OverRoot = new OtsTimestamp([new PendingAttestation("https://calendar.example")], []) };
        var before = deposit.Evidence().WithAttachments(pending.FilesFor(deposit.Evidence(), out _));

        var after = before.WithAttachments(stamp.FilesFor(before, out var left));

        Assert.Equal(0, left);
        Assert.All(after.Attachments, file => Assert.Equal(2, DetachedTimestamp.Parse(file.Content).Claims().Count));
        Assert.Equal(CheckResult.Pass, Verify(after, block).Result(CheckNames.Bitcoin));
    }

    [Fact]
    public void A_path_of_another_document_deposit_or_ledger_fails()
    {
        var evidence = Stamped(deposit.Evidence());
        var (first, second) = (evidence.Attachments[0], evidence.Attachments[1]);
        var other = ledger.Deposit(new DepositPlan { Files = [("a.txt", "a"), ("b.txt", "b"), ("c.txt", "c")] });
        var own = DetachedTimestamp.Parse(first.Content);
        var direct = new DetachedTimestamp(own.FileHash, own.Digest, stamp.OverRoot);
        IReadOnlyList<Attachment>[] wrong =
        [
            [first with { Content = second.Content }],
            [new Attachment($"ots/{Hash.Of([1])}.ots", first.Content)],
            [.. stamp.FilesFor(other.Evidence(), out _)],
            // Straight from the document into a block: it dates the document, not this entry.
            [first with { Content = direct.ToBytes() }],
            [first with { Content = new byte[] { 0, 1, 2 } }],
            [first with { Content = new DetachedTimestamp(OtsOperation.Create(OtsOperationKind.Keccak256), own.Digest, own.Timestamp).ToBytes() }],
        ];

        foreach (var files in wrong)
            Verify(deposit.Evidence().WithAttachments(files), block).FailsOnly(CheckNames.Bitcoin);
    }

    [Fact]
    public void Every_flipped_bit_of_a_path_fails_or_stays_unchecked()
    {
        var evidence = deposit.Disclose(true, "a.txt");
        var file = stamp.FilesFor(evidence, out _).Single();
        for (var i = 0; i < file.Content.Length; i++)
        {
            var bytes = file.Content.ToArray();
            bytes[i] ^= (byte)(1 << (i % 8));
            var report = Verify(evidence.WithAttachments([file with { Content = bytes }]), block);
            Assert.NotEqual(CheckResult.Pass, report.Result(CheckNames.Bitcoin));
            Assert.Equal("No one but the operator vouches for the time.", report.TimeSentence.English);
        }
    }

    [Fact]
    public void A_block_does_not_rescue_a_compromised_key()
    {
        // Whoever steals the key later signs a root that was stamped before: the block dates the root, not the signature.
        var inputs = new VerifierInputs(ledger.Policy)
        {
            BlockHeaders = new Dictionary<ulong, BlockHeader> { [Height] = block },
            Compromised = new Dictionary<VerifierKey, DateTimeOffset> { [ledger.Key.Verifier] = Mined.AddYears(1) },
        };

        var report = Verifier.Verify(Stamped(deposit.Evidence()), inputs);

        Assert.Equal(CheckResult.Pass, report.Result(CheckNames.Bitcoin));
        Assert.Equal(CheckResult.NotChecked, report.Result(CheckNames.Checkpoint));
        Assert.Equal(Verdict.Indeterminate, report.Verdict);
    }

    [Fact]
    public void A_beacon_is_compared_with_the_header_and_never_taken_for_a_time()
    {
        var shown = block.Hash.ToArray();
        Array.Reverse(shown);
        var named = ledger.Deposit(new DepositPlan { BendStatement = statement => statement with { Beacon = new BitcoinBeacon(Height, new Hash(shown)) } });

        Assert.Contains(Verify(named.Evidence(), block).Notes, note => note.English.Contains("no older than the block, which is dated 2026-11-22T05:00", StringComparison.Ordinal));
        Assert.Contains(Verify(named.Evidence()).Notes, note => note.English.Contains("Not checked", StringComparison.Ordinal));
        var other = Verify(named.Evidence(), TestBlock.With(Hash.Of([9]), Mined));
        Assert.Contains(other.Notes, note => note.English.Contains("another hash", StringComparison.Ordinal));
        Assert.Equal("No one but the operator vouches for the time.", other.TimeSentence.English);
        Assert.Equal([Height], Verifier.BlocksNamed(named.Evidence()));
    }

    [Fact]
    public void A_path_beyond_the_formats_limits_is_not_written_and_counted()
    {
        var tooLong = stamp with { OverRoot = new OtsTimestamp([new BitcoinAttestation(1)], []).After([.. Enumerable.Repeat(OtsOperation.Sha256, 250)]) };

        Assert.Empty(tooLong.FilesFor(deposit.Evidence(), out var left));
        Assert.Equal(3, left);
    }

    private Evidence Stamped(Evidence evidence) => evidence.WithAttachments(stamp.FilesFor(evidence, out _));

    private Report Verify(Evidence evidence, BlockHeader? header = null) => Verifier.Verify(evidence, new VerifierInputs(ledger.Policy)
    {
        BlockHeaders = header is null ? new Dictionary<ulong, BlockHeader>() : new Dictionary<ulong, BlockHeader> { [Height] = header },
    });
}
