using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Notary.Core;

namespace Notary.Tests.Support;

/// <summary>What a server sends, true or not.</summary>
internal sealed record Reply(int Status, byte[] Body)
{
    /// <summary>The length that it announces; null announces the body's.</summary>
    public long? Length { get; init; }

    /// <summary>More header lines, each with its CRLF.</summary>
    public string Headers { get; init; } = "";

    /// <summary>Goes on sending after the body until the reader hangs up; a pause stands between two pieces.</summary>
    public (byte[] Piece, TimeSpan Pause)? Then { get; init; }

    public static Reply Found(byte[] body) => new(200, body);

    public static Reply Missing => new(404, []);
}

/// <summary>
/// A web server on loopback that sends what it is told to, byte by byte: lengths that do not hold, bodies that do not
/// end. One request a connection.
/// </summary>
internal sealed class LyingServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentBag<Task> serving = [];
    private readonly Task accepting;

    /// <param name="answer">Answers a path, which begins without a slash; called from several threads.</param>
    public LyingServer(Func<string, Reply> answer)
    {
        Answer = answer;
        listener.Start();
        Address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        accepting = AcceptAsync();
    }

    public Func<string, Reply> Answer { get; set; }

    public string Address { get; }

    /// <summary>Paths that were asked for, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Bodies of requests, in order.</summary>
    public ConcurrentQueue<string> Bodies { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(serving);
        stop.Dispose();
    }

    /// <summary>What an honest server of the ledger answers.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="size">As it was at this size; null for now.</param>
    public static Func<string, Reply> Honest(TestLedger ledger, ulong? size = null) => path =>
    {
        var entries = size ?? ledger.Size;
        if (path == "checkpoint")
            return Reply.Found(Encoding.UTF8.GetBytes(ledger.Checkpoint(entries).ToString()));
        if (ledger.KeyChanges.Find(change => path == $"key-change/{change.Change.Old.KeyId:x8}" && change.Proof.Index < entries) is { } change)
            return Reply.Found(Encoding.UTF8.GetBytes(change.ToText()));
        return TileId.TryParse(path, out var tile) && tile.ExistsIn(entries) ? Reply.Found(Tile(ledger, tile)) : Reply.Missing;
    };

    public static byte[] Tile(TestLedger ledger, TileId tile)
    {
        var indexes = Enumerable.Range(0, tile.Width).Select(i => tile.Number * TileId.FullWidth + (ulong)i);
        return tile.Level == TileId.Entries
            ? EntryBundle.Print(indexes.Select(index => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(ledger.Entries[(int)index])))
            : [.. indexes.SelectMany(index => ledger.Node(tile.Level * TileId.Height, index).ToArray())];
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                serving.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop.Token)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var connection = client;
        try
        {
            await using var stream = client.GetStream();
            if (await ReadRequestAsync(stream) is not { } path)
                return;
            Requests.Enqueue(path);
            await SendAsync(stream, Answer(path));
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
        {
            // The reader hung up, or the test is over.
        }
    }

    private async Task<string?> ReadRequestAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, stop.Token) == 0)
                return null;
            head.Append((char)one[0]);
        }

        var lines = head.ToString().Split("\r\n");
        if (lines.FirstOrDefault(line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase)) is { } length)
        {
            var body = new byte[int.Parse(length["Content-Length: ".Length..], CultureInfo.InvariantCulture)];
            await stream.ReadExactlyAsync(body, stop.Token);
            Bodies.Enqueue(Encoding.UTF8.GetString(body));
        }

        return lines[0].Split(' ')[1][1..];
    }

    private async Task SendAsync(NetworkStream stream, Reply reply)
    {
        var length = reply.Then is null || reply.Length is not null
            ? string.Create(CultureInfo.InvariantCulture, $"Content-Length: {reply.Length ?? reply.Body.Length}\r\n")
            : "";
        var head = string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {reply.Status} Said\r\n{length}{reply.Headers}Connection: close\r\n\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), stop.Token);
        await stream.WriteAsync(reply.Body, stop.Token);
        while (reply.Then is { } more)
        {
            await Task.Delay(more.Pause, stop.Token);
            await stream.WriteAsync(more.Piece, stop.Token);
        }
    }
}
