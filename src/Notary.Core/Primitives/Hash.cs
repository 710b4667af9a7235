using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Notary.Core;

/// <summary>32 bytes by value: a SHA-256 result (FIPS 180-4), a Merkle root, a commitment, a nonce.</summary>
public readonly struct Hash : IEquatable<Hash>, IComparable<Hash>, ISpanFormattable
{
    /// <summary>Bytes in a hash.</summary>
    public const int Size = 32;

    private readonly Words words;

    /// <param name="bytes">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public Hash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"A hash has {Size} bytes, not {bytes.Length}.", nameof(bytes));
        bytes.CopyTo(MemoryMarshal.AsBytes((Span<ulong>)words));
    }

    /// <summary>SHA-256 of <paramref name="data"/>.</summary>
    public static Hash Of(ReadOnlySpan<byte> data)
    {
        Span<byte> digest = stackalloc byte[Size];
        ShortSha256.HashData(data, digest);
        return new Hash(digest);
    }

    public void CopyTo(Span<byte> destination) => Bytes.CopyTo(destination);

    public byte[] ToArray() => Bytes.ToArray();

    /// <summary>64 lower-case hex digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(Bytes);

    /// <summary>As <see cref="ToString()"/>: there is one format.</summary>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <summary>As <see cref="ToString()"/>, without a string between.</summary>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        Convert.TryToHexStringLower(Bytes, destination, out charsWritten);

    /// <summary>44 characters of standard base64 with padding.</summary>
    public string ToBase64() => Convert.ToBase64String(Bytes);

    /// <summary>Reads 64 lower-case hex digits; anything else, capitals included, is refused.</summary>
    public static bool TryParseHex(ReadOnlySpan<char> text, out Hash hash)
    {
        hash = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (text.Length != 2 * Size || text.ContainsAnyInRange('A', 'F')
            || Convert.FromHexString(text, bytes, out _, out _) != OperationStatus.Done)
            return false;
        hash = new Hash(bytes);
        return true;
    }

    /// <summary>Reads 44 characters of base64 that re-encode to themselves.</summary>
    public static bool TryParseBase64(ReadOnlySpan<char> text, out Hash hash)
    {
        hash = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (text.Length != 44 || !StrictBase64.TryDecode(text, bytes, out var length) || length != Size)
            return false;
        hash = new Hash(bytes);
        return true;
    }

    public bool Equals(Hash other) => Bytes.SequenceEqual(other.Bytes);

    public override bool Equals(object? obj) => obj is Hash other && Equals(other);

    /// <summary>
    /// Over all bytes and seeded by the process: the digests of a manifest are a stranger's choice, and a million of them
    /// with equal beginnings would otherwise share one bucket.
    /// </summary>
    public override int GetHashCode()
    {
        var code = default(HashCode);
        code.AddBytes(Bytes);
        return code.ToHashCode();
    }

    /// <summary>The order of the bytes, as a folder tree sorts its leaves.</summary>
    public int CompareTo(Hash other) => Bytes.SequenceCompareTo(other.Bytes);

    public static bool operator ==(in Hash left, in Hash right) => left.Equals(right);

    public static bool operator !=(in Hash left, in Hash right) => !left.Equals(right);

    public static bool operator <(in Hash left, in Hash right) => left.CompareTo(right) < 0;

    public static bool operator >(in Hash left, in Hash right) => left.CompareTo(right) > 0;

    public static bool operator <=(in Hash left, in Hash right) => left.CompareTo(right) <= 0;

    public static bool operator >=(in Hash left, in Hash right) => left.CompareTo(right) >= 0;

    [UnscopedRef]
    private ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes((ReadOnlySpan<ulong>)words);

    [InlineArray(4)]
    private struct Words
    {
        private ulong first;
    }
}
