using System.IO.Compression;

namespace Notary.Core;

/// <summary>A file of <c>ots/</c>, or a page for reading, as it came.</summary>
/// <remarks>
/// One that packs well is kept packed: a package of a few megabytes can hold gigabytes of them, which are looked at one by one.
/// </remarks>
public sealed record Attachment
{
    // OpenTimestamps files in use are hardly larger, and are digests, which do not pack.
    private const int NeverPacked = 2_048;

    private readonly ReadOnlyMemory<byte> kept;
    private readonly int length;

    /// <param name="name">Its name in the package, folder included.</param>
    /// <param name="content">Its bytes, which nobody changes any more.</param>
    public Attachment(string name, ReadOnlyMemory<byte> content) => (Name, Content) = (name, content);

    public string Name { get; init; }

    /// <summary>Unpacked each time that it is asked for.</summary>
    public ReadOnlyMemory<byte> Content
    {
        get => kept.Length == length ? kept : Unpack();
        init => (length, kept) = (value.Length, value.Length > NeverPacked && Pack(value) is { } packed ? packed : value);
    }

    public bool Equals(Attachment? other) => other is not null && Name == other.Name && length == other.length && Content.Span.SequenceEqual(other.Content.Span);

    public override int GetHashCode() => HashCode.Combine(Name, length);

    /// <summary>Null where it is not worth it.</summary>
    private static byte[]? Pack(ReadOnlyMemory<byte> content)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            deflate.Write(content.Span);
        return packed.Length <= content.Length / 2 ? packed.ToArray() : null;
    }

    private byte[] Unpack()
    {
        var content = new byte[length];
        using var inflate = new DeflateStream(new MemoryStream(kept.ToArray()), CompressionMode.Decompress);
        inflate.ReadExactly(content);
        return content;
    }
}
