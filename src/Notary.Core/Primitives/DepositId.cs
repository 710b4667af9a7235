using System.Buffers;
using System.Buffers.Binary;

namespace Notary.Core;

/// <summary>
/// The uuid of a deposit: RFC 9562 version 7 with its time rounded down to the minute, because the depositor's clock
/// would leak otherwise. It is the idempotency key; nobody reads the time in it. Other versions are refused: random
/// ones cost the store's index its locality.
/// </summary>
public readonly record struct DepositId : ISpanFormattable
{
    /// <summary>Bytes of a uuid, big-endian as RFC 9562 writes them.</summary>
    public const int Size = 16;

    /// <summary>Random bytes that <see cref="Create"/> takes; 74 of their 80 bits are used.</summary>
    public const int RandomBytes = 10;

    private const long MinuteMilliseconds = 60_000;
    private const int TextLength = 36;

    private static readonly SearchValues<char> TextCharacters = SearchValues.Create("0123456789abcdef-");

    private readonly Guid value;

    private DepositId(Guid value) => this.value = value;

    /// <param name="now">The depositor's clock.</param>
    /// <param name="random">10 bytes from a cryptographic generator.</param>
    public static DepositId Create(DateTimeOffset now, ReadOnlySpan<byte> random)
    {
        if (random.Length != RandomBytes)
            throw new ArgumentException($"A deposit id takes {RandomBytes} random bytes.", nameof(random));
        Span<byte> bytes = stackalloc byte[Size];
        var milliseconds = now.ToUnixTimeMilliseconds();
        BinaryPrimitives.WriteInt64BigEndian(bytes, (milliseconds - milliseconds % MinuteMilliseconds) << 16);
        random.CopyTo(bytes[6..]);
        bytes[6] = (byte)(0x70 | (bytes[6] & 0x0F));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F));
        return new DepositId(new Guid(bytes, bigEndian: true));
    }

    /// <summary>Reads 36 lower-case characters with hyphens; false for another spelling, version, variant or a time within a minute.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DepositId id)
    {
        id = default;
        // The library's parser also takes capitals, spaces around, and 0x or + within.
        if (text.Length != TextLength || text.ContainsAnyExcept(TextCharacters) || !Guid.TryParseExact(text, "D", out var guid))
            return false;
        Span<byte> bytes = stackalloc byte[Size];
        guid.TryWriteBytes(bytes, bigEndian: true, out _);
        if (!IsValid(bytes))
            return false;
        id = new DepositId(guid);
        return true;
    }

    /// <summary>Reads the 16 bytes that <see cref="CopyTo"/> wrote.</summary>
    /// <exception cref="ArgumentException">They are not a deposit's uuid.</exception>
    public static DepositId FromBytes(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Size && IsValid(bytes)
            ? new DepositId(new Guid(bytes, bigEndian: true))
            : throw new ArgumentException("These bytes are not the uuid of a deposit.", nameof(bytes));

    public void CopyTo(Span<byte> destination)
    {
        if (!value.TryWriteBytes(destination, bigEndian: true, out _))
            throw new ArgumentException($"A deposit id needs {Size} bytes.", nameof(destination));
    }

    public byte[] ToBytes() => value.ToByteArray(bigEndian: true);

    public override string ToString() => value.ToString("D");

    /// <summary>As <see cref="ToString()"/>: there is one format.</summary>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <summary>As <see cref="ToString()"/>, without a string between.</summary>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        value.TryFormat(destination, out charsWritten, "D");

    private static bool IsValid(ReadOnlySpan<byte> bytes) =>
        bytes[6] >> 4 == 7
        && bytes[8] >> 6 == 2
        && (BinaryPrimitives.ReadInt64BigEndian(bytes) >>> 16) % MinuteMilliseconds == 0;
}
