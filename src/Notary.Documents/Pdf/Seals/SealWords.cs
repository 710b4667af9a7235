using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Notary.Core;

namespace Notary.Documents;

/// <summary>
/// What a page says of its seal: what the sealer's certificate says of itself, and what that is worth. A function of the
/// certificate and the time that the seal states, so that it can be rendered again.
/// </summary>
internal static class SealWords
{
    private static readonly Sentence Heading = new("Seal", "电子签章");

    /// <param name="certificate">The sealer's; its key is not needed.</param>
    /// <param name="time">When it is sealed, as the seal says.</param>
    public static Section Of(X509Certificate2 certificate, DateTimeOffset time) => new(
        Heading,
        new("as the seal says; not checked on this page", "签章所载；本页未核验"),
        [
            new Fields(
            [
                new(new("Sealed by", "签章人"), Phrase.Foreign(CertificateFacts.NameOf(certificate))),
                new(new("Its certificate", "签章证书"), Issuer(certificate)),
                new(new("SHA-256 of the certificate", "证书的 SHA-256"), Phrase.Exact(new Hash(certificate.GetCertHash(HashAlgorithmName.SHA256)).ToString())),
                new(new("Sealed", "签章时间"), [.. Times.Lines(time), Phrase.Of("by the sealer's clock", "签章人时钟所示")]),
            ]),
            new Prose(new(
                "The seal is a digital signature (PAdES) over every byte of this file. A PDF reader shows whether it is whole; whose it is, its certificate says.",
                "签章为覆盖本文件全部字节的数字签名（PAdES）。其是否完好，由 PDF 阅读器显示；属于何人，以其证书为准。")),
        ]);

    /// <summary>What stands in the place of a seal.</summary>
    public static Section None { get; } = new(Heading, null,
    [
        new Prose(new("None: nobody has sealed this file.", "无：本文件未加盖签章。")),
    ]);

    private static Phrase Issuer(X509Certificate2 certificate)
    {
        if (CertificateFacts.IsSelfMade(certificate))
            return new Phrase(
                PhraseKind.Words,
                new("self-made: no certification authority has checked whose it is", "自制证书：其归属未经任何证书颁发机构核实"),
                Tone.Open);
        var issuer = CertificateFacts.NameOf(certificate, issuer: true);
        return Phrase.Of($"issued by {issuer}", $"由 {issuer} 颁发");
    }
}
