using System.Globalization;
using System.Text;
using Notary.Cli;
using Notary.Core;
using Xunit;

namespace Notary.Tests.Support;

/// <summary>A package, what the verifier brings, and to what both our verifier and the package's script must come.</summary>
/// <param name="What">Its name in a failure.</param>
/// <param name="Package">The package.</param>
/// <param name="Expected">The exit code; null where only their agreement matters.</param>
internal sealed record DisclosureCase(string What, DisclosedPackage Package, int? Expected)
{
    public required TrustPolicy Policy { get; init; }

    /// <summary>Null: no key is given to the script, and the policy names none.</summary>
    public VerifierKey? Key { get; init; }

    public VerifierKey? Depositor { get; init; }

    /// <summary>Contents of documents given beside the package.</summary>
    public IReadOnlyList<string> Given { get; init; } = [];

    /// <summary>A trust file in the place of <see cref="Key"/>, which is what <see cref="Policy"/> says.</summary>
    public string? Trust { get; init; }

    /// <summary>A list of block headers.</summary>
    public string? Headers { get; init; }

    /// <summary>What <c>notary verify</c> finds; null when it refuses the package.</summary>
    public Report? Ours => Package.Verify(new VerifierInputs(Policy)
    {
        Depositor = Depositor,
        Files = Given.Count == 0 ? null : [.. Given.Select(content => TestDeposit.File("given", content))],
        BlockHeaders = Headers is null ? new Dictionary<ulong, BlockHeader>() : HeaderFile.Parse(Headers),
    });
}

/// <summary>Packages good and bad, made from one deposit whose texts have every field that there is.</summary>
internal sealed class DisclosureCases
{
    public static readonly (string Path, string Content)[] Documents =
        [("a.txt", "alpha"), ("设计/转子 ${HOME} `id`;.step", "beta"), ("c\u202Etxt.exe", "gamma"), ("d.txt", ""), ("e.txt", "epsilon")];

    private static readonly SigningKey Depositor = SigningKey.Create("acct-7", TestLedger.Seed(70));

    // GB/T 32905 of nothing, as openssl prints it.
    private static readonly Hash EmptySm3 = EvidenceSamples.Hex("1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b");

    private readonly TestLedger ledger = new();
    private readonly TestDeposit deposit;
    private readonly Dictionary<Hash, Opening> openings;

    public DisclosureCases()
    {
        var first = ledger.Deposit();
        deposit = ledger.Deposit(new DepositPlan
        {
            Account = "acct-7",
            Key = Depositor,
            Files = Documents,
            BendItem = item => item.Path == "d.txt" ? item with { Sm3 = EmptySm3 } : item,
            BendRequest = request => request with { Title = "Rotor \"<b>\" \\ 修订 $(id)", Previous = first.Id },
            BendClaims = claims => claims with
            {
                Depositor = "示例公司 Example & Co",
                Identity = "uscc:91330100799655058B",
                Verified = new IdentityVerification("document check", TestLedger.Created),
            },
            BendStatement = statement => statement with { Beacon = new BitcoinBeacon(358391, Hash.Of([3])) },
        });
        ledger.Grow(7);
        var fingerprint = Fingerprint.Create(ledger.Origin, deposit.Id, deposit.Seed, deposit.Items, TestContext.Current.CancellationToken);
        openings = deposit.Items.ToDictionary(fingerprint.LeafOf, item => fingerprint.Open(item));
    }

    public VerifierKey Key => ledger.Key.Verifier;

    public IEnumerable<DisclosureCase> Groups(string group) => group switch
    {
        "true" => True(),
        "shapes" => Shapes(),
        "trust" => Trust(),
        "damaged" => Damaged(),
        "rearranged" => Rearranged(),
        "forged" => Forged(),
        "edges" => Edges(),
        "attached" => Attached(),
        "witnessed" => new IndependentCases().Witnessed(),
        "stamped" => new IndependentCases().Stamped(),
        "bent" => new IndependentCases().Bent(),
        _ => throw new ArgumentException(group, nameof(group)),
    };

    public DisclosedPackage Package(bool showNames = true, bool showDepositor = true) =>
        DisclosedPackage.Of(deposit.Evidence(), path => path != "e.txt", showNames, showDepositor, Documents[..4]);

    private DisclosureCase Case(string what, DisclosedPackage package, int? expected) => new(what, package, expected) { Policy = ledger.Policy, Key = Key };

    private DisclosureCase Refused(string what, DisclosedPackage package) => Case(what, package, ExitCode.Failed);

