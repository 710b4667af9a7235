using System.Security.Cryptography;
using Notary.Cli;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

/// <summary><c>notary deposit --resume</c> of a file that the deposit page saved: it names the page, and a trust file that is not on this machine.</summary>
public sealed class PageJournalTests(LedgerProcess ledger) : CliTest, IClassFixture<LedgerProcess>
{
    [Fact]
    public async Task Without_a_server_it_says_which_to_give_and_changes_nothing()
    {
        Save("one", await TrustAsync());

        var result = await RunAsync(2, "deposit", "--resume", "--out", At("out"));

        Assert.Contains($"was saved by the page {ledger.Web}/deposits, which does not know where its server answers programs", result.Error, StringComparison.Ordinal);
        Assert.Contains($"go on with: notary deposit --resume --out {At("out")} --server http://127.0.0.1:7070\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("7070 is the port for programs unless the operator chose another", result.Error, StringComparison.Ordinal);
        Assert.Single(Journals("out"));
        Assert.False(File.Exists(At("out/trust")));
    }

    [Fact]
    public async Task With_a_server_it_is_judged_by_the_pages_trust_file_which_stays_to_verify_by()
    {
        var trust = await TrustAsync();
        Save("one", trust);

        var result = await RunAsync(0, "deposit", "--resume", "--out", At("out"), "--server", ledger.Address);

        Assert.Contains($"kept the trust file of the page, operator-trust, in {At("out/trust")}", result.Output, StringComparison.Ordinal);
        Assert.Contains("compare it with what the operator publishes", result.Output, StringComparison.Ordinal);
        Assert.Contains($"notary verify {At("out/one.evidence.zip")} --trust {At("out/trust")}", result.Output, StringComparison.Ordinal);
        Assert.Equal(trust, await File.ReadAllTextAsync(At("out/trust"), Cancellation));
        Assert.Empty(Journals("out"));
        Verified(At("out/one.evidence.zip"), "out/trust");

        // The next one finds it there.
        Save("two", trust);
        Assert.DoesNotContain("kept the trust file", (await RunAsync(0, "deposit", "--resume", "--out", At("out"), "--server", ledger.Address)).Output, StringComparison.Ordinal);
        Verified(At("out/two.evidence.zip"), "out/trust");
    }

    [Fact]
    public async Task The_output_folders_own_trust_file_counts_for_more_than_the_pages()
    {
        var own = TrustPolicy.Format(SigningKey.Create(ledger.Origin, TestLedger.Seed(5)).Verifier, null);
        Directory.CreateDirectory(At("out"));
        await File.WriteAllTextAsync(At("out/trust"), own, Cancellation);
        Save("one", await TrustAsync());

        var result = await RunAsync(1, "deposit", "--resume", "--out", At("out"), "--server", ledger.Address);

        Assert.Contains("nothing is lost", result.Error, StringComparison.Ordinal);
        Assert.Equal(own, await File.ReadAllTextAsync(At("out/trust"), Cancellation));
        Assert.Empty(EvidenceIn("out"));
        Assert.Single(Journals("out"));
    }

    [Fact]
    public async Task A_trust_file_of_the_page_that_is_none_is_named_and_another_one_is_taken()
    {
        Save("one", "");

        var result = await RunAsync(2, "deposit", "--resume", "--out", At("out"), "--server", ledger.Address);

        Assert.Contains("the trust file in it, operator-trust: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("give another with --trust FILE", result.Error, StringComparison.Ordinal);
        Assert.Single(Journals("out"));
        await TrustAsync();
        await RunAsync(0, "deposit", "--resume", "--out", At("out"), "--server", ledger.Address, "--trust", At("trust"));
        Verified(At("out/one.evidence.zip"), "trust");
    }

    [Fact]
    public async Task The_pages_own_address_given_as_the_server_is_told_to_be_that_of_browsers()
    {
        Save("one", await TrustAsync());

        var result = await RunAsync(4, "deposit", "--resume", "--out", At("out"), "--server", ledger.Web);

        Assert.Contains($"notary: error: {ledger.Web} answers browsers, not programs\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("its port is 7070 unless its operator chose another", result.Error, StringComparison.Ordinal);
        Assert.Contains($"go on with: notary deposit --resume --out {At("out")} --server URL\n", result.Error + "\n", StringComparison.Ordinal);
        Assert.Single(Journals("out"));

        var first = await RunAsync(4, "deposit", Write("a.txt"), "--out", At("other"), "--server", ledger.Web);
        Assert.Contains("answers browsers, not programs", first.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("notary serve", first.Error, StringComparison.Ordinal);
    }

    /// <summary>As the page writes it and a person lays it into the folder.</summary>
    private void Save(string name, string trust)
    {
        using var random = RandomNumberGenerator.Create();
        var builder = new DepositBuilder(new DepositTerms(ledger.Origin, "local", "trade-secret", null, null, null), TimeProvider.System, random);
        using var journal = PendingJournal.Create(At("out"), new PendingRun($"{ledger.Web}/deposits", "operator-trust", trust), DateTimeOffset.UnixEpoch, [0, 0, 0, 0]);
        var item = new ItemText { Path = name, Size = 1, Modified = DateTimeOffset.UnixEpoch, Sha256 = Hash.Of([1]) };
        journal.Append(builder.Build(builder.NewId(), $"{name}.evidence.zip", [item], Cancellation));
        journal.Seal();
    }

    private async Task<string> TrustAsync()
    {
        if (!File.Exists(At("trust")))
            await RunAsync(0, "trust", "--server", ledger.Address, "--out", At("trust"));
        return await File.ReadAllTextAsync(At("trust"), Cancellation);
    }
}
