import { grouped } from "../core/bytes.ts";
import { Malformed } from "../core/malformed.ts";
import { escape, formatTime } from "../core/rules.ts";
import { layout, mostDocuments, renderCertificate } from "../documents/certificatePdf.ts";
import { shownCount } from "../documents/certificates/attached.ts";
import { readTypefaces } from "../documents/pdf/fontFiles.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { coveredBytes, coversFile, sealBytes, type CertificatePdf, type SealPlace } from "../evidence/pdf.ts";
import { isSelfMade, type X509 } from "../timestamps/certificate.ts";
import { shownName } from "../timestamps/names.ts";
import type { Trusted } from "../timestamps/roots.ts";
import { parseSeal, verifySeal, type Seal, type SealVerdict } from "../timestamps/seal.ts";
import type { TokenVerdict } from "../timestamps/token.ts";
import { fail, notChecked, pass, sentence, type Check, type Sentence } from "./report.ts";

/** What the verifier brings to judge a PDF by. */
export interface PdfInputs {
    /** Whom the verifier trusts for seals; null: nobody. */
    readonly roots: Trusted | null;
    /** Whom the verifier trusts for time-stamps; null: nobody. */
    readonly authorities: Trusted | null;
    /** Today, as the verifier's clock says, in milliseconds since 1970. */
    readonly now: number;
    /** What pages are rendered with, as text (`readTypefaces`); null: it is not at hand. */
    readonly fonts: string | null;
}

/** The two checks that a PDF adds: whether its pages show what is attached to it, and its seal. */
export function checkPdf(evidence: Evidence, pdf: CertificatePdf, { roots, authorities, now, fonts }: PdfInputs): Check[] {
    if (pdf.seal === null)
        return [checkPages(evidence, pdf, null, fonts), notChecked("seal", "Nobody has sealed this file.", "本文件未加盖签章。")];
    try {
        const seal = parseSeal(sealBytes(pdf.file, pdf.seal));
        return [checkPages(evidence, pdf, seal.certificate, fonts), checkSeal(pdf.file, pdf.seal, seal, verifySeal(seal, coveredBytes(pdf.file, pdf.seal), roots, authorities, now))];
    } catch (problem) {
        if (!(problem instanceof Malformed))
            throw problem;
        return [
            notChecked("pages", "The pages say whose seal this is, and the seal cannot be read.", "页面载明签章归属，而签章无法读取。"),
            fail("seal", `The seal cannot be read: it ${problem.problem}.`, `签章无法读取（${problem.problem}）。`),
        ];
    }
}

/** The file is rendered again from what is attached to it, and compared: so an update that was appended, or another page, is a difference. */
function checkPages(evidence: Evidence, { file, layout: form, seal: place }: CertificatePdf, sealer: X509 | null, fonts: string | null): Check {
    if (form !== layout)
        return notChecked(
            "pages",
            `This program does not render '${escape(form)}' and so cannot compare the pages: the version that wrote the file can.`,
            `本程序不生成“${escape(form)}”，无法比对页面；请使用生成该文件的版本。`);
    const typefaces = fonts === null ? null : readTypefaces(fonts);
    if (typefaces === null)
        return notChecked(
            "pages",
            "The pages were not compared with the data attached: the fonts for it are not in this copy of the web page and could not be loaded. Take the copy that the ledger's own page offers to save, or 'notary verify'. Read the values here, not there.",
            "未将页面与所附数据比对：本网页副本不含所需字体，且无法载入。请使用账本网页所提供保存的副本，或“notary verify”。各项数据请以此处为准，勿以文件页面为准。");
    const shown = shownCount(evidence);
    if (shown > mostDocuments)
        return notRendered(`it shows ${grouped(shown)} documents, more than the ${grouped(mostDocuments)} of one file`);
    let rendered: Uint8Array;
    try {
        const seal = sealer === null ? null : { certificate: sealer, time: place!.time, size: (place!.end - place!.start) / 2 };
        rendered = renderCertificate(evidence, seal, typefaces);
    } catch (problem) {
        if (problem instanceof Malformed)
            return notRendered(problem.message);
        throw problem;
    }
    if (place !== null && place.end <= rendered.length)
        rendered.set(file.subarray(place.start, place.end), place.start);
    const length = Math.min(file.length, rendered.length);
    let equal = 0;
    while (equal < length && file[equal] === rendered[equal])
        equal++;
    if (equal === file.length && equal === rendered.length)
        return pass(
            "pages",
            `Every byte of the file${sealer === null ? "" : " but the seal"} is what this program renders from the data attached.`,
            `文件${sealer === null ? "" : "除签章外"}的全部字节与本程序由所附数据生成的相同。`);
    return equal === rendered.length
        ? fail(
            "pages",
            `${file.length - equal} bytes were added behind the file's end: an update that may show anything. Do not read the pages.`,
            `文件末尾之后追加了 ${file.length - equal} 字节：此类更新可使页面显示任意内容。请勿据以阅读。`)
        : fail(
            "pages",
            `From byte ${equal} on the file is not what this program renders from the data attached: it was altered. Do not read the pages.`,
            `自第 ${equal} 字节起，文件与本程序由所附数据生成的不同：已被改动。请勿据以阅读。`);
}

const notRendered = (problem: string): Check =>
    fail("pages", `From what is attached no page can be rendered (${problem}).`, `由所附数据无法生成页面（${problem}）。`);

function checkSeal(file: Uint8Array, place: SealPlace, seal: Seal, { standing, problem, stamped }: SealVerdict): Check {
    if (!coversFile(file, place))
        return fail("seal", "The seal does not say that it covers the whole file.", "签章未载明其覆盖整个文件。");
    if (standing === "refused")
        return fail("seal", `The seal ${problem.en}.`, `签章${problem.zh}。`);
    const [name, dated, selfMade] = [shownName(seal.certificate.subjectName), datedBy(place, stamped), isSelfMade(seal.certificate)];
    return standing === "verified"
        ? pass(
            "seal",
            `Sealed by ${name}, under a certificate that leads to a root that you trust; every byte of the file is covered. ${dated.en}`,
            `由 ${name} 加盖，其证书通往您所信任的根证书；覆盖文件的全部字节。${dated.zh}`)
        : notChecked(
            "seal",
            `The seal is whole and covers every byte of the file, but whose it is was not checked: it ${problem.en}. Its certificate${selfMade ? ", self-made," : ""} names ${name}. ${dated.en}`,
            `签章完好，覆盖文件的全部字节，但归属未核验：该签章${problem.zh}。其${selfMade ? "自制" : ""}证书所载为 ${name}。${dated.zh}`);
}

function datedBy(place: SealPlace, token: TokenVerdict | null): Sentence {
    if (token === null)
        return sentence(
            `It has no time-stamp: that it was sealed at ${formatTime(place.time)} is the sealer's word.`,
            `签章无时间戳：${formatTime(place.time)} 加盖仅为签章人所称。`);
    const time = formatTime(token.info!.time);
    return token.standing === "verified"
        ? sentence(
            `It was sealed no later than ${time}, by a time-stamp of ${token.authority}; that dates the seal, not the deposit.`,
            `由 ${token.authority} 的时间戳证明签章不晚于 ${time}；该时间针对签章，而非存证。`)
        : sentence(
            `It bears a time-stamp of ${time}, which ${token.problem.en}.`,
            `其时间戳载明 ${time}，但该时间戳${token.problem.zh}。`);
}
