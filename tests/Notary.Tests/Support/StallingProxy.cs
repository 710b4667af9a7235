using System.Net;
using System.Net.Sockets;

namespace Notary.Tests.Support;

/// <summary>
/// A connection to a server that stops delivering: everything that a client sends arrives, but only the first bytes of
/// what the server answers come back. It makes a client stop at a chosen place for as long as a test likes.
/// </summary>
internal sealed class StallingProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Task accepting;
    private readonly TaskCompletionSource connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long left;

    /// <param name="server">Where to connect, or null for a server that accepts and never says a word.</param>
    /// <param name="answerBytes">What comes back before it stalls.</param>
    public StallingProxy(string? server, long answerBytes)
    {
        left = answerBytes;
        listener.Start();
        accepting = AcceptAsync(server is null ? null : new Uri(server));
    }

    /// <summary>Ends when a client has connected: it has begun to send.</summary>
    public Task Connected => connected.Task;

    public string Address => $"http://{listener.LocalEndpoint}";

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task AcceptAsync(Uri? server)
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(ForwardAsync(await listener.AcceptTcpClientAsync(stop.Token), server));
        }
        finally
        {
            await Task.WhenAll(connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ForwardAsync(TcpClient client, Uri? server)
    {
        connected.TrySetResult();
        using (client)
        using (var upstream = new TcpClient())
        {
            if (server is null)
            {
                await Task.Delay(Timeout.Infinite, stop.Token);
                return;
            }

            await upstream.ConnectAsync(server.Host, server.Port, stop.Token);
            var (near, far) = (client.GetStream(), upstream.GetStream());
            await Task.WhenAny(near.CopyToAsync(far, stop.Token), AnswerAsync(far, near));
        }
    }

    private async Task AnswerAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[256];
        while (true)
        {
            var count = await from.ReadAsync(buffer, stop.Token);
            if (count == 0)
                return;
            if (Interlocked.Add(ref left, -count) < 0)
                await Task.Delay(Timeout.Infinite, stop.Token);
            await to.WriteAsync(buffer.AsMemory(0, count), stop.Token);
        }
    }
}
