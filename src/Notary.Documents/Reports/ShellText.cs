using System.Buffers;
using System.Globalization;
using System.Text;
using Notary.Core;

namespace Notary.Documents;

/// <summary>Strings as words of a bash command line, whatever they hold.</summary>
public static class ShellText
{
    private static readonly SearchValues<char> Safe =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=+,@%");

    /// <summary>
    /// The word that bash reads as exactly this string. What a page would have to show escaped is written as bytes in
    /// <c>$'…'</c>, so that the command that a reader sees is the one that runs.
    /// </summary>
    public static string Quote(string word)
    {
        if (word.Length > 0 && !word.AsSpan().ContainsAnyExcept(Safe))
            return word;
        if (TextRules.Escape(word) == word)
            return $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
        var quoted = new StringBuilder("$'");
        foreach (var value in Encoding.UTF8.GetBytes(word))
        {
            if (value is >= 0x20 and < 0x7F and not (byte)'\'' and not (byte)'\\')
                quoted.Append((char)value);
            else
                quoted.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}");
        }

        return quoted.Append('\'').ToString();
    }
}
