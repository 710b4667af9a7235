using System.Buffers.Binary;
using System.Text;

namespace Notary.Server;

/// <summary>A server's answer does not tell the time. The message is one clause without a full stop.</summary>
internal sealed class NtpException(string problem) : Exception(problem)
{
    /// <summary>The four characters of a kiss-o'-death (RFC 5905, section 7.4); null: it is none.</summary>
    public string? Kiss { get; init; }
}

/// <summary>
/// The client's part of NTP version 4 (RFC 5905, section 7.3; SNTP: RFC 4330, section 5). A packet has 48 bytes; what follows
/// them, extensions and authenticators, is not looked at:
/// <code>
///  0 leap(2) version(3) mode(3) | stratum | poll | precision (log2 s, signed)
///  4 root delay, 8 root dispersion (seconds, 16.16) | 12 reference id
/// 16 reference, 24 origin, 32 receive, 40 transmit timestamp (seconds since 1900, 32.32)
/// </code>
/// A query says nothing but its version and a random number in the place of the transmit timestamp, which the answer must
/// repeat as origin: who does not see the query cannot answer it, and nobody learns this machine's clock from it.
/// </summary>
internal static class NtpPacket
{
    public const int Size = 48;

    private const byte Query = 4 << 3 | 3;
    private const int ServerMode = 4;
    private const int Unsynchronised = 3;
    private const int LargestStratum = 15;
    private const int RootDelay = 4;
    private const int RootDispersion = 8;
    private const int ReferenceId = 12;
    private const int Origin = 24;
    private const int Receive = 32;
    private const int Transmit = 40;

    // Timestamps count from 1900, and 32 bits of seconds begin again in 2036. By RFC 4330, section 3, the first bit tells which
    // of the two it is: set, 1968 to 2036; clear, 2036 to 2104.
    private static readonly DateTimeOffset Epoch = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset NextEpoch = Epoch.AddSeconds(4_294_967_296);

    /// <summary>A server needs a moment between its two readings; that it claims a longer one than passed here is rounding, or a lie.</summary>
    private static readonly TimeSpan Rounding = TimeSpan.FromMilliseconds(1);

    public static void WriteQuery(Span<byte> packet, ulong nonce)
    {
        packet[..Size].Clear();
        packet[0] = Query;
        BinaryPrimitives.WriteUInt64BigEndian(packet[Transmit..], nonce);
    }

    /// <summary>Whether it is from whoever got the query, whatever it says. Anything else is dropped and waited past.</summary>
    public static bool IsAnswer(ReadOnlySpan<byte> packet, ulong nonce) =>
        packet.Length >= Size && (packet[0] & 7) == ServerMode && BinaryPrimitives.ReadUInt64BigEndian(packet[Origin..]) == nonce;

    /// <summary>Where the true time lies at the moment the answer came, if the server and those above it tell the truth.</summary>
    /// <param name="packet">An answer.</param>
    /// <param name="elapsed">From sending the query to then, by this machine's monotonic clock.</param>
    /// <exception cref="NtpException">It does not tell the time.</exception>
    public static TimeInterval Read(ReadOnlySpan<byte> packet, TimeSpan elapsed)
    {
        RequireSynchronised(packet);
        var (receive, transmit) = (ReadTime(packet[Receive..]), ReadTime(packet[Transmit..]));
        var held = transmit - receive;
        if (held < -Rounding || held > elapsed + Rounding)
            throw new NtpException("it says that it held the query for longer than the answer took, or for less than nothing");
        // It left at the transmit time, and the way here took no longer than what the server does not account for.
        var way = elapsed > held ? elapsed - held : TimeSpan.Zero;
        var root = ReadShort(packet[RootDelay..]) / 2 + ReadShort(packet[RootDispersion..]);
        return new TimeInterval(transmit, transmit + way).Widen(root + Precision(packet));
    }

    private static void RequireSynchronised(ReadOnlySpan<byte> packet)
    {
        var stratum = packet[1];
        if (stratum == 0)
        {
            var code = packet.Slice(ReferenceId, 4);
            var kiss = code.ContainsAnyExceptInRange((byte)'A', (byte)'Z') ? "no code" : Encoding.ASCII.GetString(code);
            throw new NtpException($"it does not want to be asked ({kiss})") { Kiss = kiss };
        }

        if (packet[0] >> 6 == Unsynchronised || stratum > LargestStratum)
            throw new NtpException("it is not synchronised itself");
        // Not set by servers that have no time (RFC 4330, section 5).
        if (BinaryPrimitives.ReadUInt64BigEndian(packet[Transmit..]) == 0 || BinaryPrimitives.ReadUInt64BigEndian(packet[Receive..]) == 0)
            throw new NtpException("it gives no time");
    }

    private static DateTimeOffset ReadTime(ReadOnlySpan<byte> field)
    {
        var (seconds, fraction) = (BinaryPrimitives.ReadUInt32BigEndian(field), BinaryPrimitives.ReadUInt32BigEndian(field[4..]));
        return (seconds >> 31 == 1 ? Epoch : NextEpoch).AddTicks(seconds * TimeSpan.TicksPerSecond + (fraction * TimeSpan.TicksPerSecond >> 32));
    }

    private static TimeSpan ReadShort(ReadOnlySpan<byte> field) =>
        TimeSpan.FromTicks(BinaryPrimitives.ReadUInt32BigEndian(field) * TimeSpan.TicksPerSecond >> 16);

    /// <summary>Of the server's clock; one that says it is coarser than 16 s says nothing.</summary>
    private static TimeSpan Precision(ReadOnlySpan<byte> packet) =>
        TimeSpan.FromSeconds(Math.ScaleB(1, Math.Clamp((int)unchecked((sbyte)packet[3]), -32, 4)));
}
