using System.Globalization;
using Notary.Cli;
using Notary.Core;

namespace Notary.Tests.Support;

/// <summary>Packages whose checkpoints witnesses have cosigned, or whose documents have OpenTimestamps paths, good and bad.</summary>
internal sealed class IndependentCases
{
    private const ulong Height = 900_000;

    private static readonly DateTimeOffset Seen = TestLedger.Created.AddHours(1);
    private static readonly DateTimeOffset Mined = TestLedger.Created.AddHours(5);

    private readonly TestLedger ledger = new();
    private readonly TestWitness[] witnesses = [new("north.example/w"), new("south.example/w"), new("见证.example/w")];
    private readonly TestDeposit deposit;
    private readonly byte[] entry;

    public IndependentCases()
    {
        ledger.Grow(4);
        deposit = ledger.Deposit(("a.txt", "alpha"), ("b.txt", "beta"), ("c.txt", "gamma"));
        ledger.Grow(11);
        entry = MerkleHash.Leaf(System.Text.Encoding.UTF8.GetBytes(deposit.Statement.ToText())).ToArray();
    }

    private string Log => $"log {ledger.Key.Verifier} https://ledger.example\n";

    private string Named => string.Concat(witnesses.Select((witness, i) => string.Create(CultureInfo.InvariantCulture, $"witness w{i}\t{witness.Verifier}\n")));

    public IEnumerable<DisclosureCase> Witnessed()
    {
        var both = Cosigned(witnesses[0].At(Seen), witnesses[1].At(Seen.AddMinutes(-1)));
        yield return Case("no quorum", both, $"{Log}{Named}quorum none\n", ExitCode.Pass);
        yield return Case("no witness", Cosigned(), $"{Log}{Named}quorum none\n", ExitCode.Pass);
        yield return Case("one of them", both, $"# mine\n\n{Log}{Named} \tquorum  w1 \n", ExitCode.Pass);
        yield return Case("another", both, $"{Log}{Named}quorum w2\n", ExitCode.Failed);
        foreach (var (threshold, met) in ((string, bool)[])[("any", true), ("1", true), ("2", true), ("3", false), ("all", false)])
            yield return Case($"group {threshold}", both, $"{Log}{Named}group g {threshold} w0 w1 w2\nquorum g\n", met ? ExitCode.Pass : ExitCode.Failed);
        yield return Case("groups of groups", both, $"{Log}{Named}group g all w0\ngroup h any w2\ngroup i 2 g h w1\nquorum i\n", ExitCode.Pass);
        yield return Case("groups of groups, not met", both, $"{Log}{Named}group g all w0\ngroup h any w2 w1\ngroup i all g h\ngroup j all i\nquorum h\n", ExitCode.Pass);
        yield return Case("no time", Cosigned(new Cosigner(witnesses[0], 0)), $"{Log}{Named}quorum w0\n", ExitCode.Pass);
        yield return Case("the calendar's last second", Cosigned(new Cosigner(witnesses[0], 253402300799)), $"{Log}{Named}quorum w0\n", ExitCode.Pass);
        yield return Case("beyond the calendar", Cosigned(new Cosigner(witnesses[0], 253402300800)), $"{Log}{Named}quorum none\n", ExitCode.Failed);
        yield return Case("twice", Cosigned(witnesses[0].At(Seen), witnesses[0].At(Seen.AddDays(-1)), new Cosigner(witnesses[0], 0)), $"{Log}{Named}quorum w0\n", ExitCode.Pass);
        foreach (var bent in (Func<byte[], byte[]>[])[bytes => [.. bytes[..^1], (byte)(bytes[^1] ^ 1)], bytes => [.. bytes[..11], (byte)(bytes[11] ^ 1), .. bytes[12..]], bytes => bytes[..^8], bytes => [.. bytes, 0]])
        {
            yield return Case("forged", Cosigned(bent, witnesses[0].At(Seen)), $"{Log}{Named}quorum none\n", ExitCode.Failed);
            yield return Case("forged beside a good one", Cosigned(bent, witnesses[1].At(Seen), witnesses[0].At(Seen)), $"{Log}{Named}quorum w1\n", ExitCode.Failed);
            yield return Case("forged, of one not named", Cosigned(bent, witnesses[0].At(Seen)), $"{Log}quorum none\n", ExitCode.Pass);
        }

        var stranger = SigningKey.Create(ledger.Origin, TestLedger.Seed(9)).Verifier;
        yield return Case("two keys of the ledger", both, $"log {stranger}\n{Log}quorum none\n", ExitCode.Pass);
        yield return Case("another key of the ledger", both, $"log {stranger}\nquorum none\n", ExitCode.Failed);
        yield return Case("another ledger", both, $"log {SigningKey.Create("other.example/log", TestLedger.Seed(9)).Verifier}\nquorum none\n", ExitCode.Failed);
        yield return Case("no ledger", both, $"{Named}quorum w0\n", ExitCode.Indeterminate);
    }

