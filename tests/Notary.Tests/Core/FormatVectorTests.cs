using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>The texts, entry hashes, proofs and checkpoints of the vectors, byte for byte.</summary>
public sealed class FormatVectorTests
{
    private static readonly JsonNode V1 = FormatVectors.V1;

    private static SigningKey LedgerKey => SigningKey.Create(V1.Text("origin"), Convert.FromHexString(V1.Text("ledger_seed")));

    private static SigningKey DepositorKey => SigningKey.Create("acct-7", Convert.FromHexString(V1.Text("depositor_seed")));

    private static IEnumerable<JsonNode> Deposits => V1["deposits"]!.AsArray().Select(deposit => deposit!);

    private static Hash[] Leaves =>
    [
        MerkleHash.Leaf(Encoding.UTF8.GetBytes(V1.Text("genesis"))),
        .. Deposits.Select(deposit => MerkleHash.Leaf(Encoding.UTF8.GetBytes(deposit.Text("statement")))),
    ];

    [Fact]
    public void Keys_are_written_alike()
    {
        Assert.Equal(V1.Text("vkey"), LedgerKey.Verifier.ToString());
        Assert.Equal(V1.Text("depositor_vkey"), DepositorKey.Verifier.ToString());
    }

    [Fact]
    public void The_genesis_entry_reads_and_prints()
    {
        var genesis = Genesis.Parse(V1.Text("genesis"));
        Assert.Equal(V1.Text("genesis"), genesis.ToText());
        Assert.Equal(LedgerKey.Verifier, genesis.Key);
        Assert.False(Entry.IsDeposit(Encoding.UTF8.GetBytes(genesis.ToText())));
    }

    [Fact]
    public void Requests_claims_and_statements_read_print_and_name_each_other()
    {
        foreach (var deposit in Deposits)
        {
            var request = RequestBytes.Parse(Encoding.UTF8.GetBytes(deposit.Text("request")));
            var claims = Claims.Parse(deposit.Text("claims"));
            var statement = Statement.Parse(deposit.Text("statement"));
            Assert.Equal(request.Note?.Text ?? deposit.Text("request"), request.Request.ToText());
            Assert.Equal(deposit.Text("claims"), claims.ToText());
            Assert.Equal(deposit.Text("statement"), statement.ToText());
            Assert.True(Entry.IsDeposit(Encoding.UTF8.GetBytes(deposit.Text("statement"))));
            Assert.Equal(request.Hash, claims.Request);
            Assert.Equal(Hash.Of(Encoding.UTF8.GetBytes(deposit.Text("claims"))), statement.Claims);
            Assert.Equal(request.Request.Commitment, statement.Commitment);
        }
    }

    [Fact]
    public void Clock_records_and_their_logs_are_made_again_byte_for_byte()
    {
        var clocks = V1["clocks"]!.AsArray();
        Assert.Equal(["degraded", "stepped", "synchronised"], clocks.Select(clock => clock!.Text("state")).Distinct().Order(StringComparer.Ordinal));
        foreach (var clock in clocks)
        {
            var log = new ClockLog();
            foreach (var line in clock!.Text("log").TrimEnd().Split('\n')[2..])
                log.Add(DateTimeOffset.Parse(line[..24], CultureInfo.InvariantCulture), line[25..]);
            var text = log.Read(V1.Text("origin")).Text;
            Assert.Equal(clock!.Text("log"), Encoding.UTF8.GetString(text));
            var state = Enum.GetValues<ClockState>().Single(one => ClockRecord.Word(one) == clock!.Text("state"));
            var record = new ClockRecord(
                V1.Text("origin"), DateTimeOffset.Parse(clock!.Text("at"), CultureInfo.InvariantCulture), state, clock!["bound_ms"]?.GetValue<ulong>(), Hash.Of(text));
            Assert.Equal(clock!.Text("record"), record.ToText());
            Assert.Equal(record, ClockRecord.Parse(clock!.Text("record")));
            Assert.Equal(clock!.Text("entry_hash"), $"{MerkleHash.Leaf(Encoding.UTF8.GetBytes(record.ToText()))}");
            Assert.True(Entry.IsClockRecord(Encoding.UTF8.GetBytes(record.ToText())) && !Entry.IsDeposit(Encoding.UTF8.GetBytes(record.ToText())));
        }
    }

