using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Cli;

/// <summary><c>notary export</c> of a ledger that a server is writing.</summary>
public sealed class ExportTests(LedgerProcess server) : CliTest, IClassFixture<LedgerProcess>
{
    private static int deposits;

    [Fact]
    public async Task It_writes_all_that_is_public_adds_what_is_new_and_nothing_private()
    {
        await DepositAsync(300);
        var first = await RunAsync(0, "export", At("web"), "--data", server.Data);
        Assert.Contains("entries in", first.Output, StringComparison.Ordinal);
        var (size, files) = await CheckAsync("web");

        await DepositAsync(300);
        await RunAsync(0, "export", At("web"), "--data", server.Data);
        var (grown, more) = await CheckAsync("web");

        Assert.True(grown > size);
        foreach (var (path, written) in files.Where(file => file.Key.StartsWith("tile/", StringComparison.Ordinal) && !file.Key.Contains(".p/", StringComparison.Ordinal)))
            Assert.Equal(written, more[path]);
        Assert.Contains(" 0 of them new", (await RunAsync(0, "export", At("web"), "--data", server.Data)).Output, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.True(Mode(At("web/tile/0/000")).HasFlag(UnixFileMode.OtherRead) && Mode(At("web/tile/0")).HasFlag(UnixFileMode.OtherExecute));
        foreach (var path in Directory.EnumerateFiles(At("web"), "*", SearchOption.AllDirectories))
        {
            var text = File.ReadAllText(path);
            Assert.DoesNotContain("notary.claims", text, StringComparison.Ordinal);
            Assert.DoesNotContain("notary.request", text, StringComparison.Ordinal);
            Assert.DoesNotContain("PRIVATE", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_database_that_is_older_than_its_export_or_another_one_s_is_refused()
    {
        await GrowAsync("data", 5);
        Directory.CreateDirectory(At("older"));
        foreach (var file in Directory.EnumerateFiles(At("data")))
            File.Copy(file, At("older/" + Path.GetFileName(file)));
        await GrowAsync("data", 5);
        await RunAsync(0, "export", At("web"), "--data", At("data"));

        Assert.Contains("older than what was exported", (await RunAsync(1, "export", At("web"), "--data", At("older"))).Error, StringComparison.Ordinal);
        Assert.Contains("is a copy of the ledger", (await RunAsync(2, "export", At("web"), "--data", server.Data)).Error, StringComparison.Ordinal);

        await CheckAsync("web");
    }

    [Fact]
    public async Task A_second_history_from_a_restored_backup_leaves_proof_and_no_file()
    {
        await GrowAsync("data", 5);
        Directory.CreateDirectory(At("older"));
        foreach (var file in Directory.EnumerateFiles(At("data")))
            File.Copy(file, At("older/" + Path.GetFileName(file)));
        File.Copy(At("data.mark"), At("older.mark"));
        await GrowAsync("data", 5);
        await RunAsync(0, "export", At("web"), "--data", At("data"));
        await GrowAsync("older", 9);

        Assert.Contains("two histories", (await RunAsync(1, "export", At("web"), "--data", At("older"))).Error, StringComparison.Ordinal);

        Assert.True(File.Exists(At("web/fork/README.txt")));
        await CheckAsync("web");
    }

    [Fact]
    public async Task What_is_no_ledger_is_said()
    {
        Directory.CreateDirectory(At("empty"));
        Assert.Contains("there is no ledger", (await RunAsync(2, "export", At("web"), "--data", At("empty"))).Error, StringComparison.Ordinal);
        await RunAsync(2, "export", At("web"), "--data", At("missing"));
        await RunAsync(2, "export", At("web"));
        File.WriteAllText(At("file"), "x");
        await RunAsync(2, "export", At("file"), "--data", server.Data);
    }

    /// <summary>Rebuilds the root from the files alone.</summary>
    private async Task<(ulong Size, Dictionary<string, DateTime> Files)> CheckAsync(string folder)
    {
        var note = SignedNote.Parse(await File.ReadAllTextAsync(At(folder + "/checkpoint"), Cancellation));
        var checkpoint = Checkpoint.Parse(note.Text);
        var range = new CompactRange();
        for (ulong number = 0; number * 256 < checkpoint.Size; number++)
        {
            var id = new TileId(TileId.Entries, number, (int)Math.Min(256, checkpoint.Size - number * 256));
            foreach (var entry in EntryBundle.Parse(id, await File.ReadAllBytesAsync(At($"{folder}/{id}"), Cancellation)))
                range.Append(MerkleHash.Leaf(entry.Span));
        }

        Assert.Equal((checkpoint.Size, checkpoint.Root), (range.Size, range.Root()));
        Assert.All(CopiedLedger.PathsOf(checkpoint.Size), path => Assert.True(File.Exists(At($"{folder}/{path}")), path));
        return (checkpoint.Size, Directory.EnumerateFiles(At(folder), "*", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetRelativePath(At(folder), path), File.GetLastWriteTimeUtc));
    }

    private async Task GrowAsync(string data, int count)
    {
        await using var ledger = Ledger.Open(
            new LedgerOptions { DataDirectory = At(data), Origin = "ledger.example.org/grown" }, NullLogger<Ledger>.Instance);
        for (var i = 0; i < count; i++)
        {
            var request = RunningServer.NewRequest(ledger.Origin, Interlocked.Increment(ref deposits));
            Assert.NotNull((await ledger.DepositAsync(Depositor.Local, RequestBytes.Create(request, null).Bytes, Cancellation)).Certificate);
        }
    }

    private async Task DepositAsync(int count)
    {
        using var call = server.Client.DepositBatch(cancellationToken: Cancellation);
        var reading = call.ResponseStream.ReadAllAsync(Cancellation).ToListAsync(Cancellation);
        for (var i = 0; i < count; i++)
        {
            var request = RunningServer.NewRequest(server.Origin, Interlocked.Increment(ref deposits));
            var bytes = ByteString.CopyFrom(RequestBytes.Create(request, null).Bytes.Span);
            await call.RequestStream.WriteAsync(new Proto.DepositBatchRequest { Deposit = request.Deposit.ToString(), Request = bytes }, Cancellation);
        }

        await call.RequestStream.CompleteAsync();
        Assert.All(await reading, answer => Assert.NotNull(answer.Certificate));
    }
}
