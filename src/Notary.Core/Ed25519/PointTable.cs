namespace Notary.Core;

/// <summary>
/// Multiples of one point: those of 1 to 2^(w-1) times 2^(wi) for each i, so that a multiple by any 256-bit number is a sum
/// of 256/w table entries, without a doubling. Immutable. With w = 4 it has 512 entries and 164 KB, without AVX2 61 KB.
/// </summary>
internal sealed class PointTable
{
    private const int Bits = 256;

    private readonly int width;

    // One of the two is there.
    private readonly TablePoint[]? table;
    private readonly Lanes[]? lanes;

    /// <param name="point">The point.</param>
    /// <param name="width">w: 4 or 8.</param>
    /// <param name="vectors">Whether to use AVX2: false for the tests' sake where it is there.</param>
    public PointTable(CurvePoint point, int width, bool vectors)
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

        var tabled = CurvePoint.Tabulate(points);
        if (vectors)
            lanes = Array.ConvertAll(tabled, entry => entry.ToLanes());
        else
            table = tabled;
    }

    /// <summary>Adds the multiple by a number to a sum.</summary>
    /// <param name="sum">The sum so far.</param>
    /// <param name="number">32 bytes, little-endian, below 2^255.</param>
    public CurvePoint AddMultiple(CurvePoint sum, ReadOnlySpan<byte> number)
    {
        foreach (var (entry, negated) in new Digits(number, width))
            sum = sum.Add(table![entry], negated);
        return sum;
    }

    /// <summary>The same in lanes.</summary>
    public void AddMultiple(ref Lanes sum, ReadOnlySpan<byte> number)
    {
        foreach (var (entry, negated) in new Digits(number, width))
            Lanes.Add(ref sum, lanes![entry], negated);
    }

    /// <summary>The table's entries that make up a number.</summary>
    private ref struct Digits(ReadOnlySpan<byte> number, int width)
    {
        private readonly ReadOnlySpan<byte> number = number;
        private int index = -1;
        private int carry;

        public (int Entry, bool Negated) Current { get; private set; }

        public readonly Digits GetEnumerator() => this;

        public bool MoveNext()
        {
            var half = 1 << (width - 1);
            while (++index < Bits / width)
            {
                var digit = (width == 8 ? number[index] : (number[index / 2] >> (4 * (index % 2))) & 0xF) + carry;
                // Digits go from -half to half, so that the table needs no larger ones.
                carry = digit > half ? 1 : 0;
                digit -= carry << width;
                if (digit == 0)
                    continue;
                Current = ((index * half) + Math.Abs(digit) - 1, digit < 0);
                return true;
            }

            return false;
        }
    }
}
