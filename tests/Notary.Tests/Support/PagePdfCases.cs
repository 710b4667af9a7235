using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Notary.Core;
using Notary.Documents;
using Notary.Tests.Documents;

namespace Notary.Tests.Support;

/// <summary>Certificates as PDF, sealed and not, altered and forged, for the verifier of the page and ours to agree on.</summary>
internal static class PagePdfCases
{
    private static readonly TestLedger Ledger = new();
    private static readonly TestDeposit Deposit = TestDeposit.Make(Ledger, new() { Files = [("a/1.txt", "one"), ("图纸.step", "two")] });
    private static readonly byte[] Trust = Encoding.UTF8.GetBytes($"log {Ledger.Key.Verifier}\nquorum none\n");
    private static readonly DateTimeOffset Now = TestSeals.Now.AddDays(1);

    private static Evidence Alone => Evidence.FromCertificate(Deposit.Certificate());

    private static Evidence Shown => Deposit.Evidence();

    /// <summary>Files as they were made, and the seals that they bear.</summary>
    public static async Task<IReadOnlyList<PageCase>> MadeAsync()
    {
        var (selfMade, _) = TestSeals.SelfMade();
        var authority = new TestAuthority();
        Task<ReadOnlyMemory<byte>> StampAsync(ReadOnlyMemory<byte> value, CancellationToken _) => Task.FromResult<ReadOnlyMemory<byte>>(authority.Stamp(value.Span, TestSeals.Now.AddSeconds(1)));
        Task<ReadOnlyMemory<byte>> OtherAsync(ReadOnlyMemory<byte> value, CancellationToken _) => Task.FromResult<ReadOnlyMemory<byte>>(authority.Stamp("other"u8, TestSeals.Now));
        var (issued, rsa, stamped) = (TestSeals.Issued(), TestSeals.Issued(rsaBits: 2_048), TestSeals.Issued(stamp: StampAsync));
        var (plain, timed) = (await SealedPdfTests.Seal(Alone, issued.Sealer), await SealedPdfTests.Seal(Shown, stamped.Sealer));
        var (own, tsa) = (await SealedPdfTests.Seal(Alone, selfMade), Bytes(authority.Root.ExportCertificatePem()));
        var (root, stampedRoot) = (Bytes(issued.RootPem), Bytes(stamped.RootPem));
        return
        [
            Of("not sealed", CertificatePdf.Secrecy(Alone.Certificate)),
            Of("not sealed, disclosing", CertificatePdf.Disclosure(Shown)) with { Files = [("a/1.txt", "one"u8.ToArray())] },
            Of("disclosing, with another document", CertificatePdf.Disclosure(Shown)) with { Files = [("a/1.txt", "other"u8.ToArray())] },
            Of("of another ledger", CertificatePdf.Secrecy(new TestLedger("ledger.example/other").Deposit().Certificate())),
            Of("sealed", plain) with { SealRoots = root },
            Of("sealed, no roots", plain),
            Of("sealed, another's roots", plain) with { SealRoots = stampedRoot },
            Of("sealed, roots that are none", plain) with { SealRoots = Bytes("hello") },
            Of("sealed under RSA", await SealedPdfTests.Seal(Alone, rsa.Sealer)) with { SealRoots = Bytes(rsa.RootPem) },
            Of("sealed under a self-made certificate", own),
            Of("sealed under a self-made certificate that is known", own) with { SealRoots = Bytes(selfMade.Certificate.ExportCertificatePem()) },
            Of("stamped", timed) with { SealRoots = stampedRoot, TsaRoots = tsa },
            Of("stamped, authority unknown", timed) with { SealRoots = stampedRoot },
            Of("stamped, sealer unknown", timed) with { TsaRoots = tsa },
            Of("years later", plain) with { SealRoots = root, Now = Now.AddYears(5) },
            Of("stamped, years later", timed) with { SealRoots = stampedRoot, TsaRoots = tsa, Now = Now.AddYears(5) },
            Of("stamped over something else", await SealedPdfTests.Seal(Alone, TestSeals.Issued(stamp: OtherAsync).Sealer)),
            Of("for servers", await SealedPdfTests.Seal(Alone, TestSeals.Issued(usage: "1.3.6.1.5.5.7.3.1").Sealer)) with { SealRoots = root },
            Of("for encryption", await SealedPdfTests.Seal(Alone, TestSeals.Issued(keyUsage: X509KeyUsageFlags.KeyEncipherment).Sealer)),
            Of("short RSA", await SealedPdfTests.Seal(Alone, TestSeals.Issued(rsaBits: 1_024).Sealer)),
            Of("no usage", await SealedPdfTests.Seal(Alone, TestSeals.Issued(usage: null).Sealer)),
            Of("sealed in a name that is cut within a character", await SealedPdfTests.Seal(Alone, TestSeals.Named("x" + string.Concat(Enumerable.Repeat("😀", 90))))),
            Of("sealed in no name", await SealedPdfTests.Seal(Alone, TestSeals.Named(null))),
            Of("a report", ReportPdf.Write(Runs.Of(Shown, new VerifierInputs(Ledger.Policy)))),
            Of("another program's", Bytes("%PDF-1.4\nanother program's\n%%EOF\n")),
            Of("too large", [.. plain, .. new byte[CertificatePdfFile.MaxBytes]]),
        ];
    }

