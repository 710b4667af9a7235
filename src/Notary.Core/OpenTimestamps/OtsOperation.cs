using System.Security.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Digests;

namespace Notary.Core;

/// <summary>The operations of OpenTimestamps by their tags. Those of hash functions are RFC 4880's numbers.</summary>
public enum OtsOperationKind : byte
{
    Sha1 = 0x02,
    Ripemd160 = 0x03,
    Sha256 = 0x08,
    Keccak256 = 0x67,
    Append = 0xF0,
    Prepend = 0xF1,
    Reverse = 0xF2,
    Hexlify = 0xF3,
}

/// <summary>One step from a message to the next: a hash function, or a change that loses nothing of the message.</summary>
public sealed class OtsOperation : IEquatable<OtsOperation>
{
    private OtsOperation(OtsOperationKind kind, ReadOnlyMemory<byte> argument) => (Kind, Argument) = (kind, argument);

    /// <summary>By tag, then by argument: the order in which the format writes them.</summary>
    internal static Comparer<OtsOperation> Order { get; } = Comparer<OtsOperation>.Create(
        (a, b) => a.Kind != b.Kind ? a.Kind.CompareTo(b.Kind) : a.Argument.Span.SequenceCompareTo(b.Argument.Span));

    public static OtsOperation Sha256 { get; } = new(OtsOperationKind.Sha256, default);

    public static OtsOperation Hexlify { get; } = new(OtsOperationKind.Hexlify, default);

    public OtsOperationKind Kind { get; }

    /// <summary>What is appended or prepended, 1 to 4,096 bytes; empty for every other operation.</summary>
    public ReadOnlyMemory<byte> Argument { get; }

    /// <summary>Whether <see cref="Argument"/> belongs to it.</summary>
    public bool IsBinary => TakesArgument(Kind);

    /// <summary>Bytes of the digest of a hash function; null for every other operation.</summary>
    public int? DigestBytes => Kind switch
    {
        OtsOperationKind.Sha1 or OtsOperationKind.Ripemd160 => 20,
        OtsOperationKind.Sha256 or OtsOperationKind.Keccak256 => 32,
        _ => null,
    };

    public static OtsOperation Append(ReadOnlySpan<byte> suffix) => Create(OtsOperationKind.Append, suffix.ToArray());

    public static OtsOperation Prepend(ReadOnlySpan<byte> prefix) => Create(OtsOperationKind.Prepend, prefix.ToArray());

    /// <param name="kind">Which.</param>
    /// <param name="argument">As <see cref="Argument"/> says; owned by the operation from here on.</param>
    /// <exception cref="ArgumentException">No such operation, or an argument that it does not take.</exception>
    public static OtsOperation Create(OtsOperationKind kind, ReadOnlyMemory<byte> argument = default)
    {
        var length = argument.Length;
        return Enum.IsDefined(kind) && (TakesArgument(kind) ? length is >= 1 and <= OtsLimits.MessageBytes : length == 0)
            ? new OtsOperation(kind, argument)
            : throw new ArgumentException($"There is no operation 0x{(byte)kind:x2} with {length} bytes.", nameof(argument));
    }

    internal static bool TakesArgument(OtsOperationKind kind) => kind is OtsOperationKind.Append or OtsOperationKind.Prepend;

    /// <summary>Bytes of the result on a message of so many bytes; null when that is longer than a message may be.</summary>
    public int? ResultBytes(int messageBytes)
    {
        var length = Kind switch
        {
            OtsOperationKind.Append or OtsOperationKind.Prepend => messageBytes + Argument.Length,
            OtsOperationKind.Hexlify => 2 * messageBytes,
            OtsOperationKind.Reverse => messageBytes,
            _ => DigestBytes!.Value,
        };
        return length <= OtsLimits.MessageBytes ? length : null;
    }

    /// <summary>The next message.</summary>
    /// <exception cref="ArgumentException">The message is empty or too long, or the result would be.</exception>
    public byte[] Apply(ReadOnlySpan<byte> message)
    {
        if (message.Length is 0 or > OtsLimits.MessageBytes || ResultBytes(message.Length) is null)
            throw new ArgumentException($"{this} cannot be applied to {message.Length} bytes.", nameof(message));
        switch (Kind)
        {
            case OtsOperationKind.Append:
                return [.. message, .. Argument.Span];
            case OtsOperationKind.Prepend:
                return [.. Argument.Span, .. message];
            case OtsOperationKind.Hexlify:
                return System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(message));
            case OtsOperationKind.Reverse:
                var reversed = message.ToArray();
                Array.Reverse(reversed);
                return reversed;
            case OtsOperationKind.Sha256:
                return Hash.Of(message).ToArray();
            default:
                var digest = NewDigest();
                digest.BlockUpdate(message.ToArray(), 0, message.Length);
                return Finish(digest);
        }
    }

    /// <summary>The digest of a file of any length, by a hash function.</summary>
    /// <exception cref="InvalidOperationException">It is no hash function.</exception>
    public byte[] DigestOf(Stream content, CancellationToken cancellation)
    {
        // The system's SHA-256 is several times faster than the library's, and files are large.
        using var sha256 = Kind == OtsOperationKind.Sha256 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        var digest = sha256 is null ? NewDigest() : null;
        var buffer = new byte[64 << 10];
        while (content.Read(buffer) is > 0 and var read)
        {
            cancellation.ThrowIfCancellationRequested();
            sha256?.AppendData(buffer, 0, read);
            digest?.BlockUpdate(buffer, 0, read);
        }

        return sha256?.GetHashAndReset() ?? Finish(digest!);
    }

    /// <summary>As the reference implementation prints it: <c>sha256</c>, <c>append 00ff</c>.</summary>
    public override string ToString()
    {
        var name = Kind.ToString().ToLowerInvariant();
        return IsBinary ? $"{name} {Convert.ToHexStringLower(Argument.Span)}" : name;
    }

    public bool Equals(OtsOperation? other) => other is not null && Kind == other.Kind && Argument.Span.SequenceEqual(other.Argument.Span);

    public override bool Equals(object? obj) => Equals(obj as OtsOperation);

    public override int GetHashCode()
    {
        var code = default(HashCode);
        code.Add(Kind);
        code.AddBytes(Argument.Span);
        return code.ToHashCode();
    }

    private IDigest NewDigest() => Kind switch
    {
        OtsOperationKind.Sha1 => new Sha1Digest(),
        OtsOperationKind.Ripemd160 => new RipeMD160Digest(),
        OtsOperationKind.Keccak256 => new KeccakDigest(8 * Hash.Size),
        _ => throw new InvalidOperationException($"{this} is no hash function."),
    };

    private static byte[] Finish(IDigest digest)
    {
        var result = new byte[digest.GetDigestSize()];
        digest.DoFinal(result, 0);
        return result;
    }
}
