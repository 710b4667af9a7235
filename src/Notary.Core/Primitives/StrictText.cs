using System.Text;

namespace Notary.Core;

/// <summary>UTF-8 in and out without loss.</summary>
public static class StrictText
{
    /// <summary>The text of UTF-8 bytes.</summary>
    /// <exception cref="MalformedException">Not UTF-8, or with a byte order mark.</exception>
    public static string Decode(string document, ReadOnlySpan<byte> bytes)
    {
        try
        {
            var text = TextRules.Utf8.GetString(bytes);
            return text.StartsWith('\uFEFF') ? throw new MalformedException(document, null, "begins with a byte order mark") : text;
        }
        catch (DecoderFallbackException)
        {
            throw new MalformedException(document, null, "is not UTF-8");
        }
    }

    /// <summary>The UTF-8 bytes of a text without unpaired surrogates.</summary>
    public static byte[] Encode(string text) => TextRules.Utf8.GetBytes(text);
}
