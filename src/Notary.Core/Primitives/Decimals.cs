using System.Globalization;

namespace Notary.Core;

/// <summary>Unsigned decimal numbers in their one spelling: no sign, no leading zero.</summary>
internal static class Decimals
{
    public static bool TryParse(ReadOnlySpan<char> text, out ulong value)
    {
        value = 0;
        return text.Length is > 0 and <= 20
            && (text[0] != '0' || text.Length == 1)
            // The library's parser passes over NULs at the end.
            && !text.ContainsAnyExceptInRange('0', '9')
            && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
