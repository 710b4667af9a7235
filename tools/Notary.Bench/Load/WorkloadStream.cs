using Grpc.Core;

namespace Notary.Bench;

/// <summary>A duplex call of a workload: one writer and one reader at a time.</summary>
internal abstract class WorkloadStream : IDisposable
{
    public abstract Task WriteAsync(int number, CancellationToken cancellation);

    public abstract Task CompleteAsync();

    /// <returns>The number of the message that the next answer is for; null when the stream has ended with OK.</returns>
    /// <exception cref="BenchException">The answer is an error, or no message's of the round.</exception>
    public abstract Task<int?> ReadAsync(CancellationToken cancellation);

    public abstract void Dispose();
}

/// <summary>The same for one pair of message types.</summary>
/// <param name="call">The open call.</param>
/// <param name="messages">What the numbers stand for.</param>
/// <param name="numberOf">The number of the message that an answer is a good answer to; -1 for none.</param>
internal sealed class WorkloadStream<TRequest, TResponse>(
    AsyncDuplexStreamingCall<TRequest, TResponse> call, TRequest[] messages, Func<TResponse, int> numberOf) : WorkloadStream
{
    public override Task WriteAsync(int number, CancellationToken cancellation) =>
        call.RequestStream.WriteAsync(messages[number], cancellation);

    public override Task CompleteAsync() => call.RequestStream.CompleteAsync();

    public override async Task<int?> ReadAsync(CancellationToken cancellation)
    {
        if (!await call.ResponseStream.MoveNext(cancellation))
            return null;
        return numberOf(call.ResponseStream.Current) is var number and >= 0
            ? number
            : throw new BenchException("an answer on a stream is an error or belongs to no request");
    }

    public override void Dispose() => call.Dispose();
}
