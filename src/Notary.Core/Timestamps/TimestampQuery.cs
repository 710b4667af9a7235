using System.Formats.Asn1;

namespace Notary.Core;

/// <summary>What an authority is asked: TimeStampReq of RFC 3161, section 2.4.1.</summary>
/// <param name="Imprint">What is to be stamped. Its algorithm and length are not judged here.</param>
public sealed record TimestampQuery(MessageImprint Imprint)
{
    private const string Document = "time-stamp query";

    /// <summary>The policy asked for, dotted; null leaves it to the authority.</summary>
    public string? Policy { get; init; }

    /// <summary>An INTEGER's bytes, to be echoed; null when there is none.</summary>
    public ReadOnlyMemory<byte>? Nonce { get; init; }

    /// <summary>Whether the token shall hold its signer's certificate.</summary>
    public bool WantsCertificate { get; init; }

    /// <summary>Whether it asks for an extension; none are known.</summary>
    public bool HasExtensions { get; init; }

    /// <exception cref="MalformedException">Not a query in DER, or over a limit.</exception>
    public static TimestampQuery Parse(ReadOnlyMemory<byte> der)
    {
        if (der.Length > TimestampLimits.QueryBytes)
            throw new MalformedException(Document, null, $"has {der.Length:N0} bytes (limit {TimestampLimits.QueryBytes:N0})");
        return Der.Read(Document, der, reader =>
        {
            var query = reader.ReadSequence();
            Der.ReadVersion(query, Document);
            var imprint = MessageImprint.Read(query);
            var policy = Der.Next(query, Asn1Tag.ObjectIdentifier) ? query.ReadObjectIdentifier() : null;
            var nonce = Der.ReadNonce(query, Document);
            var wantsCertificate = Der.Next(query, Asn1Tag.Boolean) && query.ReadBoolean();
            var hasExtensions = query.HasData;
            if (hasExtensions)
                query.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0));
            query.ThrowIfNotEmpty();
            return new TimestampQuery(imprint)
            {
                Policy = policy, Nonce = nonce, WantsCertificate = wantsCertificate, HasExtensions = hasExtensions,
            };
        });
    }

    public byte[] ToDer()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            Imprint.Write(writer);
            if (Policy is not null)
                writer.WriteObjectIdentifier(Policy);
            if (Nonce is { } nonce)
                writer.WriteInteger(nonce.Span);
            if (WantsCertificate)
                writer.WriteBoolean(true);
        }

        return writer.Encode();
    }

    public bool Equals(TimestampQuery? other) => other is not null && ToDer().AsSpan().SequenceEqual(other.ToDer()) && HasExtensions == other.HasExtensions;

    public override int GetHashCode() => Imprint.GetHashCode();
}
