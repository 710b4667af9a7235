using Notary.Cli;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

/// <summary><c>deposit --context</c>: seen before it is sent, deposited like a document, and shown as a claim ever after.</summary>
public sealed class ContextTests(LedgerProcess ledger) : CliTest, IClassFixture<LedgerProcess>
{
    [Fact]
    public async Task It_is_printed_deposited_and_shown_as_claimed()
    {
        Write("designs/rotor.step");

        var made = await DepositAsync(0, "designs", "--context", "--source", "CAD export, 设计系统", "--operator", "Zhang Wei");
        var shown = await RunAsync(0, "show", At("out/designs.evidence.zip"));
        var verified = await RunAsync(0, "verify", At("out/designs.evidence.zip"), At("designs"), "--trust", At("out/trust"));

        var evidence = ReadEvidence(At("out/designs.evidence.zip"));
        var context = evidence.Context!;
        Assert.Equal(("CAD export, 设计系统", "Zhang Wei", Environment.MachineName), (context.Source, context.Operator, context.Device));
        Assert.Equal([ContextRecord.ItemPath, "rotor.step"], evidence.Manifest!.Items.Select(item => item.Path));
        foreach (var line in context.ToText().Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Assert.Contains("  " + line, made.Output, StringComparison.Ordinal);
        Assert.True(made.Output.IndexOf("notary.context/v1", StringComparison.Ordinal) < made.Output.IndexOf("hashed 1 file", StringComparison.Ordinal));
        Assert.Contains("deposited 1 file and their context record", made.Output, StringComparison.Ordinal);
        Assert.Contains("How the data came to be, as the depositor claims", shown.Output, StringComparison.Ordinal);
        Assert.Contains("Zhang Wei", shown.Output, StringComparison.Ordinal);
        Assert.Contains("The context record is what the depositor claims", verified.Output, StringComparison.Ordinal);
        Assert.Contains("2 of the 2 documents", verified.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_names_the_command_and_the_programs_files_as_other_tools_digest_them()
    {
        var file = Write("a b.txt");

        await DepositAsync(0, "a b.txt", "--context");

        var context = ReadEvidence(At("out/a b.txt.evidence.zip")).Context!;
        Assert.StartsWith($"notary deposit '{file}' --context", context.Command, StringComparison.Ordinal);
        Assert.Contains(context.Files, one => one.Name == "notary.dll");
        Assert.Contains(context.Files, one => one.Name == "Notary.Core.dll");
        var list = string.Concat(context.Files.Select(one => $"{one.Sha256}  {one.Name}\n"));
        (await ExternalTool.RunAsync("sha256sum", ["-c", "-"], AppContext.BaseDirectory, list)).Succeeded();
        var digest = (await ExternalTool.RunAsync("sh", ["-c", "unzip -p \"$0\" context.txt | sha256sum", At("out/a b.txt.evidence.zip")])).Succeeded();
        Assert.StartsWith(context.ToItem().Sha256.ToString(), digest.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_each_it_is_in_every_deposit()
    {
        Write("many/a.txt", "many/b.txt");

        await DepositAsync(0, "many", "--each", "--context");

        Assert.Equal(2, EvidenceIn("out").Count);
        Assert.All(EvidenceIn("out"), path => Assert.NotNull(ReadEvidence(path).Context));
    }

    [Fact]
    public async Task A_resumed_run_deposits_the_record_that_was_seen()
    {
        Write("a.txt");
        await RunAsync(0, "trust", "--server", ledger.Address, "--out", At("trust"));
        string printed;
        await using (var silent = new StallingProxy(server: null, 0))
        await using (var client = NotaryProcess.Start(
            "deposit", At("a.txt"), "--server", silent.Address, "--out", At("out"), "--trust", At("trust"), "--context", "--source", "as it was"))
        {
            await silent.Connected.WaitAsync(Cancellation);
            await client.KillAsync();
            printed = client.Output;
        }

        await RunAsync(0, "deposit", "--resume", "--out", At("out"), "--server", ledger.Address);

        var context = ReadEvidence(At("out/a.txt.evidence.zip")).Context!;
        Assert.Equal("as it was", context.Source);
        Assert.Contains($"captured {Timestamp.Format(context.Captured)}", printed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("notary-context.txt")]
    [InlineData("NOTARY-Context.txt")]
    [InlineData("notary-context.txt/x")]
    public async Task A_document_at_its_path_is_refused_with_and_without_it(string path)
    {
        Write("d/" + path);
        var size = await ledger.SizeAsync();

        var with = await DepositAsync(2, "d", "--context");
        var without = await DepositAsync(2, "d");

        Assert.All([with, without], result => Assert.Contains("is reserved for a deposit's context record", result.Error, StringComparison.Ordinal));
        Assert.Equal(size, await ledger.SizeAsync());
    }

    [Theory]
    [InlineData("--source belongs to the context record: give --context too", "--source", "x")]
    [InlineData("--operator belongs to the context record: give --context too", "--operator", "x")]
    [InlineData("--source: holds the direction mark U+202E", "--context", "--source", "a\u202Eb")]
    [InlineData("--operator: is empty", "--context", "--operator", "")]
    public async Task What_cannot_stand_in_it_is_refused_before_anything_is_done(string problem, params string[] flags)
    {
        Write("a.txt");

        var result = await DepositAsync(2, ["a.txt", .. flags]);

        Assert.Contains(problem, result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(At("out")));
    }

    [Theory]
    [InlineData("n\n", 130)]
    [InlineData("\n", 130)]
    [InlineData("y\n", 0)]
    public async Task At_a_terminal_it_asks_and_only_a_yes_deposits(string answer, int exitCode)
    {
        Write("a.txt");
        var size = await ledger.SizeAsync();

        var result = await AtTerminalAsync(answer, "deposit", At("a.txt"), "--server", ledger.Address, "--out", At("out"), "--context");

        Assert.True(exitCode == result.ExitCode, result.Output);
        Assert.Contains("deposit it with the files? [y/N]", result.Output, StringComparison.Ordinal);
        Assert.Equal(size + (exitCode == 0 ? 1UL : 0), await ledger.SizeAsync());
        Assert.Equal(exitCode == 0, File.Exists(At("out/a.txt.evidence.zip")));
    }

    [Fact]
    public async Task It_asks_in_Chinese_too()
    {
        Write("a.txt");

        var result = await AtTerminalAsync("n\n", "deposit", At("a.txt"), "--server", ledger.Address, "--out", At("out"), "--context", "--language", "zh");

        Assert.Contains("除承诺值外，其内容不离开本机", result.Output, StringComparison.Ordinal);
        Assert.Contains("是否与文件一同存证？ [y/N]", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_a_terminal_yes_beforehand_prints_it_without_a_question()
    {
        Write("a.txt");

        var result = await AtTerminalAsync("", "deposit", At("a.txt"), "--server", ledger.Address, "--out", At("out"), "--context", "--yes");

        Assert.True(result.ExitCode == 0, result.Output);
        Assert.Contains("notary.context/v1", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("[y/N]", result.Output, StringComparison.Ordinal);
    }

    /// <summary>Runs the verb with a terminal of its own, in which somebody types.</summary>
    private static Task<ToolResult> AtTerminalAsync(string typed, params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "notary.dll");
        var command = Shell.Command(["dotnet", program, .. arguments]);
        return ExternalTool.RunAsync("script", ["-qec", command, "/dev/null"], input: typed, environment: new Dictionary<string, string?>
        {
            ["LC_ALL"] = "C.UTF-8",
            ["TERM"] = "xterm",
        });
    }

    private Task<ToolResult> DepositAsync(int exitCode, params string[] arguments) => RunAsync(
        exitCode, ["deposit", At(arguments[0]), .. arguments[1..], "--server", ledger.Address, "--out", At("out")]);
}
