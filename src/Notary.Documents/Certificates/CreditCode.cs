namespace Notary.Documents;

/// <summary>The unified social credit code of Chinese organisations: 17 characters and a check character (GB 32100-2015).</summary>
internal static class CreditCode
{
    private const string Alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    private const int Length = 18;

    /// <summary>Whether the check character is right; that says nothing on whose code it is, or whether it was ever given out.</summary>
    public static bool IsConsistent(string code)
    {
        if (code.Length != Length)
            return false;
        var (sum, weight) = (0, 1);
        foreach (var character in code.AsSpan(0, Length - 1))
        {
            var value = Alphabet.IndexOf(character, StringComparison.Ordinal);
            if (value < 0)
                return false;
            sum += value * weight;
            weight = weight * 3 % Alphabet.Length;
        }

        return code[^1] == Alphabet[(Alphabet.Length - sum % Alphabet.Length) % Alphabet.Length];
    }
}
