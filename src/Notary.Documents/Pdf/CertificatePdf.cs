using System.Globalization;
using Notary.Core;

namespace Notary.Documents;

/// <summary>
/// certificate.pdf: a certificate for people and for programs, the page and certificate.json in one file. A function of the
/// evidence, of the sealer's certificate and of the time that the seal states, so that anybody can render it again and compare
/// every byte: <see cref="CertificatePdfFile"/> does.
/// </summary>
public static class CertificatePdf
{
    /// <summary>Documents that one file names at most: a thousand pages.</summary>
    public const int MostDocuments = 20_000;

    /// <summary>Raised by whoever changes how a certificate looks as a PDF; what it says has a number of its own.</summary>
    private const int Form = 1;

    internal const string Json = "certificate.json";
    internal const string JsonType = "application/json";
    internal const string Package = "evidence.zip";
    internal const string PackageType = "application/zip";

    /// <summary>How every layout is called.</summary>
    internal const string Name = "notary certificate.pdf layout ";

    /// <summary>Names the form: readers of another version know by it that they cannot render the file again.</summary>
    internal static readonly string Layout = string.Create(CultureInfo.InvariantCulture, $"{Name}{CertificateDocument.Layout}.{Form}");

    /// <summary>The copy that names no document, without a seal.</summary>
    /// <exception cref="MalformedException">A text of the certificate breaks its format.</exception>
    public static byte[] Secrecy(Certificate certificate) => Render(Evidence.FromCertificate(certificate), null).Bytes;

    /// <summary>The copy that names what the evidence shows, and carries that evidence; without a seal.</summary>
    /// <exception cref="MalformedException">A text of the certificate breaks its format.</exception>
    /// <exception cref="ArgumentException">It shows more than <see cref="MostDocuments"/>.</exception>
    public static byte[] Disclosure(Evidence evidence) => Render(evidence, null).Bytes;

    /// <summary>Either copy, sealed: the secrecy copy of evidence that shows nothing (<see cref="Evidence.FromCertificate"/>).</summary>
    /// <param name="evidence">What it shows.</param>
    /// <param name="sealer">Who seals.</param>
    /// <param name="time">The sealer's clock.</param>
    /// <param name="cancellation">Ends the waiting for a time-stamp.</param>
    /// <exception cref="MalformedException">A text of the certificate breaks its format.</exception>
    /// <exception cref="ArgumentException">It shows more than <see cref="MostDocuments"/>.</exception>
    public static Task<byte[]> SealAsync(Evidence evidence, Sealer sealer, DateTimeOffset time, CancellationToken cancellation) =>
        PdfSealing.SealAsync(seal => Render(evidence, seal), sealer, time, cancellation);

    /// <param name="evidence">A certificate alone for the secrecy copy, else the evidence that the copy shows.</param>
    /// <param name="seal">Whose seal goes where; null: nobody seals.</param>
    internal static PdfRendering Render(Evidence evidence, PdfSeal? seal)
    {
        if (Shown(evidence) > MostDocuments)
            throw new ArgumentException($"The evidence shows {Shown(evidence):N0} documents, more than the {MostDocuments:N0} of one file.", nameof(evidence));
        // What is attached, and no more: whoever has the file alone renders it again. No page in another form, no OpenTimestamps file.
        var shown = Shown(evidence) > 0 ? evidence.WithPages([]).WithAttachments([]) : null;
        var document = shown is null ? CertificatePage.SecrecyCopy(evidence.Certificate) : CertificatePage.DisclosureCopy(shown);
        List<PdfAttachment> attachments =
            [new(Json, JsonType, "Data", "the certificate that this page shows", evidence.Certificate.ToJson())];
        if (shown is not null)
            attachments.Add(new(Package, PackageType, "Data", "the evidence of the documents that this page names", Packed(shown)));
        return PdfDocument.Render(
            document with { Blocks = [.. document.Blocks, PdfSeal.Words(seal)] },
            attachments, Statement.Parse(evidence.Certificate.Statement).Received, Layout, seal?.Place);
    }

    /// <summary>Documents that the evidence shows.</summary>
    public static int Shown(Evidence evidence) => evidence.Manifest?.Items.Count ?? evidence.Openings.Count;

    private static byte[] Packed(Evidence evidence)
    {
        using var stream = new MemoryStream();
        evidence.Write(stream);
        return stream.ToArray();
    }
}
