using System.Security.Cryptography;
using Google.Protobuf;
using Notary.Cli;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

/// <summary>A client that is killed at each point of its way, and the resume after it: one entry for each deposit, always.</summary>
public sealed class InterruptedDepositTests(LedgerProcess ledger) : CliTest, IClassFixture<LedgerProcess>
{
    [Fact]
    public async Task Killed_while_hashing_nothing_was_sent()
    {
        // Without blocks on disk, but long to hash.
        using (var large = File.Create(At("large.bin")))
            large.SetLength(64L << 30);
        var size = await ledger.SizeAsync();
        await using var client = await StartAsync(ledger.Address, At("large.bin"));
        await UntilAsync(() => Journals("out").Count == 1);
        await client.KillAsync();

        var resumed = await ResumeAsync();

        Assert.Contains("was interrupted before anything was sent", resumed.Output, StringComparison.Ordinal);
        Assert.Empty(Journals("out"));
        Assert.Empty(EvidenceIn("out"));
        Assert.Equal(size, await ledger.SizeAsync());
    }

    [Fact]
    public async Task Ctrl_C_while_hashing_leaves_nothing_behind()
    {
        using (var large = File.Create(At("large.bin")))
            large.SetLength(64L << 30);
        await using var client = await StartAsync(ledger.Address, At("large.bin"));
        await UntilAsync(() => Journals("out").Count == 1);

        Assert.Equal(130, await client.SignalAsync("INT"));

        Assert.Equal("notary: error: interrupted\nnotary: hint: nothing was sent", client.Error);
        Assert.Empty(Journals("out"));
    }

    [Fact]
    public async Task Killed_before_the_server_had_it()
    {
        Write("a.txt");
        var size = await ledger.SizeAsync();
        await using var silent = new StallingProxy(server: null, 0);
        await using (var client = await StartAsync(silent.Address, At("a.txt")))
        {
            await silent.Connected.WaitAsync(Cancellation);
            await client.KillAsync();
        }

        await FinishedOnceAsync(size, 1);
    }

    [Fact]
    public async Task Killed_between_the_ledgers_entry_and_its_answer()
    {
        Write("a.txt");
        var size = await ledger.SizeAsync();
        // The server's settings come through, its answer does not.
        await using var stalling = new StallingProxy(ledger.Address, 100);
        await using (var client = await StartAsync(stalling.Address, At("a.txt")))
        {
            await UntilAsync(async () => await ledger.SizeAsync() > size);
            await client.KillAsync();
        }

        await FinishedOnceAsync(size, 1);
    }

    [Fact]
    public async Task Interrupted_between_the_ledgers_entry_and_its_answer_it_says_how_to_go_on()
    {
        Write("a.txt");
        var size = await ledger.SizeAsync();
        await using var stalling = new StallingProxy(ledger.Address, 100);
        await using (var client = await StartAsync(stalling.Address, At("a.txt")))
        {
            await UntilAsync(async () => await ledger.SizeAsync() > size);
            Assert.Equal(130, await client.SignalAsync("TERM"));
            Assert.Contains("go on with: notary deposit --resume", client.Error, StringComparison.Ordinal);
        }

        await FinishedOnceAsync(size, 1);
    }

    [Fact]
    public async Task Killed_in_the_midst_of_the_answers()
    {
        const int count = 400;
        Write([.. Enumerable.Range(0, count).Select(i => $"many/{i}.txt")]);
        var size = await ledger.SizeAsync();
        await using var stalling = new StallingProxy(ledger.Address, 300_000);
        await using (var client = await StartAsync(stalling.Address, At("many"), "--each"))
        {
            await UntilAsync(() => Directory.Exists(At("out")) && EvidenceIn("out").Count >= 100);
            await client.KillAsync();
        }

        Assert.InRange(EvidenceIn("out").Count, 100, count - 1);
        await FinishedOnceAsync(size, count);
    }

