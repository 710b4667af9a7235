using System.Text;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>The OpenTimestamps format: operations, files, limits, and everything that must be refused.</summary>
public sealed class OpenTimestampsTests
{
    private static readonly byte[] HelloWorld = Vector("hello-world.txt.ots");
    private static readonly OtsTimestamp Block = new([new BitcoinAttestation(7)], []);
    private static readonly byte[] Beginning = HelloWorld[..65];

    // Attestation of block 7, as the last item of a timestamp.
    private static readonly byte[] BlockItem = Convert.FromHexString("000588960d73d719010107");

    [Theory]
    [InlineData(OtsOperationKind.Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d")]
    [InlineData(OtsOperationKind.Ripemd160, "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc")]
    [InlineData(OtsOperationKind.Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData(OtsOperationKind.Keccak256, "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")]
    [InlineData(OtsOperationKind.Reverse, "636261")]
    [InlineData(OtsOperationKind.Hexlify, "363136323633")]
    public void An_operation_gives_its_known_answer(OtsOperationKind kind, string answer)
    {
        var operation = OtsOperation.Create(kind);

        Assert.Equal(answer, Convert.ToHexStringLower(operation.Apply("abc"u8)));
        Assert.Equal(operation.ResultBytes(3), answer.Length / 2);
        if (operation.DigestBytes is not null)
            Assert.Equal(answer, Convert.ToHexStringLower(operation.DigestOf(new MemoryStream("abc"u8.ToArray()), CancellationToken.None)));
    }

    [Fact]
    public void Operations_refuse_what_the_format_has_not()
    {
        Assert.Equal("xabc", Encoding.ASCII.GetString(OtsOperation.Prepend("x"u8).Apply("abc"u8)));
        Assert.Equal("abcx", Encoding.ASCII.GetString(OtsOperation.Append("x"u8).Apply("abc"u8)));
        Assert.Throws<ArgumentException>(() => OtsOperation.Append([]));
        Assert.Throws<ArgumentException>(() => OtsOperation.Append(new byte[4097]));
        Assert.Throws<ArgumentException>(() => OtsOperation.Create(OtsOperationKind.Sha256, new byte[1]));
        Assert.Throws<ArgumentException>(() => OtsOperation.Create((OtsOperationKind)0x19));
        Assert.Throws<ArgumentException>(() => OtsOperation.Hexlify.Apply(new byte[2049]));
        Assert.Throws<ArgumentException>(() => OtsOperation.Sha256.Apply([]));
    }

    [Fact]
    public void The_well_known_hello_world_leads_to_block_358391()
    {
        var file = DetachedTimestamp.Parse(HelloWorld);
        var header = BlockHeader.ParseHex(Encoding.ASCII.GetString(Vector("block-358391.header.hex")).Trim());
        var headers = new Dictionary<ulong, BlockHeader> { [358391] = header };
        var digest = OtsOperation.Sha256.Apply(Vector("hello-world.txt"));

        Assert.Equal(HelloWorld, file.ToBytes());
        Assert.Equal([358391], file.BlocksNamed());
        Assert.Equal(header.MerkleRoot.ToArray(), file.Claims().Single().Message.ToArray());
        var check = DetachedCheck.Of(file, digest, headers);
        Assert.Equal(Verdict.Pass, check.Verdict);
        Assert.Contains("2015-05-28T17:41:18.000Z", check.Reason.English, StringComparison.Ordinal);
        Assert.Equal(Verdict.Indeterminate, DetachedCheck.Of(file, digest, new Dictionary<ulong, BlockHeader>()).Verdict);
        Assert.Equal(Verdict.Fail, DetachedCheck.Of(file, new byte[32], headers).Verdict);
        headers[358391] = TestBlock.With(header.Hash, header.Time);
        Assert.Equal(Verdict.Fail, DetachedCheck.Of(file, digest, headers).Verdict);
    }

    [Fact]
    public void Every_kind_of_attestation_and_operation_survives_a_round_trip()
    {
        OtsAttestation[] attestations =
        [
            new PendingAttestation("https://a.example/calendar"), new PendingAttestation(""), new BitcoinAttestation(0),
            new BitcoinAttestation(ulong.MaxValue), new LitecoinAttestation(300), new UnknownAttestation(0x0102030405060708, new byte[8192]),
            new UnknownAttestation(0, ReadOnlyMemory<byte>.Empty),
        ];
        var branches = Enum.GetValues<OtsOperationKind>().Select(kind => new OtsBranch(
            OtsOperation.Create(kind, kind is OtsOperationKind.Append or OtsOperationKind.Prepend ? new byte[] { 0, 255 } : default), Block));
        var file = new DetachedTimestamp(OtsOperation.Create(OtsOperationKind.Sha1), new byte[20], new OtsTimestamp(attestations, branches));

        var read = DetachedTimestamp.Parse(file.ToBytes());

        Assert.Equal(file.ToBytes(), read.ToBytes());
        Assert.Equal(attestations.Order(OtsAttestation.Order), read.Timestamp.Attestations);
        Assert.Equal(8, read.Timestamp.Branches.Count);
        Assert.Equal(file.Describe(), read.Describe());
    }

    [Fact]
    public void Equal_paths_are_merged_and_nothing_is_lost()
    {
        var append = OtsOperation.Append("x"u8);
        var one = new OtsTimestamp([], [new OtsBranch(append, Block)]);
        var two = new OtsTimestamp([], [new OtsBranch(append, new OtsTimestamp([new PendingAttestation("b")], [])), new OtsBranch(OtsOperation.Sha256, Block)]);

        var both = one.Merge(two);

        Assert.Equal(2, both.Branches.Count);
        Assert.Equal(3, both.AllAttestations.Count());
        Assert.Equal(both.ToBytes(32), two.Merge(one).ToBytes(32));
        Assert.Equal(both.ToBytes(32), both.Merge(both).ToBytes(32));
        Assert.Equal(2, both.ClaimsBy(new byte[32], append.Apply(new byte[32]))!.Count);
        Assert.Null(both.ClaimsBy(new byte[32], new byte[33]));
    }

    [Fact]
    public void A_path_of_256_operations_and_a_message_of_4097_bytes_are_refused()
    {
        var most = Block.After([.. Enumerable.Repeat(OtsOperation.Sha256, 255)]);
        var longest = Block.After([OtsOperation.Append(new byte[4064])]);

        Assert.Equal(255, OtsTimestamp.Parse(most.ToBytes(32), 32).Depth);
        Assert.Equal(4096, OtsTimestamp.Parse(longest.ToBytes(32), 32).Claims(new byte[32]).Single().Message.Length);
        Assert.Throws<InvalidOperationException>(() => most.After([OtsOperation.Sha256]).ToBytes(32));
        Assert.Throws<InvalidOperationException>(() => longest.ToBytes(33));
        Refused("operations", [.. Enumerable.Repeat((byte)0x08, 256), .. BlockItem]);
        Refused("message", [0xF0, .. LengthOf(4065), .. new byte[4065], .. BlockItem]);
        Refused("message", [.. Enumerable.Repeat((byte)0xF3, 8), .. BlockItem]);
    }

    [Fact]
    public void Hostile_files_are_refused_by_name_and_in_no_time()
    {
        Refused("end", [.. BlockItem, 0]);
        Refused("operation", [0x19, .. BlockItem]);
        Refused("operation", []);
        Refused("operation", [0xFF]);
        Refused("operation", [0xFF, 0xFF, .. BlockItem]);
        Refused("argument", [0xF0, 0x00, .. BlockItem]);
        Refused("argument", [0xF0, .. LengthOf(4097), .. new byte[4097], .. BlockItem]);
        Refused("argument", [0xF0, .. Enumerable.Repeat((byte)0xFF, 100_000)]);
        Refused("argument", [0xF0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, .. BlockItem]);
        Refused("attestation", [0x00, .. new byte[8], .. LengthOf(8193), .. new byte[8193]]);
        Refused("attestation", [.. BlockItem[..9], 0x02, 0x07, 0x00]);
        Refused("attestation", [.. BlockItem[..^1]]);
        Refused("bitcoin attestation", [.. BlockItem[..9], 0x01, 0x80]);
        Refused("pending attestation", [0x00, .. Convert.FromHexString("83dfe30d2ef90c8e0302"), .. "a?"u8]);
        Refused("pending attestation", [0x00, .. Convert.FromHexString("83dfe30d2ef90c8eeb07e907"), .. new byte[1001]]);
        Refused("operations", [.. Enumerable.Range(0, 20_000).SelectMany(_ => (byte[])[0xFF, .. BlockItem]), .. BlockItem]);
        RefusedFile("magic", HelloWorld[1..]);
        RefusedFile("magic", []);
        RefusedFile("version", [.. HelloWorld[..31], 2, .. HelloWorld[32..]]);
        RefusedFile("file hash", [.. HelloWorld[..32], 0xF0, .. HelloWorld[33..]]);
        RefusedFile("file digest", HelloWorld[..50]);
        RefusedFile(null, [.. HelloWorld, .. new byte[OtsLimits.FileBytes]]);
    }

    [Fact]
    public void Work_is_bounded_however_much_a_small_file_branches()
    {
        // A long message, then thousands of branches, each of which copies and hashes it.
        byte[] Branch(int i) => [0xF0, 0x02, (byte)(i >> 8), (byte)(i & 0xFF), 0x08, .. BlockItem];
        byte[] bomb = [0xF0, .. LengthOf(4000), .. new byte[4000], .. Enumerable.Range(0, 5_000).SelectMany(i => (byte[])[0xFF, .. Branch(i)]), .. Branch(5_000)];

        Assert.Equal(5_001, OtsTimestamp.Parse(bomb, 32).Claims(new byte[32]).Count);
        Refused("operations", [.. bomb[..^16], .. Enumerable.Range(6_000, 1_000).SelectMany(i => (byte[])[0xFF, .. Branch(i)]), .. Branch(5_000)]);
    }

    [Fact]
    public void Thousands_of_branches_of_one_operation_are_merged_without_being_copied_thousands_of_times()
    {
        byte[] Branch(int i) => [0x08, 0x00, 1, 2, 3, 4, 5, 6, 7, 8, 2, (byte)(i >> 8), (byte)(i & 0xFF)];
        byte[] wide = [.. Enumerable.Range(0, 8_000).SelectMany(i => (byte[])[0xFF, .. Branch(i)]), .. Branch(8_000)];
        var before = GC.GetAllocatedBytesForCurrentThread();

        var merged = OtsTimestamp.Parse(wide, 32);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000_000);
        Assert.Equal(8_001, Assert.Single(merged.Branches).Rest.Attestations.Count);
    }

    [Fact]
    public void A_mutated_file_is_refused_or_read_to_the_same_bytes_ever_after()
    {
        var accepted = 0;
        foreach (var mutated in ByteMutations.Of(HelloWorld, seed: 5))
        {
            try
            {
                var bytes = DetachedTimestamp.Parse(mutated).ToBytes();
                Assert.Equal(bytes, DetachedTimestamp.Parse(bytes).ToBytes());
                accepted++;
            }
            catch (MalformedException e)
            {
                Assert.Equal("opentimestamps", e.Document);
            }
        }

        // Changed arguments are other timestamps; changed lengths and tags are none.
        Assert.InRange(accepted, 100, 1_500);
    }

    [Fact]
    public void A_documents_path_passes_every_hash_of_the_worked_examples()
    {
        for (var deposit = 0; deposit < 4; deposit++)
        {
            var (fingerprint, statement) = (EvidenceSamples.Fingerprint(deposit), Statement.Parse(EvidenceSamples.Certificate(deposit).Statement));
            var proof = TlogProof.Parse(EvidenceSamples.Certificate(deposit).Proof);
            var binding = Fingerprint.Binding(statement.Ledger, statement.Deposit);
            foreach (var item in EvidenceSamples.Items(deposit))
            {
                IReadOnlyList<OtsOperation> path =
                [
                    .. DocumentPath.ToEntry(binding, fingerprint.Open(item), statement),
                    .. DocumentPath.ToRoot(proof.Index, proof.Checkpoint.Size, proof.Path),
                ];
                var seen = path.Aggregate(
                    new List<byte[]> { item.Sha256.ToArray() }, (messages, operation) => [.. messages, operation.Apply(messages[^1])]);

                Assert.Contains(seen, Is(Fingerprint.Commit(binding, EvidenceSamples.Seed(deposit), item).Content));
                Assert.Contains(seen, Is(fingerprint.LeafOf(item)));
                Assert.Contains(seen, Is(statement.Commitment));
                Assert.Contains(seen, Is(MerkleHash.Leaf(Encoding.UTF8.GetBytes(statement.ToText()))));
                Assert.Equal(proof.Checkpoint.Root.ToArray(), seen[^1]);
                Assert.True(Block.After(path).Fits(32));
            }
        }

        static Predicate<byte[]> Is(Hash hash) => message => message.AsSpan().SequenceEqual(hash.ToArray());
    }

    [Fact]
    public void Steps_lead_where_an_inclusion_path_does_for_every_leaf_of_every_small_tree()
    {
        for (ulong size = 1; size <= 33; size++)
        {
            var leaves = Enumerable.Range(0, (int)size).Select(i => Hash.Of([(byte)i])).ToArray();
            for (ulong index = 0; index < size; index++)
            {
                var path = ReferenceTree.Inclusion((int)index, leaves);
                var steps = MerkleTree.Steps(index, size, path)!;
                Assert.Equal(ReferenceTree.Root(leaves), Fingerprint.Root(leaves[index], steps));
                Assert.Null(MerkleTree.Steps(index, size, [.. path, default]));
                if (path.Count > 0)
                    Assert.Null(MerkleTree.Steps(index, size, [.. path.Skip(1)]));
            }
        }
    }

    private static byte[] Vector(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "opentimestamps", name));

    private static byte[] LengthOf(int length) => [(byte)(0x80 | (length & 0x7F)), (byte)(length >> 7)];

    private static void Refused(string field, byte[] timestamp)
    {
        Assert.Equal(field, Assert.Throws<MalformedException>(() => OtsTimestamp.Parse(timestamp, 32)).Field);
        RefusedFile(field, [.. Beginning, .. timestamp]);
    }

    private static void RefusedFile(string? field, byte[] file) =>
        Assert.Equal(field, Assert.Throws<MalformedException>(() => DetachedTimestamp.Parse(file)).Field);
}
