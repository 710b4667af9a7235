using System.Globalization;

namespace Notary.Core;

/// <summary>A value in a statement that nobody could know earlier. It bounds the age of the entry, not of the document.</summary>
public abstract record Beacon
{
    private protected Beacon()
    {
    }

    internal abstract string ToText();

    internal static Beacon Parse(FieldReader fields, string value)
    {
        var parts = value.Split(' ');
        return parts switch
        {
            ["bitcoin", var height, var hash] when Decimals.TryParse(height, out var number) && Hash.TryParseHex(hash, out var block) =>
                new BitcoinBeacon(number, block),
            ["token", var hash] when Hash.TryParseHex(hash, out var token) => new TokenBeacon(token),
            _ => throw fields.Error("beacon", "is neither 'bitcoin height hash' nor 'token hash'"),
        };
    }
}

/// <summary>A Bitcoin block.</summary>
/// <param name="Height">Its height.</param>
/// <param name="BlockHash">Its hash in the order that Bitcoin software displays.</param>
public sealed record BitcoinBeacon(ulong Height, Hash BlockHash) : Beacon
{
    internal override string ToText() => string.Create(CultureInfo.InvariantCulture, $"bitcoin {Height} {BlockHash}");
}

/// <summary>A time-stamp token over the checkpoint that the statement names in <c>after</c>.</summary>
/// <param name="Token">SHA-256 of the DER token.</param>
public sealed record TokenBeacon(Hash Token) : Beacon
{
    internal override string ToText() => $"token {Token}";
}
