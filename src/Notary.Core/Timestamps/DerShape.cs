namespace Notary.Core;

/// <summary>
/// A look at the bare shape of DER before any parser sees it: one element that ends where the bytes end, definite minimal
/// lengths, no strings in parts, bounded nesting and number of elements. The framework's CMS reader takes BER, ignores what follows, and
/// descends as deep as it is led; what passes here leads it nowhere far, and has one reading.
/// </summary>
internal static class DerShape
{
    private const int Constructed = 0x20;
    private const int MultiByteTag = 0x1F;

    /// <summary>Tags of constructed bit, octet and character strings and times, which BER has.</summary>
    private static ReadOnlySpan<byte> StringsInParts => [0x23, 0x24, 0x2C, 0x32, 0x33, 0x34, 0x36, 0x37, 0x38, 0x3A, 0x3C, 0x3E];

    /// <summary>Null, or a clause that says what is wrong. Takes time in proportion to the bytes.</summary>
    public static string? Problem(ReadOnlySpan<byte> der)
    {
        // Where each open constructed element ends; the outermost "element" is the whole.
        Span<int> ends = stackalloc int[TimestampLimits.Nesting + 1];
        var (depth, position, elements) = (0, 0, 0);
        ends[0] = der.Length;
        while (position < der.Length)
        {
            if (depth == 0 && elements > 0)
                return "is followed by other bytes";
            if (++elements > TimestampLimits.Elements)
                return $"has more than {TimestampLimits.Elements:N0} elements";
            var tag = der[position++];
            if ((tag & MultiByteTag) == MultiByteTag)
                return "has a tag of several bytes, which no time-stamp has";
            if (StringsInParts.Contains(tag))
                return "has a string in parts, which is not DER";
            if (!TryReadLength(der[..ends[depth]], ref position, out var length))
                return "has a length that is not DER, or that reaches beyond its element";
            if ((tag & Constructed) == 0)
                position += length;
            else if (depth == TimestampLimits.Nesting)
                return $"is nested more than {TimestampLimits.Nesting} deep";
            else
                ends[++depth] = position + length;
            while (depth > 0 && position == ends[depth])
                depth--;
        }

        return elements == 0 ? "is empty" : null;
    }

    private static bool TryReadLength(ReadOnlySpan<byte> within, ref int position, out int length)
    {
        length = 0;
        if (position >= within.Length)
            return false;
        var first = within[position++];
        if (first < 0x80)
        {
            length = first;
            return length <= within.Length - position;
        }

        // 0x80 is BER's indefinite length. Three bytes of length are more than any limit here.
        var count = first & 0x7F;
        if (count is 0 or > 3 || count > within.Length - position || within[position] == 0)
            return false;
        for (var i = 0; i < count; i++)
            length = (length << 8) | within[position++];
        return length >= 0x80 && length <= within.Length - position;
    }
}
