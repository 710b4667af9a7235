using System.Globalization;
using System.Text;
using Notary.Core;

namespace Notary.Documents;

/// <summary>
/// What of a text is drawn as it is. A page shows every character that its text has, and in the order in which it has them:
/// what no font can draw, what is drawn on top of another letter or not at all, and what is written from right to left
/// appears as <c>\u{hex}</c>, as marks do that reorder a line.
/// </summary>
internal static class Characters
{
    // The forms of full width are written as numbers: they are easily taken for the others.
    private const string NeverFirst = "!%),.:;?]}°·’”‰›、。〃》」』】〕〗～…—\uFF01\uFF05\uFF09\uFF0C\uFF0E\uFF1A\uFF1B\uFF1F\uFF3D\uFF5D";
    private const string NeverLast = "$([{£¥‘“‹《「『【〔〖\uFF04\uFF08\uFF3B\uFF5B\uFFE1\uFFE5";

    private static readonly TrueTypeFont[] ForWords = [TrueTypeFont.Text, TrueTypeFont.Chinese, TrueTypeFont.Fixed];
    private static readonly TrueTypeFont[] ForValues = [TrueTypeFont.Fixed, TrueTypeFont.Chinese, TrueTypeFont.Text];

    /// <summary>The text as it is drawn: every character of it has a font.</summary>
    public static string Shown(string text)
    {
        var escaped = TextRules.Escape(text);
        if (escaped.EnumerateRunes().All(IsDrawn))
            return escaped;
        var shown = new StringBuilder(escaped.Length + 16);
        foreach (var rune in escaped.EnumerateRunes())
            _ = IsDrawn(rune) ? shown.Append(rune.ToString()) : shown.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
        return shown.ToString();
    }

    /// <summary>Whether it stands on the page as itself.</summary>
    public static bool IsDrawn(Rune rune) => rune.Value is >= ' ' and <= '~' || (!IsRightToLeft(rune.Value) && !IsHidden(rune) && FontOf(rune.Value, false) is not null);

    /// <summary>The font that draws a character; null when none has it.</summary>
    /// <param name="codePoint">The character.</param>
    /// <param name="isValue">Whether it is compared or typed, not read.</param>
    public static TrueTypeFont? FontOf(int codePoint, bool isValue)
    {
        foreach (var font in isValue ? ForValues : ForWords)
        {
            if (font.GlyphOf(codePoint) != 0)
                return font;
        }

        return null;
    }

    /// <summary>Whether a line may end between two characters that stand side by side; spaces are the caller's.</summary>
    public static bool MayBreak(int before, int after)
    {
        if (IsOneOf(NeverFirst, after) || IsOneOf(NeverLast, before))
            return false;
        return IsWide(before) || IsWide(after) || before is '/' or '-' or '_' or '=' or '&' or '+';
    }

    // Chinese and its punctuation are set without spaces and broken nearly anywhere.
    private static bool IsWide(int codePoint) => codePoint is >= 0x2E80 and <= 0xA4CF or >= 0xF900 and <= 0xFAFF or >= 0xFE30 and <= 0xFE4F or >= 0xFF01 and <= 0xFF60 or >= 0x20000;

    private static bool IsRightToLeft(int codePoint) =>
        codePoint is >= 0x0590 and <= 0x08FF or >= 0xFB1D and <= 0xFDFF or >= 0xFE70 and <= 0xFEFF or >= 0x10800 and <= 0x10FFF or >= 0x1E800 and <= 0x1EFFF;

    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.SpacingCombiningMark;

    private static bool IsOneOf(string set, int codePoint) => codePoint <= char.MaxValue && set.Contains((char)codePoint, StringComparison.Ordinal);
}