    private IEnumerable<DisclosureCase> True() =>
        from showNames in (bool[])[true, false]
        from showDepositor in (bool[])[true, false]
        select Case($"names {showNames}, depositor {showDepositor}", Package(showNames, showDepositor), ExitCode.Pass);

    private IEnumerable<DisclosureCase> Shapes()
    {
        foreach (var items in (int[])[1, 2, 3, 5, 6, 9, 17])
        {
            var files = Enumerable.Range(0, items).Select(i => (string.Create(CultureInfo.InvariantCulture, $"{i}.txt"), string.Create(CultureInfo.InvariantCulture, $"content {i}"))).ToArray();
            var whole = ledger.Deposit(files).Evidence();
            yield return Case($"all of {items}", DisclosedPackage.Of(whole, _ => true, documents: files), ExitCode.Pass);
            yield return Case($"one of {items}", DisclosedPackage.Of(whole, path => path == "0.txt", showNames: false), ExitCode.Pass);
        }
    }

    private IEnumerable<DisclosureCase> Trust()
    {
        var package = DisclosedPackage.Of(deposit.Evidence(), path => path == "a.txt", documents: [Documents[0]]);
        var nameless = DisclosedPackage.Of(deposit.Evidence(), path => path == "a.txt", showNames: false);
        var (otherLedger, stranger) = (SigningKey.Create(ledger.Origin, TestLedger.Seed(9)).Verifier, SigningKey.Create("acct-7", TestLedger.Seed(8)).Verifier);
        yield return Case("no key", package, ExitCode.Indeterminate) with { Key = null, Policy = TrustPolicy.Parse("quorum none\n") };
        yield return Case("another ledger's key", package, ExitCode.Failed) with { Key = otherLedger, Policy = TrustPolicy.Parse(TrustPolicy.Format(otherLedger, null)) };
        yield return Case("the depositor's key", package, ExitCode.Pass) with { Depositor = Depositor.Verifier };
        yield return Case("a stranger's key", package, ExitCode.Failed) with { Depositor = stranger };
        yield return Case("another account's key", package, ExitCode.Failed) with { Depositor = SigningKey.Create("acct-8", TestLedger.Seed(8)).Verifier };
        yield return Case("given beside", package, ExitCode.Pass) with { Given = [Documents[0].Content] };
        yield return Case("given without name", nameless, ExitCode.Pass) with { Given = [Documents[0].Content] };
        yield return Case("another document", nameless, ExitCode.Failed) with { Given = ["another"] };
        yield return Case("nothing opened", DisclosedPackage.Of(Evidence.FromCertificate(deposit.Certificate())), ExitCode.Indeterminate) with { Given = ["another"] };
    }

    /// <summary>With the context record's text, and with OpenTimestamps paths on their way.</summary>
    private IEnumerable<DisclosureCase> Attached()
    {
        var record = new ContextRecord
        {
            Captured = TestLedger.Created, System = "a system", Program = "notary", Files = [new ProgramFile(Hash.Of([1]), "notary.dll")], Runtime = "a runtime", Command = "notary deposit",
        };
        var whole = ledger.Deposit(new DepositPlan
        {
            Files = [("a.txt", "alpha"), (ContextRecord.ItemPath, record.ToText())],
            BendItem = item => item.Path == ContextRecord.ItemPath ? record.ToItem() : item,
        }).Evidence().WithContext(record);
        var package = DisclosedPackage.Of(whole, _ => true);
        Assert.Equal(record.ToText(), Encoding.UTF8.GetString(package.Files["03_proofs/context.txt"]));
        yield return Case("a context record", package, ExitCode.Pass);
        yield return Refused("another context record", package.With(mended: true, files => files["03_proofs/context.txt"] = "notary.context/v1\n"u8.ToArray()));
        Assert.DoesNotContain("03_proofs/context.txt", DisclosedPackage.Of(whole, path => path == "a.txt").Files.Keys);

        var pending = new LedgerTimestamp(deposit.Index, ledger.Size, ledger.Proof(deposit.Index).Path, new OtsTimestamp([new PendingAttestation("https://calendar.example")], []));
        var stamped = deposit.Evidence().WithAttachments(pending.FilesFor(deposit.Evidence(), out _));
        yield return Case("pending paths", DisclosedPackage.Of(stamped, path => path is "a.txt" or "e.txt"), ExitCode.Pass);
    }

