import type { Evidence } from "../evidence/evidence.ts";
import type { NamedFile } from "../evidence/package.ts";
import { chineseNames, join, nothing, sentence, type Check, type CheckName, type Sentence, type Verdict } from "./report.ts";
import type { CertificateTexts } from "./texts.ts";

const forCertificate: readonly CheckName[] = ["inclusion", "checkpoint", "pages"];
const forFiles: readonly CheckName[] = ["file", "commitment", ...forCertificate];

/**
 * From nine results to one verdict: FAIL if any check fails; PASS if inclusion and checkpoint pass, file and commitment pass for
 * every file given, and nothing fails; otherwise INDETERMINATE, naming what is missing. Of a PDF, its pages must have been compared
 * too: whoever reads the verdict reads them.
 */
export function decide(checks: readonly Check[], withFiles: boolean): Verdict {
    if (checks.some(check => check.result === "FAIL"))
        return "FAIL";
    return missing(checks, withFiles).length > 0 ? "INDETERMINATE" : "PASS";
}

export function verdictSentence(
    verdict: Verdict, checks: readonly Check[], evidence: Evidence, texts: CertificateTexts, files: readonly NamedFile[] | null, expectsDepositor: boolean): Sentence {
    const alone = files === null
        ? sentence("No file was given, so this is about the certificate alone. ", "未提供文件，以下结论仅针对证书本身。")
        : nothing;
    const core = verdict === "PASS" ? join(passed(texts, files), shown(evidence, texts, files), depositor(checks, expectsDepositor))
        : verdict === "FAIL" ? failed(checks)
        : undecided(checks, files !== null);
    return join(alone, core);
}

const missing = (checks: readonly Check[], withFiles: boolean): Check[] =>
    checks.filter(check => (withFiles ? forFiles : forCertificate).includes(check.name) && check.result !== "PASS");

function passed(texts: CertificateTexts, files: readonly NamedFile[] | null): Sentence {
    const [{ ledger, deposit }, { index }] = [texts.statement.value!, texts.proof.value!];
    return files === null
        ? sentence(
            `PASS: deposit ${deposit} is entry ${index} of ledger '${ledger}'; whether any document belongs to it was not checked.`,
            `通过：存证 ${deposit} 是账本“${ledger}”的第 ${index} 号条目；未核验任何文件是否属于该存证。`)
        : sentence(
            `PASS: ${files.length === 1 ? "the given file is a document" : `all ${files.length} given files are documents`} of deposit ${deposit}, entry ${index} of ledger '${ledger}'.`,
            `通过：所提供的 ${files.length} 个文件属于存证 ${deposit}，即账本“${ledger}”的第 ${index} 号条目。`);
}

// One document that came true, shown out of a thousand variants, must not read like a deposit of one.
function shown({ manifest, openings }: Evidence, texts: CertificateTexts, files: readonly NamedFile[] | null): Sentence {
    if (files === null || manifest !== null)
        return nothing;
    const items = texts.request.value?.request.items;
    return items === undefined
        ? sentence(` The evidence opens ${openings.size} items and withholds how many there are.`, `证据披露了 ${openings.size} 项，未提供总数。`)
        : sentence(
            ` The evidence opens ${openings.size} of ${items} items; ${items} is the depositor's claim.`,
            `证据披露了 ${items} 项中的 ${openings.size} 项；${items} 为存证人所称。`);
}

function depositor(checks: readonly Check[], isExpected: boolean): Sentence {
    const isPassed = (name: CheckName): boolean => checks.find(check => check.name === name)!.result === "PASS";
    return isPassed("claims") && (!isExpected || isPassed("signature")) ? nothing : sentence(" Who deposited it was not checked.", "未核验存证人是谁。");
}

function failed(checks: readonly Check[]): Sentence {
    const all = checks.filter(check => check.result === "FAIL");
    return sentence(
        `FAIL (${all.map(check => check.name).join(", ")}): ${all[0]!.reason.en}`,
        `不通过（${inChinese(all)}）：${all[0]!.reason.zh}`);
}

function undecided(checks: readonly Check[], withFiles: boolean): Sentence {
    const all = missing(checks, withFiles);
    const inside = all.every(check => check.name === "pages") ? sentence(" What is attached to the file passes.", "文件所附的数据本身通过核验。") : nothing;
    return sentence(
        `INDETERMINATE: nothing failed, but ${all.map(check => check.name).join(", ")} could not be checked. ${all.map(check => check.reason.en).join(" ")}${inside.en}`,
        `无法判断：没有不通过的核验项，但以下各项未能核验：${inChinese(all)}。${all.map(check => check.reason.zh).join("")}${inside.zh}`);
}

const inChinese = (checks: readonly Check[]): string => checks.map(check => chineseNames[check.name]).join("、");
