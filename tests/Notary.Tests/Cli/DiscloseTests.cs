using System.Text;
using System.Text.RegularExpressions;
using Notary.Cli;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

/// <summary><c>notary disclose</c>: what was chosen is opened, nothing else leaves, and what would fail is told before it is given away.</summary>
public sealed partial class DiscloseTests : CliTest
{
    private static readonly (string Path, string Content)[] Documents =
        [("plans/rotor.step", "rotor"), ("plans/blade.step", "blade"), ("secret-name.txt", "a secret content"), ("twin.txt", "blade")];

    private readonly TestLedger ledger = new();
    private readonly TestDeposit deposit;

    public DiscloseTests()
    {
        deposit = ledger.Deposit(new DepositPlan { Account = "account-7", Files = Documents, BendRequest = request => request with { Title = "Rotor title" } });
        foreach (var (path, content) in Documents)
        {
            Write("documents/" + path);
            File.WriteAllText(At("documents/" + path), content);
        }

        var pending = new LedgerTimestamp(
            deposit.Index, ledger.Size, ledger.Proof(deposit.Index).Path, new OtsTimestamp([new PendingAttestation("https://calendar.example")], []));
        File.WriteAllBytes(At("all.evidence.zip"), EvidenceSamples.Pack(deposit.Evidence().WithAttachments(pending.FilesFor(deposit.Evidence(), out _))));
        File.WriteAllText(At("trust"), TrustPolicy.Format(ledger.Key.Verifier, null));
    }

