using System.Security.Cryptography;

namespace Notary.Core;

/// <summary>The hashing of RFC 6962 §2.1 over SHA-256.</summary>
public static class MerkleHash
{
    internal const byte LeafPrefix = 0x00;
    internal const byte NodePrefix = 0x01;
    private const int StackLimit = 4_096;

    /// <summary>The root of the empty tree: SHA-256 of nothing.</summary>
    public static Hash EmptyRoot { get; } = Hash.Of([]);

    /// <summary>Hash of a leaf: the prefix differs from a node's, so that a node can never be presented as a leaf.</summary>
    public static Hash Leaf(ReadOnlySpan<byte> entry)
    {
        Span<byte> input = entry.Length < StackLimit ? stackalloc byte[entry.Length + 1] : new byte[entry.Length + 1];
        input[0] = LeafPrefix;
        entry.CopyTo(input[1..]);
        return Hash.Of(input);
    }

    /// <summary>Hash of an inner node.</summary>
    public static Hash Node(in Hash left, in Hash right)
    {
        Span<byte> input = stackalloc byte[1 + 2 * Hash.Size];
        input[0] = NodePrefix;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + Hash.Size)..]);
        return Hash.Of(input);
    }
}