    private IEnumerable<DisclosureCase> Damaged()
    {
        var package = DisclosedPackage.Of(deposit.Evidence(), path => path is "a.txt" or "e.txt", documents: [Documents[0], Documents[4]]);
        var random = new Random(5);
        foreach (var (name, content) in package.Files)
        {
            var place = random.Next(content.Length);
            byte[] flipped = [.. content[..place], (byte)(content[place] ^ (1 << random.Next(7))), .. content[(place + 1)..]];
            yield return Refused($"{name} damaged", package.With(mended: false, files => files[name] = flipped));
            if (name == PackageNames.Sums)
                continue;
            // What is for people to read proves nothing, and both say so: it may be anything.
            var isJudged = name.StartsWith(PackageNames.Proofs, StringComparison.Ordinal) || name.StartsWith(PackageNames.Documents, StringComparison.Ordinal);
            byte[][] forms = [flipped, content[..place], [.. content, (byte)'\n'], [.. content[..place], 0, .. content[place..]], []];
            foreach (var form in forms)
                yield return Case($"{name} forged", package.With(mended: true, files => files[name] = form), isJudged ? ExitCode.Failed : ExitCode.Pass);
        }
    }

    private IEnumerable<DisclosureCase> Rearranged()
    {
        var package = DisclosedPackage.Of(deposit.Evidence(), path => path is "a.txt" or "e.txt", documents: [Documents[0], Documents[4]]);
        foreach (var name in package.Files.Keys)
        {
            yield return Refused($"without {name}", package.With(mended: false, files => files.Remove(name)));
            if (name.StartsWith(PackageNames.Proofs, StringComparison.Ordinal) && !name.Contains("/openings/", StringComparison.Ordinal))
                yield return Refused($"without {name}, mended", package.With(mended: true, files => files.Remove(name)));
        }

        var opened = package.Files.Keys.Where(name => name.Contains("/openings/", StringComparison.Ordinal)).ToList();
        yield return Refused("a document without its opening", package.With(mended: true, files => files.Remove(opened[0])));
        yield return Refused("openings exchanged", package.With(mended: true, files => (files[opened[0]], files[opened[1]]) = (files[opened[1]], files[opened[0]])));
        yield return Refused("an opening renamed", package.With(mended: true, files => files[opened[0].Replace(opened[0][^8..^4], "0000", StringComparison.Ordinal)] = files[opened[0]]));
        yield return Refused("texts exchanged", package.With(mended: true, files => files["03_proofs/claims.txt"] = files["03_proofs/request.txt"]));
        yield return Refused("put in later", package.With(mended: false, files => files["REPORT-PASS.txt"] = [1]));
        foreach (var (name, content) in ((string, byte[])[])
        [
            ("02_files/003_x", [9]), ("readme.TXT", [1]), ("报告.pdf", [1]), ("a b", [1]), ("03_proofs/seed.txt", new byte[65]), ("03_proofs/manifest.txt", [1]), ("a.", [1]), ("$(id)", [1]),
            ("-rf", [1, 2]), (".bashrc", [1]), ("03_proofs/openings/" + new string('0', 64) + ".txt", [10]), ("x/" + new string('n', 199), [1]),
        ])
            yield return Case($"{name} added, mended", package.With(mended: true, files => files[name] = content), name is "-rf" or ".bashrc" ? ExitCode.Pass : ExitCode.Failed);
        foreach (var (folder, expected) in ((string, int)[])
        [
            ("empty/", ExitCode.Pass), ("02_files/deeper/", ExitCode.Pass), ("b c/", ExitCode.Failed), ("报告/", ExitCode.Failed), ("03_PROOFS/", ExitCode.Failed), ("x./", ExitCode.Failed),
            (string.Concat(Enumerable.Repeat("d/", 99)), ExitCode.Pass), (string.Concat(Enumerable.Repeat("d/", 101)), ExitCode.Failed),
        ])
            yield return Case($"folder {folder}", package.With(mended: true, files => files[folder] = []), expected);
        yield return Refused("folders that differ by case", package.With(mended: true, files => (files["A/x"], files["a/y"]) = ([1], [2])));
        // Two names for one document are two documents that are the same.
        yield return Case("a document twice", package.With(mended: true, files => files["02_files/003_x"] = files["02_files/001_a.txt"]), ExitCode.Pass);
    }

