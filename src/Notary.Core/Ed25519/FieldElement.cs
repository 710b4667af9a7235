using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Notary.Core;

/// <summary>
/// An element of the field of p = 2^255 - 19 (RFC 8032, section 5.1): five limbs of 51 bits, little-endian. Limbs may be up to
/// 54 bits long between operations; <see cref="ToBytes"/> reduces. For public values alone: nothing here takes constant time.
/// </summary>
internal readonly struct FieldElement(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4)
{
    private const ulong Mask = (1UL << 51) - 1;

    private readonly ulong l0 = l0, l1 = l1, l2 = l2, l3 = l3, l4 = l4;

    public static FieldElement Zero => default;

    public static FieldElement One => new(1, 0, 0, 0, 0);

    /// <summary>2^51.</summary>
    public static FieldElement Shift51 => new(0, 1, 0, 0, 0);

    /// <param name="bytes">32 bytes, little-endian; the top bit is not read.</param>
    public static FieldElement FromBytes(ReadOnlySpan<byte> bytes)
    {
        var (a, b, c, d) = (
            BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));
        return new(a & Mask, ((a >> 51) | (b << 13)) & Mask, ((b >> 38) | (c << 26)) & Mask, ((c >> 25) | (d << 39)) & Mask, (d >> 12) & Mask);
    }

    /// <summary>The one canonical encoding, below p.</summary>
    public void ToBytes(Span<byte> bytes)
    {
        unchecked
        {
            var r = Carry(l0, l1, l2, l3, l4);
            r = Carry(r.l0, r.l1, r.l2, r.l3, r.l4);
            // Now below 2^255 + a little; whether r + 19 reaches 2^255 tells whether r is p or more.
            var q = (r.l0 + 19) >> 51;
            q = (r.l1 + q) >> 51;
            q = (r.l2 + q) >> 51;
            q = (r.l3 + q) >> 51;
            q = (r.l4 + q) >> 51;
            var a = r.l0 + (19 * q);
            var b = r.l1 + (a >> 51);
            var c = r.l2 + (b >> 51);
            var d = r.l3 + (c >> 51);
            var e = (r.l4 + (d >> 51)) & Mask;
            (a, b, c, d) = (a & Mask, b & Mask, c & Mask, d & Mask);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, a | (b << 51));
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], (b >> 13) | (c << 38));
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], (c >> 26) | (d << 25));
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], (d >> 39) | (e << 12));
        }
    }

    public static FieldElement operator +(in FieldElement x, in FieldElement y)
    {
        unchecked
        {
            return new(x.l0 + y.l0, x.l1 + y.l1, x.l2 + y.l2, x.l3 + y.l3, x.l4 + y.l4);
        }
    }

    /// <summary>x + 4p - y, so that no limb goes below zero, with its carries.</summary>
    public static FieldElement operator -(in FieldElement x, in FieldElement y)
    {
        unchecked
        {
            const ulong first = 4 * (Mask - 18);
            const ulong other = 4 * Mask;
            return Carry(x.l0 + first - y.l0, x.l1 + other - y.l1, x.l2 + other - y.l2, x.l3 + other - y.l3, x.l4 + other - y.l4);
        }
    }

    public static FieldElement operator -(in FieldElement x) => Zero - x;

    public static FieldElement operator *(in FieldElement x, in FieldElement y)
    {
        unchecked
        {
            // 2^255 is 19: what is beyond the fifth limb comes back multiplied by it.
            var (y1, y2, y3, y4) = (19 * y.l1, 19 * y.l2, 19 * y.l3, 19 * y.l4);
            var r0 = new Wide(x.l0, y.l0).Add(x.l1, y4).Add(x.l2, y3).Add(x.l3, y2).Add(x.l4, y1);
            var r1 = new Wide(x.l0, y.l1).Add(x.l1, y.l0).Add(x.l2, y4).Add(x.l3, y3).Add(x.l4, y2);
            var r2 = new Wide(x.l0, y.l2).Add(x.l1, y.l1).Add(x.l2, y.l0).Add(x.l3, y4).Add(x.l4, y3);
            var r3 = new Wide(x.l0, y.l3).Add(x.l1, y.l2).Add(x.l2, y.l1).Add(x.l3, y.l0).Add(x.l4, y4);
            var r4 = new Wide(x.l0, y.l4).Add(x.l1, y.l3).Add(x.l2, y.l2).Add(x.l3, y.l1).Add(x.l4, y.l0);
            return Reduce(r0, r1, r2, r3, r4);
        }
    }

    public FieldElement Square()
    {
        unchecked
        {
            var (d0, d1, d2) = (2 * l0, 2 * l1, 2 * l2);
            var (m3, m4) = (19 * l3, 19 * l4);
            var r0 = new Wide(l0, l0).Add(d1, m4).Add(d2, m3);
            var r1 = new Wide(d0, l1).Add(d2, m4).Add(l3, m3);
            var r2 = new Wide(d0, l2).Add(l1, l1).Add(2 * l3, m4);
            var r3 = new Wide(d0, l3).Add(d1, l2).Add(l4, m4);
            var r4 = new Wide(d0, l4).Add(d1, l3).Add(l2, l2);
            return Reduce(r0, r1, r2, r3, r4);
        }
    }

    /// <summary>x^(p - 2), the inverse; zero of zero.</summary>
    public FieldElement Invert()
    {
        var x11 = PowerOf250(out var x250);
        return Square(x250, 5) * x11;
    }

    /// <summary>x^((p - 5) / 8): a step on the way to a square root (RFC 8032, section 5.1.3).</summary>
    public FieldElement PowerOfP58()
    {
        PowerOf250(out var x250);
        return Square(x250, 2) * this;
    }

    public bool IsZero
    {
        get
        {
            Span<byte> bytes = stackalloc byte[32];
            ToBytes(bytes);
            return !bytes.ContainsAnyExcept((byte)0);
        }
    }

    /// <summary>The lowest bit of the canonical encoding: the sign of RFC 8032.</summary>
    public bool IsOdd
    {
        get
        {
            Span<byte> bytes = stackalloc byte[32];
            ToBytes(bytes);
            return (bytes[0] & 1) != 0;
        }
    }

    /// <summary>x^(2^250 - 1) into <paramref name="x250"/>; returns x^11.</summary>
    private FieldElement PowerOf250(out FieldElement x250)
    {
        var x2 = Square();
        var x9 = Square(x2, 2) * this;
        var x11 = x9 * x2;
        var x5 = x11.Square() * x9;
        var x10 = Square(x5, 5) * x5;
        var x20 = Square(x10, 10) * x10;
        var x40 = Square(x20, 20) * x20;
        var x50 = Square(x40, 10) * x10;
        var x100 = Square(x50, 50) * x50;
        var x200 = Square(x100, 100) * x100;
        x250 = Square(x200, 50) * x50;
        return x11;
    }

    private static FieldElement Square(FieldElement x, int times)
    {
        for (var i = 0; i < times; i++)
            x = x.Square();
        return x;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static FieldElement Reduce(Wide r0, Wide r1, Wide r2, Wide r3, Wide r4)
    {
        unchecked
        {
            r1 = r1.Add(r0.Shifted);
            r2 = r2.Add(r1.Shifted);
            r3 = r3.Add(r2.Shifted);
            r4 = r4.Add(r3.Shifted);
            var first = (r0.Low & Mask) + (19 * r4.Shifted);
            return new(first & Mask, (r1.Low & Mask) + (first >> 51), r2.Low & Mask, r3.Low & Mask, r4.Low & Mask);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static FieldElement Carry(ulong a, ulong b, ulong c, ulong d, ulong e)
    {
        unchecked
        {
            return new(
                (a & Mask) + (19 * (e >> 51)), (b & Mask) + (a >> 51), (c & Mask) + (b >> 51), (d & Mask) + (c >> 51), (e & Mask) + (d >> 51));
        }
    }

    /// <summary>A sum of products, up to 128 bits.</summary>
    private readonly struct Wide
    {
        private readonly ulong high;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Wide(ulong x, ulong y) => high = Math.BigMul(x, y, out Low);

        public readonly ulong Low;

        /// <summary>Without the lowest 51 bits; below 2^64 for what the limbs here can sum up to.</summary>
        public ulong Shifted => unchecked((high << 13) | (Low >> 51));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Wide Add(ulong x, ulong y)
        {
            unchecked
            {
                var above = Math.BigMul(x, y, out var below);
                var sum = Low + below;
                return Of(high + above + (sum < below ? 1UL : 0UL), sum);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Wide Add(ulong value)
        {
            unchecked
            {
                var sum = Low + value;
                return Of(high + (sum < value ? 1UL : 0UL), sum);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Wide Of(ulong high, ulong low) => new(high, low, 0);

        private Wide(ulong high, ulong low, int _) => (this.high, Low) = (high, low);
    }
}
