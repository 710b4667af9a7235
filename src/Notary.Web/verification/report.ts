/** One plain sentence, or a few, in the two languages of the report. */
export interface Sentence {
    readonly en: string;
    readonly zh: string;
}

/** What one check came to; NOT CHECKED is never shown as a pass. */
export type Result = "PASS" | "FAIL" | "NOT CHECKED";

export type Verdict = "PASS" | "FAIL" | "INDETERMINATE";

export type CheckName = "file" | "commitment" | "claims" | "signature" | "inclusion" | "checkpoint" | "witnesses" | "time" | "bitcoin"
    // Of a PDF: whether its pages show what is attached to it, and its seal.
    | "pages" | "seal";

export interface Check {
    readonly name: CheckName;
    readonly result: Result;
    readonly reason: Sentence;
}

/** Which deposit a report is about, as the certificate says it. */
export interface Subject {
    readonly ledger: string;
    readonly deposit: string;
    readonly commitment: string;
    readonly received: string;
    readonly index: string | null;
    readonly treeSize: string | null;
}

/** What a verification found; plain values, so that a worker can hand it over. */
export interface Report {
    readonly subject: Subject | null;
    readonly verdict: Verdict;
    readonly verdictSentence: Sentence;
    /** Never left out where the verdict is shown: who vouches for which time. */
    readonly timeSentence: Sentence;
    readonly checks: readonly Check[];
    readonly notes: readonly Sentence[];
}

export const sentence = (en: string, zh: string): Sentence => ({ en, zh });

export const nothing = sentence("", "");

export const pass = (name: CheckName, en: string, zh: string): Check => ({ name, result: "PASS", reason: { en, zh } });

export const fail = (name: CheckName, en: string, zh: string): Check => ({ name, result: "FAIL", reason: { en, zh } });

export const notChecked = (name: CheckName, en: string, zh: string): Check => ({ name, result: "NOT CHECKED", reason: { en, zh } });

export const join = (...parts: readonly Sentence[]): Sentence =>
    sentence(parts.map(part => part.en).join(""), parts.map(part => part.zh).join(""));

const most = 10;

/** Lists in a sentence: the first few, then how many more. */
export const listed = (parts: readonly Sentence[], separator: string): string =>
    parts.slice(0, most).map(part => part.en).join(separator) + (parts.length > most ? `${separator}and ${parts.length - most} more` : "");

export const listedChinese = (parts: readonly Sentence[]): string =>
    parts.slice(0, most).map(part => part.zh).join(";") + (parts.length > most ? `；另有 ${parts.length - most} 个` : "");

export const chineseNames: Record<CheckName, string> = {
    file: "文件", commitment: "承诺值", claims: "声明", signature: "签名", inclusion: "包含证明",
    checkpoint: "检查点", witnesses: "见证", time: "时间戳", bitcoin: "比特币", pages: "页面", seal: "签章",
};

/** What each check asks, in words that need no explanation. */
export const questions: Record<CheckName, Sentence> = {
    file: sentence("Is each file given one of the deposited documents?", "所提供的文件是否为所存证的文件？"),
    commitment: sentence("Do the documents shown give the entry's commitment?", "由所示文件能否得出条目的承诺值？"),
    claims: sentence("Are claims and request those that the entry commits to?", "声明与请求是否为条目所承诺者？"),
    signature: sentence("Did the depositor sign?", "存证人是否签名？"),
    inclusion: sentence("Is the entry in the ledger, at its place?", "条目是否在账本的所示位置？"),
    checkpoint: sentence("Did a trusted ledger sign that?", "是否由受信任的账本签署？"),
    witnesses: sentence("Did enough independent witnesses cosign?", "是否有足够的独立见证方联署？"),
    time: sentence("Does an outside time-stamp date it?", "是否有外部时间戳？"),
    bitcoin: sentence("Is it anchored in Bitcoin?", "是否锚定于比特币？"),
    pages: sentence("Do the pages show what is attached to them?", "页面所示是否与所附数据一致？"),
    seal: sentence("Is the seal whole, and of whom?", "签章是否完好，属于何人？"),
};
