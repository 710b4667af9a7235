using System.Formats.Asn1;

namespace Notary.Core;

/// <summary>What a time-stamp is over: a digest, and the object identifier of the hash function that made it.</summary>
/// <param name="Algorithm">Dotted; a reader of tokens takes SHA-256, SHA-384 and SHA-512 only.</param>
/// <param name="Digest">Its result.</param>
public sealed record MessageImprint(string Algorithm, ReadOnlyMemory<byte> Digest)
{
    /// <summary>An imprint of a SHA-256: the only kind that evidence holds.</summary>
    public static MessageImprint Of(in Hash sha256) => new(TimestampOids.Sha256, sha256.ToArray());

    /// <summary>Bytes that a digest of the algorithm has; null for an algorithm that is not taken.</summary>
    public static int? DigestSize(string algorithm) => algorithm switch
    {
        TimestampOids.Sha256 => 32,
        TimestampOids.Sha384 => 48,
        TimestampOids.Sha512 => 64,
        _ => null,
    };

    public bool Equals(MessageImprint? other) =>
        other is not null && Algorithm == other.Algorithm && Digest.Span.SequenceEqual(other.Digest.Span);

    public override int GetHashCode() => HashCode.Combine(Algorithm, Digest.Length);

    /// <summary>MessageImprint ::= SEQUENCE { hashAlgorithm AlgorithmIdentifier, hashedMessage OCTET STRING }.</summary>
    internal static MessageImprint Read(AsnReader parent)
    {
        var imprint = parent.ReadSequence();
        var algorithm = imprint.ReadSequence();
        var oid = algorithm.ReadObjectIdentifier();
        // RFC 5754 section 2: the parameters are absent, and NULL is taken too.
        if (algorithm.HasData)
            algorithm.ReadNull();
        algorithm.ThrowIfNotEmpty();
        var digest = imprint.ReadOctetString();
        imprint.ThrowIfNotEmpty();
        return new MessageImprint(oid, digest);
    }

    internal void Write(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Algorithm);
                writer.WriteNull();
            }

            writer.WriteOctetString(Digest.Span);
        }
    }
}
