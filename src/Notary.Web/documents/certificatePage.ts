import { equalBytes } from "../core/bytes.ts";
import { Malformed } from "../core/malformed.ts";
import type { PolicyWitness, TrustPolicy } from "../core/policy.ts";
import type { Certificate } from "../evidence/certificate.ts";
import { certificateAlone, type Evidence } from "../evidence/evidence.ts";
import { sentence, type Sentence } from "../verification/report.ts";
import { certificateDocument } from "./certificates/certificateDocument.ts";
import { readingOf } from "./certificates/certificateReading.ts";
import { renderHtml } from "./html/htmlPage.ts";

/** The copy to keep and to show: no document's name, size, digest or number. */
export const secrecyPage = (certificate: Certificate, { witnesses }: TrustPolicy): Uint8Array =>
    renderHtml(certificateDocument(readingOf(certificateAlone(certificate)), null, witnesses));

/**
 * What to say of the certificate.html that came with evidence, if one did: it is rendered again and compared, and nothing of it is ever
 * believed. A copy of Notary.Documents' CertificatePage.
 * @param trust The reader's: a page that counts other witnesses is another page.
 */
export const comparePage = (evidence: Evidence, trust: TrustPolicy): Sentence[] => evidence.page === null ? []
    : isRendered(evidence.page, evidence, trust) ? [sentence(
        "certificate.html is for reading and no evidence. It shows what this program renders from the certificate, byte for byte.",
        "certificate.html 仅供阅读，不是证据。其内容与本程序由证书生成的页面逐字节相同。")]
    : [sentence(
        "certificate.html is NOT what this program renders from the certificate: it was altered, or made by another version or under a trust file with other witnesses. Do not read it; this report speaks of the certificate itself.",
        "certificate.html 与本程序由证书生成的页面不同：已被改动，或由其他版本、依据所列见证方不同的信任文件生成。请勿据以阅读；本报告针对证书本身。")];

function isRendered(page: Uint8Array, evidence: Evidence, { witnesses }: TrustPolicy): boolean {
    const counted: (readonly PolicyWitness[])[] = witnesses.length > 0 ? [[], witnesses] : [[]];
    try {
        // The short ones first: few packages hold the others.
        return [null, evidence].some(shown => {
            const reading = readingOf(shown ?? certificateAlone(evidence.certificate));
            return counted.some(known => equalBytes(page, renderHtml(certificateDocument(reading, shown, known))));
        });
    } catch (problem) {
        if (problem instanceof Malformed)
            return false;
        throw problem;
    }
}