    [Fact]
    public async Task What_was_chosen_is_opened_and_nothing_of_the_others_is_there()
    {
        var result = await DiscloseAsync(0, "--file", "plans/rotor.step");

        Assert.Contains("opens 1 of the deposit's 4 documents", result.Output, StringComparison.Ordinal);
        AssertHoldsNothingOf(deposit.Items.Where(item => item.Path != "plans/rotor.step"));
        Assert.Contains("plans/rotor.step", Package(), StringComparison.Ordinal);
        Assert.Contains($"ots/{Fingerprint.Commit(Fingerprint.Binding(ledger.Origin, deposit.Id), deposit.Seed, deposit.Items[0]).Leaf}.ots", Package(), StringComparison.Ordinal);
        Assert.Contains("Rotor title", Package(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_and_depositor_are_withheld_on_request()
    {
        await DiscloseAsync(0, "--file", "plans/rotor.step", "twin.txt", "--hide-names", "--anonymous", "--include", At("documents"));

        AssertHoldsNothingOf(deposit.Items.Where(item => item.Path is not ("plans/rotor.step" or "twin.txt")));
        foreach (var withheld in (string[])["rotor.step", "twin", "plans", "Rotor title", "trade-secret", "account-7", deposit.Request.Hash.ToString(), "2026-11-20"])
            Assert.DoesNotContain(withheld, Package(), StringComparison.Ordinal);
        await RunAsync(0, "verify", At("court.zip"), "--trust", At("trust"));
    }

    [Fact]
    public async Task Without_names_and_documents_neither_sizes_nor_digests_leave()
    {
        await DiscloseAsync(0, "--file", "plans/rotor.step", "--hide-names", "--anonymous");

        var item = deposit.Items.Single(one => one.Path == "plans/rotor.step");
        foreach (var withheld in (string[])[item.Sha256.ToString(), "5 bytes", "rotor"])
            Assert.DoesNotContain(withheld, Package(), StringComparison.Ordinal);
        Assert.Contains("文件（名称未披露） Document, name withheld", Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(Package())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_of_evidence_numbers_what_is_in_the_package_and_nothing_else()
    {
        await DiscloseAsync(0, "--file", "plans/rotor.step", "--include", At("documents"));

        var files = ZipBuilder.Entries(await File.ReadAllBytesAsync(At("court.zip"), Cancellation)).ToDictionary(file => file.Name, file => Encoding.UTF8.GetString(file.Content));
        var rows = files["00_index/evidence-list.csv"].Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["\"1\"", "\"2\"", "\"3\""], rows[1..^1].Select(row => row.Split(',')[0]));
        Assert.Contains("\"plans/rotor.step; 5 bytes; SHA-256 ", rows[3], StringComparison.Ordinal);
        Assert.Contains("; 02_files/001_rotor.step\"", rows[3], StringComparison.Ordinal);
        Assert.Contains("证据目录", files["00_index/evidence-list.html"], StringComparison.Ordinal);
        Assert.Contains("00_index/", files["README.txt"], StringComparison.Ordinal);
        Assert.Contains("  00_index/evidence-list.html\n", files["MANIFEST.sha256"], StringComparison.Ordinal);
        Assert.All(global::Notary.Documents.LawTexts.All, text => Assert.Contains("09_law/" + text.Name, files.Keys));
    }

    [Fact]
    public async Task A_report_goes_along_under_a_trust_file_and_names_only_what_is_disclosed()
    {
        await DiscloseAsync(0, "--file", "plans/rotor.step", "--include", At("documents"), "--trust", At("trust"));

        Assert.Contains("06_report/verification-report.html", Package(), StringComparison.Ordinal);
        Assert.Contains("\"verdict\": \"PASS\"", Package(), StringComparison.Ordinal);
        AssertHoldsNothingOf(deposit.Items.Skip(1));
        await RunAsync(0, "verify", At("court.zip"), "--trust", At("trust"));
        File.WriteAllText(At("other"), TrustPolicy.Format(SigningKey.Create(ledger.Origin, new byte[32]).Verifier, null));
        File.Delete(At("court.zip"));
        await DiscloseAsync(1, "--file", "plans/rotor.step", "--trust", At("other"));
        Assert.False(File.Exists(At("court.zip")));
    }

    [Fact]
    public async Task A_folder_is_disclosed_whole_and_its_documents_go_along_as_far_as_they_are_given()
    {
        Assert.Contains("2 of 2 in 02_files/", (await DiscloseAsync(0, "--file", "plans/", "--include", At("documents"))).Output, StringComparison.Ordinal);
        Assert.Contains("All 2 given files match", (await RunAsync(0, "verify", At("court.zip"), "--trust", At("trust"))).Output, StringComparison.Ordinal);
        File.Delete(At("court.zip"));

        var one = await DiscloseAsync(0, "--file", "plans", "--include", At("documents/plans/rotor.step"));
        Assert.Contains("warning: 1 of the disclosed documents are not in the package", one.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Equal_disclosures_are_equal_byte_for_byte()
    {
        await DiscloseAsync(0, "--file", "plans", "--include", At("documents"));
        var first = await File.ReadAllBytesAsync(At("court.zip"), Cancellation);
        File.Delete(At("court.zip"));
        await DiscloseAsync(0, "--file", "plans/blade.step", "plans/rotor.step", "--include", At("documents"));

        Assert.Equal(first, await File.ReadAllBytesAsync(At("court.zip"), Cancellation));
    }

    [Fact]
    public async Task What_cannot_be_disclosed_is_an_error_that_names_it_and_leaves_no_file()
    {
        Assert.Contains("rotor.step: the deposit has no document and no folder of that path; there is plans/rotor.step", (await DiscloseAsync(2, "--file", "rotor.step")).Error, StringComparison.Ordinal);
        Write("documents/plans/rotor.step");
        Assert.Contains("it has changed since", (await DiscloseAsync(2, "--file", "plans/rotor.step", "--include", At("documents"))).Error, StringComparison.Ordinal);
        Assert.Contains("none of the disclosed documents is there", (await DiscloseAsync(2, "--file", "twin.txt", "--include", At("documents/secret-name.txt"))).Error, StringComparison.Ordinal);
        Assert.False(File.Exists(At("court.zip")));

        await DiscloseAsync(0, "--file", "twin.txt");
        Assert.Contains("is not overwritten", (await DiscloseAsync(2, "--file", "twin.txt")).Error, StringComparison.Ordinal);
        var again = await RunAsync(2, "disclose", At("court.zip"), "--file", "twin.txt", "--out", At("again.zip"));
        Assert.Contains("only the evidence of a whole deposit", again.Error, StringComparison.Ordinal);
        Assert.Equal(["all.evidence.zip", "court.zip", "trust"], Directory.EnumerateFiles(At("")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Evidence_that_does_not_verify_is_not_disclosed()
    {
        await File.WriteAllBytesAsync(At("all.evidence.zip"), EvidenceSamples.Pack(Evidence.Create(deposit.Certificate(), deposit.Manifest, Hash.Of([0]))), Cancellation);

        Assert.Contains("error: commitment: ", (await DiscloseAsync(1, "--file", "twin.txt")).Error, StringComparison.Ordinal);
        Assert.False(File.Exists(At("court.zip")));
    }

    [Fact]
    public async Task More_than_a_zip_can_count_is_refused_by_its_limit_before_anything_is_read()
    {
        // Sparse: five GiB that take no place.
        using (var large = File.OpenWrite(At("documents/large.bin")))
            large.SetLength(5L << 30);
        var item = deposit.Items[0] with { Path = "large.bin", Size = 5UL << 30 };
        using var folder = new TemporaryFolder();

        var problem = await Assert.ThrowsAsync<CliException>(() => IncludedDocuments.FindAsync(
            Terminal.ForProcess(), [At("documents/large.bin")], [item], Cancellation));

        Assert.Contains("5 GiB together, and a package holds at most 4 GiB", problem.Errors[0], StringComparison.Ordinal);
        Assert.Contains("beside the package", problem.Hints[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ten_of_a_hundred_thousand_are_disclosed_in_a_heap_that_could_not_hold_them_all()
    {
        var files = Enumerable.Range(0, 100_000).Select(i => ($"drawings/series-{i / 1000:D3}/part-{i:D6}-with-a-name-of-some-length.step", $"part {i}")).ToArray();
        var large = ledger.Deposit(files);
        await using (var file = File.Create(At("large.evidence.zip")))
            large.Evidence().Write(file);
        var chosen = large.Items.Where((_, i) => i % 10_007 == 5).Select(item => item.Path).ToList();

        // 48 MiB. All items with their commitments take twice that.
        var result = Ended(0, await NotaryProcess.RunInAsync(
            new Dictionary<string, string?> { ["DOTNET_GCHeapHardLimit"] = "0x3000000" },
            ["disclose", At("large.evidence.zip"), "--file", .. chosen, "--out", At("court.zip")]));

        Assert.Contains("opens 10 of the deposit's 100,000 documents", result.Output, StringComparison.Ordinal);
        Assert.Equal(10, ReadEvidence(At("court.zip")).Openings.Count);
    }

    [Fact]
    public async Task The_README_discloses_as_it_is_written()
    {
        foreach (var tool in (string[])["bash", "unzip", "xxd", "openssl"])
            ExternalTool.Require(tool);
        Write("designs/rotor.step");
        await File.WriteAllTextAsync(At("designs/rotor.step"), "rotor geometry\n", Cancellation);
        Write("designs/other.step");
        await using (var server = new LedgerProcess())
        {
            await server.InitializeAsync();
            await RunAsync(0, "deposit", At("designs"), "--server", server.Address, "--out", At("evidence"));
        }

        await File.WriteAllTextAsync(At("notary"), $"#!/bin/sh\nexec '{ExternalTool.Require("dotnet")}' '{Path.Combine(AppContext.BaseDirectory, "notary.dll")}' \"$@\"\n", Cancellation);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(At("notary"), DurableFile.PrivateFolder);
        var block = Walk().Match(await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, "README.md"), Cancellation)).Groups[1].Value;
        Assert.NotEmpty(block);

        var result = (await ExternalTool.RunAsync("bash", ["-euc", $"PATH=$PWD:$PATH\n{block}"], At(""))).Succeeded();

        Assert.Contains("PASS: the given file is a document", result.Output, StringComparison.Ordinal);
        Assert.Contains("通过 PASS: ", result.Output, StringComparison.Ordinal);
    }

    private Task<ToolResult> DiscloseAsync(int exitCode, params IEnumerable<string> arguments) =>
        RunAsync(exitCode, ["disclose", At("all.evidence.zip"), .. arguments, "--out", At("court.zip")]);

    // Stored, not packed: whatever is in it can be seen in its bytes.
    private string Package() => File.ReadAllText(At("court.zip"), Encoding.Latin1);

    private void AssertHoldsNothingOf(IEnumerable<ItemText> hidden)
    {
        var (bytes, text) = (File.ReadAllBytes(At("court.zip")), Package());
        Assert.DoesNotContain(deposit.Seed.ToString(), text, StringComparison.Ordinal);
        Assert.DoesNotContain("notary.manifest/v1\n", text, StringComparison.Ordinal);
        foreach (var item in hidden)
        {
            var commitments = Fingerprint.Commit(Fingerprint.Binding(ledger.Origin, deposit.Id), deposit.Seed, item);
            foreach (var secret in (string[])[item.Path, item.Path.Split('/')[^1], commitments.ContentNonce.ToString(), commitments.MetadataNonce.ToString(), $"ots/{commitments.Leaf}"])
                Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
            Assert.True(bytes.AsSpan().IndexOf(commitments.ContentNonce.ToArray()) < 0);
        }
    }

    [GeneratedRegex("^```bash walk-disclose\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Walk();
}
