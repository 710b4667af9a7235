namespace Notary.Core;

/// <summary>
/// Multiples of one point: those of 1 to 2^(w-1) times 2^(wi) for each i, so that a multiple by any 256-bit number is a sum
/// of 256/w table entries, without a doubling. Immutable. With w = 4 it has 512 entries and 61 KB.
/// </summary>
internal sealed class PointTable
{
    private const int Bits = 256;

    private readonly int width;
    private readonly TablePoint[] table;

    /// <param name="point">The point.</param>
    /// <param name="width">w: 4 or 8.</param>
    public PointTable(CurvePoint point, int width)
    {
        this.width = width;
        var half = 1 << (width - 1);
        var points = new CurvePoint[Bits / width * half];
        for (var i = 0; i < points.Length; i += half)
        {
            points[i] = point;
            for (var j = 1; j < half; j++)
                points[i + j] = points[i + j - 1] + point;
            // Twice the half-way one is the first of the next window.
            point = points[i + half - 1] + points[i + half - 1];
        }

        table = CurvePoint.Tabulate(points);
    }

    /// <summary>Adds the multiple by a number to a sum.</summary>
    /// <param name="sum">The sum so far.</param>
    /// <param name="number">32 bytes, little-endian, below 2^255.</param>
    public CurvePoint AddMultiple(CurvePoint sum, ReadOnlySpan<byte> number)
    {
        var half = 1 << (width - 1);
        var carry = 0;
        for (var i = 0; i < Bits / width; i++)
        {
            var digit = (width == 8 ? number[i] : (number[i / 2] >> (4 * (i % 2))) & 0xF) + carry;
            // Digits go from -half to half, so that the table needs no larger ones.
            carry = digit > half ? 1 : 0;
            digit -= carry << width;
            if (digit != 0)
                sum = sum.Add(table[(i * half) + Math.Abs(digit) - 1], negated: digit < 0);
        }

        return sum;
    }
}
