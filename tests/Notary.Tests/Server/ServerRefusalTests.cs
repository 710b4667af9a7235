using System.Net;
using System.Text.Json;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;
using static Grpc.Health.V1.HealthCheckResponse.Types;
using Proto = Notary.V1;

namespace Notary.Tests.Server;

/// <summary>A server whose ledger refuses: what callers are told, and that both kinds of health say so.</summary>
public sealed class ServerRefusalTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly ManualClock clock = new();
    private FaultyStore store = null!;
    private NotaryServer server = null!;
    private GrpcChannel channel = null!;
    private int deposits;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Proto.Notary.NotaryClient Client => new(channel);

    public async ValueTask InitializeAsync()
    {
        var any = new IPEndPoint(IPAddress.Loopback, 0);
        server = await NotaryServer.StartAsync(
            new ServerOptions
            {
                DataDirectory = folder.Path,
                Listen = any,
                Web = any,
                QueueCapacity = 1,
                TimeProvider = clock,
                WrapStore = inner => store = new FaultyStore(inner),
            },
            Cancellation);
        channel = GrpcChannel.ForAddress(server.GrpcAddress);
    }

    public async ValueTask DisposeAsync()
    {
        channel.Dispose();
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_full_queue_is_refused_at_once_and_nothing_is_written()
    {
        using var release = new ManualResetEventSlim();
        var appending = new TaskCompletionSource();
        store.OnAppend = append =>
        {
            appending.TrySetResult();
            release.Wait(Cancellation);
            return store.Inner.Append(append);
        };
        var first = DepositAsync();
        await appending.Task.WaitAsync(Cancellation);

        // The commit at hand has the first, one more waits, and which one that is does not matter.
        var others = Enumerable.Range(0, 5).Select(_ => DepositAsync()).ToList();
        var refused = new List<RpcException>();
        while (refused.Count < 4)
        {
            var ended = await Task.WhenAny(others);
            others.Remove(ended);
            refused.Add(await Assert.ThrowsAsync<RpcException>(() => ended));
        }

        release.Set();
        await first;
        await others.Single();
        Assert.All(refused, error => AssertRefusal(error, StatusCode.ResourceExhausted, "QUEUE_FULL"));
    }

    [Fact]
    public async Task A_full_disk_is_unavailable_and_unhealthy_until_there_is_room()
    {
        using var watch = new Health.HealthClient(channel).Watch(new HealthCheckRequest(), cancellationToken: Cancellation);
        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));
        store.OnAppend = _ => AppendOutcome.NoRoom;
        var error = await Assert.ThrowsAsync<RpcException>(DepositAsync);
        AssertRefusal(error, StatusCode.Unavailable, "NOT_ISSUING");
        Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));
        await AssertHealthAsync(alive: true, "no_room", "the disk of the ledger is full");

        store.OnAppend = null;
        await DepositAsync();
        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));
        await AssertHealthAsync(alive: true, null, null);
    }

    [Fact]
    public async Task A_clock_that_went_back_is_unavailable_and_unhealthy()
    {
        await DepositAsync();
        clock.Move(TimeSpan.FromHours(-1));
        AssertRefusal(await Assert.ThrowsAsync<RpcException>(DepositAsync), StatusCode.Unavailable, "NOT_ISSUING");
        await AssertHealthAsync(alive: true, "clock_behind", "the clock of the ledger is 3600.0 s behind its newest entry, and received times never go backwards");
        var check = await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), cancellationToken: Cancellation);
        Assert.Equal(ServingStatus.NotServing, check.Status);
    }

    [Fact]
    public async Task A_refused_item_of_a_batch_fails_alone_and_the_stream_goes_on()
    {
        using var call = Client.DepositBatch(cancellationToken: Cancellation);
        store.OnAppend = _ => AppendOutcome.NoRoom;
        var refused = await AnswerAsync(call);
        Assert.Equal((int)StatusCode.Unavailable, refused.Error.Code);
        Assert.Contains(refused.Error.Details, detail => detail.Is(RetryInfo.Descriptor));
        store.OnAppend = null;
        Assert.NotNull((await AnswerAsync(call)).Certificate);
        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Cancellation));
    }

    [Fact]
    public async Task A_fatal_error_ends_the_waiting_for_the_shutdown()
    {
        var waiting = server.WaitForShutdownAsync(Cancellation);
        store.OnAppend = _ => throw new StoreException("the disk is gone", isFatal: true);
        AssertRefusal(await Assert.ThrowsAsync<RpcException>(DepositAsync), StatusCode.Unavailable, "STOPPING");
        var failure = await Assert.ThrowsAsync<LedgerFailedException>(() => waiting);
        Assert.Contains("the disk is gone", failure.Message, StringComparison.Ordinal);
        await AssertHealthAsync(alive: false, "failed", "the ledger stopped after a fatal error and must be started again");
    }

    [Fact]
    public async Task A_stop_says_so_refuses_what_is_new_and_answers_what_waits()
    {
        using var release = new ManualResetEventSlim();
        var appending = new TaskCompletionSource();
        store.OnAppend = append =>
        {
            appending.TrySetResult();
            release.Wait(Cancellation);
            return store.Inner.Append(append);
        };
        var first = DepositAsync();
        await appending.Task.WaitAsync(Cancellation);
        var waiting = DepositAsync();
        while (server.QueueDepth == 0)
            await Task.Yield();
        var stopped = server.DisposeAsync();

        AssertRefusal(await Assert.ThrowsAsync<RpcException>(DepositAsync), StatusCode.Unavailable, "STOPPING");
        var check = await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), cancellationToken: Cancellation);
        Assert.Equal(ServingStatus.NotServing, check.Status);
        await AssertHealthAsync(alive: true, "stopping", "the server is stopping");

        release.Set();
        Assert.NotNull((await first).Certificate);
        Assert.NotNull((await waiting).Certificate);
        await stopped;
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_a_disk_longer_than_it_was_told()
    {
        using var other = new TemporaryFolder();
        using var release = new ManualResetEventSlim();
        var appending = new TaskCompletionSource();
        FaultyStore slow = null!;
        var impatient = await NotaryServer.StartAsync(
            new ServerOptions
            {
                DataDirectory = other.Path,
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                Web = new IPEndPoint(IPAddress.Loopback, 0),
                ShutdownTimeout = TimeSpan.FromMilliseconds(200),
                WrapStore = inner => slow = new FaultyStore(inner),
            },
            Cancellation);
        slow.OnAppend = append =>
        {
            appending.TrySetResult();
            release.Wait(Cancellation);
            return slow.Inner.Append(append);
        };
        using var itsChannel = GrpcChannel.ForAddress(impatient.GrpcAddress);
        var request = RunningServer.NewRequest(impatient.Origin, 1);
        var call = new Proto.Notary.NotaryClient(itsChannel).DepositAsync(
            new Proto.DepositRequest { Request = ByteString.CopyFrom(RequestBytes.Create(request, null).Bytes.Span) }, cancellationToken: Cancellation).ResponseAsync;
        await appending.Task.WaitAsync(Cancellation);
        var stopped = impatient.DisposeAsync();
        // The call is cut off, not left hanging; only the ledger itself still waits for its disk.
        await Assert.ThrowsAsync<RpcException>(() => call);
        release.Set();
        await stopped;
    }

    private static void AssertRefusal(RpcException error, StatusCode code, string reason)
    {
        Assert.Equal(code, error.StatusCode);
        var details = RichStatus.Of(error).Details;
        Assert.True(details.Single(detail => detail.Is(RetryInfo.Descriptor)).Unpack<RetryInfo>().RetryDelay.ToTimeSpan() > TimeSpan.Zero);
        Assert.Equal(reason, details.Single(detail => detail.Is(ErrorInfo.Descriptor)).Unpack<ErrorInfo>().Reason);
    }

    private async Task<Proto.DepositResponse> DepositAsync() =>
        await Client.DepositAsync(new Proto.DepositRequest { Request = NewItem().Request }, cancellationToken: Cancellation);

    private Proto.DepositBatchRequest NewItem()
    {
        var request = RunningServer.NewRequest(server.Origin, Interlocked.Increment(ref deposits));
        return new() { Deposit = $"{request.Deposit}", Request = ByteString.CopyFrom(RequestBytes.Create(request, null).Bytes.Span) };
    }

    private async Task<Proto.DepositBatchResponse> AnswerAsync(
        AsyncDuplexStreamingCall<Proto.DepositBatchRequest, Proto.DepositBatchResponse> call)
    {
        await call.RequestStream.WriteAsync(NewItem(), Cancellation);
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        return call.ResponseStream.Current;
    }

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> watch)
    {
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        return watch.ResponseStream.Current.Status;
    }

    /// <summary>Both endpoints answer the same words: ready only without a cause, alive as long as a restart would not help.</summary>
    private async Task AssertHealthAsync(bool alive, string? cause, string? reason)
    {
        using var http = new HttpClient();
        foreach (var (path, good) in new[] { ("/healthz", alive), ("/readyz", cause is null) })
        {
            using var response = await http.GetAsync(new Uri(server.WebAddress, path), Cancellation);
            Assert.Equal(good ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, response.StatusCode);
            using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
            Assert.Equal(cause is null ? "issuing" : "not issuing", body.RootElement.GetProperty("status").GetString());
            Assert.Equal(cause, body.RootElement.TryGetProperty("cause", out var named) ? named.GetString() : null);
            Assert.Equal(reason, body.RootElement.TryGetProperty("reason", out var said) ? said.GetString() : null);
        }
    }
}
