namespace Notary.Core;

/// <summary>
/// Standard base64 with padding that re-encodes to the same characters. .NET's reader alone also takes white space and
/// stray bits in the last character, so that one value would have many spellings and a signed text could be altered
/// without breaking it.
/// </summary>
internal static class StrictBase64
{
    /// <param name="text">The characters.</param>
    /// <param name="destination">Where the bytes go; too small a buffer is a refusal.</param>
    /// <param name="written">Bytes written.</param>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination, out int written)
    {
        if (!Convert.TryFromBase64Chars(text, destination, out written))
            return false;
        var canonical = (written + 2) / 3 * 4;
        if (canonical != text.Length)
            return false;
        Span<char> again = canonical <= 1024 ? stackalloc char[canonical] : new char[canonical];
        return Convert.TryToBase64Chars(destination[..written], again, out _) && again.SequenceEqual(text);
    }

    /// <summary>The bytes, or null when the text is not strict base64.</summary>
    public static byte[]? Decode(ReadOnlySpan<char> text)
    {
        var buffer = new byte[text.Length / 4 * 3];
        return TryDecode(text, buffer, out var written) ? buffer[..written] : null;
    }
}
