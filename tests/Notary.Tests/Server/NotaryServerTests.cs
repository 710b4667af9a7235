using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Server;

/// <summary>Starting and stopping the whole server.</summary>
public sealed class NotaryServerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("192.0.2.1")]
    [InlineData("::")]
    [InlineData("2001:db8::1")]
    public async Task An_address_that_other_machines_reach_is_refused_before_anything_is_made(string address)
    {
        var endpoint = new IPEndPoint(IPAddress.Parse(address), 7070);
        var data = Path.Combine(folder.Path, "data");
        foreach (var options in (ServerOptions[])[
            new() { DataDirectory = data, Listen = endpoint }, new() { DataDirectory = data, Web = endpoint }])
        {
            var error = await Assert.ThrowsAsync<ServerRefusedException>(() => NotaryServer.StartAsync(options, Cancellation));
            Assert.Contains(endpoint.ToString(), error.Problem, StringComparison.Ordinal);
            Assert.Contains("127.0.0.1:7070", error.Hint, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(data));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        await using var first = await NotaryServer.StartAsync(RunningServer.Options(Path.Combine(folder.Path, "first")), Cancellation);
        var taken = new ServerOptions
        {
            DataDirectory = Path.Combine(folder.Path, "second"),
            Origin = first.Origin,
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Web = new IPEndPoint(IPAddress.Loopback, first.WebAddress.Port),
        };
        var error = await Assert.ThrowsAsync<ServerRefusedException>(() => NotaryServer.StartAsync(taken, Cancellation));
        Assert.Contains($"127.0.0.1:{first.WebAddress.Port}", error.Problem, StringComparison.Ordinal);

        // The failed start closed its ledger: the folder can be opened again.
        await using var second = await NotaryServer.StartAsync(RunningServerOn("second"), Cancellation);
        Assert.NotEqual(0, second.GrpcAddress.Port);
    }

    [Fact]
    public async Task Each_port_answers_for_its_own_protocol_only()
    {
        await using var server = await NotaryServer.StartAsync(RunningServerOn("data"), Cancellation);
        using var http = new HttpClient();
        using var overGrpcPort = new HttpRequestMessage(HttpMethod.Get, new Uri(server.GrpcAddress, "/checkpoint"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var response = await http.SendAsync(overGrpcPort, Cancellation);
        Assert.False(response.Headers.Contains("Cache-Control"));
        using var http1 = await http.GetAsync(new Uri(server.GrpcAddress, "/checkpoint"), Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, http1.StatusCode);
    }

    [Fact]
    public async Task A_stop_answers_what_was_read_and_ends_open_streams()
    {
        var server = await NotaryServer.StartAsync(RunningServerOn("data"), Cancellation);
        using var channel = GrpcChannel.ForAddress(server.GrpcAddress);
        using var call = new Proto.Notary.NotaryClient(channel).DepositBatch(cancellationToken: Cancellation);
        for (var number = 1; number <= 10; number++)
        {
            var request = RunningServer.NewRequest(server.Origin, number);
            await call.RequestStream.WriteAsync(
                new() { Deposit = $"{request.Deposit}", Request = ByteString.CopyFrom(RequestBytes.Create(request, null).Bytes.Span) }, Cancellation);
        }

        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        var stopped = server.DisposeAsync();
        var error = await Assert.ThrowsAsync<RpcException>(() => ReadToEndAsync(call.ResponseStream));
        Assert.True(error.StatusCode == StatusCode.Unavailable, error.ToString());
        Assert.Contains(RichStatus.Of(error).Details, detail => detail.Is(Google.Rpc.RetryInfo.Descriptor));
        await stopped;
    }

    [Fact]
    public async Task Waiting_for_the_shutdown_ends_when_it_is_asked_for()
    {
        await using var server = await NotaryServer.StartAsync(RunningServerOn("data"), Cancellation);
        using var asked = new CancellationTokenSource();
        var waiting = server.WaitForShutdownAsync(asked.Token);
        Assert.False(waiting.IsCompleted);
        await asked.CancelAsync();
        await waiting;
    }

    private ServerOptions RunningServerOn(string name) => RunningServer.Options(Path.Combine(folder.Path, name));

    private static async Task ReadToEndAsync(IAsyncStreamReader<Proto.DepositBatchResponse> answers)
    {
        while (await answers.MoveNext(Cancellation))
            Assert.True(answers.Current.Certificate is not null || answers.Current.Error.Code == (int)StatusCode.Unavailable);
    }
}
