using System.Runtime.CompilerServices;

namespace Grpc.Core;

/// <summary>The state of a channel's connection.</summary>
public enum ConnectivityState
{
    Idle,
    Connecting,
    Ready,
    TransientFailure,
    Shutdown,
}

public static class AsyncStreamReaderExtensions
{
    /// <summary>The messages of a stream as an enumerable, until the other side ends it.</summary>
    public static IAsyncEnumerable<T> ReadAllAsync<T>(
        this IAsyncStreamReader<T> streamReader, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(streamReader);
        return ReadAllCore(streamReader, cancellationToken);
    }

    private static async IAsyncEnumerable<T> ReadAllCore<T>(
        IAsyncStreamReader<T> streamReader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await streamReader.MoveNext(cancellationToken).ConfigureAwait(false))
            yield return streamReader.Current;
    }
}
