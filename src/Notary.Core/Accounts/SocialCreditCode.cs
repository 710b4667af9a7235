namespace Notary.Core;

/// <summary>
/// The unified social credit code of Chinese organisations (GB 32100-2015): 18 characters of 31, the last one a check
/// character that catches every single wrong character and every swap of two neighbours.
/// </summary>
public static class SocialCreditCode
{
    /// <summary>The scheme of such an identity in claims: <c>uscc:91330100799655058B</c>.</summary>
    public const string Scheme = "uscc";

    private const int Length = 18;

    // The standard leaves out I, O, S, V and Z, which are easily mistaken.
    private const string Characters = "0123456789ABCDEFGHJKLMNPQRTUWXY";

    /// <summary>What is wrong with the code, or null. Lower case is not accepted: one code has one spelling.</summary>
    public static string? Problem(string code)
    {
        if (code.Length != Length)
            return $"has {code.Length} characters, not {Length}";
        var sum = 0;
        var weight = 1;
        for (var i = 0; i < Length - 1; i++)
        {
            var value = Characters.IndexOf(code[i], StringComparison.Ordinal);
            if (value < 0)
                return $"holds a character that is none of {Characters}, at position {i + 1}";
            if (i is >= 2 and < 8 && value > 9)
                return $"holds a letter at position {i + 1}, where the area's six digits stand";
            sum += value * weight;
            weight = weight * 3 % Characters.Length;
        }

        var check = (Characters.Length - (sum % Characters.Length)) % Characters.Length;
        return code[^1] == Characters[check] ? null : "has a wrong check character at its end: a character is mistyped or two are swapped";
    }
}
