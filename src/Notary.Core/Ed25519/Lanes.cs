using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Notary.Core;

/// <summary>
/// Four field elements side by side, one a lane: limbs of 26 and 25 bits in turn, so that a product of two fits a lane and ten
/// of them still do. A point is its X, Y, Z and T; the formulas of <see cref="CurvePoint"/> are two rounds of four products,
/// and each round costs little more than one. For processors with AVX2; elsewhere <see cref="CurvePoint"/> does it alone.
/// </summary>
/// <remarks>
/// Bounds, for limbs of even number (odd ones are half of that): a reduced element has limbs below 2^26 and a little, a sum or
/// difference below 3 * 2^26, 19 times that below 2^32, and a column of products below 2^63.
/// </remarks>
internal struct Lanes
{
    private Vector256<ulong> l0, l1, l2, l3, l4, l5, l6, l7, l8, l9;

    private const ulong Even = (1UL << 26) - 1;
    private const ulong Odd = (1UL << 25) - 1;

    public static bool IsSupported => Avx2.IsSupported;

    public static Lanes Of(in FieldElement a, in FieldElement b, in FieldElement c, in FieldElement d)
    {
        Span<byte> bytes = stackalloc byte[32];
        Span<ulong> limbs = stackalloc ulong[40];
        FieldElement[] elements = [a, b, c, d];
        for (var lane = 0; lane < elements.Length; lane++)
        {
            elements[lane].ToBytes(bytes);
            for (int limb = 0, bit = 0; limb < 10; bit += limb % 2 == 0 ? 26 : 25, limb++)
                limbs[(4 * limb) + lane] = Bits(bytes, bit) & (limb % 2 == 0 ? Even : Odd);
        }

        var lanes = default(Lanes);
        for (var limb = 0; limb < 10; limb++)
            Unsafe.Add(ref lanes.l0, limb) = Vector256.Create<ulong>(limbs[(4 * limb)..]);
        return lanes;
    }

    /// <summary>The element of one lane.</summary>
    public readonly FieldElement Element(int lane)
    {
        unchecked
        {
            ReadOnlySpan<Vector256<ulong>> limbs = [l0, l1, l2, l3, l4, l5, l6, l7, l8, l9];
            // Two limbs make one of 51 bits; what a limb has above its own bits goes into the next.
            var sum = FieldElement.Zero;
            for (var i = 8; i >= 0; i -= 2)
                sum = (sum * FieldElement.Shift51) + new FieldElement(limbs[i][lane] + (limbs[i + 1][lane] << 26), 0, 0, 0, 0);
            return sum;
        }
    }

    /// <summary>Adds a table's point, or its opposite, to a point: lanes X, Y, Z, T and y - x, y + x, 2dxy, 2.</summary>
    public static void Add(ref Lanes point, in Lanes tabled, bool negated)
    {
        // Y - X, Y + X, T, Z; then A, B, C, D of the formula.
        var first = new Lanes
        {
            l0 = Enter(point.l0, 2 * (Even - 18)), l1 = Enter(point.l1, 2 * Odd), l2 = Enter(point.l2, 2 * Even), l3 = Enter(point.l3, 2 * Odd),
            l4 = Enter(point.l4, 2 * Even), l5 = Enter(point.l5, 2 * Odd), l6 = Enter(point.l6, 2 * Even), l7 = Enter(point.l7, 2 * Odd),
            l8 = Enter(point.l8, 2 * Even), l9 = Enter(point.l9, 2 * Odd),
        };
        if (negated)
        {
            var opposite = tabled.Opposite();
            Multiply(ref first, opposite);
        }
        else
        {
            Multiply(ref first, tabled);
        }

        // E, G, F, E times F, H, G, H is X, Y, Z, T. The opposite of a point has its 2dxy negated: that swaps F and G.
        Lanes left = default, right = default;
        Combine(first.l0, 2 * (Even - 18), negated, out left.l0, out right.l0);
        Combine(first.l1, 2 * Odd, negated, out left.l1, out right.l1);
        Combine(first.l2, 2 * Even, negated, out left.l2, out right.l2);
        Combine(first.l3, 2 * Odd, negated, out left.l3, out right.l3);
        Combine(first.l4, 2 * Even, negated, out left.l4, out right.l4);
        Combine(first.l5, 2 * Odd, negated, out left.l5, out right.l5);
        Combine(first.l6, 2 * Even, negated, out left.l6, out right.l6);
        Combine(first.l7, 2 * Odd, negated, out left.l7, out right.l7);
        Combine(first.l8, 2 * Even, negated, out left.l8, out right.l8);
        Combine(first.l9, 2 * Odd, negated, out left.l9, out right.l9);
        Multiply(ref left, right);
        point = left;
    }

