using Notary.Core;

namespace Notary.Documents;

/// <summary>
/// certificate.html: a certificate for people. A function of the evidence alone, without clock, trust or settings, so that
/// anybody can render it again and see whether a page that came with evidence shows what the evidence says.
/// </summary>
public static class CertificatePage
{
    /// <summary>The copy to keep and to show: no document's name, size, digest or number.</summary>
    /// <exception cref="MalformedException">A text of the certificate breaks its format.</exception>
    public static byte[] Secrecy(Certificate certificate) => HtmlPage.Render(SecrecyCopy(certificate));

    /// <summary>The copy that names what the evidence shows: all items of a manifest, or those that openings disclose.</summary>
    /// <exception cref="MalformedException">A text of the certificate breaks its format.</exception>
    public static byte[] Disclosure(Evidence evidence) => HtmlPage.Render(DisclosureCopy(evidence));

    /// <summary>The content of <see cref="Secrecy"/>.</summary>
    public static Document SecrecyCopy(Certificate certificate) =>
        new CertificateDocument(CertificateReading.Of(Evidence.FromCertificate(certificate)), null).Create();

    /// <summary>The content of <see cref="Disclosure"/>.</summary>
    public static Document DisclosureCopy(Evidence evidence) =>
        new CertificateDocument(CertificateReading.Of(evidence), evidence).Create();

    /// <summary>The evidence with its secrecy copy for reading, in the place of what was there.</summary>
    public static Evidence AddTo(Evidence evidence) =>
        evidence.WithPages([new Attachment(Evidence.HtmlPage, Secrecy(evidence.Certificate))]);

    /// <summary>What to say of the pages that came with evidence; nothing of a page is ever believed.</summary>
    public static IEnumerable<Sentence> Compare(Evidence evidence)
    {
        foreach (var page in evidence.Pages)
        {
            yield return Matches(page, evidence)
                ? new Sentence(
                    $"{page.Name} is for reading and no evidence. It shows what this program renders from the certificate, byte for byte.",
                    $"{page.Name} 仅供阅读,不是证据。其内容与本程序由证书生成的页面逐字节相同。")
                : new Sentence(
                    $"{page.Name} is NOT what this program renders from the certificate: it was altered, or another version made it. Do not read it; this report speaks of the certificate itself.",
                    $"{page.Name} 与本程序由证书生成的页面不同:已被改动,或由其他版本生成。请勿据以阅读;本报告针对证书本身。");
        }
    }

    private static bool Matches(Attachment page, Evidence evidence)
    {
        try
        {
            // The short one first: few packages hold the other.
            return page.Content.Span.SequenceEqual(Secrecy(evidence.Certificate)) || page.Content.Span.SequenceEqual(Disclosure(evidence));
        }
        catch (MalformedException)
        {
            return false;
        }
    }
}
