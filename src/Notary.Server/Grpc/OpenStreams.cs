using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Notary.Server;

/// <summary>
/// The streaming calls that are open, so that a stop can end them with a status before it closes connections. The web
/// server's own graceful stop does not wait for a stream that the server ends first, and drops what of it is unsent.
/// </summary>
internal sealed class OpenStreams : IDisposable
{
    /// <summary>Streams of one address that anybody may open, at once: each holds memory for as long as its caller likes.</summary>
    private const int MostPublic = 100;

    private readonly Dictionary<IPAddress, int> publicStreams = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Nothing says when the other side has read a stream's last bytes, and some clients drop what they have not read when
    // the connection ends. A busy one needs a moment; one that misses them all the same sees its connection end, and
    // learns the rest when it sends its items again.
    private static readonly TimeSpan Lingering = TimeSpan.FromMilliseconds(500);

    // The streams that are open, and one more until the stop: at zero there is nothing left to wait for.
    private int open = 1;

    /// <summary>Cancelled when streams shall end.</summary>
    public CancellationToken Stopping => stopping.Token;

    /// <summary>Counts a stream until its response is complete.</summary>
    public void Add(ServerCallContext context)
    {
        Interlocked.Increment(ref open);
        context.GetHttpContext().Response.OnCompleted(static streams => ((OpenStreams)streams).RemoveAsync(), this);
    }

    /// <summary>As <see cref="Add"/>, for a stream that needs no account. Addresses count as <see cref="AddressThrottle"/> has them.</summary>
    /// <exception cref="RpcException">The address has too many.</exception>
    public void AddPublic(ServerCallContext context)
    {
        var http = context.GetHttpContext();
        if (http.Connection.RemoteIpAddress is { } remote && !IPAddress.IsLoopback(remote))
            AddPublic(AddressThrottle.Subscriber(remote), http.Response);
        Add(context);
    }

    private void AddPublic(IPAddress address, HttpResponse response)
    {
        lock (publicStreams)
        {
            if (publicStreams.GetValueOrDefault(address) is var count && count >= MostPublic)
                throw AccessErrors.TooManyStreams().ToException();
            publicStreams[address] = count + 1;
        }

        response.OnCompleted(() =>
        {
            lock (publicStreams)
            {
                if (--publicStreams[address] == 0)
                    publicStreams.Remove(address);
            }

            return Task.CompletedTask;
        });
    }

    /// <summary>Has every stream end, and waits until they have or <paramref name="limit"/> is cancelled.</summary>
    public async Task EndAsync(CancellationToken limit)
    {
        await stopping.CancelAsync();
        await RemoveAsync();
        if (ended.Task.IsCompleted)
            return;
        await ended.Task.WaitAsync(limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.Delay(Lingering, limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => stopping.Dispose();

    private Task RemoveAsync()
    {
        if (Interlocked.Decrement(ref open) == 0)
            ended.TrySetResult();
        return Task.CompletedTask;
    }
}
