import { parseStatement } from "../core/deposits.ts";
import { writeCertificate } from "../evidence/certificate.ts";
import { certificateAlone, type Evidence } from "../evidence/evidence.ts";
import { layoutBegin } from "../evidence/pdf.ts";
import type { X509 } from "../timestamps/certificate.ts";
import { certificateDocument, layout as documentLayout } from "./certificates/certificateDocument.ts";
import { readingOf } from "./certificates/certificateReading.ts";
import { attachedEvidence, packedEvidence, shownCount } from "./certificates/attached.ts";
import { sealWords } from "./certificates/sealWords.ts";
import type { Typefaces } from "./pdf/characters.ts";
import { renderPdf } from "./pdf/pdfDocument.ts";

/** Raised with the program's, by whoever changes how a certificate looks as a PDF. */
const form = 1;

/** Names the form that this renders, as it stands in the first lines of a file. */
export const layout = `${layoutBegin}${documentLayout}.${form}`;

/** Documents that one file names at most: a thousand pages. */
export const mostDocuments = 20_000;

/** Whose seal goes where. */
interface PdfSeal {
    /** The sealer's. */
    readonly certificate: X509;
    /** When it is sealed, in milliseconds since 1970. */
    readonly time: number;
    /** Bytes that fit into its place. */
    readonly size: number;
}

/**
 * certificate.pdf, of evidence as it is attached to it: a copy of Notary.Documents' CertificatePdf, byte for byte. The seal's digits
 * are zeros. Throws Malformed when a text of the certificate breaks its format.
 */
export function renderCertificate(evidence: Evidence, seal: PdfSeal | null, typefaces: Typefaces): Uint8Array {
    const shown = shownCount(evidence) > 0 ? attachedEvidence(evidence) : null;
    const document = certificateDocument(readingOf(shown ?? certificateAlone(evidence.certificate)), shown, []);
    const attachments = [{
        name: "certificate.json", mediaType: "application/json", relationship: "Data",
        description: "the certificate that this page shows", content: writeCertificate(evidence.certificate),
    }];
    if (shown !== null)
        attachments.push({
            name: "evidence.zip", mediaType: "application/zip", relationship: "Data",
            description: "the evidence of the documents that this page names", content: packedEvidence(shown),
        });
    return renderPdf(
        { ...document, blocks: [...document.blocks, sealWords(seal)] }, attachments, parseStatement(evidence.certificate.statement).received, layout, seal, typefaces);
}
