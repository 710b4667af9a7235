using System.Formats.Asn1;

namespace Notary.Core;

/// <summary>What the readers of RFC 3161's structures share. Each takes DER alone.</summary>
internal static class Der
{
    /// <summary>Reads one value that is the whole of the bytes.</summary>
    /// <exception cref="MalformedException">It is not DER, or not what is read.</exception>
    public static T Read<T>(string document, ReadOnlyMemory<byte> der, Func<AsnReader, T> read)
    {
        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.DER);
            var value = read(reader);
            reader.ThrowIfNotEmpty();
            return value;
        }
        catch (AsnContentException)
        {
            throw new MalformedException(document, null, "is not DER of the form that RFC 3161 gives it");
        }
    }

    /// <summary>Whether an element of this kind comes next.</summary>
    public static bool Next(AsnReader reader, Asn1Tag tag) => reader.HasData && reader.PeekTag().HasSameClassAndValue(tag);

    public static Asn1Tag Context(int number) => new(TagClass.ContextSpecific, number);

    public static void ReadVersion(AsnReader reader, string document)
    {
        if (reader.ReadInteger() != 1)
            throw new MalformedException(document, "version", "is not 1");
    }

    /// <summary>An optional INTEGER of at most <see cref="TimestampLimits.NonceBytes"/>.</summary>
    public static ReadOnlyMemory<byte>? ReadNonce(AsnReader reader, string document)
    {
        if (!Next(reader, Asn1Tag.Integer))
            return null;
        var nonce = reader.ReadIntegerBytes();
        return nonce.Length <= TimestampLimits.NonceBytes
            ? nonce
            : throw new MalformedException(document, "nonce", $"has {nonce.Length} bytes (limit {TimestampLimits.NonceBytes})");
    }
}
