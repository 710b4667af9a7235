using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Notary.Tests.Server;

/// <summary>grpc.health.v1: serving means issuing.</summary>
public sealed class HealthServiceTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Health.HealthClient Client => new(server.Channel);

    [Theory]
    [InlineData("")]
    [InlineData("notary.v1.Notary")]
    public async Task The_server_and_its_service_are_serving(string service)
    {
        var response = await Client.CheckAsync(new HealthCheckRequest { Service = service }, cancellationToken: Cancellation);
        Assert.Equal(ServingStatus.Serving, response.Status);
    }

    [Fact]
    public async Task An_unknown_service_is_not_found_by_Check_and_unknown_to_Watch()
    {
        var request = new HealthCheckRequest { Service = "no.such.Service" };
        var error = await Assert.ThrowsAsync<RpcException>(async () => await Client.CheckAsync(request, cancellationToken: Cancellation));
        Assert.Equal(StatusCode.NotFound, error.StatusCode);
        using var watch = Client.Watch(request, cancellationToken: Cancellation);
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(ServingStatus.ServiceUnknown, watch.ResponseStream.Current.Status);
    }

    [Fact]
    public async Task A_watcher_is_told_at_once_and_again_when_the_server_stops()
    {
        using var folder = new TemporaryFolder();
        var stopping = await NotaryServer.StartAsync(RunningServer.Options(folder.Path), Cancellation);
        using var channel = GrpcChannel.ForAddress(stopping.GrpcAddress);
        using var watch = new Health.HealthClient(channel).Watch(new HealthCheckRequest(), cancellationToken: Cancellation);
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(ServingStatus.Serving, watch.ResponseStream.Current.Status);

        var stopped = stopping.DisposeAsync();
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(ServingStatus.NotServing, watch.ResponseStream.Current.Status);
        var error = await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        await stopped;
    }
}