    private IEnumerable<DisclosureCase> Forged()
    {
        var (request, original) = (deposit.Request.Request, deposit.Certificate());
        var forger = new Forger(ledger, deposit, Depositor);
        foreach (var signing in Enum.GetValues<Forger.Signing>())
        {
            foreach (var (what, certificate) in ((string, Certificate)[])
            [
                ("title", forger.WithRequest((request with { Title = "another" }).ToText(), signing)),
                ("items", forger.WithRequest((request with { Items = 4 }).ToText(), signing)),
                ("name", forger.WithClaims((deposit.Claims with { Depositor = "another" }).ToText(), original.Request!, signing)),
                ("time", forger.WithStatement((deposit.Statement with { Received = TestLedger.Created }).ToText(), original.Claims, original.Request, signing)),
                ("key", forger.WithOwnDepositor(signing)),
            ])
                yield return Refused($"{what} forged, {signing}", DisclosedPackage.Of(Evidence.Disclose(certificate, openings)));
        }
    }

    /// <summary>Texts that a dishonest operator signs: every hash and signature holds, and the grammar alone decides.</summary>
    private IEnumerable<DisclosureCase> Edges()
    {
        foreach (var (text, from, to) in ((string, string, string)[])
        [
            ("claims", "depositor 示例公司 Example & Co", "depositor a\u202Eb"), ("claims", "depositor 示例公司 Example & Co", "depositor \u00A0"),
            ("claims", "depositor 示例公司 Example & Co", "depositor " + new string('转', 256)), ("claims", "depositor 示例公司 Example & Co", "depositor " + new string('转', 257)),
            ("claims", "uscc:91330100799655058B", "uscc:"), ("claims", "document check 2026", "document check  2026"), ("claims", "2026-11-22T00:00:00.000Z", "2026-02-29T00:00:00.000Z"),
            ("claims", "2026-11-22T00:00:00.000Z", "2028-02-29T00:00:00.000Z"), ("claims", "account acct-7", "account acct_7"), ("claims", "key acct-7+", "key acct-7\u2003+"),
            ("claims", "key acct-7+", "key acct-8+"), ("request", "kind trade-secret", "kind Trade"), ("request", "items 5", "items 05"), ("request", "items 5", "items 18446744073709551616"),
            ("request", "items 5", "items 18446744073709551615"), ("request", "items 5", "items 8"), ("request", "items 5", "items 9223372036854775809"),
            ("request", "items 5", "items 3"), ("request", "title Rotor", "title \u2028Rotor"), ("request", "title Rotor", "title \u0085Rotor"), ("request", "title Rotor", "title \uFEFF"),
            ("request", "title Rotor", "title  Rotor"), ("request", "\nrequested", "\nrequested 1\nrequested"), ("statement", "accuracy 12ms", "accuracy 012ms"),
            ("statement", "accuracy 12ms", "accuracy unknown"), ("statement", "bitcoin 358391", "bitcoin 00"), ("statement", "after 2", "after 0"), ("statement", "after 2", "after 9"),
            ("statement", "received 2026-11-22T00:00:02.000Z", "received 2026-11-22T24:00:02.000Z"), ("statement", "-7ce5-", "-4ce5-"), ("statement", "ledger ledger.example/test", "ledger Ledger.example/test"),
        ])
        {
            var certificate = Signed(text, from, to);
            yield return Case($"{text}: {to}", DisclosedPackage.Of(Evidence.Disclose(certificate, openings)), null);
            if (text == "statement")
                yield return Case($"{text}: {to}, anonymous", DisclosedPackage.Of(Evidence.Disclose(certificate with { Request = null, Claims = null }, openings)), null);
        }
    }

    private Certificate Signed(string text, string from, string to)
    {
        var (statement, claims, request) = (deposit.Statement.ToText(), deposit.Claims.ToText(), deposit.Certificate().Request!);
        request = text == "request" ? Altered(request) : request;
        claims = (text == "claims" ? Altered(claims) : claims).Replace(deposit.Claims.Request.ToString(), HashOf(request), StringComparison.Ordinal);
        statement = (text == "statement" ? Altered(statement) : statement).Replace(deposit.Statement.Claims.ToString(), HashOf(claims), StringComparison.Ordinal);
        var index = ledger.Append(statement);
        return new Certificate { Statement = statement, Claims = claims, Request = request, Proof = ledger.Proof(index).ToString() };

        string Altered(string original)
        {
            Assert.Contains(from, original, StringComparison.Ordinal);
            return original.Replace(from, to, StringComparison.Ordinal);
        }

        static string HashOf(string content) => Hash.Of(Encoding.UTF8.GetBytes(content)).ToString();
    }
}