    [Fact]
    public async Task Killed_between_the_evidence_and_the_end_of_the_journal()
    {
        Write("a.txt");
        var size = await ledger.SizeAsync();
        await using (var silent = new StallingProxy(server: null, 0))
        await using (var client = await StartAsync(silent.Address, At("a.txt")))
        {
            await silent.Connected.WaitAsync(Cancellation);
            await client.KillAsync();
        }

        var journal = Assert.Single(Journals("out"));
        File.Copy(journal, At("kept"));
        await FinishedOnceAsync(size, 1);
        File.Move(At("kept"), journal);

        Assert.Contains("had their evidence already", (await FinishedOnceAsync(size, 1)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evidence_of_another_deposit_that_took_the_name_meanwhile_stays()
    {
        Write("a.txt");
        var size = await ledger.SizeAsync();
        await using (var silent = new StallingProxy(server: null, 0))
        await using (var client = await StartAsync(silent.Address, At("a.txt")))
        {
            await silent.Connected.WaitAsync(Cancellation);
            await client.KillAsync();
        }

        Write("out/a.txt.evidence.zip");
        await ResumeAsync();

        Assert.Equal(size + 1, await ledger.SizeAsync());
        Assert.Equal("out/a.txt.evidence.zip", await File.ReadAllTextAsync(At("out/a.txt.evidence.zip"), Cancellation));
        var evidence = Assert.Single(EvidenceIn("out"), path => path != At("out/a.txt.evidence.zip"));
        Assert.Matches("a\\.txt-[0-9a-f-]{36}\\.evidence\\.zip$", evidence);
        Verified(evidence, "trust");
    }

    [Fact]
    public async Task A_run_outlasts_a_server_that_is_killed_and_comes_back()
    {
        const int count = 600;
        Write([.. Enumerable.Range(0, count).Select(i => $"many/{i}.txt")]);
        var size = await ledger.SizeAsync();
        await using var client = await StartAsync(ledger.Address, At("many"), "--each");
        await UntilAsync(() => Directory.Exists(At("out")) && EvidenceIn("out").Count >= 50);
        await ledger.KillAndRestartAsync();

        var exitCode = await client.EndAsync();

        Assert.True(exitCode == 0, client.Error);
        await FinishedOnceAsync(size, count);
    }

    [Fact]
    public async Task A_deposit_that_is_refused_fails_alone()
    {
        await RunAsync(0, "trust", "--server", ledger.Address, "--out", At("trust"));
        using var random = RandomNumberGenerator.Create();
        var builder = new DepositBuilder(new DepositTerms(ledger.Origin, "local", "trade-secret", null, null, null), TimeProvider.System, random);
        var taken = builder.NewId();
        var other = builder.Build(taken, "other.evidence.zip", [Item("other")], Cancellation);
        await ledger.Client.DepositAsync(
            new V1.DepositRequest { Request = ByteString.CopyFrom(other.Request.Bytes.Span) }, cancellationToken: Cancellation);
        var run = new PendingRun(ledger.Address, At("trust"), await File.ReadAllTextAsync(At("trust"), Cancellation));
        using (var journal = PendingJournal.Create(At("out"), run, DateTimeOffset.UnixEpoch, [0, 0, 0, 0]))
        {
            journal.Append(builder.Build(builder.NewId(), "a.evidence.zip", [Item("a")], Cancellation));
            journal.Append(builder.Build(taken, "b.evidence.zip", [Item("b")], Cancellation));
            journal.Append(builder.Build(builder.NewId(), "c.evidence.zip", [Item("c")], Cancellation));
            journal.Seal();
        }

        var result = await RunAsync(4, "deposit", "--resume", "--out", At("out"));

        Assert.Contains($"notary: error: b.evidence.zip: {ledger.Address} refused (ALREADY_EXISTS)", result.Error, StringComparison.Ordinal);
        Assert.Contains("or give it up, for ever: rm ", result.Error, StringComparison.Ordinal);
        Assert.Equal([At("out/a.evidence.zip"), At("out/c.evidence.zip")], EvidenceIn("out"));
        Assert.Single(Journals("out"));
    }

    private static ItemText Item(string path) => new()
    {
        Path = path,
        Size = 1,
        Modified = DateTimeOffset.UnixEpoch,
        Sha256 = Hash.Of([1]),
    };

    [Fact]
    public async Task Evidence_that_cannot_be_written_is_said_and_the_run_is_kept()
    {
        Write("d/sub/a.txt", "d/sub/b.txt");
        var size = await ledger.SizeAsync();
        await using (var silent = new StallingProxy(server: null, 0))
        await using (var client = await StartAsync(silent.Address, At("d"), "--each"))
        {
            await silent.Connected.WaitAsync(Cancellation);
            await client.KillAsync();
        }

        Write("out/sub");
        var result = await RunAsync(2, "deposit", "--resume", "--out", At("out"), "--server", ledger.Address);

        Assert.Contains("the evidence cannot be written: ", result.Error, StringComparison.Ordinal);
        Assert.Single(Journals("out"));
        File.Delete(At("out/sub"));
        await FinishedOnceAsync(size, 2);
    }

    [Fact]
    public async Task A_run_that_cannot_go_on_does_not_keep_others_from_it()
    {
        Write("a.txt", "out/pending/0.journal");
        var size = await ledger.SizeAsync();
        await using (var silent = new StallingProxy(server: null, 0))
        await using (var client = await StartAsync(silent.Address, At("a.txt")))
        {
            await silent.Connected.WaitAsync(Cancellation);
            await client.KillAsync();
        }

        var result = await RunAsync(2, "deposit", "--resume", "--out", At("out"), "--server", ledger.Address);

        Assert.Contains("0.journal: pending journal: does not begin with", result.Error, StringComparison.Ordinal);
        Verified(Assert.Single(EvidenceIn("out")), "trust");
        Assert.Equal(size + 1, await ledger.SizeAsync());
    }

    private async Task<NotaryProcess> StartAsync(string server, params string[] arguments)
    {
        await RunAsync(0, "trust", "--server", ledger.Address, "--out", At("trust"));
        return NotaryProcess.Start(["deposit", .. arguments, "--server", server, "--out", At("out"), "--trust", At("trust")]);
    }

    private Task<ToolResult> ResumeAsync() => RunAsync(0, "deposit", "--resume", "--out", At("out"), "--server", ledger.Address);

    /// <summary>Resumes; then every deposit has its evidence, which verifies, and the ledger grew by exactly so many.</summary>
    private async Task<ToolResult> FinishedOnceAsync(ulong sizeBefore, int deposits)
    {
        var resumed = await ResumeAsync();
        Assert.Empty(Journals("out"));
        var evidence = EvidenceIn("out");
        Assert.Equal(deposits, evidence.Count);
        Assert.Equal(deposits, evidence.Select(path => Verified(path, "trust").Index).Distinct().Count());
        Assert.Equal(sizeBefore + (ulong)deposits, await ledger.SizeAsync());
        Assert.Empty(Directory.GetFiles(At("out"), ".*", SearchOption.AllDirectories));
        return resumed;
    }

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    /// <summary>Looks again and again, with a breath in between so that what is waited for can run.</summary>
    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!await condition())
            await pace.WaitForNextTickAsync(limit.Token);
    }
}
