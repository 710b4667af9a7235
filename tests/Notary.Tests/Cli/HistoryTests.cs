using System.Text.RegularExpressions;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

/// <summary>Versions of one document over a folder of evidence, and unchanged documents that cite their first certificate.</summary>
public sealed class HistoryTests(LedgerProcess ledger) : CliTest, IClassFixture<LedgerProcess>
{
    [Fact]
    public async Task Every_deposit_is_listed_by_version_and_the_file_is_compared()
    {
        var file = Write("designs/rotor.step");
        var first = await DepositAsync("one", "designs");
        await DepositAsync("two", "designs");
        await File.WriteAllTextAsync(file, "revised", Cancellation);
        var third = await DepositAsync("three", "designs");

        var result = await RunAsync(0, "history", file, "--evidence", At("out"));

        Assert.StartsWith($"{file}: 3 deposits, 2 versions\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("\nVersion 2, which the file is now\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("The file is now version 2.", result.Output, StringComparison.Ordinal);
        var deposits = Regex.Matches(result.Output, "deposit ([0-9a-f-]{36})").Select(match => match.Groups[1].Value).ToList();
        Assert.Equal((first, third), (deposits[0], deposits[2]));
        Assert.Contains($"certificate in {At("out/one.evidence.zip")}", result.Output, StringComparison.Ordinal);
        Assert.Contains((await ExternalTool.RunAsync("sha256sum", [file])).Output.Split(' ')[0], result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_Chinese_every_word_of_history_and_show_is()
    {
        var file = Write("rotor.step");
        await DepositAsync("one", "rotor.step");

        var history = await RunAsync(0, "history", file, "--evidence", At("out"), "--language", "zh");
        var shown = await RunAsync(0, "show", At("out/one.evidence.zip"), "--language", "zh");

        Assert.StartsWith($"{file}：1 次存证，1 个版本\n", history.Output, StringComparison.Ordinal);
        Assert.Contains("文件现为版本 1。", history.Output, StringComparison.Ordinal);
        foreach (var english in (string[])["deposit", "received", "says", "operator", "Version", "bytes", "Not checked", "ledger "])
        {
            Assert.DoesNotContain(english, history.Output.Replace("notary verify", "", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.DoesNotContain(english, shown.Output.Replace("local", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }

        Assert.Contains("账本条目（公开）", shown.Output, StringComparison.Ordinal);
        Assert.Contains("通过　　 包含证明 ", shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_none_of_them_or_gone_is_said()
    {
        var file = Write("rotor.step");
        await DepositAsync("one", "rotor.step");
        await File.WriteAllTextAsync(file, "never deposited", Cancellation);

        var changed = await RunAsync(0, "history", file, "--evidence", At("out"));
        File.Delete(file);
        var gone = await RunAsync(0, "history", file, "--evidence", At("out"));

        Assert.Contains("The file is now none of them: sha256 ", changed.Output, StringComparison.Ordinal);
        Assert.Contains("The file is not there now.", gone.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_one_name_in_two_folders_are_two_documents()
    {
        Write("left/a.txt", "right/a.txt");
        await DepositAsync("one", "left");
        await DepositAsync("two", "right");

        var result = await RunAsync(0, "history", At("left/a.txt"), "--evidence", At("out"));

        Assert.Contains("1 deposit, 1 version", result.Output, StringComparison.Ordinal);
        Assert.Contains("one.evidence.zip", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chain_of_versions_is_followed_over_folders_and_a_renamed_file_is_found()
    {
        Write("old/a.txt");
        var first = await DepositAsync("one", "old");
        Directory.CreateDirectory(At("new"));
        await File.WriteAllTextAsync(At("new/a.txt"), "moved and revised", Cancellation);
        await DepositAsync("two", "new", "--previous", first);
        File.Copy(At("old/a.txt"), At("renamed.txt"));

        var chain = await RunAsync(0, "history", At("new/a.txt"), "--evidence", At("out"));
        var renamed = await RunAsync(0, "history", At("renamed.txt"), "--evidence", At("out"));

        Assert.Contains("2 deposits, 2 versions", chain.Output, StringComparison.Ordinal);
        Assert.Contains($"follows {first}, says the depositor", chain.Output, StringComparison.Ordinal);
        Assert.Contains("1 deposit, 1 version", renamed.Output, StringComparison.Ordinal);
        Assert.Contains("as a.txt, certificate in", renamed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_never_deposited_has_no_history()
    {
        Write("a.txt", "b.txt");
        await DepositAsync("one", "a.txt");

        var result = await RunAsync(2, "history", At("b.txt"), "--evidence", At("out"));

        Assert.Contains("no evidence in", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unchanged_files_of_a_new_deposit_cite_the_earliest_certificate_there_is()
    {
        Write("d/same.txt", "d/other.txt");
        var first = await DepositAsync("one", "d");
        await DepositAsync("two", "d");
        await File.WriteAllTextAsync(At("d/other.txt"), "revised", Cancellation);
        File.Move(At("d/same.txt"), At("d/renamed.txt"));

        var made = await RunAsync(0, "deposit", At("d"), "--server", ledger.Address, "--out", At("out"));
        var apart = await RunAsync(0, "deposit", At("d"), "--server", ledger.Address, "--out", At("apart"), "--earlier", At("out"));
        var shown = await RunAsync(0, "show", At("out/d.evidence.zip"), "--earlier", At("out"));

        Assert.Matches($@"1 file unchanged since \S+Z: the earliest certificate is in {Regex.Escape(At("out/one.evidence.zip"))}\n", made.Output);
        Assert.Contains(At("out/one.evidence.zip"), apart.Output, StringComparison.Ordinal);
        Assert.Contains(At("out/d.evidence.zip"), apart.Output, StringComparison.Ordinal);
        Assert.Matches($@"unchanged since deposit {first} of \S+Z, there same\.txt, in {Regex.Escape(At("out/one.evidence.zip"))}\n", shown.Output);
        Assert.Single(Regex.Matches(shown.Output, "unchanged since"));
        Assert.Equal(["other.txt", "renamed.txt"], ReadEvidence(At("out/d.evidence.zip")).Manifest!.Items.Select(item => item.Path));
    }

    /// <summary>Deposits, and gives the evidence a name of its own, so that the next one of the same folder finds its place free.</summary>
    private async Task<string> DepositAsync(string name, string path, params string[] flags)
    {
        await RunAsync(0, ["deposit", At(path), "--server", ledger.Address, "--out", At("out"), .. flags]);
        var evidence = At($"out/{name}.evidence.zip");
        File.Move(At($"out/{path}.evidence.zip"), evidence);
        return Verified(evidence, "out/trust").Deposit;
    }
}
