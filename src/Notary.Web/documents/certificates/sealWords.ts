import { sha256 } from "../../core/bytes.ts";
import { isSelfMade, type X509 } from "../../timestamps/certificate.ts";
import { shownName } from "../../timestamps/names.ts";
import { sentence } from "../../verification/report.ts";
import { exact, field, fields, foreign, prose, words, type Phrase, type Section } from "../content/document.ts";
import { timeLines } from "../content/times.ts";

/**
 * What a page says of its seal: what the sealer's certificate says of itself, and what that is worth. A function of the certificate
 * and the time that the seal states, so that it can be rendered again.
 * @param seal Null: nobody sealed.
 */
export const sealWords = (seal: { readonly certificate: X509; readonly time: number } | null): Section => seal === null
    ? { heading, source: null, blocks: [prose("None: nobody has sealed this file.", "无：本文件未加盖签章。")] }
    : {
        heading,
        source: sentence("as the seal says; not checked on this page", "签章所载；本页未核验"),
        blocks: [
            fields(
                field("Sealed by", "签章人", foreign(shownName(seal.certificate.subjectName))),
                field("Its certificate", "签章证书", issuer(seal.certificate)),
                field("SHA-256 of the certificate", "证书的 SHA-256", exact(sha256(seal.certificate.der))),
                field("Sealed", "签章时间", ...timeLines(seal.time), words("by the sealer's clock", "签章人时钟所示"))),
            prose(
                "The seal is a digital signature (PAdES) over every byte of this file. A PDF reader shows whether it is whole; whose it is, its certificate says.",
                "签章为覆盖本文件全部字节的数字签名（PAdES）。其是否完好，由 PDF 阅读器显示；属于何人，以其证书为准。"),
        ],
    };

const heading = sentence("Seal", "电子签章");

function issuer(certificate: X509): Phrase {
    if (isSelfMade(certificate))
        return words("self-made: no certification authority has checked whose it is", "自制证书：其归属未经任何证书颁发机构核实", "open");
    const name = shownName(certificate.issuerName);
    return words(`issued by ${name}`, `由 ${name} 颁发`);
}
