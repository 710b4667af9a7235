using System.Security.Cryptography.X509Certificates;

namespace Notary.Core;

/// <summary>What a certificate says of itself.</summary>
public static class CertificateFacts
{
    private const int NameLength = 120;

    /// <summary>Whether it is issued by its own holder: a root, or one for which nobody vouches.</summary>
    public static bool IsSelfMade(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    /// <summary>Whose it is, or whose issuer's name it bears; escaped, and cut where it is too long to be shown.</summary>
    public static string NameOf(X509Certificate2 certificate, bool issuer = false)
    {
        var name = TextRules.Escape(certificate.GetNameInfo(X509NameType.SimpleName, issuer));
        if (name.Length <= NameLength)
            return name;
        // Not through the middle of a character.
        return name[..(char.IsHighSurrogate(name[NameLength - 1]) ? NameLength - 1 : NameLength)] + "...";
    }
}