    [Fact]
    public void Signed_requests_verify_and_are_made_again_byte_for_byte()
    {
        Assert.Equal(3, Deposits.Skip(1).Count());
        foreach (var deposit in Deposits.Skip(1))
        {
            var request = RequestBytes.Parse(Encoding.UTF8.GetBytes(deposit.Text("request")));
            Assert.Equal(NoteCheck.Valid, request.Note!.Check(DepositorKey.Verifier));
            Assert.Equal(NoteCheck.Absent, request.Note.Check(LedgerKey.Verifier));
            Assert.Equal(request.Bytes.ToArray(), RequestBytes.Create(request.Request, DepositorKey).Bytes.ToArray());
        }
    }

    [Fact]
    public void Entry_hashes_proofs_and_checkpoints_are_made_again_byte_for_byte()
    {
        var (leaves, size) = (Leaves, (ulong)Leaves.Length);
        foreach (var deposit in Deposits)
        {
            var index = deposit.Number("index");
            Assert.Equal(deposit.Text("entry_hash"), leaves[index].ToString());
            var note = SignedNote.Sign(
                new Checkpoint(V1.Text("origin"), size, ReferenceTree.Root(leaves)).ToText(), LedgerKey);
            var proof = new TlogProof(index, MerkleTree.Inclusion(index, size, ReferenceTree.Nodes(leaves)), note);
            Assert.Equal(deposit.Text("proof"), proof.ToString());
            var read = TlogProof.Parse(deposit.Text("proof"));
            Assert.Equal(deposit.Text("proof"), read.ToString());
            Assert.Equal(NoteCheck.Valid, read.Note.Check(VerifierKey.Parse(V1.Text("vkey"))));
            Assert.True(MerkleTree.VerifyInclusion(index, size, leaves[index], read.Path, read.Checkpoint.Root));
        }
    }

    [Fact]
    public void Checkpoints_of_every_size_and_consistency_proofs_are_made_again()
    {
        var leaves = Leaves;
        var checkpoints = V1["checkpoints"]!.AsArray();
        Assert.Equal(leaves.Length, checkpoints.Count);
        for (var size = 1; size <= checkpoints.Count; size++)
        {
            var text = new Checkpoint(V1.Text("origin"), (ulong)size, ReferenceTree.Root(leaves.AsSpan(0, size))).ToText();
            Assert.Equal(checkpoints[size - 1]!.GetValue<string>(), SignedNote.Sign(text, LedgerKey).ToString());
            Assert.Equal(text, Checkpoint.Parse(SignedNote.Parse(checkpoints[size - 1]!.GetValue<string>()).Text).ToText());
        }

        foreach (var pair in V1["consistency"]!.AsArray())
        {
            var (first, second) = (pair!.Number("first"), pair!.Number("second"));
            var expected = pair!["proof"]!.AsArray().Select(hash => hash!.GetValue<string>());
            var proof = MerkleTree.Consistency(first, second, ReferenceTree.Nodes(leaves));
            Assert.Equal(expected, proof.Select(hash => hash.ToString()));
        }
    }

    [Fact]
    public void Items_and_openings_read_and_print()
    {
        foreach (var item in V1["fingerprints"]!.AsArray().SelectMany(fingerprint => fingerprint!["items"]!.AsArray()))
        {
            Assert.Equal(item!.Text("item"), ItemText.Parse(item!.Text("item")).ToText());
            Assert.Equal(item!.Text("opening"), Opening.Parse(item!.Text("opening")).ToText());
        }
    }
}
