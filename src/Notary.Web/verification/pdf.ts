import { Malformed } from "../core/malformed.ts";
import { formatTime } from "../core/rules.ts";
import { coveredBytes, coversFile, sealBytes, type CertificatePdf, type SealPlace } from "../evidence/pdf.ts";
import { isSelfMade } from "../timestamps/certificate.ts";
import { shownName } from "../timestamps/names.ts";
import type { Trusted } from "../timestamps/roots.ts";
import { parseSeal, verifySeal, type Seal } from "../timestamps/seal.ts";
import type { TokenVerdict } from "../timestamps/token.ts";
import { fail, notChecked, pass, sentence, type Check, type Sentence } from "./report.ts";

/**
 * The two checks that a PDF adds: its pages and its seal. To compare the pages takes the fonts and the renderer of the program that
 * wrote them, which a page of a browser does not carry: that stays open.
 * @param now Today, as the verifier's clock says, in milliseconds since 1970.
 */
export const checkPdf = (pdf: CertificatePdf, roots: Trusted | null, authorities: Trusted | null, now: number): Check[] =>
    [pages, checkSeal(pdf, roots, authorities, now)];

const pages = notChecked(
    "pages",
    "This web page does not render PDFs and so cannot compare what the file's pages show with the data attached: 'notary verify' can. Read the values here, not there.",
    "本网页不生成 PDF，无法比对文件页面所示与所附数据；请用“notary verify”。各项数据请以此处为准，勿以文件页面为准。");

function checkSeal({ file, seal: place }: CertificatePdf, roots: Trusted | null, authorities: Trusted | null, now: number): Check {
    if (place === null)
        return notChecked("seal", "Nobody has sealed this file.", "本文件未加盖签章。");
    let seal: Seal;
    try {
        seal = parseSeal(sealBytes(file, place));
    } catch (problem) {
        if (problem instanceof Malformed)
            return fail("seal", `The seal cannot be read: it ${problem.problem}.`, `签章无法读取（${problem.problem}）。`);
        throw problem;
    }
    const { standing, problem, stamped } = verifySeal(seal, coveredBytes(file, place), roots, authorities, now);
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