    /// <summary>y + x and y - x changed about; the third lane is left, its sign is taken into account later.</summary>
    private readonly Lanes Opposite() => new()
    {
        l0 = Swap(l0), l1 = Swap(l1), l2 = Swap(l2), l3 = Swap(l3), l4 = Swap(l4), l5 = Swap(l5), l6 = Swap(l6), l7 = Swap(l7), l8 = Swap(l8), l9 = Swap(l9),
    };

    private static Vector256<ulong> Swap(Vector256<ulong> limb) => Avx2.Permute4x64(limb, 0b11_10_00_01);

    /// <summary>X, Y, Z, T to Y - X + 2p, Y + X, T, Z.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Enter(Vector256<ulong> limb, ulong twiceP)
    {
        unchecked
        {
            var y = Avx2.Permute4x64(limb, 0b10_11_01_01);
            var x = Avx2.Permute4x64(limb, 0b00_00_00_00) & Vector256.Create(ulong.MaxValue, ulong.MaxValue, 0, 0);
            var minus = Vector256.Create(ulong.MaxValue, 0, 0, 0);
            return y + ((x ^ minus) - minus) + Vector256.Create(twiceP, 0, 0, 0);
        }
    }

    /// <summary>A, B, C, D to E, G, F, E and F, H, G, H, with E = B - A, F = D - C, G = D + C, H = B + A.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Combine(Vector256<ulong> limb, ulong twiceP, bool negated, out Vector256<ulong> left, out Vector256<ulong> right)
    {
        unchecked
        {
            // B, B, D, D with A, A, C, C: differences and sums.
            var high = Avx2.Permute4x64(limb, 0b11_11_01_01);
            var low = Avx2.Permute4x64(limb, 0b10_10_00_00);
            var minus = negated ? Vector256.Create(ulong.MaxValue, 0, 0, ulong.MaxValue) : Vector256.Create(ulong.MaxValue, 0, ulong.MaxValue, 0);
            var all = high + ((low ^ minus) - minus) + (minus & Vector256.Create(twiceP)); // E, H, F, G
            left = Avx2.Permute4x64(all, 0b00_10_11_00);
            right = Avx2.Permute4x64(all, 0b01_11_01_10);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Product(Vector256<ulong> x, Vector256<ulong> y) => Avx2.Multiply(x.AsUInt32(), y.AsUInt32());

    /// <summary>x times y, lane by lane; both with limbs within the bounds above, the result reduced.</summary>
    private static void Multiply(ref Lanes x, in Lanes y)
    {
        unchecked
        {
            var nineteen = Vector256.Create(19UL);
            var (a0, a1, a2, a3, a4, a5, a6, a7, a8, a9) = (x.l0, x.l1, x.l2, x.l3, x.l4, x.l5, x.l6, x.l7, x.l8, x.l9);
            // An odd limb times an odd one is at an even place, and one bit short of it.
            var (d1, d3, d5, d7, d9) = (a1 + a1, a3 + a3, a5 + a5, a7 + a7, a9 + a9);
            var b0 = y.l0;
            var r0 = Product(a0, b0);
            var r1 = Product(a1, b0);
            var r2 = Product(a2, b0);
            var r3 = Product(a3, b0);
            var r4 = Product(a4, b0);
            var r5 = Product(a5, b0);
            var r6 = Product(a6, b0);
            var r7 = Product(a7, b0);
            var r8 = Product(a8, b0);
            var r9 = Product(a9, b0);
            var b = y.l1;
            var n = Product(b, nineteen);
            r0 += Product(d9, n); r1 += Product(a0, b); r2 += Product(d1, b); r3 += Product(a2, b); r4 += Product(d3, b);
            r5 += Product(a4, b); r6 += Product(d5, b); r7 += Product(a6, b); r8 += Product(d7, b); r9 += Product(a8, b);
            b = y.l2;
            n = Product(b, nineteen);
            r0 += Product(a8, n); r1 += Product(a9, n); r2 += Product(a0, b); r3 += Product(a1, b); r4 += Product(a2, b);
            r5 += Product(a3, b); r6 += Product(a4, b); r7 += Product(a5, b); r8 += Product(a6, b); r9 += Product(a7, b);
            b = y.l3;
            n = Product(b, nineteen);
            r0 += Product(d7, n); r1 += Product(a8, n); r2 += Product(d9, n); r3 += Product(a0, b); r4 += Product(d1, b);
            r5 += Product(a2, b); r6 += Product(d3, b); r7 += Product(a4, b); r8 += Product(d5, b); r9 += Product(a6, b);
            b = y.l4;
            n = Product(b, nineteen);
            r0 += Product(a6, n); r1 += Product(a7, n); r2 += Product(a8, n); r3 += Product(a9, n); r4 += Product(a0, b);
            r5 += Product(a1, b); r6 += Product(a2, b); r7 += Product(a3, b); r8 += Product(a4, b); r9 += Product(a5, b);
            b = y.l5;
            n = Product(b, nineteen);
            r0 += Product(d5, n); r1 += Product(a6, n); r2 += Product(d7, n); r3 += Product(a8, n); r4 += Product(d9, n);
            r5 += Product(a0, b); r6 += Product(d1, b); r7 += Product(a2, b); r8 += Product(d3, b); r9 += Product(a4, b);
            b = y.l6;
            n = Product(b, nineteen);
            r0 += Product(a4, n); r1 += Product(a5, n); r2 += Product(a6, n); r3 += Product(a7, n); r4 += Product(a8, n);
            r5 += Product(a9, n); r6 += Product(a0, b); r7 += Product(a1, b); r8 += Product(a2, b); r9 += Product(a3, b);
            b = y.l7;
            n = Product(b, nineteen);
            r0 += Product(d3, n); r1 += Product(a4, n); r2 += Product(d5, n); r3 += Product(a6, n); r4 += Product(d7, n);
            r5 += Product(a8, n); r6 += Product(d9, n); r7 += Product(a0, b); r8 += Product(d1, b); r9 += Product(a2, b);
            b = y.l8;
            n = Product(b, nineteen);
            r0 += Product(a2, n); r1 += Product(a3, n); r2 += Product(a4, n); r3 += Product(a5, n); r4 += Product(a6, n);
            r5 += Product(a7, n); r6 += Product(a8, n); r7 += Product(a9, n); r8 += Product(a0, b); r9 += Product(a1, b);
            b = y.l9;
            n = Product(b, nineteen);
            r0 += Product(d1, n); r1 += Product(a2, n); r2 += Product(d3, n); r3 += Product(a4, n); r4 += Product(d5, n);
            r5 += Product(a6, n); r6 += Product(d7, n); r7 += Product(a8, n); r8 += Product(d9, n); r9 += Product(a0, b);

            var even = Vector256.Create(Even);
            var odd = Vector256.Create(Odd);
            // Two chains of carries at a time: from limb 0 on, and from limb 5 on.
            r1 += r0 >> 26; r6 += r5 >> 25; r0 &= even; r5 &= odd;
            r2 += r1 >> 25; r7 += r6 >> 26; r1 &= odd; r6 &= even;
            r3 += r2 >> 26; r8 += r7 >> 25; r2 &= even; r7 &= odd;
            r4 += r3 >> 25; r9 += r8 >> 26; r3 &= odd; r8 &= even;
            r5 += r4 >> 26; r4 &= even;
            var top = r9 >> 25;
            r9 &= odd;
            r0 += (top << 4) + (top << 1) + top;
            r6 += r5 >> 25; r5 &= odd;
            r1 += r0 >> 26; r0 &= even;
            (x.l0, x.l1, x.l2, x.l3, x.l4, x.l5, x.l6, x.l7, x.l8, x.l9) = (r0, r1, r2, r3, r4, r5, r6, r7, r8, r9);
        }
    }

    private static ulong Bits(ReadOnlySpan<byte> bytes, int at)
    {
        var value = 0UL;
        for (var i = 0; i < 5 && (at / 8) + i < bytes.Length; i++)
            value |= (ulong)bytes[(at / 8) + i] << (8 * i);
        return value >> (at % 8);
    }
}
