using System.Text;

namespace Notary.Core;

/// <summary>
/// Reads and writes <c>manifest.txt</c> item by item: what <see cref="Manifest.Parse"/> and <see cref="Manifest.ToText"/> do,
/// for manifests of a million items, whose text need not fit into one string.
/// </summary>
internal static class ManifestFile
{
    private const string Document = "notary.manifest/v1";
    private const int BufferBytes = 64 << 10;

    private static readonly byte[] FirstLine = Encoding.ASCII.GetBytes(Document + "\n");

    public static void Write(Manifest manifest, Stream output)
    {
        var buffer = new byte[BufferBytes];
        var length = 0;
        Append(FirstLine);
        foreach (var item in manifest.Items)
        {
            Append(TextRules.Utf8.GetBytes(item.ToText()));
            Append("\n"u8);
        }
        output.Write(buffer, 0, length);

        void Append(ReadOnlySpan<byte> bytes)
        {
            if (length + bytes.Length > buffer.Length)
            {
                output.Write(buffer, 0, length);
                length = 0;
            }
            bytes.CopyTo(buffer.AsSpan(length));
            length += bytes.Length;
        }
    }

    /// <param name="input">Read to its end.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="MalformedException">As <see cref="Manifest.Parse"/>, or more than a million items.</exception>
    public static Manifest Read(Stream input, CancellationToken cancellation) => new([.. Items(input, cancellation)]);

    /// <summary>The same, of which nothing is kept but the item at hand.</summary>
    public static IEnumerable<ItemText> Items(Stream input, CancellationToken cancellation)
    {
        var buffer = new byte[BufferBytes];
        byte[] previous = [];
        var count = 0;
        var length = Fill(input, buffer, 0);
        if (!buffer.AsSpan(0, length).StartsWith(FirstLine))
            throw Malformed(null, $"does not begin with the line '{Document}'");
        for (var start = FirstLine.Length; ;)
        {
            cancellation.ThrowIfCancellationRequested();
            var end = buffer.AsSpan(start, length - start).IndexOf("\n\n"u8);
            if (end >= 0)
            {
                var item = ParseItem(buffer.AsSpan(start, end + 1), ++count, ref previous);
                start += end + 2;
                yield return item;
                continue;
            }
            // The rest of the buffer is the beginning of an item; the stream has the rest of it, or nothing more.
            buffer.AsSpan(start, length - start).CopyTo(buffer);
            var kept = length - start;
            length = Fill(input, buffer, kept);
            start = 0;
            if (length == 0 && count == 0)
                throw Malformed(null, "holds no item");
            if (length == 0)
                yield break;
            if (length == kept || kept > Limits.ItemBytes)
                throw TooLong(count + 1);
        }
    }

    private static ItemText ParseItem(ReadOnlySpan<byte> text, int number, ref byte[] previousPath)
    {
        if (number > EvidenceLimits.Items)
            throw Malformed(null, $"has more than {EvidenceLimits.Items:N0} items");
        if (text.Length > Limits.ItemBytes)
            throw TooLong(number);
        ItemText item;
        try
        {
            item = ItemText.Parse(TextRules.Utf8.GetString(text));
        }
        catch (DecoderFallbackException)
        {
            throw Malformed($"item {number}", "is not UTF-8");
        }
        var path = Encoding.UTF8.GetBytes(item.Path);
        if (previousPath.AsSpan().SequenceCompareTo(path) >= 0)
            throw Malformed($"item {number}", "is doubled or not sorted by the bytes of its path");
        previousPath = path;
        return item;
    }

    // Reads until the buffer is full or the stream ends, and returns how much the buffer holds then.
    private static int Fill(Stream input, byte[] buffer, int kept) => kept + input.ReadAtLeast(buffer.AsSpan(kept), buffer.Length - kept, throwOnEndOfStream: false);

    // Whichever of the two comes first with the buffer at hand: the words do not depend on its size.
    private static MalformedException TooLong(int number) => Malformed($"item {number}", "is too long, or is not followed by an empty line");

    private static MalformedException Malformed(string? field, string problem) => new(Document, field, problem);
}
