using System.Buffers.Binary;
using System.Text;

namespace Notary.Faults;

/// <summary>
/// Damages a document: one to four changes of the kinds that parsers trip over. The same seed and number make the same
/// document, so that a failure repeats by itself.
/// </summary>
internal struct Mutator(int seed, long number)
{
    private const int Changes = 4;
    private const int LongestPiece = 64;

    private static readonly byte[] Interesting = [0, 1, 0x7F, 0x80, 0xC0, 0xFF, .. "\n\r\t \"\\+-=/.0919afAFz:{}[]"u8];

    private static readonly byte[][] Pieces =
    [
        .. new[]
        {
            "\n", "\n\n", "\r\n", " ", "0", "-0", "18446744073709551615", "18446744073709551616", "99999999999999999999999", "null", "\u2014 ",
            "../", "\uFEFF", "\u202E", "\u00E9", "e\u0301", "=", "==", "A===", "T24:00:00.000Z", "2026-02-30T00:00:00.000Z", "extra AA==\n", "index 0\n",
        }.Select(Encoding.UTF8.GetBytes),
        [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
        "PK\u0003\u0004"u8.ToArray(), "PK\u0001\u0002"u8.ToArray(), "PK\u0005\u0006"u8.ToArray(), "PK\u0006\u0006"u8.ToArray(),
    ];

    // SplitMix64: a seed costs nothing, which a Random a document would.
    private ulong state = unchecked(((ulong)(uint)seed << 40) ^ (ulong)number * 0x9E3779B97F4A7C15);

    /// <summary>A document that differs from the original, unless the changes undid each other.</summary>
    /// <param name="original">The document.</param>
    /// <param name="other">Another one, to take pieces from.</param>
    public byte[] Mutate(byte[] original, byte[] other)
    {
        var bytes = original;
        for (var left = 1 + Math.Min(Next(Changes), Next(Changes)); left > 0; left--)
            bytes = bytes.Length == 0 ? Insert(bytes, Pieces[Next(Pieces.Length)]) : Change(bytes, other);
        return bytes;
    }

    private byte[] Change(byte[] bytes, byte[] other) => Next(12) switch
    {
        0 or 1 => With(bytes, Next(bytes.Length), (byte)(bytes[0] ^ Next(256))),
        2 => Flip(bytes),
        3 => With(bytes, Next(bytes.Length), Interesting[Next(Interesting.Length)]),
        4 => Insert(bytes, Pieces[Next(Pieces.Length)]),
        5 => Remove(bytes),
        6 => bytes[..Next(bytes.Length)],
        7 => Insert(bytes, Piece(bytes)),
        8 => Insert(bytes, Piece(other)),
        9 => SetNumber(bytes),
        10 => SwapLines(bytes),
        _ => NudgeDigit(bytes),
    };

    private byte[] Flip(byte[] bytes)
    {
        var at = Next(bytes.Length);
        return With(bytes, at, (byte)(bytes[at] ^ (1 << Next(8))));
    }

    private static byte[] With(byte[] bytes, int at, byte value)
    {
        var changed = bytes.AsSpan().ToArray();
        changed[at] = value;
        return changed;
    }

    private byte[] Insert(byte[] bytes, ReadOnlySpan<byte> piece)
    {
        var at = Next(bytes.Length + 1);
        return [.. bytes.AsSpan(0, at), .. piece, .. bytes.AsSpan(at)];
    }

    private byte[] Remove(byte[] bytes)
    {
        var at = Next(bytes.Length);
        var length = Math.Min(1 + Next(LongestPiece), bytes.Length - at);
        return [.. bytes.AsSpan(0, at), .. bytes.AsSpan(at + length)];
    }

    private ReadOnlySpan<byte> Piece(byte[] bytes)
    {
        var at = Next(bytes.Length);
        return bytes.AsSpan(at, Math.Min(1 + Next(LongestPiece), bytes.Length - at));
    }

    /// <summary>A binary number of 2, 4 or 8 bytes, as lengths and offsets are.</summary>
    private byte[] SetNumber(byte[] bytes)
    {
        var width = 2 << Next(3);
        if (bytes.Length < width)
            return Flip(bytes);
        var value = Next(4) switch { 0 => 0UL, 1 => ulong.MaxValue, 2 => 1UL << Next(64), _ => (ulong)Next(bytes.Length + 1) };
        var changed = bytes.AsSpan().ToArray();
        Span<byte> number = stackalloc byte[8];
        if (Next(2) == 0)
            BinaryPrimitives.WriteUInt64LittleEndian(number, value);
        else
            BinaryPrimitives.WriteUInt64BigEndian(number, value);
        number[..width].CopyTo(changed.AsSpan(Next(bytes.Length - width + 1)));
        return changed;
    }

    private byte[] SwapLines(byte[] bytes)
    {
        var (first, second) = (LineAt(bytes, Next(bytes.Length)), LineAt(bytes, Next(bytes.Length)));
        if (first.End.Value > second.Start.Value)
            return Remove(bytes);
        return [.. bytes[..first.Start], .. bytes[second], .. bytes[first.End..second.Start], .. bytes[first], .. bytes[second.End..]];
    }

    private static Range LineAt(byte[] bytes, int at)
    {
        var start = bytes.AsSpan(0, at).LastIndexOf((byte)'\n') + 1;
        var end = bytes.AsSpan(at).IndexOf((byte)'\n');
        return start..(end < 0 ? bytes.Length : at + end + 1);
    }

    /// <summary>Another digit or letter where one stands: what stays well formed the longest.</summary>
    private byte[] NudgeDigit(byte[] bytes)
    {
        var start = Next(bytes.Length);
        for (var i = 0; i < bytes.Length; i++)
        {
            var at = (start + i) % bytes.Length;
            if (char.IsAsciiLetterOrDigit((char)bytes[at]))
                return With(bytes, at, "0123456789abcdefABCDEF"u8[Next(22)]);
        }

        return Flip(bytes);
    }

    private int Next(int limit)
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15;
            var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            mixed ^= mixed >> 31;
            return (int)(mixed % (ulong)limit);
        }
    }
}
