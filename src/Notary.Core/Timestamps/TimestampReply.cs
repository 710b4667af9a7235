using System.Formats.Asn1;
using System.Numerics;

namespace Notary.Core;

/// <summary>Why an authority refuses: the bits of PKIFailureInfo in RFC 3161, section 2.4.2.</summary>
public enum TimestampFailure
{
    /// <summary>The hash function is not taken.</summary>
    BadAlgorithm = 0,

    /// <summary>The query is not allowed or not supported.</summary>
    BadRequest = 2,

    /// <summary>The bytes are not a query, or the digest is not of its hash function's length.</summary>
    BadDataFormat = 5,

    /// <summary>The authority's clock is not to be told now.</summary>
    TimeNotAvailable = 14,

    /// <summary>The policy asked for is not the authority's.</summary>
    UnacceptedPolicy = 15,

    /// <summary>The query asks for an extension.</summary>
    UnacceptedExtension = 16,

    /// <summary>The authority cannot answer for now.</summary>
    SystemFailure = 25,
}

/// <summary>What an authority answers: TimeStampResp of RFC 3161, section 2.4.2. Nothing of it is verified.</summary>
/// <param name="Token">The token in DER; null when none was granted.</param>
public sealed record TimestampReply(ReadOnlyMemory<byte>? Token)
{
    private const string Document = "time-stamp reply";
    private const int Granted = 0;
    private const int GrantedWithMods = 1;
    private const int Rejection = 2;
    private const int LastStatus = 5;

    /// <summary>Why there is no token, in the authority's words; to be shown escaped. Empty when it gives none.</summary>
    public string Text { get; init; } = "";

    /// <summary>Why there is no token; null when the authority gives no reason, or one that is not listed here.</summary>
    public TimestampFailure? Failure { get; init; }

    public static TimestampReply Refuse(TimestampFailure failure, string text) => new((ReadOnlyMemory<byte>?)null) { Failure = failure, Text = text };

    /// <exception cref="MalformedException">Not a reply in DER, or a token that contradicts its status.</exception>
    public static TimestampReply Parse(ReadOnlyMemory<byte> der)
    {
        if (der.Length > TimestampLimits.ReplyBytes)
            throw new MalformedException(Document, null, $"has over {TimestampLimits.ReplyBytes:N0} bytes");
        return Der.Read(Document, der, reader =>
        {
            var reply = reader.ReadSequence();
            var info = reply.ReadSequence();
            var status = info.ReadInteger();
            var text = Der.Next(info, Asn1Tag.Sequence) ? ReadText(info.ReadSequence()) : "";
            var failure = info.HasData ? ReadFailure(info) : null;
            info.ThrowIfNotEmpty();
            var token = reply.HasData ? reply.ReadEncodedValue() : (ReadOnlyMemory<byte>?)null;
            reply.ThrowIfNotEmpty();
            return Check(status, token) with { Text = text, Failure = failure };
        });
    }

    public byte[] ToDer()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
                WriteStatus(writer);
            if (Token is { } token)
                writer.WriteEncodedValue(token.Span);
        }

        return writer.Encode();
    }

    private static TimestampReply Check(BigInteger status, ReadOnlyMemory<byte>? token)
    {
        if (status < Granted || status > LastStatus)
            throw new MalformedException(Document, "status", "is none of RFC 3161's");
        if (status <= GrantedWithMods != token is not null)
            throw new MalformedException(Document, "status", token is null ? "grants a token that is not there" : "refuses, beside a token");
        return new TimestampReply(token);
    }

    /// <summary>PKIFreeText ::= SEQUENCE OF UTF8String.</summary>
    private static string ReadText(AsnReader lines)
    {
        var text = new List<string>();
        while (lines.HasData)
            text.Add(lines.ReadCharacterString(UniversalTagNumber.UTF8String));
        return string.Join("; ", text);
    }

    private static TimestampFailure? ReadFailure(AsnReader info)
    {
        var bits = info.ReadBitString(out _);
        return Enum.GetValues<TimestampFailure>()
            .Where(failure => bits.Length > (int)failure / 8 && (bits[(int)failure / 8] & (0x80 >> ((int)failure % 8))) != 0)
            .Select(failure => (TimestampFailure?)failure).FirstOrDefault();
    }

    private void WriteStatus(AsnWriter writer)
    {
        writer.WriteInteger(Token is null ? Rejection : Granted);
        if (Text.Length > 0)
        {
            using (writer.PushSequence())
                writer.WriteCharacterString(UniversalTagNumber.UTF8String, Text);
        }

        if (Failure is { } failure)
        {
            var bit = (int)failure;
            var bits = new byte[bit / 8 + 1];
            bits[bit / 8] = (byte)(0x80 >> (bit % 8));
            // A named-bit list ends with its last bit that is set (X.690, section 11.2.2).
            writer.WriteBitString(bits, unusedBitCount: 7 - bit % 8);
        }
    }
}
