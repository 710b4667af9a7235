using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Notary.Server;

namespace Notary.Tests.Support;

/// <summary>A wall clock that a test sets, beside a monotonic one that only runs, or is taken forward together with the other.</summary>
internal sealed class SettableClock : TimeProvider
{
    private long set;
    private long passed;

    /// <summary>As an administrator does.</summary>
    public void Set(TimeSpan by) => Interlocked.Add(ref set, by.Ticks);

    /// <summary>As time does.</summary>
    public void Pass(TimeSpan by) => Interlocked.Add(ref passed, by.Ticks);

    /// <summary>What nobody set.</summary>
    public DateTimeOffset True => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref passed));

    public override DateTimeOffset GetUtcNow() => True + TimeSpan.FromTicks(Interlocked.Read(ref set));

    public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref passed) * (TimestampFrequency / TimeSpan.TicksPerSecond);
}

/// <summary>A small NTP server on loopback that lies when it is told to.</summary>
internal sealed class TestNtpServer : IAsyncDisposable
{
    private static readonly DateTimeOffset Epoch = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource stopping = new();
    private readonly Func<DateTimeOffset> now;
    private readonly Task running;
    private int asked;

    /// <param name="now">What it holds for the time.</param>
    public TestNtpServer(Func<DateTimeOffset> now)
    {
        this.now = now;
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        running = RunAsync();
    }

    public int Port => ((IPEndPoint)socket.LocalEndPoint!).Port;

    public NtpServer Source => new("127.0.0.1", Port);

    public int Asked => Volatile.Read(ref asked);

    /// <summary>The last query.</summary>
    public byte[] Query { get; private set; } = [];

    /// <summary>By how much what it says is ahead of what it holds for the time.</summary>
    public TimeSpan Ahead { get; set; }

    /// <summary>What it makes of its answer; null: it keeps silent.</summary>
    public Func<byte[], byte[]?>? Lie { get; set; }

    public static void Write(Span<byte> field, DateTimeOffset time)
    {
        var ticks = (time - Epoch).Ticks;
        BinaryPrimitives.WriteUInt32BigEndian(field, unchecked((uint)(ticks / TimeSpan.TicksPerSecond)));
        BinaryPrimitives.WriteUInt32BigEndian(field[4..], (uint)((ticks % TimeSpan.TicksPerSecond << 32) / TimeSpan.TicksPerSecond));
    }

    /// <summary>An honest answer of a stratum 2 server, 1 ms uncertain.</summary>
    public static byte[] Answer(ReadOnlySpan<byte> query, DateTimeOffset received, DateTimeOffset sent)
    {
        var answer = new byte[NtpPacket.Size];
        (answer[0], answer[1], answer[2], answer[3]) = (4 << 3 | 4, 2, 6, unchecked((byte)-20));
        BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(8), 65_536 / 1_000);
        query.Slice(40, 8).CopyTo(answer.AsSpan(24));
        Write(answer.AsSpan(16), received);
        Write(answer.AsSpan(32), received);
        Write(answer.AsSpan(40), sent);
        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running;
        socket.Dispose();
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var packet = new byte[512];
        try
        {
            while (true)
            {
                var got = await socket.ReceiveFromAsync(packet, new IPEndPoint(IPAddress.Any, 0), stopping.Token);
                var received = now() + Ahead;
                Query = packet[..got.ReceivedBytes];
                Interlocked.Increment(ref asked);
                var answer = Answer(Query, received, now() + Ahead);
                if (Lie is { } lie)
                    answer = lie(answer);
                if (answer is not null)
                    await socket.SendToAsync(answer, got.RemoteEndPoint, stopping.Token);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The test ends.
        }
    }
}
