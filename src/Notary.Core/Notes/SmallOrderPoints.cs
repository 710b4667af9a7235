namespace Notary.Core;

/// <summary>
/// The encodings of the points of Curve25519's Edwards form whose order divides 8, canonical or not. Under such a
/// public key one signature verifies for many messages, so registering it would let anyone "sign" for its owner.
/// The y coordinates are those of the points of order 1, 2, 4 and 8, and their copies beyond p = 2^255 - 19; the sign
/// bit is free.
/// </summary>
internal static class SmallOrderPoints
{
    private static readonly byte[][] Ordinates =
    [
        Convert.FromHexString("0000000000000000000000000000000000000000000000000000000000000000"), // order 4: y = 0
        Convert.FromHexString("0100000000000000000000000000000000000000000000000000000000000000"), // order 1: y = 1
        Convert.FromHexString("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), // order 8
        Convert.FromHexString("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), // order 8, y negated
        Convert.FromHexString("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"), // order 2: y = p - 1
        Convert.FromHexString("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"), // p, that is 0
        Convert.FromHexString("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"), // p + 1, that is 1
    ];

    /// <param name="key">32 bytes, little-endian y with the sign of x in the top bit.</param>
    public static bool Contains(ReadOnlySpan<byte> key)
    {
        Span<byte> y = stackalloc byte[32];
        key.CopyTo(y);
        y[31] &= 0x7F;
        foreach (var ordinate in Ordinates)
        {
            if (y.SequenceEqual(ordinate))
                return true;
        }

        return false;
    }
}
