using Notary.Core;
using Notary.Documents;
using Xunit;

namespace Notary.Tests.Documents;

/// <summary>The numbers that people copy from paper, and what their check characters find.</summary>
public sealed class NumberTests
{
    // The Global Release Identifier's own example (GRid standard, which uses ISO 7064 MOD 37,36), and a prefix of it.
    [Theory]
    [InlineData("A12425GABC1234002", 'M')]
    [InlineData("A1-2425G-ABC1234002", 'M')]
    [InlineData("", '1')]
    public void The_check_character_is_that_of_ISO_7064(string number, char expected) =>
        Assert.Equal(expected, CheckCharacter.Of(number));

    [Fact]
    public void It_finds_every_wrong_character_and_nearly_every_exchange_of_neighbours()
    {
        const string alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        const string number = "3F2A77B019CD0E42AB91";
        var exchanged = 0;
        for (var i = 0; i < number.Length; i++)
        {
            foreach (var other in alphabet.Where(other => other != number[i]))
                Assert.NotEqual(CheckCharacter.Of(number), CheckCharacter.Of(number[..i] + other + number[(i + 1)..]));
            if (i > 0 && number[i] != number[i - 1]
                && CheckCharacter.Of(number[..(i - 1)] + number[i] + number[i - 1] + number[(i + 1)..]) == CheckCharacter.Of(number))
                exchanged++;
        }

        Assert.InRange(exchanged, 0, 1);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("A B")]
    [InlineData("存")]
    public void Other_characters_are_misuse(string number) => Assert.Throws<ArgumentException>(() => CheckCharacter.Of(number));

    [Fact]
    public void A_certificate_issued_again_has_another_number_and_names_the_same_deposit()
    {
        var ledger = new TestLedger();
        var deposit = ledger.Deposit();
        var first = deposit.Certificate();
        ledger.Grow(9);
        var again = deposit.Certificate();

        Assert.NotEqual(CertificateNumbers.OfCertificate(first), CertificateNumbers.OfCertificate(again));
        Assert.Equal(CertificateNumbers.OfCertificate(first), CertificateNumbers.OfCertificate(Certificate.Parse(first.ToJson())));
        Assert.Matches("^([0-9A-F]{4}-){5}[0-9A-Z]$", CertificateNumbers.OfCertificate(first));
        Assert.StartsWith(deposit.Id.ToString().ToUpperInvariant() + "-", CertificateNumbers.OfDeposit(deposit.Id), StringComparison.Ordinal);
    }

    // Real codes of listed companies; the second with one digit changed.
    [Theory]
    [InlineData("91330100799655058B", true)]
    [InlineData("91330100799655068B", false)]
    [InlineData("9133010079965505", false)]
    [InlineData("91330100799655058b", false)]
    public void A_credit_code_has_a_check_character_too(string code, bool consistent) =>
        Assert.Equal(consistent, CreditCode.IsConsistent(code));
}
