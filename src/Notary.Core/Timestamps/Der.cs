using System.Formats.Asn1;
using System.Globalization;
using System.Text;

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

    /// <summary>
    /// A GeneralizedTime in UTC, to the tick below. The framework checks its form; its own value is of a fraction in binary floating
    /// point, in which .82 of a second are 819.9999 milliseconds and a long row of nines the next second.
    /// </summary>
    public static DateTimeOffset ReadTime(AsnReader reader)
    {
        const string Seconds = "yyyyMMddHHmmss";
        var text = Encoding.ASCII.GetString(reader.PeekContentBytes().Span);
        reader.ReadGeneralizedTime();
        var fraction = text[Seconds.Length..].Trim('.', 'Z').PadRight(7, '0')[..7];
        return DateTimeOffset.ParseExact(text[..Seconds.Length], Seconds, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
            .AddTicks(long.Parse(fraction, CultureInfo.InvariantCulture));
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
