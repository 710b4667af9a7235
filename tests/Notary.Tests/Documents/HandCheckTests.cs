using System.Text;
using Notary.Core;
using Notary.Documents;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Documents;

/// <summary>The commands of a report, run as they are written, print what the report says that they print.</summary>
public sealed class HandCheckTests : IDisposable
{
    private const string Marker = "--8<-- next";

    private readonly TemporaryFolder folder = new();
    private readonly TestLedger ledger = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_whole_deposit_is_checked_by_hand()
    {
        foreach (var others in (int[])[0, 1, 6])
        {
            ledger.Grow(ledger.Size + (ulong)others);
            var deposit = ledger.Deposit(Plan());
            ledger.Grow(ledger.Size + (ulong)others);
            var witness = new TestWitness("witness.example/w");
            var policy = ledger.PolicyWith([witness], "quorum witness.example/w\n");
            var inputs = new VerifierInputs(policy) { Files = deposit.Files };
            await HoldsAsync(deposit.Evidence(null, witness.At(TestLedger.Created.AddHours(1))), inputs, expected: 16);
        }
    }

    [Fact]
    public async Task Openings_with_and_without_names_are_checked_by_hand()
    {
        var deposit = ledger.Deposit(Plan());
        foreach (var showMetadata in (bool[])[true, false])
        {
            var inputs = new VerifierInputs(ledger.Policy) { Files = [.. deposit.Files.Take(2)] };
            await HoldsAsync(deposit.Disclose(showMetadata, deposit.Items.Take(2).Select(item => item.Path)), inputs, expected: 12);
        }
    }

    [Fact]
    public async Task A_package_that_discloses_is_checked_by_hand_with_the_documents_in_it()
    {
        var deposit = ledger.Deposit(Plan());
        var package = DisclosedPackage.Of(deposit.Evidence(), path => path is "b.txt" or "path y", documents: [Plan().Files[1], Plan().Files[4]]);
        var zip = package.Zip();
        await File.WriteAllBytesAsync(Path.Combine(folder.Path, "court.zip"), zip, TestContext.Current.CancellationToken);
        var run = VerificationRun.Verify(EvidenceSamples.Read(zip), new VerifierInputs(ledger.Policy), Runs.Context(new NamedFile("court.zip", Hash.Of(zip))));

        AssertHolds(await RunAsync(run), expected: 12);
    }

    [Fact]
    public async Task A_bare_certificate_is_checked_by_hand()
    {
        var deposit = ledger.Deposit(Plan());
        await HoldsAsync(Evidence.FromCertificate(deposit.Certificate()), new VerifierInputs(ledger.Policy), expected: 7);
    }