    public IEnumerable<DisclosureCase> Stamped()
    {
        var (block, header) = TestBlock.Stamp(ledger.Root(), Height, Mined);
        var other = TestBlock.With(Hash.Of([1]), Mined);
        var pending = new OtsTimestamp([new PendingAttestation("https://calendar.example/a_b:1")], []);
        yield return Path("pending", pending, null, ExitCode.Pass);
        yield return Path("pending, with headers", pending, header, ExitCode.Pass);
        yield return Path("a block", block, null, ExitCode.Pass);
        yield return Path("a block and its header", block, header, ExitCode.Pass);
        yield return Path("another header", block, other, ExitCode.Failed);
        yield return Path("a block beside a false one", block.Merge(new OtsTimestamp([new BitcoinAttestation(Height)], [])), header, ExitCode.Pass);
        yield return Path("a block and a calendar", block.Merge(pending), header, ExitCode.Pass);
        yield return Path("no Merkle root", new OtsTimestamp([], [new OtsBranch(OtsOperation.Append([1]), new OtsTimestamp([new BitcoinAttestation(Height)], []))]), null, ExitCode.Failed);
        foreach (var kind in Enum.GetValues<OtsOperationKind>())
        {
            var operation = OtsOperation.Create(kind, kind is OtsOperationKind.Append or OtsOperationKind.Prepend ? new byte[] { 7, 0, 255 } : default);
            var message = OtsOperation.Sha256.Apply(operation.Apply(ledger.Root().ToArray()));
            yield return Path(operation.ToString(), new OtsTimestamp([new BitcoinAttestation(Height)], []).After([operation, OtsOperation.Sha256]), TestBlock.With(new Hash(message), Mined), ExitCode.Pass);
        }

        foreach (var length in (int[])[1, 135, 136, 137, 1000])
        {
            OtsOperation[] path = [OtsOperation.Append(new byte[length]), OtsOperation.Create(OtsOperationKind.Keccak256)];
            var message = path.Aggregate(ledger.Root().ToArray(), (message, operation) => operation.Apply(message));
            yield return Path($"keccak of {32 + length}", new OtsTimestamp([new BitcoinAttestation(Height)], []).After(path), TestBlock.With(new Hash(message), Mined), ExitCode.Pass);
        }

        var litecoin = new OtsTimestamp([new LitecoinAttestation(Height), new UnknownAttestation(77, new byte[] { 1, 2 })], []);
        yield return Path("other chains", litecoin, header, ExitCode.Pass);
        yield return Path("without names", block, header, ExitCode.Pass, showNames: false);
        var later = TestBlock.Stamp(ledger.Root(), Height + 1, Mined.AddDays(1));
        yield return Path("two blocks", block.Merge(later.Timestamp), header, ExitCode.Pass) with
        {
            Headers = $"# two\r\n{Line(Height + 1, later.Header)}\n{Line(Height, header).ToUpperInvariant()}\n",
        };
        foreach (var seen in (DateTimeOffset[])[Seen, Mined.AddHours(2), Mined.AddDays(1)])
        {
            var trust = $"{Log}{Named}quorum w0\n";
            yield return Path($"a block and a witness of {seen:u}", block, header, ExitCode.Pass, cosigners: witnesses[0].At(seen)) with { Policy = TrustPolicy.Parse(trust), Trust = trust };
        }
    }

