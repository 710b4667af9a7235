using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Notary.Tests.Support;

/// <summary>HTTP/2 over TLS frame by frame (RFC 9113), to say what no good client says.</summary>
internal sealed class Http2Client : IAsyncDisposable
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte Reset = 3;
    public const byte Settings = 4;
    public const byte GoAway = 7;
    public const byte Continuation = 9;

    public const byte EndStream = 1;
    public const byte EndHeaders = 4;

    private const int FrameHeader = 9;

    private readonly TcpClient client;
    private readonly SslStream stream;

    private Http2Client(TcpClient client, SslStream stream) => (this.client, this.stream) = (client, stream);

    /// <summary>Connects, and sends the preface and empty settings if asked to.</summary>
    public static async Task<Http2Client> ConnectAsync(Uri address, bool withPreface, CancellationToken cancellation)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, address.Port, cancellation);
        var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
            },
            cancellation);
        var opened = new Http2Client(client, stream);
        if (!withPreface)
            return opened;
        await stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), cancellation);
        await opened.SendAsync(Settings, 0, 0, default, cancellation);
        return opened;
    }

    public async Task SendAsync(byte type, byte flags, int streamId, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        var frame = new byte[FrameHeader + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8 | type);
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), streamId);
        payload.CopyTo(frame.AsMemory(FrameHeader));
        await stream.WriteAsync(frame, cancellation);
    }

    /// <summary>A block of headers (RFC 7541), each a literal that is not indexed.</summary>
    public static byte[] Block(params (string Name, string Value)[] headers)
    {
        var block = new List<byte>();
        foreach (var (name, value) in headers)
        {
            block.Add(0);
            foreach (var text in (string[])[name, value])
            {
                block.Add((byte)text.Length);
                block.AddRange(Encoding.ASCII.GetBytes(text));
            }
        }

        return [.. block];
    }

    /// <summary>The headers of a gRPC call.</summary>
    public static byte[] Call(string path) => Block(
        (":method", "POST"), (":scheme", "https"), (":authority", "localhost"), (":path", path), ("content-type", "application/grpc"), ("te", "trailers"));

    /// <summary>Reads frames until the other side ends the connection; returns their types and streams.</summary>
    public async Task<List<(byte Type, int Stream)>> ReadToEndAsync(CancellationToken cancellation)
    {
        var frames = new List<(byte, int)>();
        var header = new byte[FrameHeader];
        try
        {
            while (true)
            {
                await stream.ReadExactlyAsync(header, cancellation);
                await stream.ReadExactlyAsync(new byte[BinaryPrimitives.ReadInt32BigEndian(header) >>> 8], cancellation);
                frames.Add((header[3], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5))));
            }
        }
        catch (IOException)
        {
            // The end, with or without a goodbye.
            return frames;
        }
    }

    /// <summary>Reads frames until one is of this type, or the connection ends; whether it came.</summary>
    public async Task<bool> ReadUntilAsync(byte type, CancellationToken cancellation)
    {
        var header = new byte[FrameHeader];
        try
        {
            do
            {
                await stream.ReadExactlyAsync(header, cancellation);
                await stream.ReadExactlyAsync(new byte[BinaryPrimitives.ReadInt32BigEndian(header) >>> 8], cancellation);
            }
            while (header[3] != type);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        client.Dispose();
    }
}
