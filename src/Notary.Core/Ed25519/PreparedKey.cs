using System.Numerics;
using System.Security.Cryptography;

namespace Notary.Core;

/// <summary>
/// A public key made ready to verify many Ed25519 signatures (RFC 8032, section 5.1.7), each at a fraction of what a library
/// takes that sees the key for the first time. Strict: S below the group's order, the key a canonical point, and R equal byte
/// for byte to the encoding of [S]B - [k]A, without the cofactor. That is the rule of BouncyCastle too; a test holds both to
/// the same verdicts. A verdict is about public data alone, so nothing here takes constant time.
/// <para>
/// Why it cannot be made to accept what it must not: k hashes R, so whoever wants R to come out has to know it before k is
/// known, also where this arithmetic had a fault. What it refuses, <see cref="VerifierKey"/> has BouncyCastle look at again.
/// </para>
/// </summary>
internal sealed class PreparedKey
{
    private const int StackBytes = 1_024;

    private static readonly BigInteger Order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);
    private static readonly byte[] OrderBytes = Order.ToByteArray(isUnsigned: true);
    private static readonly Lazy<PointTable> Base = new(() => new PointTable(CurvePoint.Base, width: 8, vectors: false));
    private static readonly Lazy<PointTable> BaseLanes = new(() => new PointTable(CurvePoint.Base, width: 8, vectors: true));

    private readonly byte[] publicKey;
    private readonly PointTable minusKey;
    private readonly bool vectors;

    private PreparedKey(byte[] publicKey, PointTable minusKey, bool vectors) => (this.publicKey, this.minusKey, this.vectors) = (publicKey, minusKey, vectors);

    /// <summary>Null where the bytes are no canonical point.</summary>
    public static PreparedKey? Create(ReadOnlySpan<byte> publicKey) => Create(publicKey, Lanes.IsSupported);

    /// <param name="publicKey">32 bytes.</param>
    /// <param name="vectors">Whether to use AVX2, where it is there.</param>
    internal static PreparedKey? Create(ReadOnlySpan<byte> publicKey, bool vectors) => CurvePoint.Read(publicKey) is { } point
        ? new PreparedKey(publicKey.ToArray(), new PointTable(-point, width: 4, vectors), vectors)
        : null;

    /// <param name="message">What is signed.</param>
    /// <param name="signature">64 bytes: R, then S.</param>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        var r = signature[..32];
        var s = signature[32..];
        if (!IsBelowOrder(s))
            return false;
        Span<byte> k = stackalloc byte[32];
        Challenge(r, message, k);
        var sum = Sum(s, k);
        Span<byte> computed = stackalloc byte[32];
        sum.Write(computed);
        return computed.SequenceEqual(r);
    }

    /// <summary>[S]B - [k]A.</summary>
    private CurvePoint Sum(ReadOnlySpan<byte> s, ReadOnlySpan<byte> k)
    {
        if (!vectors)
            return minusKey.AddMultiple(Base.Value.AddMultiple(CurvePoint.Neutral, s), k);
        var sum = CurvePoint.Neutral.ToLanes();
        BaseLanes.Value.AddMultiple(ref sum, s);
        minusKey.AddMultiple(ref sum, k);
        return CurvePoint.Of(sum);
    }

    /// <summary>SHA-512 of R, the key and the message, modulo the order.</summary>
    private void Challenge(ReadOnlySpan<byte> r, ReadOnlySpan<byte> message, Span<byte> k)
    {
        var length = r.Length + publicKey.Length + message.Length;
        var input = length <= StackBytes ? stackalloc byte[length] : new byte[length];
        r.CopyTo(input);
        publicKey.CopyTo(input[r.Length..]);
        message.CopyTo(input[(r.Length + publicKey.Length)..]);
        Span<byte> digest = stackalloc byte[SHA512.HashSizeInBytes];
        SHA512.HashData(input, digest);
        k.Clear();
        (new BigInteger(digest, isUnsigned: true) % Order).TryWriteBytes(k, out _, isUnsigned: true);
    }

    private static bool IsBelowOrder(ReadOnlySpan<byte> s)
    {
        for (var i = s.Length - 1; i >= 0; i--)
        {
            if (s[i] != OrderBytes[i])
                return s[i] < OrderBytes[i];
        }

        return false;
    }
}
