namespace Notary.Documents;

/// <summary>
/// ISO 7064 MOD 37,36: one character of 0-9 A-Z behind a number, which finds every single wrong character and nearly every
/// exchange of two neighbours. For people who copy numbers from paper; it proves nothing.
/// </summary>
public static class CheckCharacter
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const int Modulus = 36;

    /// <param name="number">Characters of 0-9 A-Z; hyphens are passed over.</param>
    /// <exception cref="ArgumentException">Another character.</exception>
    public static char Of(ReadOnlySpan<char> number)
    {
        var product = Modulus;
        foreach (var character in number)
        {
            if (character == '-')
                continue;
            var value = Alphabet.IndexOf(character, StringComparison.Ordinal);
            if (value < 0)
                throw new ArgumentException($"'{character}' is not one of 0-9 A-Z.", nameof(number));
            var sum = (product + value) % Modulus;
            product = 2 * (sum == 0 ? Modulus : sum) % (Modulus + 1);
        }

        return Alphabet[(Modulus + 1 - product) % Modulus];
    }
}
