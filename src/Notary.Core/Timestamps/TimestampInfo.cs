using System.Formats.Asn1;
using System.Numerics;

namespace Notary.Core;

/// <summary>What an authority signs: TSTInfo of RFC 3161, section 2.4.2.</summary>
public sealed record TimestampInfo
{
    private const string Document = "time-stamp";

    // Fields of Accuracy, TSTInfo and GeneralName by their context tags.
    private static readonly Asn1Tag Tag0 = Der.Context(0);
    private static readonly Asn1Tag Tag1 = Der.Context(1);

    /// <summary>Dotted.</summary>
    public required string Policy { get; init; }

    public required MessageImprint Imprint { get; init; }

    /// <summary>An INTEGER's bytes, unique for its authority.</summary>
    public required ReadOnlyMemory<byte> Serial { get; init; }

    /// <summary>genTime, UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>How far the time may be off either way, as the authority says; null when it does not say.</summary>
    public TimeSpan? Accuracy { get; init; }

    /// <summary>The query's nonce; null when it had none.</summary>
    public ReadOnlyMemory<byte>? Nonce { get; init; }

    /// <exception cref="MalformedException">Not a TSTInfo in DER, an unknown hash function, or a critical extension.</exception>
    public static TimestampInfo Parse(ReadOnlyMemory<byte> der) => Der.Read(Document, der, reader =>
    {
        var info = reader.ReadSequence();
        Der.ReadVersion(info, Document);
        var policy = info.ReadObjectIdentifier();
        var imprint = MessageImprint.Read(info);
        if (MessageImprint.DigestSize(imprint.Algorithm) != imprint.Digest.Length)
            throw new MalformedException(Document, "messageImprint", "is not a SHA-256, SHA-384 or SHA-512");
        var serial = info.ReadIntegerBytes();
        if (serial.Length > TimestampLimits.SerialBytes)
            throw new MalformedException(Document, "serialNumber", $"has {serial.Length} bytes (limit {TimestampLimits.SerialBytes})");
        var time = Der.ReadTime(info);
        var accuracy = Der.Next(info, Asn1Tag.Sequence) ? ReadAccuracy(info.ReadSequence()) : (TimeSpan?)null;
        // `ordering` says something of an authority's tokens among each other, which nobody here compares.
        if (Der.Next(info, Asn1Tag.Boolean))
            info.ReadBoolean();
        var nonce = Der.ReadNonce(info, Document);
        // `tsa` is a hint for finding the certificate (RFC 3161): the name that counts is in the certificate itself.
        if (Der.Next(info, Tag0))
            info.ReadEncodedValue();
        if (Der.Next(info, Tag1))
            RefuseCritical(info.ReadSequence(Tag1));
        info.ThrowIfNotEmpty();
        return new TimestampInfo { Policy = policy, Imprint = imprint, Serial = serial, Time = time, Accuracy = accuracy, Nonce = nonce };
    });

    /// <summary>Without `ordering`, `tsa` and extensions, which nobody needs.</summary>
    public byte[] ToDer()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            writer.WriteObjectIdentifier(Policy);
            Imprint.Write(writer);
            writer.WriteInteger(Serial.Span);
            writer.WriteGeneralizedTime(Time);
            if (Accuracy is { } accuracy)
                WriteAccuracy(writer, accuracy);
            if (Nonce is { } nonce)
                writer.WriteInteger(nonce.Span);
        }

        return writer.Encode();
    }

    public bool Equals(TimestampInfo? other) => other is not null && ToDer().AsSpan().SequenceEqual(other.ToDer());

    public override int GetHashCode() => HashCode.Combine(Time, Imprint);

    /// <summary>Accuracy ::= SEQUENCE { seconds INTEGER, millis [0] 1..999, micros [1] 1..999 }, each optional.</summary>
    private static TimeSpan ReadAccuracy(AsnReader accuracy)
    {
        var seconds = Der.Next(accuracy, Asn1Tag.Integer) ? accuracy.ReadInteger() : 0;
        var millis = Der.Next(accuracy, Tag0) ? accuracy.ReadInteger(Tag0) : 0;
        var micros = Der.Next(accuracy, Tag1) ? accuracy.ReadInteger(Tag1) : 0;
        accuracy.ThrowIfNotEmpty();
        // A bound of years bounds nothing; the limit also keeps the sum inside a TimeSpan.
        if (seconds < 0 || seconds > int.MaxValue || !IsFraction(millis) || !IsFraction(micros))
            throw new MalformedException(Document, "accuracy", "is not seconds, milliseconds and microseconds");
        return TimeSpan.FromSeconds((long)seconds) + TimeSpan.FromMilliseconds((long)millis) + TimeSpan.FromMicroseconds((long)micros);

        static bool IsFraction(BigInteger value) => value >= 0 && value < 1_000;
    }

    private static void WriteAccuracy(AsnWriter writer, TimeSpan accuracy)
    {
        using (writer.PushSequence())
        {
            if ((long)accuracy.TotalSeconds is > 0 and var seconds)
                writer.WriteInteger(seconds);
            if (accuracy.Milliseconds > 0)
                writer.WriteInteger(accuracy.Milliseconds, Tag0);
            if (accuracy.Microseconds > 0)
                writer.WriteInteger(accuracy.Microseconds, Tag1);
        }
    }

    /// <summary>Extensions ::= SEQUENCE OF SEQUENCE { id, critical BOOLEAN DEFAULT FALSE, value }: none are known, so a critical one is refused.</summary>
    private static void RefuseCritical(AsnReader extensions)
    {
        while (extensions.HasData)
        {
            var extension = extensions.ReadSequence();
            extension.ReadObjectIdentifier();
            if (Der.Next(extension, Asn1Tag.Boolean) && extension.ReadBoolean())
                throw new MalformedException(Document, "extensions", "holds a critical extension, which is unknown here");
            extension.ReadOctetString();
            extension.ThrowIfNotEmpty();
        }
    }
}