    [Fact]
    public async Task Time_stamps_are_checked_by_hand_as_of_their_own_time()
    {
        // Its certificates ended a day after.
        var authority = new TestAuthority("Old", TestLedger.Created.AddDays(1).AddYears(-1), years: 1);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "roots.pem"), authority.Root.ExportCertificatePem(), TestContext.Current.CancellationToken);
        var deposit = ledger.Deposit(Plan());
        ledger.Grow(ledger.Size + 4);
        var (own, later) = (deposit.Certificate(), ledger.Proof(deposit.Index, ledger.Size - 1));
        var time = TestLedger.Created.AddMinutes(1).AddMilliseconds(500);
        TimestampToken[] tokens =
        [
            new(TimestampToken.OverCheckpoint, authority.Stamp(Encoding.UTF8.GetBytes(own.Checkpoint!), time), null),
            new(TimestampToken.OverCheckpoint, authority.Stamp(Encoding.UTF8.GetBytes(later.Note.ToString()), time), later.ToString()),
            new(TimestampToken.OverCommitment, authority.Stamp(new TokenPlan { Imprint = MessageImprint.Of(deposit.Statement.Commitment), Time = time }), null),
            new(TimestampToken.OverCheckpoint, new TestAuthority("Stranger").Stamp(Encoding.UTF8.GetBytes(own.Checkpoint!), time), null),
        ];
        var inputs = new VerifierInputs(ledger.Policy) { TimestampRoots = authority.Roots };

        await HoldsAsync(deposit.Evidence().WithTimestamps(tokens), inputs with { Files = deposit.Files }, expected: 19);
        await HoldsAsync(Evidence.FromCertificate(own with { Timestamps = tokens }), inputs, expected: 11);
    }

    [Fact]
    public async Task Under_a_changed_key_and_the_depositors_own_key_too()
    {
        var before = ledger.Policy;
        var change = ledger.ChangeKey(9);
        var deposit = ledger.Deposit(Plan());
        ledger.Grow(ledger.Size + 3);
        var inputs = new VerifierInputs(before) { KeyChanges = [change], Depositor = Depositor.Verifier, Files = deposit.Files };
        await HoldsAsync(deposit.Evidence(), inputs, expected: 15);
    }

    [Fact]
    public async Task What_was_altered_prints_something_else()
    {
        var deposit = ledger.Deposit(Plan());
        var certificate = deposit.Certificate();
        var forged = Evidence.Create(
            certificate with { Claims = certificate.Claims!.Replace("depositor linghang", "depositor somebody", StringComparison.Ordinal) }, deposit.Manifest, deposit.Seed);
        var run = Run(forged, new VerifierInputs(ledger.Policy) { Files = deposit.Files });

        var outputs = await RunAsync(run);

        var claims = run.Report.Checks.Select(check => check.Name).ToList().IndexOf(CheckNames.Claims);
        Assert.True(claims >= 0);
        Assert.Contains(outputs, output => output.Check == CheckNames.Claims && output.Printed != output.Listing.Expected);
        Assert.All(outputs.Where(output => output.Check != CheckNames.Claims), output => Assert.Equal(output.Listing.Expected, output.Printed));
    }

    [Theory]
    [InlineData("plain-name_1.txt")]
    [InlineData("with space & $(touch pwned) `id`.txt")]
    [InlineData("it's \"quoted\";*?.txt")]
    [InlineData("-rf")]
    [InlineData("设计 图.txt")]
    [InlineData("right\u202eleft\u2066'\\.txt")]
    public async Task A_word_reaches_bash_as_it_is(string word)
    {
        var printed = (await ExternalTool.RunAsync("bash", ["-c", $"printf '%s' {ShellText.Quote(word)}"], folder.Path)).Succeeded().Output;

        Assert.Equal(word, printed);
        Assert.Equal(ShellText.Quote(word), TextRules.Escape(ShellText.Quote(word)));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Texts_that_cannot_be_read_give_no_commands()
    {
        var run = Run(Evidence.FromCertificate(new Certificate { Statement = "x'; rm -rf /", Claims = "END\nrm", Request = "y", Proof = "z\n\nEND" }), new VerifierInputs(ledger.Policy));

        var listings = HandChecks.Of(run).SelectMany(check => check.Steps).OfType<Listing>().ToList();

        Assert.DoesNotContain("rm", Assert.Single(listings).Commands.Split(' '));
    }

    private static SigningKey Depositor { get; } = SigningKey.Create("linghang", TestLedger.Seed(7));

    private static DepositPlan Plan() => new()
    {
        Account = "linghang",
        Key = Depositor,
        Files = [("a/rotor's $geometry.step", "abc"), ("b.txt", "defg"), ("设计/图 \u202e纸.txt", ""), ("sha256 x", "1"), ("path y", "22")],
    };

    private async Task HoldsAsync(Evidence evidence, VerifierInputs inputs, int expected)
    {
        var run = Run(evidence, inputs);
        Assert.True(run.Report.Verdict == Verdict.Pass, run.Report.VerdictSentence.English);

        AssertHolds(await RunAsync(run), expected);
    }

    private static void AssertHolds(List<(string Check, Listing Listing, string Printed)> outputs, int expected)
    {
        Assert.All(outputs, output => Assert.True(output.Listing.Expected == output.Printed, $"{output.Listing.Commands}\nexpected {output.Listing.Expected}\nprinted {output.Printed}"));
        Assert.Equal(expected, outputs.Count);
    }

    /// <summary>Runs a verification on what lies on disk, the documents beside it.</summary>
    private VerificationRun Run(Evidence evidence, VerifierInputs inputs)
    {
        var isCertificate = evidence.Manifest is null && evidence.Openings.Count == 0;
        var name = isCertificate ? "certificate.json" : "it's evidence.zip";
        var path = Path.Combine(folder.Path, name);
        using (var file = File.Create(path))
        {
            if (isCertificate)
                file.Write(evidence.Certificate.ToJson());
            else
                evidence.Write(file);
        }

        foreach (var (document, content) in Plan().Files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder.Path, document))!);
            File.WriteAllText(Path.Combine(folder.Path, document), content);
        }

        return VerificationRun.Verify(evidence, inputs, Runs.Context(new NamedFile(name, Hash.Of(File.ReadAllBytes(path)))));
    }

    private async Task<List<(string Check, Listing Listing, string Printed)>> RunAsync(VerificationRun run)
    {
        foreach (var tool in (string[])["bash", "unzip", "xxd", "openssl", "sha256sum", "awk", "base64"])
            ExternalTool.Require(tool);
        var listings = HandChecks.Of(run).SelectMany(check => check.Steps.OfType<Listing>().Select(step => (check.Check, Listing: step))).ToList();
        var script = new StringBuilder();
        foreach (var (_, listing) in listings)
            script.Append(listing.Commands).Append("echo '").Append(Marker).Append("'\n");
        var result = await ExternalTool.RunAsync("bash", ["-c", script.ToString()], folder.Path);
        var printed = result.Output.Split(Marker + "\n");
        Assert.Equal(listings.Count + 1, printed.Length);
        return [.. listings.Select((step, i) => (step.Check, step.Listing, printed[i]))];
    }
}
