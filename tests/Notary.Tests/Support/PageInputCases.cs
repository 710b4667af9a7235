using System.Globalization;
using System.Text;
using Notary.Core;

namespace Notary.Tests.Support;

/// <summary>
/// What a verifier may bring beside a trust file, right and wrong: headers of Bitcoin blocks with evidence whose documents have
/// OpenTimestamps paths, proofs of key changes, and keys that were compromised.
/// </summary>
internal static class PageInputCases
{
    private const ulong Height = 358_391;

    public static IReadOnlyList<PageCase> All() => [.. Independent(), .. Headers(), .. Whole(), .. KeyChanges(), .. Compromised(), .. Beacons()];

    /// <summary>Damaged copies: of the OpenTimestamps files in intact containers, of the headers, and of the key changes.</summary>
    public static IEnumerable<PageCase> Mutations(IEnumerable<PageCase> samples, int seed, int each)
    {
        var random = new Random(seed);
        foreach (var sample in samples)
        {
            for (var i = 0; i < each; i++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"{sample.Name}, mutation {i}");
                if (DamagePath(sample.Evidence, random) is { } evidence)
                    yield return sample with { Name = name + " of a path", Evidence = evidence };
                if (sample.Headers is { } headers)
                    yield return sample with { Name = name + " of headers", Headers = PageCases.Damage(headers, random) };
                if (sample.KeyChanges is [var change, ..])
                    yield return sample with { Name = name + " of a key change", KeyChanges = [PageCases.Damage(change, random), .. sample.KeyChanges.Skip(1)] };
            }
        }
    }

    // A package lists the digests of its files, and is refused before its paths are read.
    private static byte[]? DamagePath(byte[] evidence, Random random)
    {
        if (evidence is not [(byte)'P', (byte)'K', ..])
            return null;
        var files = ZipBuilder.Entries(evidence).Select(file => (file.Name, file.Content)).ToList();
        var paths = files.Where(file => file.Name.EndsWith(".ots", StringComparison.Ordinal)).ToList();
        if (paths.Count == 0 || files.Exists(file => file.Name == PackageNames.Sums))
            return null;
        var at = files.IndexOf(paths[random.Next(paths.Count)]);
        files[at] = (files[at].Name, PageCases.Damage(files[at].Content, random));
        return ZipBuilder.Build([.. files.Select(file => BuiltEntry.Stored(file.Name, file.Content))]);
    }

    private static IEnumerable<PageCase> Independent()
    {
        var cases = new IndependentCases();
        return from one in cases.Witnessed().Concat(cases.Stamped()).Concat(cases.Bent())
               select new PageCase(one.What, one.Package.Zip(), Bytes(one.Trust ?? $"log {one.Key}\nquorum none\n"))
               {
                   Headers = one.Headers is null ? null : Bytes(one.Headers),
               };
    }

    /// <summary>Evidence that shows everything, with a path for each document.</summary>
    private static IEnumerable<PageCase> Whole()
    {
        var ledger = new TestLedger();
        var deposit = ledger.Deposit(("a.txt", "alpha"), ("b/c.txt", "beta"), ("same.txt", "alpha"));
        ledger.Grow(9);
        var (block, header) = TestBlock.Stamp(ledger.Root(), Height, TestLedger.Created.AddHours(30));
        var whole = deposit.Evidence();
        var stamped = whole.WithAttachments(new LedgerTimestamp(deposit.Index, ledger.Size, ledger.Proof(deposit.Index).Path, block).FilesFor(whole, out _));
        var trust = Trust(ledger.Key.Verifier);
        List<(string, byte[])> files = [("a.txt", Bytes("alpha")), ("b/c.txt", Bytes("beta")), ("same.txt", Bytes("alpha"))];
        yield return new("whole, with headers", EvidenceSamples.Pack(stamped), trust, Files: files) { Headers = Line(Height, header) };
        yield return new("whole, without", EvidenceSamples.Pack(stamped), trust, Files: files);
        var (first, second) = (stamped.Attachments[0], stamped.Attachments[1]);
        yield return new("whole, each the other's", EvidenceSamples.Pack(stamped.WithAttachments([first with { Content = second.Content }, second with { Content = first.Content }])), trust)
        {
            Headers = Line(Height, header),
        };
        yield return new("whole, with long paths", EvidenceSamples.Pack(stamped.WithAttachments([first with { Content = Long(first.Content.ToArray()) }, second])), trust);
        yield return new("whole, trusted by nobody", EvidenceSamples.Pack(stamped), Trust(new TestLedger(key: 9).Key.Verifier), Files: files) { Headers = Line(Height, header) };
    }

    /// <summary>Beside the file's own path sixty others, each of messages as long as they may be, and as many operations as may follow one another.</summary>
    private static byte[] Long(byte[] file)
    {
        const int start = 31 + 1 + 1 + Hash.Size;
        IEnumerable<byte> Way(int number) =>
        [
            0xFF, (byte)OtsOperationKind.Prepend, 0xE0, 0x1F, (byte)number, .. new byte[4063], .. Enumerable.Repeat((byte)OtsOperationKind.Reverse, 254),
            0x00, 0x83, 0xDF, 0xE3, 0x0D, 0x2E, 0xF9, 0x0C, 0x8E, 2, 1, (byte)'a',
        ];
        return [.. file[..start], .. Enumerable.Range(0, 58).SelectMany(Way), .. file[start..]];
    }

    private static IEnumerable<PageCase> Headers()
    {
        var deposit = TestDeposit.Make(new TestLedger(), new());
        var certificate = deposit.Certificate().ToJson();
        var trust = Trust(new TestLedger().Key.Verifier);
        var header = TestBlock.With(Hash.Of([1]), TestLedger.Created);
        var line = Encoding.UTF8.GetString(Line(Height, header));
        string[] lists =
        [
            "", "\n", "# nothing\n", line, line.TrimEnd('\n'), line + line, line.ToUpperInvariant(), " " + line, line.Replace(" ", "  ", StringComparison.Ordinal),
            line.Replace("\n", "\r\n", StringComparison.Ordinal), line.Replace("\n", "\f\u0085\u2028\n", StringComparison.Ordinal), "0" + line, $"18446744073709551616 {line.Split(' ')[1]}", $"{Height}",
            line[..^3] + "\n", line.Replace('0', 'g'), "\uFEFF" + line,
            line + Encoding.UTF8.GetString(Line(Height, TestBlock.With(Hash.Of([2]), TestLedger.Created))),
            line + Encoding.UTF8.GetString(Line(Height + 1, TestBlock.With(Hash.Of([2]), TestLedger.Created))),
        ];
        foreach (var (i, list) in lists.Index())
            yield return new(string.Create(CultureInfo.InvariantCulture, $"list {i}"), certificate, trust) { Headers = Bytes(list) };
        yield return new("a list that is no text", certificate, trust) { Headers = [0xFF, 0xFE] };
        // Targets: of the main chain, too easy and too hard for it, negative, zero, beyond 256 bits, and just within.
        foreach (var difficulty in (uint[])[0x1D00FFFF, 0x03000001, 0x02000100, 0x01010000, 0x01800000, 0x20800000, 0x00000000, 0x04000000, 0x2100FFFF, 0x2101FFFF, 0x22000001, 0xFF000001, 0x207FFFFF, 0x2000FFFF])
        {
            foreach (var nonce in (uint[])[0, 1, 2])
                yield return new(string.Create(CultureInfo.InvariantCulture, $"difficulty {difficulty:x8}, nonce {nonce}"), certificate, trust)
                {
                    Headers = Bytes($"1 {Convert.ToHexStringLower(TestBlock.Bytes(Hash.Of([1]), TestLedger.Created, difficulty, nonce))}\n"),
                };
        }
    }

    private static IEnumerable<PageCase> KeyChanges()
    {
        var ledger = new TestLedger();
        var before = Trust(ledger.Key.Verifier);
        var oldest = ledger.Deposit().Evidence();
        var first = ledger.ChangeKey(2);
        var middle = ledger.Deposit().Evidence();
        var second = ledger.ChangeKey(3);
        var newest = ledger.Deposit().Evidence();
        var thief = new TestLedger(key: 66);
        var witness = new TestWitness("witness.example/w");
        (string Name, byte[] Trust, KeyChangeProof[] Changes)[] given =
        [
            ("none", before, []), ("both", before, [first, second]), ("both, the other way round", before, [second, first, first]), ("the second alone", before, [second]),
            ("a thief's", before, [thief.ChangeKey(67)]),
            ("without the cosignatures asked for", Bytes($"log {first.Change.Old}\nwitness w {witness.Verifier}\nquorum w\n"), [first]),
            ("of keys that are trusted", Bytes($"log {first.Change.Old}\nlog {first.Change.New}\nquorum none\n"), [first, second]),
            ("of a witness's key", Bytes($"log {first.Change.Old}\nwitness w {TestWitness.With(TestLedger.Seed(2), "w.example").Verifier}\nquorum none\n"), [first]),
            ("another's proof", before, [new KeyChangeProof(first.Change, second.Proof), new KeyChangeProof(second.Change, first.Proof)]),
            ("another's possession", before, [first with { Change = first.Change with { Proof = second.Change.Proof } }]),
            ("at another index", before, [first with { Proof = new TlogProof(0, first.Proof.Path, first.Proof.Note) }]),
        ];
        foreach (var (name, trust, changes) in given)
        {
            foreach (var (which, evidence) in ((string, Evidence)[])[("oldest", oldest), ("middle", middle), ("newest", newest)])
                yield return new($"{which}, key changes: {name}", EvidenceSamples.Pack(evidence), trust) { KeyChanges = [.. changes.Select(change => Bytes(change.ToText()))] };
        }

        var text = first.ToText();
        foreach (var (i, bent) in ((string[])["", text[..^1], text.Replace("\n\n", "\n", StringComparison.Ordinal), text.Replace("old ", "older ", StringComparison.Ordinal), text.Replace("at 2", "at 3", StringComparison.Ordinal),
            text.Replace($"new {first.Change.New}", $"new {first.Change.Old}", StringComparison.Ordinal), text.Replace("proof ", "proof A", StringComparison.Ordinal), "\uFEFF" + text, text + "\n", text + new string('x', 200_000)]).Index())
            yield return new(string.Create(CultureInfo.InvariantCulture, $"bent key change {i}"), EvidenceSamples.Pack(middle), before) { KeyChanges = [Bytes(bent)] };
    }

    private static IEnumerable<PageCase> Compromised()
    {
        var theft = TestLedger.Created.AddDays(10);
        var ledger = new TestLedger();
        var key = ledger.Key.Verifier;
        var witness = new TestWitness("witness.example/w");
        var trust = Bytes($"log {key}\nwitness w {witness.Verifier}\nquorum none\n");
        var deposit = ledger.Deposit();
        var change = ledger.ChangeKey(2);
        foreach (var (name, seen) in ((string, DateTimeOffset?)[])[("no time", null), ("then", theft), ("a second before", theft.AddSeconds(-1)), ("a day after", theft.AddDays(1))])
        {
            var evidence = EvidenceSamples.Pack(seen is { } at ? deposit.Evidence(2, witness.At(at)) : deposit.Evidence(2));
            yield return new($"stolen, {name}", evidence, trust) { Compromised = [(key, theft)] };
            yield return new($"another stolen, {name}", evidence, trust) { Compromised = [(change.Change.New, theft)] };
            yield return new($"stolen, then changed, {name}", EvidenceSamples.Pack(ledger.Deposit().Evidence()), trust) { Compromised = [(key, theft)], KeyChanges = [Bytes(change.ToText())] };
        }
    }

    private static IEnumerable<PageCase> Beacons()
    {
        var header = TestBlock.With(Hash.Of([1]), TestLedger.Created);
        var named = Hash.TryParseHex(BlockHeader.Display(header.Hash), out var hash) ? hash : default;
        foreach (var (name, beacon) in ((string, Hash)[])[("a block", named), ("another block", Hash.Of([2]))])
        {
            var ledger = new TestLedger();
            var certificate = ledger.Deposit(new DepositPlan { BendStatement = statement => statement with { Beacon = new BitcoinBeacon(Height, beacon) } }).Certificate().ToJson();
            yield return new($"{name} named, with its header", certificate, Trust(ledger.Key.Verifier)) { Headers = Line(Height, header) };
            yield return new($"{name} named, with none", certificate, Trust(ledger.Key.Verifier));
        }
    }

    private static byte[] Line(ulong height, BlockHeader header) => Bytes(string.Create(CultureInfo.InvariantCulture, $"{height} {Convert.ToHexStringLower(header.ToBytes())}\n"));

    private static byte[] Trust(VerifierKey key) => Bytes($"log {key}\nquorum none\n");

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