    /// <summary>What is rendered of certificates and evidence of every kind.</summary>
    public static IEnumerable<PageCase> OfEveryKind()
    {
        PageCase[] evidence = [.. PageCases.Vectors(), .. PageCases.Samples(), .. PageInputCases.All(), .. PageTimestampCases.Evidence(), Hard(), Most(), .. LongLedgers()];
        return evidence.SelectMany(one => (Read(one) is { } read ? Rendered(read) : []).Select((file, i) => Of($"{one.Name}, copy {i}", file)))
            .DistinctBy(one => Hash.Of(one.Evidence));
    }

    /// <summary>Around the same what no renderer writes: certificates that cannot be rendered, more documents than a file may name.</summary>
    public static IEnumerable<PageCase> Forged()
    {
        foreach (var one in (PageCase[])[.. PageCases.Samples(), .. PageInputCases.All()])
        {
            if (Read(one) is { } evidence)
                yield return one with { Name = one.Name + ", forged", Evidence = Forge(evidence) };
        }

        var many = TestDeposit.Make(new TestLedger(), new() { Files = [.. Enumerable.Range(0, CertificatePdf.MostDocuments + 1).Select(i => ($"{i}", ""))] });
        yield return Of("too many documents", Forge(many.Evidence()));
    }

    /// <summary>What layouts find hard: more documents than a page names, names in letters that no font has, paths as long as they may be.</summary>
    private static PageCase Hard()
    {
        var deposit = TestDeposit.Make(Ledger, new()
        {
            Files = [.. Names().Select((name, i) => ($"目录{i % 7}/{i} {name}", $"{i}"))],
            BendRequest = request => request with { Title = "“图纸”，（终稿）：rotor—№7 ① ￥1,000 ﹁a﹂" },
            BendClaims = claims => claims with { Depositor = "A (B) <C> \\ 名", Identity = "uscc:91330100799655058X" },
        });
        return new("hard", EvidenceSamples.Pack(deposit.Evidence()), Trust);
    }

    /// <summary>As many documents as a file may name, each in a file of its own.</summary>
    private static PageCase Most()
    {
        var deposit = TestDeposit.Make(Ledger, new() { Files = [.. Enumerable.Range(0, CertificatePdf.MostDocuments).Select(i => ($"{i}", ""))] });
        var fingerprint = Fingerprint.Create(Ledger.Origin, deposit.Id, deposit.Seed, deposit.Items);
        var openings = deposit.Items.Select(item => KeyValuePair.Create(fingerprint.LeafOf(item), fingerprint.Open(item)));
        return new("most openings", EvidenceSamples.Pack(Evidence.Disclose(deposit.Certificate(), openings)), Trust);
    }

    /// <summary>Numbers in a ledger's name, which its QR code may cut out: how long they must be for it depends on the code's size.</summary>
    private static IEnumerable<PageCase> LongLedgers()
    {
        foreach (var digits in (int[])[12, 13, 14, 15, 16, 17])
        {
            var run = new string('7', digits);
            foreach (var origin in (string[])[$"a{run}", $"ledger.example/{string.Join('-', Enumerable.Repeat(run, 10))}"])
                yield return new(origin, new TestLedger(origin).Deposit().Certificate().ToJson(), Trust);
        }

        yield return new("the longest", new TestLedger(new string('a', 255)).Deposit().Certificate().ToJson(), Trust);
    }

    private static IEnumerable<string> Names()
    {
        yield return "a\u202egnp.exe";
        yield return "שלום e\u0301 \u200b😀 𠀀.txt";
        yield return "Ωmega µ/Ελλάδα/Москва.txt";
        // Marks of every kind that the fonts have.
        yield return string.Concat(Enumerable.Range(0x300, 0x40).Concat([0xAD, 0x343, 0x358, 0x361, 0x483, 0x488, 0xEB1, 0xEBB, 0xECD, 0x3099, 0xFFF9, 0xFFFB]).Select(mark => $"{(char)mark}"));
        for (var i = 0; i < 600; i++)
            yield return string.Concat(Enumerable.Range(0, 60).Select(j => Letter(60 * i + j)));
    }

    // Of the first plane's letters, one in sixteen, in an order in which no script stays by itself.
    private static string Letter(int i)
    {
        var letter = (char)(0x21 + i * 331 % 0xD7D0);
        return letter is '/' or '\\' || char.IsWhiteSpace(letter) || char.IsControl(letter) ? "x" : letter.ToString();
    }

    public static Evidence? Read(PageCase one)
    {
        try
        {
            return CertificatePdfFile.IsPdf(one.Evidence) ? null : EvidenceSamples.Read(one.Evidence);
        }
        catch (MalformedException)
        {
            return null;
        }
    }

