using Notary.Core;

namespace Notary.Documents;

/// <summary>
/// certificate.html: a certificate for people. A function of the evidence, and of the witnesses that a trust file names where
/// one was at hand; without clock or settings, so that anybody can render it again and see whether a page that came with
/// evidence shows what the evidence says.
/// </summary>
public static class CertificatePage
{
    /// <summary>The copy to keep and to show: no document's name, size, digest or number.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="trust">Whose witnesses are counted; null when none is at hand.</param>
    /// <exception cref="MalformedException">A text of the certificate breaks its format.</exception>
    public static byte[] Secrecy(Certificate certificate, TrustPolicy? trust = null) => HtmlPage.Render(SecrecyCopy(certificate, trust));

    /// <summary>The copy that names what the evidence shows: all items of a manifest, or those that openings disclose.</summary>
    /// <exception cref="MalformedException">A text of the certificate breaks its format.</exception>
    public static byte[] Disclosure(Evidence evidence, TrustPolicy? trust = null) => HtmlPage.Render(DisclosureCopy(evidence, trust));

    /// <summary>The content of <see cref="Secrecy"/>.</summary>
    public static Document SecrecyCopy(Certificate certificate, TrustPolicy? trust = null) =>
        new CertificateDocument(CertificateReading.Of(Evidence.FromCertificate(certificate)), null, trust?.Witnesses ?? []).Create();

    /// <summary>The content of <see cref="Disclosure"/>.</summary>
    public static Document DisclosureCopy(Evidence evidence, TrustPolicy? trust = null) =>
        new CertificateDocument(CertificateReading.Of(evidence), evidence, trust?.Witnesses ?? []).Create();

    /// <summary>The evidence with its secrecy copy for reading, in the place of what was there.</summary>
    public static Evidence AddTo(Evidence evidence, TrustPolicy? trust = null) =>
        evidence.WithPages([new Attachment(Evidence.HtmlPage, Secrecy(evidence.Certificate, trust))]);

    /// <summary>What to say of the pages that came with evidence; nothing of a page is ever believed.</summary>
    /// <param name="evidence">With the pages.</param>
    /// <param name="trust">The reader's: a page that counts other witnesses is another page.</param>
    public static IEnumerable<Sentence> Compare(Evidence evidence, TrustPolicy trust)
    {
        foreach (var page in evidence.Pages)
        {
            yield return Matches(page, evidence, trust)
                ? new Sentence(
                    $"{page.Name} is for reading and no evidence. It shows what this program renders from the certificate, byte for byte.",
                    $"{page.Name} 仅供阅读，不是证据。其内容与本程序由证书生成的页面逐字节相同。")
                : new Sentence(
                    $"{page.Name} is NOT what this program renders from the certificate: it was altered, or made by another version or under a trust file with other witnesses. Do not read it; this report speaks of the certificate itself.",
                    $"{page.Name} 与本程序由证书生成的页面不同：已被改动，或由其他版本、依据所列见证方不同的信任文件生成。请勿据以阅读；本报告针对证书本身。");
        }
    }

    private static bool Matches(Attachment page, Evidence evidence, TrustPolicy trust)
    {
        try
        {
            // The short one first: few packages hold the other.
            return IsCopy(CertificateReading.Of(Evidence.FromCertificate(evidence.Certificate)), null) || IsCopy(CertificateReading.Of(evidence), evidence);
        }
        catch (MalformedException)
        {
            return false;
        }

        // Whoever made it may have had no trust file at hand.
        bool IsCopy(CertificateReading reading, Evidence? shown) =>
            IsPage(reading, shown, []) || (trust.Witnesses.Count > 0 && IsPage(reading, shown, trust.Witnesses));

        bool IsPage(CertificateReading reading, Evidence? shown, IReadOnlyList<PolicyWitness> witnesses) =>
            page.Content.Span.SequenceEqual(HtmlPage.Render(new CertificateDocument(reading, shown, witnesses).Create()));
    }
}
