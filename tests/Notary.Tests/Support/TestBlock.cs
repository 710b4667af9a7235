using System.Buffers.Binary;
using Notary.Core;

namespace Notary.Tests.Support;

/// <summary>Bitcoin blocks of the tests' own: of the lowest difficulty, so that one is found at the second try.</summary>
internal static class TestBlock
{
    private const uint Easiest = 0x207FFFFF;

    public static BlockHeader With(in Hash root, DateTimeOffset time, uint difficulty = Easiest)
    {
        for (uint nonce = 0; ; nonce++)
        {
            try
            {
                return BlockHeader.Parse(Bytes(root, time, difficulty, nonce));
            }
            catch (MalformedException e) when (e.Problem.Contains("proof of work", StringComparison.Ordinal))
            {
                // The next nonce.
            }
        }
    }

    public static byte[] Bytes(in Hash root, DateTimeOffset time, uint difficulty, uint nonce)
    {
        var header = new byte[BlockHeader.Size];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 2);
        root.CopyTo(header.AsSpan(36));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(68), (uint)time.ToUnixTimeSeconds());
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(72), difficulty);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(76), nonce);
        return header;
    }

    /// <summary>What a calendar makes of a root: a few operations, and the block that ends in their result.</summary>
    public static (OtsTimestamp Timestamp, BlockHeader Header) Stamp(in Hash root, ulong height, DateTimeOffset time)
    {
        OtsOperation[] path = [OtsOperation.Append([1, 2, 3]), OtsOperation.Sha256, OtsOperation.Prepend([4]), OtsOperation.Sha256];
        var message = path.Aggregate(root.ToArray(), (message, operation) => operation.Apply(message));
        return (new OtsTimestamp([new BitcoinAttestation(height)], []).After(path), With(new Hash(message), time));
    }
}