    /// <summary>Files that an honest calendar does not make: written by hand, or the good one with a byte changed.</summary>
    public IEnumerable<DisclosureCase> Bent()
    {
        var (block, header) = TestBlock.Stamp(ledger.Root(), Height, Mined);
        var good = Path("good", block, header, ExitCode.Pass);
        var (name, bytes) = (good.Package.Files.Keys.First(file => file.EndsWith(".ots", StringComparison.Ordinal)), good.Package.Files.First(file => file.Key.EndsWith(".ots", StringComparison.Ordinal)).Value);
        var digest = DetachedTimestamp.Parse(bytes).Digest.ToArray();
        var random = new Random(7);
        for (var i = 0; i < 20; i++)
        {
            var at = i < 5 ? random.Next(66) : random.Next(66, bytes.Length);
            yield return Bend($"bit at {at}", [.. bytes[..at], (byte)(bytes[at] ^ (1 << random.Next(8))), .. bytes[(at + 1)..]]);
        }

        foreach (var length in (int[])[0, 31, 33, 65, 66, bytes.Length - 1])
            yield return Bend($"cut at {length}", bytes[..length]);
        yield return Bend("a byte more", [.. bytes, 0]);
        byte[] start = [.. bytes[..33], .. digest];
        byte[] calendar = [0x00, 0x83, 0xDF, 0xE3, 0x0D, 0x2E, 0xF9, 0x0C, 0x8E];
        byte[] bitcoin = [0x00, 0x05, 0x88, 0x96, 0x0D, 0x73, 0xD7, 0x19, 0x01];
        yield return Bend("not by the entry", [.. start, .. calendar, 2, 1, (byte)'a']);
        yield return Bend("a longer number than needed", [.. start, .. bitcoin, 2, 0x80, 0x00]);
        yield return Bend("a number of 64 bits", [.. start, .. bitcoin, 10, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]);
        yield return Bend("a number of 65 bits", [.. start, .. bitcoin, 10, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02]);
        foreach (var address in (string[])["", "https://a.example", "a b", "a\n", "a\0", "é"])
            yield return Bend($"address '{address}'", Merged(bytes, [.. calendar, (byte)(address.Length + 1), (byte)address.Length, .. System.Text.Encoding.Latin1.GetBytes(address)]));
        yield return Bend("an unknown operation", Merged(bytes, [0xF4, .. calendar, 2, 1, (byte)'a']));
        yield return Bend("another item, which is none", Merged(bytes, [0xFF, 0xFF]));
        yield return Bend("an empty argument", Merged(bytes, [0xF0, 0, .. calendar, 2, 1, (byte)'a']));
        foreach (var times in (int[])[254, 255, 256])
            yield return Bend($"{times} in a row", Merged(bytes, [.. Enumerable.Repeat((byte)OtsOperationKind.Reverse, times), .. calendar, 2, 1, (byte)'a']));
        foreach (var argument in (int[])[4_064, 4_065, 4_096, 4_097])
            yield return Bend($"an argument of {argument}", Merged(bytes, [0xF1, (byte)(argument & 127 | 128), (byte)(argument >> 7), .. new byte[argument], 0x08, .. calendar, 2, 1, (byte)'a']));
        yield return Bend("a message of 8,192", Merged(bytes, [.. Enumerable.Repeat((byte)OtsOperationKind.Hexlify, 8), 0x08, .. calendar, 2, 1, (byte)'a']));
        yield return Bend("a message of 4,096", Merged(bytes, [.. Enumerable.Repeat((byte)OtsOperationKind.Hexlify, 7), 0x08, .. calendar, 2, 1, (byte)'a']));
        var nothing = new OtsTimestamp([new BitcoinAttestation(Height)], []);
        var bad = new DetachedTimestamp(OtsOperation.Sha256, digest, DetachedTimestamp.Parse(bytes).Timestamp.Change(digest, (message, rest) => message.Span.SequenceEqual(entry)
            ? rest.Merge(nothing.After([OtsOperation.Create(OtsOperationKind.Reverse), OtsOperation.Create(OtsOperationKind.Reverse)])) : rest)).ToBytes();
        yield return Bend("by the entry twice, once to a false block", bad);
        yield return Bend("only to a false block", new DetachedTimestamp(OtsOperation.Sha256, digest, DetachedTimestamp.Parse(bytes).Timestamp.Change(digest, (message, rest) => message.Span.SequenceEqual(entry)
            ? nothing.After([OtsOperation.Create(OtsOperationKind.Reverse), OtsOperation.Create(OtsOperationKind.Reverse)]) : rest)).ToBytes());
        yield return Bend("another document's", good.Package.Files.Last(file => file.Key.EndsWith(".ots", StringComparison.Ordinal)).Value);
        yield return Bend("of a document that is not shown", bytes, name[..^12] + "00000000.ots");

        DisclosureCase Bend(string what, byte[] content, string? place = null) => good with
        {
            What = what,
            Package = good.Package.With(mended: true, files => files[place ?? name] = content),
            Expected = null,
        };
    }

