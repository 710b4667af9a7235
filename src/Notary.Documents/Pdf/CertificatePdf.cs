using System.Globalization;
using Notary.Core;

namespace Notary.Documents;

/// <summary>
/// certificate.pdf: a certificate for people and for programs, the page and certificate.json in one file. A function of the
/// evidence alone, so that anybody can render it again and compare every byte.
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

    /// <summary>The copy that names no document.</summary>
    /// <exception cref="MalformedException">A text of the certificate breaks its format.</exception>
    public static byte[] Secrecy(Certificate certificate) => Render(Evidence.FromCertificate(certificate));

    /// <summary>The copy that names what the evidence shows, and carries that evidence.</summary>
    /// <exception cref="MalformedException">A text of the certificate breaks its format.</exception>
    public static byte[] Disclosure(Evidence evidence) => Render(evidence);

    /// <param name="evidence">A certificate alone for the secrecy copy, else the evidence that the copy shows.</param>
    private static byte[] Render(Evidence evidence)
    {
        var shown = Shows(evidence) ? evidence : null;
        var document = shown is null ? CertificatePage.SecrecyCopy(evidence.Certificate) : CertificatePage.DisclosureCopy(shown);
        List<PdfAttachment> attachments =
            [new(Json, JsonType, "Data", "the certificate that this page shows", evidence.Certificate.ToJson())];
        if (shown is not null)
            attachments.Add(new(Package, PackageType, "Data", "the evidence of the documents that this page names", Packed(shown)));
        return PdfDocument.Render(document, attachments, Statement.Parse(evidence.Certificate.Statement).Received, Layout);
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
