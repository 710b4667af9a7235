import { utf8 } from "../../core/bytes.ts";
import type { Document } from "../content/document.ts";
import type { Typefaces } from "./characters.ts";
import { pageHeight, pageWidth } from "./pdfCanvas.ts";
import { pdfDate, PdfFile, pdfText } from "./pdfFile.ts";
import { PdfFonts } from "./pdfFonts.ts";
import { drawPages } from "./pdfPages.ts";
import { fillSealPlace, writeSealPlace, type SealRoom } from "./sealPlace.ts";
import { srgbProfile } from "./srgbProfile.ts";

/** A file inside a PDF. */
interface PdfAttachment {
    /** Its name, ASCII. */
    readonly name: string;
    /** What it is, such as application/json. */
    readonly mediaType: string;
    /** What it is to the page (ISO 19005-3, annex E): Data, Source. */
    readonly relationship: string;
    /** The same for people. */
    readonly description: string;
    readonly content: Uint8Array;
}

const producer = "Notary";

/**
 * A document as PDF/A-3b (ISO 19005-3), with the data that it shows attached: the bytes that Notary.Documents' PdfDocument gives,
 * complete but for the seal, whose digits are zeros. What a reader must know to render the file again comes first in it: the seal,
 * then the attachments, one after the other.
 * @param attachments What it shows, as data; the first one is object 1 of an unsealed file.
 * @param dated The date that the attachments bear, in milliseconds since 1970.
 * @param layout Names the form.
 * @param seal The place for a seal; null: none.
 */
export function renderPdf(
    document: Document, attachments: readonly PdfAttachment[], dated: number, layout: string, seal: SealRoom | null, typefaces: Typefaces): Uint8Array {
    const file = new PdfFile(layout);
    const place = seal && writeSealPlace(file, seal);
    const contents = attachments.map(attachment => writeContent(file, attachment, dated));
    const files = attachments.map(({ name, relationship, description }, i) => file.write(
        `<< /Type /Filespec /F (${name}) /UF ${pdfText(name)} /AFRelationship /${relationship} /Desc ${pdfText(description)} /EF << /F ${contents[i]} 0 R /UF ${contents[i]} 0 R >> >>`));
    const fonts = new PdfFonts(typefaces);
    const streams = drawPages(document, fonts, typefaces);
    const names = fonts.write(file);
    const tree = file.reserve();
    const pages = streams.map(() => file.reserve());
    const field = place && file.write(`<< /Type /Annot /Subtype /Widget /FT /Sig /T (seal) /V ${place.signature} 0 R /F 132 /Rect [0 0 0 0] /P ${pages[0]} 0 R >>`);
    streams.forEach((stream, i) => writePage(file, tree, pages[i]!, file.writeStream("", stream), names, i === 0 ? field : null));
    file.writeAt(tree, `<< /Type /Pages /Kids [${references(pages)}] /Count ${pages.length} >>`);
    const title = `${document.title.zh} · ${document.title.en}`;
    const catalog = writeCatalog(file, tree, metadata(title), attachments, files, field);
    const information = file.write(`<< /Title ${pdfText(title)} /Producer (${producer}) >>`);
    const bytes = file.finish(catalog, information);
    if (place)
        fillSealPlace(bytes, place.digits);
    return bytes;
}

const writeContent = (file: PdfFile, { mediaType, content }: PdfAttachment, dated: number): number => file.writeStream(
    `/Type /EmbeddedFile /Subtype /${mediaType.replaceAll("/", "#2F")} /Params << /Size ${content.length} /ModDate ${pdfDate(dated)} >>`, content);

function writePage(file: PdfFile, tree: number, page: number, content: number, fonts: string, field: number | null): void {
    const size = [pageWidth, pageHeight].map(length => (length / 1000).toFixed(3)).join(" ");
    const annotations = field === null ? "" : ` /Annots [${field} 0 R]`;
    file.writeAt(page, `<< /Type /Page /Parent ${tree} 0 R /MediaBox [0 0 ${size}] /Resources << /Font ${fonts} >> /Contents ${content} 0 R${annotations} >>`);
}

function writeCatalog(
    file: PdfFile, tree: number, metadata: Uint8Array, attachments: readonly PdfAttachment[], files: readonly number[], field: number | null): number {
    const profile = file.writeStream("/N 3", srgbProfile());
    const intent = file.write(`<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB IEC61966-2.1) /Info (sRGB IEC61966-2.1) /DestOutputProfile ${profile} 0 R >>`);
    const xmp = file.writeStream("/Type /Metadata /Subtype /XML", metadata);
    // A name tree is sorted.
    const named = attachments.map(({ name }, i) => ({ name, reference: `(${name}) ${files[i]} 0 R` }))
        .sort((a, b) => a.name < b.name ? -1 : 1).map(pair => pair.reference).join(" ");
    // SigFlags: 1 there are signatures, 2 a change must be appended and not written over them.
    const form = field === null ? "" : ` /AcroForm << /Fields [${field} 0 R] /SigFlags 3 >>`;
    return file.write(
        `<< /Type /Catalog /Version /1.7 /Pages ${tree} 0 R /Lang (zh-CN) /Metadata ${xmp} 0 R /OutputIntents [${intent} 0 R] /ViewerPreferences << /DisplayDocTitle true >> `
        + `/Names << /EmbeddedFiles << /Names [${named}] >> >> /AF [${references(files)}]${form} >>`);
}

const metadata = (title: string): Uint8Array => utf8(`<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdfaid:part>3</pdfaid:part>
<pdfaid:conformance>B</pdfaid:conformance>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">${title}</rdf:li></rdf:Alt></dc:title>
<pdf:Producer>${producer}</pdf:Producer>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>`);

const references = (numbers: readonly number[]): string => numbers.map(number => `${number} 0 R`).join(" ");
