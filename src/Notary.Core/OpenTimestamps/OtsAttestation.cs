using System.Buffers;
using System.Globalization;

namespace Notary.Core;

/// <summary>Who says that a message existed: the end of a path. The claim alone; nothing here has been verified.</summary>
public abstract record OtsAttestation
{
    private protected OtsAttestation()
    {
    }

    /// <summary>The 8 bytes that tell kinds apart, as a big-endian number.</summary>
    public abstract ulong Tag { get; }

    /// <summary>The order in which the format writes them: by tag, then by value.</summary>
    internal static Comparer<OtsAttestation> Order { get; } = Comparer<OtsAttestation>.Create(
        (a, b) => a.Tag != b.Tag ? a.Tag.CompareTo(b.Tag) : a.CompareValue(b));

    private protected abstract int CompareValue(OtsAttestation other);
}

/// <summary>A calendar has taken the message and promises a better attestation later.</summary>
/// <param name="Address">Where to ask for it, at most 1,000 characters of <c>[A-Za-z0-9-._/:]</c>.</param>
public sealed record PendingAttestation(string Address) : OtsAttestation
{
    public const ulong TagValue = 0x83DFE30D2EF90C8E;

    // No query, no credentials, no escapes: what a calendar says here is asked over HTTP.
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._/:");

    public override ulong Tag => TagValue;

    public static bool IsAddress(string text) => text.Length <= OtsLimits.AddressCharacters && !text.AsSpan().ContainsAnyExcept(Allowed);

    public override string ToString() => $"pending at {Address}";

    private protected override int CompareValue(OtsAttestation other) => string.CompareOrdinal(Address, ((PendingAttestation)other).Address);
}

/// <summary>The message is the Merkle root in the header of a Bitcoin block.</summary>
/// <param name="Height">The block's.</param>
public sealed record BitcoinAttestation(ulong Height) : OtsAttestation
{
    public const ulong TagValue = 0x0588960D73D71901;

    public override ulong Tag => TagValue;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"bitcoin block {Height}");

    private protected override int CompareValue(OtsAttestation other) => Height.CompareTo(((BitcoinAttestation)other).Height);
}

/// <summary>The same in Litecoin, which is kept but not checked here.</summary>
/// <param name="Height">The block's.</param>
public sealed record LitecoinAttestation(ulong Height) : OtsAttestation
{
    public const ulong TagValue = 0x06869A0D73D71B45;

    public override ulong Tag => TagValue;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"litecoin block {Height}");

    private protected override int CompareValue(OtsAttestation other) => Height.CompareTo(((LitecoinAttestation)other).Height);
}

/// <summary>A kind that came later or from elsewhere, kept as it is.</summary>
public sealed record UnknownAttestation : OtsAttestation
{
    /// <param name="tag">None of the kinds above.</param>
    /// <param name="payload">At most 8,192 bytes.</param>
    /// <exception cref="ArgumentException">A tag that is known, or too long a payload.</exception>
    public UnknownAttestation(ulong tag, ReadOnlyMemory<byte> payload)
    {
        if (tag is PendingAttestation.TagValue or BitcoinAttestation.TagValue or LitecoinAttestation.TagValue || payload.Length > OtsLimits.PayloadBytes)
            throw new ArgumentException("This is no unknown attestation.", nameof(tag));
        (Tag, Payload) = (tag, payload);
    }

    public override ulong Tag { get; }

    public ReadOnlyMemory<byte> Payload { get; }

    public bool Equals(UnknownAttestation? other) => other is not null && Tag == other.Tag && Payload.Span.SequenceEqual(other.Payload.Span);

    public override int GetHashCode() => HashCode.Combine(Tag, Payload.Length);

    public override string ToString() => $"unknown {Tag:x16} {Convert.ToHexStringLower(Payload.Span)}";

    private protected override int CompareValue(OtsAttestation other) => Payload.Span.SequenceCompareTo(((UnknownAttestation)other).Payload.Span);
}
