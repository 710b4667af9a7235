using System.Net;
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
        var (status, body) = await HealthzAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.StartsWith("not issuing: ", body, StringComparison.Ordinal);

        store.OnAppend = null;
        await DepositAsync();
        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));
        Assert.Equal(HttpStatusCode.OK, (await HealthzAsync()).Status);
    }

    [Fact]
    public async Task A_clock_that_went_back_is_unavailable_and_unhealthy()
    {
        await DepositAsync();
        clock.Move(TimeSpan.FromHours(-1));
        AssertRefusal(await Assert.ThrowsAsync<RpcException>(DepositAsync), StatusCode.Unavailable, "NOT_ISSUING");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await HealthzAsync()).Status);
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
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await HealthzAsync()).Status);
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

    private async Task<(HttpStatusCode Status, string Body)> HealthzAsync()
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(server.WebAddress, "/healthz"), Cancellation);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation));
    }
}
