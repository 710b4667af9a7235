using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Notary.Core;

namespace Notary.Tests.Support;

/// <summary>
/// Evidence of every kind, good and bad, and damaged copies of it, the same ones in every run: what the verifier of the page and
/// ours in C# must agree on, to the word.
/// </summary>
internal static class PageCases
{
    private static readonly TestWitness[] Witnesses = [new("witness.example/a"), new("witness.example/b"), new("witness.example/c")];

    /// <summary>The vectors: each deposit as certificate, as evidence with its documents, and a disclosure.</summary>
    public static IEnumerable<PageCase> Vectors()
    {
        var trust = Encoding.UTF8.GetBytes($"log {FormatVectors.V1.Text("vkey")}\nquorum none\n");
        var depositor = FormatVectors.V1.Text("depositor_vkey");
        for (var deposit = 0; deposit < EvidenceSamples.Fingerprints.Count; deposit++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"vector {deposit}");
            var files = EvidenceSamples.Fingerprints[deposit].GetProperty("items").EnumerateArray()
                .Select(item => (item.GetProperty("path").GetString()!, Convert.FromHexString(item.GetProperty("content_hex").GetString()!))).ToList();
            var whole = Evidence.Create(EvidenceSamples.Certificate(deposit), Manifest.Create(EvidenceSamples.Items(deposit)), EvidenceSamples.Seed(deposit));
            yield return new(name + " certificate", EvidenceSamples.Certificate(deposit).ToJson(), trust);
            yield return new(name + " whole", EvidenceSamples.Pack(whole), trust, Files: files);
            yield return new(name + " depositor", EvidenceSamples.Pack(whole), trust, depositor, files);
            yield return new(name + " stamped", EvidenceSamples.Pack(EvidenceSamples.Full(deposit)), trust, Files: files);
            yield return new(name + " altered", EvidenceSamples.Pack(whole), trust, Files: [(files[0].Item1, [.. files[0].Item2, 1])]);
        }

