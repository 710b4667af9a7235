using System.Globalization;
using System.Text;

namespace Notary.Documents;

/// <summary>A file inside a PDF.</summary>
/// <param name="Name">Its name, ASCII.</param>
/// <param name="MediaType">What it is, such as application/json.</param>
/// <param name="Relationship">What it is to the page (ISO 19005-3, annex E): Data, Source.</param>
/// <param name="Description">The same for people.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record PdfAttachment(string Name, string MediaType, string Relationship, string Description, ReadOnlyMemory<byte> Content);

/// <summary>A document as a PDF, and the hole in it that a signature goes into.</summary>
/// <param name="Bytes">The file; it is complete but for the seal.</param>
/// <param name="Digits">Where the hexadecimal digits of the seal go; null when there is no place for one.</param>
internal sealed record PdfRendering(byte[] Bytes, Range? Digits);

/// <summary>
/// A document as PDF/A-3b (ISO 19005-3): for print, with all fonts and colours in it, and with the data that it shows attached.
/// Equal documents, attachments and seals give equal bytes. What a reader must know to render the file again comes first in it:
/// the seal, then the attachments, one after the other.
/// </summary>
internal static class PdfDocument
{
    private const string Producer = "Notary";

    /// <param name="document">What it says.</param>
    /// <param name="attachments">What it shows, as data; the first one is object 1 of an unsealed file.</param>
    /// <param name="dated">The date that the attachments bear; nobody's clock is read here.</param>
    /// <param name="layout">Names the form, so that a reader of another version knows that it is another.</param>
    /// <param name="seal">The place for a seal; null: none.</param>
    public static PdfRendering Render(Document document, IReadOnlyList<PdfAttachment> attachments, DateTimeOffset dated, string layout, SealPlace? seal)
    {
        var file = new PdfFile(layout);
        Range? digits = null;
        int? signature = null;
        if (seal is not null)
            (signature, digits) = (seal.Write(file, out var place), place);
        List<int> contents = [.. attachments.Select(attachment => WriteContent(file, attachment, dated))];
        List<int> files = [.. attachments.Select((attachment, i) => file.Write(
            $"<< /Type /Filespec /F ({attachment.Name}) /UF {PdfFile.Text(attachment.Name)} /AFRelationship /{attachment.Relationship} /Desc {PdfFile.Text(attachment.Description)} /EF << /F {contents[i]} 0 R /UF {contents[i]} 0 R >> >>"))];
        var fonts = new PdfFonts();
        var streams = PdfPages.Draw(document, fonts);
        var names = fonts.Write(file);
        var tree = file.Reserve();
        var pages = streams.Select(_ => file.Reserve()).ToList();
        var field = signature is null ? (int?)null : file.Write($"<< /Type /Annot /Subtype /Widget /FT /Sig /T (seal) /V {signature} 0 R /F 132 /Rect [0 0 0 0] /P {pages[0]} 0 R >>");
        for (var i = 0; i < pages.Count; i++)
            WritePage(file, tree, pages[i], file.WriteStream("", streams[i]), names, i == 0 ? field : null);
        file.Write(tree, $"<< /Type /Pages /Kids [{References(pages)}] /Count {Number(pages.Count)} >>");
        var title = $"{document.Title.Chinese} · {document.Title.English}";
        var catalog = WriteCatalog(file, tree, Metadata(title), attachments, files, field);
        var information = file.Write($"<< /Title {PdfFile.Text(title)} /Producer ({Producer}) >>");
        var bytes = file.Finish(catalog, information);
        if (digits is { } hole)
            SealPlace.Fill(bytes, hole);
        return new PdfRendering(bytes, digits);
    }

    private static int WriteContent(PdfFile file, PdfAttachment attachment, DateTimeOffset dated) => file.WriteStream(
        $"{ContentEntries(attachment.MediaType)} /Params << /Size {Number(attachment.Content.Length)} /ModDate {PdfFile.Date(dated)} >>",
        attachment.Content.Span);

    /// <summary>How the dictionary of an attachment's stream begins.</summary>
    internal static string ContentEntries(string mediaType) => $"/Type /EmbeddedFile /Subtype /{mediaType.Replace("/", "#2F", StringComparison.Ordinal)}";

    private static void WritePage(PdfFile file, int tree, int page, int content, string fonts, int? field)
    {
        var width = Number(PdfCanvas.Width / 1000) + "." + Number(PdfCanvas.Width % 1000);
        var height = Number(PdfCanvas.Height / 1000) + "." + Number(PdfCanvas.Height % 1000);
        var annotations = field is null ? "" : $" /Annots [{field} 0 R]";
        file.Write(page, $"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 {width} {height}] /Resources << /Font {fonts} >> /Contents {content} 0 R{annotations} >>");
    }

    private static int WriteCatalog(PdfFile file, int tree, byte[] metadata, IReadOnlyList<PdfAttachment> attachments, List<int> files, int? field)
    {
        var profile = file.WriteStream("/N 3", SrgbProfile.Bytes);
        var intent = file.Write($"<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB IEC61966-2.1) /Info (sRGB IEC61966-2.1) /DestOutputProfile {profile} 0 R >>");
        var xmp = file.WriteStream("/Type /Metadata /Subtype /XML", metadata);
        // A name tree is sorted.
        var named = string.Join(' ', attachments.Select((attachment, i) => (attachment.Name, Reference: $"({attachment.Name}) {files[i]} 0 R"))
            .OrderBy(pair => pair.Name, StringComparer.Ordinal).Select(pair => pair.Reference));
        // SigFlags: 1 there are signatures, 2 a change must be appended and not written over them.
        var form = field is null ? "" : $" /AcroForm << /Fields [{field} 0 R] /SigFlags 3 >>";
        return file.Write(
            $"<< /Type /Catalog /Version /1.7 /Pages {tree} 0 R /Lang (zh-CN) /Metadata {xmp} 0 R /OutputIntents [{intent} 0 R] /ViewerPreferences << /DisplayDocTitle true >> "
            + $"/Names << /EmbeddedFiles << /Names [{named}] >> >> /AF [{References(files)}]{form} >>");
    }

    private static byte[] Metadata(string title) => Encoding.UTF8.GetBytes($"""
        <?xpacket begin="{'\uFEFF'}" id="W5M0MpCehiHzreSzNTczkc9d"?>
        <x:xmpmeta xmlns:x="adobe:ns:meta/">
        <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
        <pdfaid:part>3</pdfaid:part>
        <pdfaid:conformance>B</pdfaid:conformance>
        <dc:format>application/pdf</dc:format>
        <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
        <pdf:Producer>{Producer}</pdf:Producer>
        </rdf:Description>
        </rdf:RDF>
        </x:xmpmeta>
        <?xpacket end="r"?>
        """.ReplaceLineEndings("\n"));

    private static string References(IEnumerable<int> numbers) => string.Join(' ', numbers.Select(number => $"{Number(number)} 0 R"));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