    private static byte[][] Rendered(Evidence evidence)
    {
        try
        {
            var secrecy = CertificatePdf.Secrecy(evidence.Certificate);
            return CertificatePdf.Shown(evidence) == 0 ? [secrecy] : [secrecy, CertificatePdf.Disclosure(evidence)];
        }
        catch (MalformedException)
        {
            return [];
        }
    }

    private static byte[] Forge(Evidence evidence)
    {
        using var package = new MemoryStream();
        evidence.WithPages([]).Write(package);
        var file = new PdfFile(CertificatePdf.Layout);
        foreach (var (type, content) in ((string, byte[])[])[(CertificatePdf.JsonType, evidence.Certificate.ToJson()), (CertificatePdf.PackageType, package.ToArray())])
            file.WriteStream(string.Create(CultureInfo.InvariantCulture, $"{PdfDocument.ContentEntries(type)} /Params << /Size {content.Length} /ModDate {PdfFile.Date(TestSeals.Now)} >>"), content);
        return file.Finish(1, 1);
    }

    /// <summary>Altered copies, and seals that are spelled in other ways.</summary>
    public static async Task<IReadOnlyList<PageCase>> AlteredAsync(int seed, int count)
    {
        var ca = TestSeals.Issued(stamp: (value, _) => Task.FromResult<ReadOnlyMemory<byte>>(new TestAuthority().Stamp(value.Span, TestSeals.Now)));
        var pdf = await SealedPdfTests.Seal(Shown, ca.Sealer);
        var text = Encoding.Latin1.GetString(pdf);
        var (digits, size) = (text.IndexOf("/Contents <", StringComparison.Ordinal) + 11, text.IndexOf("> >>\nendobj", StringComparison.Ordinal));
        var cases = new List<(string Name, byte[] File)>
        {
            ("an update", [.. pdf, .. "%%EOF\n"u8]),
            ("a second head before", [.. CertificatePdf.Secrecy(new TestLedger("ledger.example/other").Deposit().Certificate()), .. pdf]),
            ("a second head behind", [.. pdf, .. CertificatePdf.Secrecy(new TestLedger("ledger.example/other").Deposit().Certificate())]),
            ("another layout", Latin(text.Replace(CertificatePdf.Layout, CertificatePdf.Name + "9.9", StringComparison.Ordinal))),
            ("a layout that does not end", Latin(text.Replace(CertificatePdf.Layout, CertificatePdf.Name + new string('9', 5_000), StringComparison.Ordinal))),
            ("small letters", [.. pdf[..digits], .. Latin(text[digits..size].ToLowerInvariant()), .. pdf[size..]]),
            ("an empty seal", [.. pdf[..digits], .. Latin(new string('0', size - digits)), .. pdf[size..]]),
            ("an odd seal", [.. pdf[..digits], .. pdf[(digits + 1)..]]),
            ("covering less", Latin(text.Replace("/ByteRange [0 ", "/ByteRange [1 ", StringComparison.Ordinal))),
            ("covering other bytes", [.. pdf[..(digits - 15)], (byte)'7', .. pdf[(digits - 14)..]]),
            ("no such day", Latin(text.Replace("/ModDate (D:20261122", "/ModDate (D:20260230", StringComparison.Ordinal))),
        };
        foreach (var number in (string[])["999999999", "2147483647", "99999999999999999999", "-1", "01", "+1", "0", " 1"])
            cases.Add(($"{number} bytes", Latin(text.Replace("/Params << /Size ", $"/Params << /Size {number}", StringComparison.Ordinal))));
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            // Half of them in the head, where everything is that is read.
            var at = random.Next(i % 2 == 0 ? pdf.Length : digits + 3_000);
            cases.Add((string.Create(CultureInfo.InvariantCulture, $"byte {at}"), [.. pdf[..at], (byte)(pdf[at] ^ (1 << random.Next(8))), .. pdf[(at + 1)..]]));
            cases.Add((string.Create(CultureInfo.InvariantCulture, $"cut at {at}"), pdf[..at]));
        }

        var seal = SealedPdfTests.Parts(pdf).Seal;
        foreach (var (i, doctored) in DerMutations.Of(seal, seed, count).Index())
        {
            if (2 * doctored.Length <= size - digits)
                cases.Add((string.Create(CultureInfo.InvariantCulture, $"doctored seal {i}"), [.. pdf[..digits], .. Latin(Convert.ToHexString(doctored).PadRight(size - digits, '0')), .. pdf[size..]]));
        }

        return [.. cases.Select(one => Of(one.Name, one.File) with { SealRoots = Bytes(ca.RootPem), HasSeveralFaults = one.Name.StartsWith("doctored", StringComparison.Ordinal) })];
    }

    private static PageCase Of(string name, byte[] pdf) => new(name, pdf, Trust) { Now = Now };

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Latin(string text) => Encoding.Latin1.GetBytes(text);
}