        yield return new("vector disclosed", EvidenceSamples.Pack(EvidenceSamples.Disclosed()), trust);
    }

    /// <summary>Deposits made here: signed and not, witnessed and not, opened in part, packaged, planted with strangers' files.</summary>
    public static IReadOnlyList<PageCase> Samples()
    {
        var ledger = new TestLedger();
        var key = SigningKey.Create("acct-9", TestLedger.Seed(77));
        (string Path, string Content)[] documents = [("a/1.txt", "one"), ("a/<b>.txt", "two"), ("设计/转子.step", "three"), ("z", "")];
        var signed = TestDeposit.Make(ledger, new DepositPlan
        {
            Files = documents, Account = "acct-9", Key = key,
            BendItem = item => item.Path == "z" ? item with { Sm3 = Sm3Of("") } : item,
            BendRequest = request => request with { Title = "<img src=x onerror=alert(1)> 图纸", Previous = Previous },
            BendClaims = claims => claims with
            {
                Depositor = "上海<b>领航</b>", Identity = "uscc:91330100799655058B", Verified = new IdentityVerification("by hand", TestLedger.Created),
            },
        });
        var plain = TestDeposit.Make(ledger, new DepositPlan { Received = TestLedger.Created.AddDays(-5) });
        ledger.Grow(19);
        var trust = Bytes($"log {ledger.Key.Verifier}\nquorum none\n");
        var witnessed = Bytes($"log {ledger.Key.Verifier}\n{string.Concat(Witnesses.Select(witness => $"witness {witness.Verifier.Name} {witness.Verifier}\n"))}group two 2 {string.Join(' ', Witnesses.Select(witness => witness.Verifier.Name))}\nquorum two\n");
        var all = documents.Select(file => (file.Path, Bytes(file.Content))).ToList();
        var withoutDepositor = signed.Certificate() with { Claims = null, Request = null };
        Cosigner[] cosigners = [Witnesses[0].At(TestLedger.Created.AddHours(1)), Witnesses[1].At(TestLedger.Created.AddDays(4))];
        return
        [
            new("whole", EvidenceSamples.Pack(signed.Evidence()), trust, Files: all),
            new("signed by the expected", EvidenceSamples.Pack(signed.Evidence()), trust, key.Verifier.ToString(), all),
            new("signed by another", EvidenceSamples.Pack(signed.Evidence()), trust, SigningKey.Create("acct-9", TestLedger.Seed(78)).Verifier.ToString(), all),
            new("unsigned, a depositor expected", EvidenceSamples.Pack(plain.Evidence()), trust, key.Verifier.ToString(), [("notes.txt", Bytes("abc"))]),
            new("one file renamed, one strange", EvidenceSamples.Pack(signed.Evidence()), trust, Files: [("q.txt", Bytes("one")), ("strange\u202Etxt", Bytes("x"))]),
            new("no file in the folder given", EvidenceSamples.Pack(signed.Evidence()), trust, Files: []),
            new("certificate", signed.Certificate().ToJson(), trust, Files: all),
            new("withheld", EvidenceSamples.Pack(Evidence.FromCertificate(withoutDepositor)), trust),
            new("claims alone", (signed.Certificate() with { Request = null }).ToJson(), trust),
            new("witnessed", EvidenceSamples.Pack(plain.Evidence(null, cosigners)), witnessed, Files: [("notes.txt", Bytes("abc"))]),
            new("too few witnesses", EvidenceSamples.Pack(plain.Evidence(null, cosigners[..1])), witnessed),
            new("witnessed, none asked for", plain.Certificate(null, cosigners).ToJson(), Bytes(Encoding.UTF8.GetString(witnessed).Replace("quorum two", "quorum none", StringComparison.Ordinal))),
            new("another ledger trusted", signed.Certificate().ToJson(), Bytes($"log {new TestLedger("other.example/x").Key.Verifier}\nquorum none\n")),
            new("another key trusted", signed.Certificate().ToJson(), Bytes($"log {new TestLedger(key: 9).Key.Verifier}\nquorum none\n")),
            new("nobody trusted", signed.Certificate().ToJson(), Bytes("quorum none\n")),
            new("opened with names", EvidenceSamples.Pack(signed.Disclose(true, "a/1.txt", "a/<b>.txt")), trust, Files: all[..1]),
            new("opened without names", EvidenceSamples.Pack(signed.Disclose(false, "a/1.txt", "a/<b>.txt")), trust, Files: all[..1]),
            new("opened without names or files", EvidenceSamples.Pack(signed.Disclose(false, "a/1.txt")), trust),
            new("package", DisclosedPackage.Of(signed.Evidence(), path => path.StartsWith('a'), documents: [("a/1.txt", "one")]).Zip(), trust),
            new("package without a depositor", DisclosedPackage.Of(signed.Evidence(), path => path == "z", showNames: false, showDepositor: false).Zip(), trust, Files: all[3..]),
            new("deflated", ZipBuilder.Build([.. ZipBuilder.Entries(EvidenceSamples.Pack(signed.Evidence())).Select(file => BuiltEntry.Deflated(file.Name, file.Content))]), trust, Files: all),
            new("planted", ZipBuilder.Build([.. ZipBuilder.Entries(EvidenceSamples.Pack(signed.Evidence())).Append(("REPORT-PASS.pdf", "x"u8.ToArray()))
                .Append(("trust", trust)).Select(file => BuiltEntry.Stored(file.Item1, file.Item2))]), trust, Files: all),
            new("genesis", (signed.Certificate() with { Statement = ledger.Entries[0], Proof = ledger.Proof(0).ToString() }).ToJson(), trust),
            new("no evidence", Bytes("%PDF-1.7\n"), trust),
            new("empty", [], trust),
            new("bad depositor", signed.Certificate().ToJson(), trust, "acct-9+00000000+AQ=="),
        ];
    }

    /// <summary>Damaged copies of each sample: bytes of the file, of its texts (in every copy of them), and of the trust file.</summary>
    public static IEnumerable<PageCase> Mutations(IEnumerable<PageCase> samples, int seed, int each)
    {
        var random = new Random(seed);
        foreach (var sample in samples)
        {
            for (var i = 0; i < each; i++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"{sample.Name}, mutation {i}");
                yield return sample with { Name = name + " of bytes", Evidence = Damage(sample.Evidence, random) };
                yield return sample with { Name = name + " of texts", Evidence = DamageText(sample.Evidence, random) };
                if (i % 4 == 0)
                    yield return sample with { Name = name + " of trust", Trust = Damage(sample.Trust, random) };
            }
        }
    }

    private static DepositId Previous => DepositId.Create(TestLedger.Created, new byte[DepositId.RandomBytes]);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static Hash Sm3Of(string content)
    {
        using var hasher = new FileHasher(withSm3: true);
        return hasher.HashSync(new MemoryStream(Bytes(content)), (ulong)content.Length, CancellationToken.None).Sm3!.Value;
    }

    // A damaged text in an intact container, its copies damaged alike: what a forger does, who keeps the outside whole.
    private static byte[] DamageText(byte[] evidence, Random random)
    {
        if (evidence is [(byte)'{', ..])
            return Rewrite(evidence, random, out _, out _);
        if (evidence is not [(byte)'P', (byte)'K', ..])
            return Damage(evidence, random);
        var files = ZipBuilder.Entries(evidence).Select(file => (file.Name, file.Content)).ToList();
        var at = random.Next(files.Count);
        if (random.Next(2) == 0 && files.FindIndex(file => file.Name == "certificate.json") is >= 0 and var json)
        {
            files[json] = (files[json].Name, Rewrite(files[json].Content, random, out var before, out var after));
            files = [.. files.Select(file => (file.Name, file.Content.AsSpan().SequenceEqual(before) ? after : file.Content))];
        }
        else
        {
            files[at] = (files[at].Name, Damage(files[at].Content, random));
        }

        return ZipBuilder.Build([.. files.Select(file => random.Next(2) == 0 ? BuiltEntry.Stored(file.Name, file.Content)
            : BuiltEntry.Deflated(file.Name, file.Content, CompressionLevel.Fastest))]);
    }

    private static byte[] Rewrite(byte[] json, Random random, out byte[] before, out byte[] after)
    {
        (before, after) = ([], []);
        if (JsonNode.Parse(json) is not JsonObject members)
            return json;
        string[] names = ["statement", "claims", "request", "proof"];
        var name = names[random.Next(names.Length)];
        if (members[name]?.GetValue<string>() is not { } text)
            return json;
        before = Bytes(text);
        var changed = Encoding.UTF8.GetString(Damage(before, random));
        after = Bytes(changed);
        members[name] = changed;
        return Bytes(members.ToJsonString());
    }

    /// <summary>Something bent, cut, doubled, put in or written over.</summary>
    public static byte[] Damage(byte[] original, Random random)
    {
        if (original.Length == 0)
            return [(byte)random.Next(256)];
        var (at, other) = (random.Next(original.Length), random.Next(original.Length));
        var (from, to) = (Math.Min(at, other), Math.Max(at, other));
        byte[] near = "0123456789abcdef \n+=/AQ"u8.ToArray();
        return random.Next(7) switch
        {
            0 => [.. original[..at], (byte)(original[at] ^ (1 << random.Next(8))), .. original[(at + 1)..]],
            1 => original[..at],
            2 => [.. original[..from], .. original[Math.Min(to, from + 40)..]],
            3 => [.. original[..to], .. original[from..]],
            4 => [.. original[..at], near[random.Next(near.Length)], .. original[at..]],
            _ => [.. original[..at], near[random.Next(near.Length)], .. original[(at + 1)..]],
        };
    }
}
