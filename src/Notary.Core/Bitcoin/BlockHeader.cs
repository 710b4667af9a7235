using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Notary.Core;

/// <summary>
/// A Bitcoin block's header, whose proof of work has been checked against the difficulty that it claims:
/// <code>
/// version 4 | previous block's hash 32 | Merkle root 32 | time 4 | difficulty 4 | nonce 4          80 bytes, little-endian
/// </code>
/// That the block is in the chain, at some height, only a node or a list that the reader trusts can say.
/// </summary>
public sealed class BlockHeader
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 80;

    private const int RootOffset = 36;
    private const int TimeOffset = 68;
    private const int DifficultyOffset = 72;

    // Consensus allows a block's time to be two hours ahead of the network's; behind, it only has to be later than the
    // median of the eleven blocks before. So a block's time is good to about a day, and its bound is never earlier.
    private static readonly TimeSpan Ahead = TimeSpan.FromHours(2);

    private readonly byte[] bytes;
    private readonly BigInteger target;

    private BlockHeader(byte[] bytes, in Hash hash, in BigInteger target) => (this.bytes, Hash, this.target) = (bytes, hash, target);

    /// <summary>The block's hash, in the order of its bytes; explorers show it reversed (<see cref="Display"/>).</summary>
    public Hash Hash { get; }

    /// <summary>The root over the block's transactions, in the order of its bytes.</summary>
    public Hash MerkleRoot => new(bytes.AsSpan(RootOffset, Hash.Size));

    /// <summary>What the miner wrote, in whole seconds.</summary>
    public DateTimeOffset Time => DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(TimeOffset)));

    /// <summary>The time that what is in the block is said to be no later than: <see cref="Time"/> and two hours.</summary>
    public DateTimeOffset NoLaterThan => Time + Ahead;

    /// <summary>How many hashes the block took on average, as a power of two: about 32 for the easiest block of the main chain, over 70 of late.</summary>
    public int WorkBits => (int)((BigInteger.One << 256) / (target + 1)).GetBitLength() - 1;

    /// <exception cref="MalformedException">Not 80 bytes, or the hash is above the target that it claims.</exception>
    public static BlockHeader Parse(ReadOnlySpan<byte> header)
    {
        if (header.Length != Size)
            throw Malformed($"has {header.Length} bytes, not {Size}");
        var hash = new Hash(SHA256.HashData(SHA256.HashData(header)));
        if (Target(BinaryPrimitives.ReadUInt32LittleEndian(header[DifficultyOffset..])) is not { } target)
            throw Malformed("claims a difficulty that no block can have");
        return new BigInteger(hash.ToArray(), isUnsigned: true) <= target
            ? new BlockHeader(header.ToArray(), hash, target)
            : throw Malformed($"has a hash without the proof of work that it claims: {Display(hash)}");
    }

    /// <summary>A header as nodes print it: 160 hex digits.</summary>
    /// <exception cref="MalformedException">As <see cref="Parse(ReadOnlySpan{byte})"/>, or no hex.</exception>
    public static BlockHeader ParseHex(ReadOnlySpan<char> hex)
    {
        Span<byte> header = stackalloc byte[Size];
        return hex.Length == 2 * Size && Convert.FromHexString(hex, header, out _, out _) == System.Buffers.OperationStatus.Done
            ? Parse(header)
            : throw Malformed($"is not {2 * Size} hex digits");
    }

    public byte[] ToBytes() => [.. bytes];

    /// <summary>A hash as Bitcoin's software shows it: hex, the last byte first.</summary>
    public static string Display(in Hash hash)
    {
        var reversed = hash.ToArray();
        Array.Reverse(reversed);
        return Convert.ToHexStringLower(reversed);
    }

    // A float of base 256: an exponent of one byte, then a signed mantissa of three. Negative, zero and what does not fit
    // into 256 bits are no targets.
    private static BigInteger? Target(uint difficulty)
    {
        var (exponent, mantissa) = ((int)(difficulty >> 24), difficulty & 0x007FFFFF);
        if ((difficulty & 0x00800000) != 0)
            return null;
        var target = exponent <= 3 ? new BigInteger(mantissa >> (8 * (3 - exponent))) : new BigInteger(mantissa) << (8 * (exponent - 3));
        return target.IsZero || target.GetBitLength() > 256 ? null : target;
    }

    private static MalformedException Malformed(string problem) => new("block header", null, problem);
}
