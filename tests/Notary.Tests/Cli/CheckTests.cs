using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

/// <summary><c>notary check</c> tells what is lost, says nothing of what is there, and finds what was moved.</summary>
public sealed class CheckTests(LedgerProcess ledger) : CliTest, IClassFixture<LedgerProcess>
{
    [Fact]
    public async Task Documents_that_are_all_there_pass_from_wherever_it_is_asked()
    {
        Write("designs/rotor.step", "designs/parts/blade.step", "notes.txt");
        await DepositAsync("designs");
        await DepositAsync("designs", "notes.txt", "--context");

        var folder = await RunAsync(0, "check", At("out"));
        var one = await RunAsync(0, "check", At("out/designs.evidence.zip"));
        var quiet = await RunAsync(0, "check", At("out"), "--quiet");

        Assert.Equal("5 documents of 2 deposits: 5 there\n", folder.Output);
        Assert.Equal("2 documents of 1 deposit: 2 there\n", one.Output);
        Assert.Equal("", quiet.Output + quiet.Error);
    }

    [Fact]
    public async Task A_tree_of_400_folders_in_one_another_is_deposited_checked_and_disclosed()
    {
        var deep = string.Concat(Enumerable.Repeat("d/", 400));
        Write($"tree/{deep}at the bottom.txt", "tree/at the top.txt");
        await DepositAsync("tree");

        Assert.Equal("2 documents of 1 deposit: 2 there\n", (await RunAsync(0, "check", At("out"))).Output);
        File.Delete(At($"tree/{deep}at the bottom.txt"));
        Assert.StartsWith($"missing    {At($"tree/{deep}at the bottom.txt")}", (await RunAsync(1, "check", At("out"))).Output, StringComparison.Ordinal);
        await RunAsync(0, "disclose", At("out/tree.evidence.zip"), "--file", $"{deep}at the bottom.txt", "--out", At("court.zip"));
        Assert.Contains("PASS: ", (await RunAsync(0, "verify", At("court.zip"), "--trust", At("out/trust"))).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_missing_or_changed_is_listed_by_its_place()
    {
        Write("designs/a.txt", "designs/b.txt", "designs/c.txt", "designs/d.txt");
        await DepositAsync("designs");
        File.Delete(At("designs/a.txt"));
        await File.WriteAllTextAsync(At("designs/b.txt"), "longer than it was", Cancellation);
        await File.WriteAllTextAsync(At("designs/c.txt"), "DESIGNS/C.txt", Cancellation);

        var result = await RunAsync(1, "check", At("out"), "--quiet");

        var lines = result.Output.Split('\n');
        Assert.StartsWith($"missing    {At("designs/a.txt")}: deposited 20", lines[0], StringComparison.Ordinal);
        Assert.StartsWith($"changed    {At("designs/b.txt")}: has 18 bytes, not 13, deposited 20", lines[1], StringComparison.Ordinal);
        Assert.StartsWith($"changed    {At("designs/c.txt")}: has another content, deposited 20", lines[2], StringComparison.Ordinal);
        Assert.EndsWith("in " + At("out/designs.evidence.zip"), lines[0], StringComparison.Ordinal);
        Assert.Equal("4 documents of 1 deposit: 1 there, 2 changed, 1 missing", lines[3]);
    }

    [Fact]
    public async Task In_Chinese_every_word_of_it_is()
    {
        Write("designs/a.txt", "designs/b.txt", "designs/c.txt");
        await DepositAsync("designs");
        File.Delete(At("designs/a.txt"));
        await File.WriteAllTextAsync(At("designs/b.txt"), "longer than it was", Cancellation);
        File.Move(At("designs/c.txt"), At("designs/d.txt"));

        var result = await RunAsync(1, "check", At("out"), "--language", "zh");

        var lines = result.Output.Split('\n');
        Assert.StartsWith($"缺失　　 {At("designs/a.txt")}：存证于 20", lines[0], StringComparison.Ordinal);
        Assert.StartsWith($"已变　　 {At("designs/b.txt")}：为 18 字节，而非 13 字节，存证于 20", lines[1], StringComparison.Ordinal);
        Assert.StartsWith($"另处　　 {At("designs/d.txt")}：存证时为 c.txt，存证于 20", lines[2], StringComparison.Ordinal);
        Assert.Equal("1 次存证的 3 个文件：1 个仍在，1 个已变，1 个缺失", lines[3]);
    }

    [Fact]
    public async Task One_flipped_byte_under_the_same_size_and_time_is_found_unless_it_was_asked_not_to_read()
    {
        var file = Write("a.txt");
        await DepositAsync("a.txt");
        var time = File.GetLastWriteTimeUtc(file);
        await File.WriteAllTextAsync(file, "b.txt", Cancellation);
        File.SetLastWriteTimeUtc(file, time);

        await RunAsync(1, "check", At("out"));
        await RunAsync(0, "check", At("out"), "--quick");

        File.SetLastWriteTimeUtc(file, time.AddSeconds(1));
        await RunAsync(1, "check", At("out"), "--quick");
    }

    [Fact]
    public async Task A_document_under_another_name_is_there_and_said_to_be_elsewhere()
    {
        Write("designs/a.txt", "designs/b.txt");
        await DepositAsync("designs");
        File.Move(At("designs/a.txt"), At("designs/renamed.txt"));

        var result = await RunAsync(0, "check", At("out"));

        Assert.StartsWith($"elsewhere  {At("designs/renamed.txt")}: deposited as a.txt, deposited 20", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("2 documents of 1 deposit: 2 there\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Documents_and_evidence_that_moved_are_found_where_the_user_says()
    {
        Write("designs/a.txt", "designs/sub/b.txt");
        await DepositAsync("designs");
        Directory.Move(At("designs"), At("archive"));
        Directory.CreateDirectory(At("else"));
        File.Move(At("out/designs.evidence.zip"), At("else/designs.evidence.zip"));

        await RunAsync(1, "check", At("else"));
        await RunAsync(0, "check", At("else"), "--originals", At("archive"));
        Directory.CreateDirectory(At("archives"));
        Directory.Move(At("archive"), At("archives/designs"));
        var named = await RunAsync(0, "check", At("else"), "--originals", At("archives/"));

        Assert.DoesNotContain("elsewhere", named.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_versions_the_older_one_counts_as_lost_unless_the_newest_is_asked_for_or_an_archive_has_it()
    {
        var file = Write("designs/a.txt");
        await DepositAsync("designs");
        File.Copy(file, At("kept"));
        await File.WriteAllTextAsync(file, "revised", Cancellation);
        File.Move(At("out/designs.evidence.zip"), At("out/first.evidence.zip"));
        await DepositAsync("designs");

        var all = await RunAsync(1, "check", At("out"));
        await RunAsync(0, "check", At("out"), "--latest");
        Directory.CreateDirectory(At("archive"));
        File.Move(At("kept"), At("archive/a of the first day.txt"));
        await RunAsync(0, "check", At("out"), "--originals", At("archive"));

        Assert.Contains("in " + At("out/first.evidence.zip"), all.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("in " + At("out/designs.evidence.zip"), all.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_evidence_in_a_folder_is_a_loss_too()
    {
        Write("a.txt", "b.txt");
        await DepositAsync("a.txt");
        await DepositAsync("b.txt");
        var bytes = await File.ReadAllBytesAsync(At("out/b.txt.evidence.zip"), Cancellation);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(At("out/b.txt.evidence.zip"), bytes, Cancellation);

        var result = await RunAsync(1, "check", At("out"), "--quiet");

        Assert.StartsWith($"damaged    {At("out/b.txt.evidence.zip")}: ", result.Output, StringComparison.Ordinal);
        Assert.Contains("1 document of 1 deposit: 1 there", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_that_its_commitment_does_not_bind_is_no_list_to_check_by()
    {
        var deposit = new TestLedger().Deposit(("a.txt", "a"));
        var forged = global::Notary.Core.Evidence.Create(deposit.Certificate(), new global::Notary.Core.Manifest([deposit.Items[0] with { Sha256 = global::Notary.Core.Hash.Of([0]) }]), deposit.Seed);
        await File.WriteAllBytesAsync(At("forged.evidence.zip"), EvidenceSamples.Pack(forged), Cancellation);

        var result = await RunAsync(2, "check", At("forged.evidence.zip"));

        Assert.Contains("does not open its own commitment", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no such file or folder", "missing.evidence.zip")]
    [InlineData("holds no *.evidence.zip", "")]
    public async Task What_is_no_evidence_is_wrong_input(string problem, string path)
    {
        var result = await RunAsync(2, "check", At(path));

        Assert.Contains(problem, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nobody_wrote_down_a_place_the_working_folder_is_searched()
    {
        Write("d/a.txt");
        await DepositAsync("d");
        Directory.Delete(At("out/originals"), recursive: true);

        var result = await ExternalTool.RunAsync(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "notary.dll"), "check", "out"], At(""));

        Ended(0, result);
    }

    [Fact]
    public async Task A_damaged_list_of_originals_is_said()
    {
        Write("a.txt");
        await DepositAsync("a.txt");
        var list = Assert.Single(Directory.GetFiles(At("out/originals")));
        Assert.Equal(Notary.Cli.DurableFile.Private, Mode(list));
        await File.AppendAllTextAsync(list, "dep", Cancellation);

        var result = await RunAsync(2, "check", At("out"));

        Assert.Contains("is damaged: 'dep' is no line of a list of originals", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_thousand_documents_a_deposit_each_are_checked_in_seconds()
    {
        Write([.. Enumerable.Range(0, 1_000).Select(i => $"many/{i % 10}/{i}.txt")]);
        await DepositAsync("many", "--each");
        File.Delete(At("many/3/333.txt"));

        var result = await RunAsync(1, "check", At("out"));

        Assert.StartsWith($"missing    {At("many/3/333.txt")}", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("1,000 documents of 1,000 deposits: 999 there, 1 missing\n", result.Output, StringComparison.Ordinal);
    }

    private async Task DepositAsync(params string[] arguments) => await RunAsync(
        0, ["deposit", .. arguments.Select(argument => argument.StartsWith('-') ? argument : At(argument)), "--server", ledger.Address, "--out", At("out")]);
}