    /// <summary>A file's timestamp with one more item before the others.</summary>
    private static byte[] Merged(byte[] file, byte[] item) => [.. file[..65], 0xFF, .. item, .. file[65..]];

    private static string Line(ulong height, BlockHeader header) => string.Create(CultureInfo.InvariantCulture, $"{height} {Convert.ToHexStringLower(header.ToBytes())}");

    private DisclosureCase Path(string what, OtsTimestamp overRoot, BlockHeader? header, int expected, bool showNames = true, params Cosigner[] cosigners)
    {
        var whole = deposit.Evidence(null, cosigners);
        var stamped = whole.WithAttachments(new LedgerTimestamp(deposit.Index, ledger.Size, ledger.Proof(deposit.Index).Path, overRoot).FilesFor(whole, out _));
        return new DisclosureCase(what, DisclosedPackage.Of(stamped, path => path is "a.txt" or "c.txt", showNames), expected)
        {
            Policy = ledger.Policy,
            Key = ledger.Key.Verifier,
            Headers = header is null ? null : Line(Height, header) + "\n",
        };
    }

    private static DisclosureCase Case(string what, DisclosedPackage package, string trust, int expected) =>
        new(what, package, expected) { Policy = TrustPolicy.Parse(trust), Trust = trust };

    private DisclosedPackage Cosigned(params Cosigner[] cosigners) => Cosigned(bytes => bytes, cosigners);

    /// <param name="bend">Changes the last cosignature's bytes, time and signature.</param>
    /// <param name="cosigners">Of the checkpoint.</param>
    private DisclosedPackage Cosigned(Func<byte[], byte[]> bend, params Cosigner[] cosigners)
    {
        var proof = ledger.Proof(deposit.Index, null, cosigners);
        var note = proof.Note;
        if (cosigners.Length > 0)
            note = new SignedNote(note.Text, [.. note.Signatures.SkipLast(1), note.Signatures[^1] with { Bytes = bend(note.Signatures[^1].Bytes.ToArray()) }]);
        var certificate = deposit.Certificate() with { Proof = new TlogProof(proof.Index, proof.Path, note).ToString() };
        var fingerprint = Fingerprint.Create(ledger.Origin, deposit.Id, deposit.Seed, deposit.Items, Xunit.TestContext.Current.CancellationToken);
        var item = deposit.Items[0];
        return DisclosedPackage.Of(Evidence.Disclose(certificate, new Dictionary<Hash, Opening> { [fingerprint.LeafOf(item)] = fingerprint.Open(item) }));
    }
}
