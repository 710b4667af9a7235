using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Cli;

/// <summary><c>notary backup</c>, <c>restore</c> and <c>recover</c> as processes, beside a server and killed halfway.</summary>
public sealed class RestoreTests : CliTest
{
    private const int Callers = 8;

    private readonly ConcurrentDictionary<string, (ByteString Request, Proto.Certificate Certificate)> acknowledged = new();
    private int next;

    [Fact]
    public async Task A_lost_server_comes_back_from_its_backup_and_a_copy_and_from_nothing_less()
    {
        await using var ledger = new LedgerProcess();
        await ledger.InitializeAsync();
        var callers = Enumerable.Range(0, Callers).Select(_ => CallAsync(ledger.Client, ledger.Origin)).ToArray();
        await AcknowledgedAsync(200);
        var before = acknowledged.Count;
        var backup = await RunAsync(0, "backup", "--data", ledger.Data, "--out", At("backup"));
        var backedUp = ulong.Parse(Regex.Match(backup.Output, @"([\d,]+) entries in").Groups[1].Value.Replace(",", ""), CultureInfo.InvariantCulture);
        Assert.True(backedUp > (ulong)before, backup.Output);
        Assert.Contains("checked: every entry", backup.Output, StringComparison.Ordinal);
        await AcknowledgedAsync(acknowledged.Count + 50);
        await RunAsync(0, "export", At("early"), "--data", ledger.Data);
        await AcknowledgedAsync(acknowledged.Count + 50);
        await ledger.Process.KillAsync();
        await Task.WhenAll(callers);
        var mark = ledger.Data + ".mark";
        string[] guarded = ["--high-water-mark", mark];

        var restored = await RunAsync(0, ["restore", At("backup"), "--data", At("restored"), "--key", ledger.Data + "/ledger.key", .. guarded]);
        Assert.Contains("no server starts on it", restored.Error, StringComparison.Ordinal);
        var refused = await RunAsync(2, ["serve", "--data", At("restored"), .. guarded, "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0"]);
        Assert.All(["older than what this ledger has signed", "entries are missing", "second history", "notary recover"], word => Assert.Contains(word, refused.Error, StringComparison.Ordinal));
        Assert.Contains("further", (await RunAsync(1, ["recover", "--data", At("restored"), "--from", At("early"), .. guarded])).Error, StringComparison.Ordinal);

        // The database of the server that was killed, log and all, is the newest copy; its export has the public side of it.
        await RunAsync(0, "export", At("web"), "--data", ledger.Data);
        var recovered = await RunAsync(0, ["recover", "--data", At("restored"), "--from", At("web"), .. guarded]);
        Assert.Contains("no claims and no request any more", recovered.Error, StringComparison.Ordinal);
        await CheckServedAsync(At("restored"), mark, index => index < backedUp);
        Assert.Contains("recovered from a public copy", (await RunAsync(0, ["fsck", "--data", At("restored"), .. guarded])).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_folder_brings_every_certificate_back_in_full()
    {
        await using var ledger = new LedgerProcess();
        await ledger.InitializeAsync();
        var callers = Enumerable.Range(0, Callers).Select(_ => CallAsync(ledger.Client, ledger.Origin)).ToArray();
        await AcknowledgedAsync(50);
        var backup = await RunAsync(0, "backup", "--data", ledger.Data, "--out", At("backup"), "--with-key");
        Assert.Contains("can sign as", backup.Error, StringComparison.Ordinal);
        await AcknowledgedAsync(acknowledged.Count + 50);
        await ledger.Process.KillAsync();
        await Task.WhenAll(callers);
        File.Copy(ledger.Data + ".mark", At("restored.mark"));
        await RunAsync(0, "restore", At("backup"), "--data", At("restored"));
        await RunAsync(0, "recover", "--data", At("restored"), "--from", ledger.Data);
        await CheckServedAsync(At("restored"), At("restored.mark"), _ => true);
        Assert.Contains("nothing is to be done", (await RunAsync(0, "recover", "--data", At("restored"), "--from", At("backup"))).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_at_any_moment_they_leave_the_old_state_or_a_folder_that_says_what_to_do()
    {
        using var folders = new LedgerFolders();
        await folders.GrowAsync("data", 6_000);
        folders.Copy("data", "older");
        await folders.GrowAsync("data", 6_000);
        foreach (var moment in new[] { 0, 60, 200, 500 })
        {
            await KillAsync(moment, folders.At(".backup.draft"), "backup", "--data", folders.At("data"), "--out", folders.At("backup"));
            if (!File.Exists(folders.At("backup")))
                await RunAsync(0, "backup", "--data", folders.At("data"), "--out", folders.At("backup"));

            folders.CopyMark("data", "restored");
            await KillAsync(moment, folders.At("restored/ledger.db.draft"), "restore", folders.At("backup"), "--data", folders.At("restored"), "--key", folders.At("data/ledger.key"));
            await CompleteAsync(folders, "restored", "restore", folders.At("backup"), "--data", folders.At("restored"), "--key", folders.At("data/ledger.key"));

            folders.Copy("older", "recovered");
            folders.CopyMark("data", "recovered");
            await KillAsync(moment, folders.At("recovered/ledger.db.draft"), "recover", "--data", folders.At("recovered"), "--from", folders.At("data"));
            await CompleteAsync(folders, "recovered", "recover", "--data", folders.At("recovered"), "--from", folders.At("data"));

            File.Delete(folders.At("backup"));
            Directory.Delete(folders.At("restored"), recursive: true);
            Directory.Delete(folders.At("recovered"), recursive: true);
        }
    }

    [Fact]
    public async Task A_successor_is_opened_and_served()
    {
        using var folders = new LedgerFolders();
        await folders.GrowAsync("data", 5);
        var result = await RunAsync(0, "recover", "--data", folders.At("data"), "--new-ledger", folders.At("new"), "--origin", "ledger.example.org/second");
        Assert.Contains("names the last known checkpoint of ledger.example.org/main, of 6 entries", result.Output, StringComparison.Ordinal);
        await RunAsync(2, "recover", "--data", folders.At("data"), "--new-ledger", folders.At("newer"));
        await RunAsync(2, "recover", "--data", folders.At("data"));
        await RunAsync(2, "recover", "--data", folders.At("data"), "--from", folders.At("nowhere"));
        await RunAsync(2, "recover", "--data", folders.At("nowhere"), "--from", folders.At("data"));
        await using var process = NotaryProcess.Start("serve", "--data", folders.At("new"), "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0");
        Assert.Equal("ledger.example.org/second", await process.FieldAsync("ledger"));
        await process.FieldAsync("ready");
        Assert.Contains("in use", (await RunAsync(2, "recover", "--data", folders.At("new"), "--from", folders.At("data"))).Error, StringComparison.Ordinal);
    }

    /// <summary>Starts a verb and kills it so many milliseconds after its draft appeared, unless it has ended by then.</summary>
    private static async Task KillAsync(int moment, string draft, params string[] arguments)
    {
        await using var process = NotaryProcess.Start(arguments);
        var end = process.EndAsync();
        while (!File.Exists(draft) && !end.IsCompleted)
            await Task.Delay(5, Cancellation);
        await Task.WhenAny(end, Task.Delay(moment, Cancellation));
        if (!end.IsCompleted)
            await process.KillAsync();
        await end;
    }

    /// <summary>Unless the killed run got through, no server starts, and the same run again completes it.</summary>
    private static async Task CompleteAsync(LedgerFolders folders, string data, params string[] arguments)
    {
        try
        {
            await folders.Open(data).DisposeAsync();
        }
        catch (LedgerRefusedException refused)
        {
            Assert.Matches("interrupted|older|missing", refused.Message);
            await RunAsync(0, arguments);
        }

        Assert.Equal(12_001UL, folders.CheckWhole(data).Size);
        await using var ledger = folders.Open(data);
        Assert.Equal(12_001UL, ledger.Latest.Checkpoint.Size);
    }

    /// <summary>
    /// Serves the folder and asks for every certificate that was ever acknowledged. Which of them have kept their records
    /// is told by index: a deposit may be in a backup and be acknowledged after it.
    /// </summary>
    private async Task CheckServedAsync(string data, string mark, Func<ulong, bool> hasRecords)
    {
        await using var process = NotaryProcess.Start("serve", "--data", data, "--high-water-mark", mark, "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0");
        using var channel = GrpcChannel.ForAddress(await process.FieldAsync("grpc"));
        var vkey = VerifierKey.Parse(await process.FieldAsync("vkey"));
        await process.FieldAsync("ready");
        var client = new Proto.Notary.NotaryClient(channel);
        foreach (var (deposit, (request, first)) in acknowledged)
        {
            var answer = await client.GetCertificateAsync(new Proto.GetCertificateRequest { Deposit = deposit }, cancellationToken: Cancellation);
            Assert.Equal(first.Statement, answer.Certificate.Statement);
            CheckIncluded(first, vkey);
            CheckIncluded(answer.Certificate, vkey);
            if (hasRecords(IndexOf(first)))
                Assert.Equal((first.Claims, request), (answer.Certificate.Claims, answer.Certificate.Request));
        }

        var (lost, _) = acknowledged.FirstOrDefault(one => !hasRecords(IndexOf(one.Value.Certificate)));
        if (lost is not null)
        {
            var again = await Assert.ThrowsAsync<RpcException>(async () => await client.DepositAsync(
                new Proto.DepositRequest { Request = acknowledged[lost].Request }, cancellationToken: Cancellation));
            Assert.Equal(StatusCode.AlreadyExists, again.StatusCode);
        }

        // Whatever was recovered, the ledger goes on, and so a copy that was left behind is another history from here on.
        var more = RequestBytes.Create(RunningServer.NewRequest(vkey.Name, Interlocked.Increment(ref next)), null);
        Assert.NotNull((await client.DepositAsync(new Proto.DepositRequest { Request = ByteString.CopyFrom(more.Bytes.Span) }, cancellationToken: Cancellation)).Certificate);
        Assert.Equal(0, await process.SignalAsync("TERM"));
    }

    private static ulong IndexOf(Proto.Certificate certificate) => TlogProof.Parse(certificate.Proof.ToStringUtf8()).Index;

    private static void CheckIncluded(Proto.Certificate certificate, VerifierKey key)
    {
        var proof = TlogProof.Parse(certificate.Proof.ToStringUtf8());
        Assert.Equal(NoteCheck.Valid, proof.Note.Check(key));
        Assert.True(MerkleTree.VerifyInclusion(
            proof.Index, proof.Checkpoint.Size, MerkleHash.Leaf(certificate.Statement.Span), proof.Path, proof.Checkpoint.Root));
    }

    private async Task AcknowledgedAsync(int count)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (acknowledged.Count < count)
            await Task.Delay(20, limit.Token);
    }

    /// <summary>Deposits one after the other until the server is gone.</summary>
    private async Task CallAsync(Proto.Notary.NotaryClient client, string origin)
    {
        try
        {
            while (true)
            {
                var request = RunningServer.NewRequest(origin, Interlocked.Increment(ref next));
                var bytes = ByteString.CopyFrom(RequestBytes.Create(request, null).Bytes.Span);
                var answer = await client.DepositAsync(new Proto.DepositRequest { Request = bytes }, cancellationToken: Cancellation);
                acknowledged[request.Deposit.ToString()] = (bytes, answer.Certificate);
            }
        }
        catch (RpcException)
        {
            // Killed; what was not answered is not acknowledged.
        }
    }
}
