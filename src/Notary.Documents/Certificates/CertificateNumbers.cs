using System.Text;
using Notary.Core;

namespace Notary.Documents;

/// <summary>The numbers that people name a certificate and a deposit by; proto/README.md, "Numbers", defines them.</summary>
public static class CertificateNumbers
{
    private const int Digits = 20;
    private const int Group = 4;

    /// <summary>The uuid in capitals and its check character: <c>01A20132-3F80-7000-8000-000000000000-0</c>.</summary>
    public static string OfDeposit(DepositId deposit)
    {
        var uuid = deposit.ToString().ToUpperInvariant();
        return $"{uuid}-{CheckCharacter.Of(uuid)}";
    }

    /// <summary>
    /// The first 20 hex digits of the SHA-256 of certificate.json, in capitals and groups of four, and the check character. A
    /// certificate that is issued again, with a later proof or another time-stamp, has another number and names the same deposit.
    /// </summary>
    public static string OfCertificate(Certificate certificate) => OfCertificate(Hash.Of(certificate.ToJson()));

    /// <param name="digest">SHA-256 of certificate.json.</param>
    internal static string OfCertificate(Hash digest)
    {
        var digits = digest.ToString()[..Digits].ToUpperInvariant();
        var number = new StringBuilder();
        for (var start = 0; start < Digits; start += Group)
            number.Append(digits, start, Group).Append('-');
        return number.Append(CheckCharacter.Of(digits)).ToString();
    }
}
