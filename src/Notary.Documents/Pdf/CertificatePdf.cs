using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Notary.Core;

namespace Notary.Documents;

/// <summary>
/// certificate.pdf: a certificate for people and for programs, the page and certificate.json in one file. A function of the
/// evidence, of the seal's certificate and of its time, so that anybody can render it again; a reader compares every byte.
/// </summary>
public static class CertificatePdf
{
    /// <summary>Raised by whoever changes how a certificate looks as a PDF; what it says has a number of its own.</summary>
    private const int Form = 1;

    internal const string Json = "certificate.json";
    internal const string JsonType = "application/json";
    internal const string Package = "evidence.zip";
    internal const string PackageType = "application/zip";

    /// <summary>Names the form: readers of another version know by it that they cannot render the file again.</summary>
    internal static readonly string Layout = string.Create(CultureInfo.InvariantCulture, $"notary certificate.pdf layout {CertificateDocument.Layout}.{Form}");

    /// <summary>The copy that names no document, without a seal.</summary>
    /// <exception cref="MalformedException">A text of the certificate breaks its format.</exception>
    public static byte[] Secrecy(Certificate certificate) => Render(Evidence.FromCertificate(certificate), null, null).Bytes;

    /// <summary>
    /// The copy that names what the evidence shows, and carries that evidence; without a seal, since no operator may learn
    /// what it names.
    /// </summary>
    /// <exception cref="MalformedException">A text of the certificate breaks its format.</exception>
    public static byte[] Disclosure(Evidence evidence) => Render(evidence, null, null).Bytes;

    /// <param name="evidence">A certificate alone for the secrecy copy, else the evidence that the copy shows.</param>
    /// <param name="sealer">The certificate of whoever seals; null: nobody does.</param>
    /// <param name="seal">The place for the seal; not without <paramref name="sealer"/>.</param>
    internal static PdfRendering Render(Evidence evidence, X509Certificate2? sealer, SealPlace? seal)
    {
        var shown = Shows(evidence) ? evidence : null;
        var document = shown is null ? CertificatePage.SecrecyCopy(evidence.Certificate) : CertificatePage.DisclosureCopy(shown);
        var section = sealer is null || seal is null ? SealWords.None(shown is not null) : SealWords.Of(sealer, seal.Time);
        List<PdfAttachment> attachments =
            [new(Json, JsonType, "Data", "the certificate that this page shows", evidence.Certificate.ToJson())];
        if (shown is not null)
            attachments.Add(new(Package, PackageType, "Data", "the evidence of the documents that this page names", Packed(shown)));
        return PdfDocument.Render(
            document with { Blocks = [.. document.Blocks, section] }, attachments, Statement.Parse(evidence.Certificate.Statement).Received, Layout, seal);
    }

    private static bool Shows(Evidence evidence) => evidence.Manifest is not null || evidence.Openings.Count > 0;

    /// <summary>What the page stands on and nothing else: no page in another form, no OpenTimestamps file.</summary>
    private static byte[] Packed(Evidence evidence)
    {
        using var stream = new MemoryStream();
        evidence.WithPages([]).WithAttachments([]).Write(stream);
        return stream.ToArray();
    }
}
