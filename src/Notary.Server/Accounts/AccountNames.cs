using System.Globalization;
using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// Display names of accounts, which certificates show in the depositor's place: two accounts must not look alike, and nothing
/// in a name may be invisible. Stricter than the claims' own grammar, which takes whatever an operator stands for.
/// </summary>
internal static class AccountNames
{
    // Cyrillic and Greek letters that have the shape of a Latin one, and the Latin ones in the same order.
    private const string Similar = "АВЕКМНОРСТУХЅІЈасеорхуѕіјԁһԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧοναυ";
    private const string Latin = "ABEKMHOPCTYXSIJaceopxysijdhqwABEZHIKMNOPTYXovau";

    /// <summary>What is wrong with a name, as a clause that follows "the name"; null: nothing.</summary>
    public static string? Problem(string name)
    {
        if (TextRules.TitleProblem(name, Limits.DepositorCharacters) is { } problem)
            return problem;
        foreach (var rune in name.EnumerateRunes())
        {
            if (IsInvisible(rune))
                return $"holds U+{rune.Value:X4}, which nobody sees";
        }

        foreach (var word in name.Split(' '))
        {
            if (word.EnumerateRunes().Any(IsLatin) && word.EnumerateRunes().Any(IsCyrillicOrGreek))
                return $"mixes Latin letters in one word with Cyrillic or Greek ones that look like them";
        }

        return null;
    }

    /// <summary>Equal for names that look alike: without spaces and case, full-width forms as the others, letters of one shape as one.</summary>
    public static string Shape(string name)
    {
        var shape = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            var plain = c is >= '\uFF01' and <= '\uFF5E' ? (char)(c - 0xFEE0) : c;
            plain = Similar.IndexOf(plain, StringComparison.Ordinal) is >= 0 and var at ? Latin[at] : plain;
            if (!char.IsWhiteSpace(plain))
                shape.Append(char.ToUpperInvariant(plain));
        }

        return shape.ToString();
    }

    private static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.Control or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        || rune.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x2800 or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0 or (>= 0xE0100 and <= 0xE01EF)
        || (rune.Value != ' ' && rune.Value != 0x3000 && Rune.IsWhiteSpace(rune));

    private static bool IsLatin(Rune rune) => Rune.IsLetter(rune) && rune.Value is < 0x0250 or (>= 0x1E00 and <= 0x1EFF);

    private static bool IsCyrillicOrGreek(Rune rune) => Rune.IsLetter(rune) && rune.Value is (>= 0x0370 and <= 0x052F) or (>= 0x1F00 and <= 0x1FFF);
}
