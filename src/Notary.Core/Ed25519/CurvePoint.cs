namespace Notary.Core;

/// <summary>
/// A point of edwards25519 (RFC 8032, section 5.1) in extended coordinates: x = X/Z, y = Y/Z, T = XY/Z. The addition formulas
/// are those of Hisil, Wong, Carter and Dawson for a = -1, complete on this curve: equal points and the neutral one are no
/// special cases. For public values alone.
/// </summary>
internal readonly struct CurvePoint(FieldElement x, FieldElement y, FieldElement z, FieldElement t)
{
    private static readonly FieldElement D = -new FieldElement(121665, 0, 0, 0, 0) * new FieldElement(121666, 0, 0, 0, 0).Invert();
    private static readonly FieldElement D2 = D + D;

    // 2^((p - 1) / 4), since 2 is no square modulo p.
    private static readonly FieldElement RootOfMinusOne = new FieldElement(2, 0, 0, 0, 0).PowerOfP58().Square() * new FieldElement(2, 0, 0, 0, 0);

    private readonly FieldElement x = x, y = y, z = z, t = t;

    public static CurvePoint Neutral => new(FieldElement.Zero, FieldElement.One, FieldElement.One, FieldElement.Zero);

    /// <summary>The base point: y is 4/5, x even.</summary>
    public static CurvePoint Base { get; } = FindBase();

    /// <summary>Reads 32 bytes; null where they are no point, or another spelling of one (RFC 8032, section 5.1.3).</summary>
    public static CurvePoint? Read(ReadOnlySpan<byte> bytes)
    {
        var y = FieldElement.FromBytes(bytes);
        var sign = bytes[31] >> 7;
        Span<byte> canonical = stackalloc byte[32];
        y.ToBytes(canonical);
        canonical[31] |= (byte)(sign << 7);
        if (!canonical.SequenceEqual(bytes))
            return null;
        // x^2 = (y^2 - 1) / (d y^2 + 1) = u / v; a root is u v^3 (u v^7)^((p - 5) / 8), or that times a root of -1.
        var u = y.Square() - FieldElement.One;
        var v = (D * y.Square()) + FieldElement.One;
        var v3 = v.Square() * v;
        var x = u * v3 * (u * v3.Square() * v).PowerOfP58();
        var square = v * x.Square();
        if (!(square - u).IsZero)
        {
            if (!(square + u).IsZero)
                return null;
            x *= RootOfMinusOne;
        }

        if (x.IsZero && sign == 1)
            return null;
        if (x.IsOdd != (sign == 1))
            x = -x;
        return new CurvePoint(x, y, FieldElement.One, x * y);
    }

    /// <summary>The encoding of 32 bytes.</summary>
    public void Write(Span<byte> bytes)
    {
        var inverse = z.Invert();
        (y * inverse).ToBytes(bytes);
        if ((x * inverse).IsOdd)
            bytes[31] |= 0x80;
    }

    public static CurvePoint operator -(in CurvePoint p) => new(-p.x, p.y, p.z, -p.t);

    public static CurvePoint operator +(in CurvePoint p, in CurvePoint q)
    {
        var a = (p.y - p.x) * (q.y - q.x);
        var b = (p.y + p.x) * (q.y + q.x);
        var c = p.t * D2 * q.t;
        var d = p.z * q.z;
        d += d;
        return Combine(b - a, d - c, d + c, b + a);
    }

    /// <summary>This point and one from a table, or that one's opposite.</summary>
    public CurvePoint Add(in TablePoint q, bool negated)
    {
        var a = (y - x) * (negated ? q.Sum : q.Difference);
        var b = (y + x) * (negated ? q.Difference : q.Sum);
        var c = t * q.Product;
        var d = z + z;
        return negated ? Combine(b - a, d + c, d - c, b + a) : Combine(b - a, d - c, d + c, b + a);
    }

    /// <summary>The point in lanes, and back.</summary>
    public Lanes ToLanes() => Lanes.Of(x, y, z, t);

    public static CurvePoint Of(in Lanes lanes) => new(lanes.Element(0), lanes.Element(1), lanes.Element(2), lanes.Element(3));

    /// <summary>All points ready for a table, with one inversion for all of them.</summary>
    public static TablePoint[] Tabulate(CurvePoint[] points)
    {
        // Montgomery: the product of all denominators is inverted once, and each one's inverse taken out of it.
        var before = new FieldElement[points.Length];
        var product = FieldElement.One;
        for (var i = 0; i < points.Length; i++)
        {
            before[i] = product;
            product *= points[i].z;
        }

        var inverse = product.Invert();
        var table = new TablePoint[points.Length];
        for (var i = points.Length - 1; i >= 0; i--)
        {
            var (x, y) = (points[i].x * inverse * before[i], points[i].y * inverse * before[i]);
            inverse *= points[i].z;
            table[i] = new TablePoint(y + x, y - x, x * y * D2);
        }

        return table;
    }

    private static CurvePoint Combine(in FieldElement e, in FieldElement f, in FieldElement g, in FieldElement h) => new(e * f, g * h, f * g, e * h);

    private static CurvePoint FindBase()
    {
        Span<byte> bytes = stackalloc byte[32];
        (new FieldElement(4, 0, 0, 0, 0) * new FieldElement(5, 0, 0, 0, 0).Invert()).ToBytes(bytes);
        return Read(bytes)!.Value;
    }
}

/// <summary>A point as it is added most cheaply: y + x, y - x and 2dxy of its affine coordinates.</summary>
internal readonly record struct TablePoint(FieldElement Sum, FieldElement Difference, FieldElement Product)
{
    public Lanes ToLanes() => Lanes.Of(Difference, Sum, Product, new FieldElement(2, 0, 0, 0, 0));
}
