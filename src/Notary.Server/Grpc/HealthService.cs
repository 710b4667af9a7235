using Grpc.Core;
using Grpc.Health.V1;
using Proto = Notary.V1;

namespace Notary.Server;

/// <summary>
/// grpc.health.v1: serving means issuing. The server as a whole and the deposit interface have one status, since a
/// ledger that refuses to issue is of no use to a depositor, however well it still answers.
/// </summary>
internal sealed class HealthService(Ledger ledger, TimeProvider time, OpenStreams streams) : Health.HealthBase
{
    /// <summary>How often a watched status is looked at: a clock that goes back, and a refusal that grows old, tell nobody.</summary>
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    private static readonly string NotaryName = Proto.Notary.Descriptor.FullName;

    private HealthCheckResponse.Types.ServingStatus Status => ledger.Health.Issuing && !streams.Stopping.IsCancellationRequested
        ? HealthCheckResponse.Types.ServingStatus.Serving
        : HealthCheckResponse.Types.ServingStatus.NotServing;

    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        IsKnown(request)
            ? Task.FromResult(new HealthCheckResponse { Status = Status })
            : throw GrpcErrors.NoSuchService().ToException();

    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        streams.AddPublic(context);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(
            context.CancellationToken, streams.Stopping);
        using var timer = new PeriodicTimer(WatchInterval, time);
        var sent = HealthCheckResponse.Types.ServingStatus.Unknown;
        while (true)
        {
            // A service that is not here will not appear while the server runs, but the call stays open as it should.
            var status = IsKnown(request) ? Status : HealthCheckResponse.Types.ServingStatus.ServiceUnknown;
            if (status != sent)
                await responseStream.WriteAsync(new HealthCheckResponse { Status = sent = status });
            if (streams.Stopping.IsCancellationRequested)
                throw GrpcErrors.Stopping().ToException();
            await NextLookAsync(timer, ending.Token, context.CancellationToken);
        }
    }

    /// <summary>Returns at the next tick, at once when the server stops; throws when the caller is gone.</summary>
    private static async Task NextLookAsync(PeriodicTimer timer, CancellationToken ending, CancellationToken gone)
    {
        try
        {
            await timer.WaitForNextTickAsync(ending);
        }
        catch (OperationCanceledException) when (!gone.IsCancellationRequested)
        {
            // The server stops: the watcher is told before the stream ends.
        }
    }

    private static bool IsKnown(HealthCheckRequest request) => request.Service.Length == 0 || request.Service == NotaryName;
}
