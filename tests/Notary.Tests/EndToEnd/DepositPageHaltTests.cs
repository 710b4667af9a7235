using System.Net;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Net.Client;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Server;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.EndToEnd;

/// <summary>
/// A server that takes no deposits for a while: full, without room on its disk, or stopped and started again while a deposit is
/// made in a browser. The page says so in both languages, and the same bytes come to their one entry afterwards.
/// </summary>
public sealed class DepositPageHaltTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly List<Task> held = [];
    private readonly TaskCompletionSource release = new();
    private FaultyStore store = null!;
    private NotaryServer server = null!;
    private int deposits;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => server = await StartAsync(new IPEndPoint(IPAddress.Loopback, 0));

    public async ValueTask DisposeAsync()
    {
        release.TrySetResult();
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_full_queue_is_told_and_the_same_bytes_are_taken_when_there_is_room()
    {
        var found = await RefusedAsync(HoldAsync, GoOnAsync);

        AssertTold(found, "QUEUE_FULL", "The server is busy, and nothing was written. Try again in 1 s.", "服务器繁忙，本次未写入任何内容。请于 1 秒后重试。");
    }

    [Fact]
    public async Task A_full_disk_is_told_and_the_same_bytes_are_taken_when_there_is_room()
    {
        var found = await RefusedAsync(
            Meanwhile.Step(() => store.OnAppend = _ => AppendOutcome.NoRoom),
            Meanwhile.Step(() => store.OnAppend = null));

        AssertTold(found, "NOT_ISSUING", "The ledger is not issuing for now. Try again in 5 s; the ledger page shows its state.", "账本目前不签发。请于 5 秒后重试；“账本”页显示其状态。");
        Assert.Contains("the disk of the ledger is full", Text(found["first"]!, "en"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_stopped_says_so_and_takes_the_same_bytes_when_it_is_there_again()
    {
        ValueTask stopped = default;
        var found = await RefusedAsync(
            async () =>
            {
                await HoldAsync();
                stopped = server.DisposeAsync();
            },
            async () =>
            {
                await GoOnAsync();
                await stopped;
                server = await StartAsync(new IPEndPoint(IPAddress.Loopback, server.WebAddress.Port));
            });

        AssertTold(found, "STOPPING", "The server is being stopped, perhaps to be started again. Try again in 5 s.", "服务器正在停止，可能即将重新启动。请于 5 秒后重试。");
    }

    /// <summary>One visit, refused after the first step and taken after the second; the evidence of the one deposit verifies.</summary>
    private async Task<JsonNode> RefusedAsync(params Func<Task>[] steps)
    {
        var document = Path.Combine(folder.Path, "halted.txt");
        await File.WriteAllTextAsync(document, "halted", Cancellation);
        await using var meanwhile = await Meanwhile.StartAsync(steps);
        var found = await PageBrowser.RunAsync(
            "refused", new Uri(server.WebAddress, "deposits?lang=en").ToString(), new { files = (string[])[document], meanwhile = meanwhile.Address, @out = folder.Path });

        Assert.Equal(["PASS"], Strings(found["verdict"]!));
        Assert.Equal(await File.ReadAllBytesAsync(Text(found, "pending"), Cancellation), await File.ReadAllBytesAsync(Text(found, "kept"), Cancellation));
        var trust = Path.Combine(folder.Path, "trust");
        await File.WriteAllTextAsync(trust, TrustPolicy.Format(server.Key, null), Cancellation);
        (await NotaryProcess.RunAsync("verify", Text(found, "evidence"), document, "--trust", trust)).Succeeded();
        using var channel = GrpcChannel.ForAddress(server.GrpcAddress);
        var listed = (await new Proto.Notary.NotaryClient(channel).ListDepositsAsync(new() { PageSize = 10 }, cancellationToken: Cancellation)).Deposits;
        Assert.Equal(held.Count + 1, listed.Count);
        return found;
    }

    private static void AssertTold(JsonNode found, string reason, string words, string chinese)
    {
        var told = found["first"]!;
        Assert.Equal([reason], Strings(told["problem"]!));
        Assert.Contains(words, Text(told, "en"), StringComparison.Ordinal);
        Assert.Contains(chinese, Text(told, "zh"), StringComparison.Ordinal);
        Assert.Contains("Nothing is lost: the saved file holds all of it. Send again here", Text(told, "en"), StringComparison.Ordinal);
        Assert.Contains("没有丢失任何内容：已保存的文件中都有。可在此再次发送", Text(told, "zh"), StringComparison.Ordinal);
    }

    /// <summary>One deposit is at the disk, which does not answer, and another one waits: there is room for no more.</summary>
    private async Task HoldAsync()
    {
        var appending = new TaskCompletionSource();
        store.OnAppend = append =>
        {
            appending.TrySetResult();
            release.Task.Wait(Cancellation);
            return store.Inner.Append(append);
        };
        held.Add(DepositAsync());
        await appending.Task.WaitAsync(Cancellation);
        held.Add(DepositAsync());
        while (server.QueueDepth == 0)
            await Task.Yield();
    }

    private async Task GoOnAsync()
    {
        release.SetResult();
        await Task.WhenAll(held);
    }

    private async Task DepositAsync()
    {
        using var channel = GrpcChannel.ForAddress(server.GrpcAddress);
        var request = RequestBytes.Create(RunningServer.NewRequest(server.Origin, Interlocked.Increment(ref deposits)), null);
        await new Proto.Notary.NotaryClient(channel).DepositAsync(
            new Proto.DepositRequest { Request = ByteString.CopyFrom(request.Bytes.Span) }, cancellationToken: Cancellation);
    }

    private Task<NotaryServer> StartAsync(IPEndPoint web) => NotaryServer.StartAsync(
        new ServerOptions
        {
            DataDirectory = Path.Combine(folder.Path, "data"),
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Web = web,
            QueueCapacity = 1,
            WrapStore = inner => store = new FaultyStore(inner),
        },
        Cancellation);

    private static string Text(JsonNode found, string name) => found[name]!.GetValue<string>();

    private static IReadOnlyList<string> Strings(JsonNode array) => [.. array.AsArray().Select(one => one!.GetValue<string>())];
}
