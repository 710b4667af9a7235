import type { NamedFile } from "../evidence/package.ts";
import type { Hash } from "../core/bytes.ts";
import { escape, formatTime } from "../core/rules.ts";
import { questions, sentence, type Check, type Report, type Result, type Sentence, type Subject, type Verdict } from "../verification/report.ts";
import { both, element } from "./dom.ts";
import type { Part } from "./worker.ts";

const words: Record<Result | Verdict, Sentence> = {
    PASS: sentence("PASS", "通过"),
    FAIL: sentence("FAIL", "不通过"),
    INDETERMINATE: sentence("INDETERMINATE", "无法判断"),
    "NOT CHECKED": sentence("NOT CHECKED", "未核验"),
};

// Never the colour of a pass: what was not checked has not passed.
const colours: Record<Result | Verdict, string> = { PASS: "good", FAIL: "bad", INDETERMINATE: "open", "NOT CHECKED": "open" };

/** What a report rests on, beside the evidence's own content. */
export interface Basis {
    /** The name of the file of evidence. */
    readonly evidence: string;
    /** The name of the reader's trust file; null: the operator's own was taken. */
    readonly trust: string | null;
    /** The name of the reader's file of time-stamping roots; null for none. */
    readonly tsaRoots: string | null;
    /** The same of roots for seals. */
    readonly sealRoots: string | null;
    /** Of the program that verified, so that a page can be told from another. */
    readonly program: Hash;
    /** By this machine's clock, in milliseconds of Unix time. */
    readonly at: number;
}

/** A report for readers. Every word of a stranger in it becomes text, never markup. */
export function report(found: Report, files: readonly NamedFile[], basis: Basis): HTMLElement {
    return element("section", { id: "report", "aria-labelledby": "report-title" },
        element("h2", { id: "report-title" }, both(sentence("Result", "核验结果"))),
        element("div", { class: `verdict ${colours[found.verdict]}`, "data-verdict": found.verdict },
            element("p", { class: "word" }, both(words[found.verdict])),
            element("p", { id: "verdict-sentence" }, both(found.verdictSentence)),
            element("p", { id: "time-sentence" }, both(found.timeSentence))),
        judgedBy(basis),
        element("h3", {}, both(sentence("Checks", "逐项核验"))),
        checks(found.checks),
        found.notes.length === 0 ? null : element("h3", {}, both(sentence("Also to be known", "另须知悉"))),
        found.notes.length === 0 ? null : element("ul", { id: "notes" }, ...found.notes.map(note => element("li", {}, both(note)))),
        found.subject === null ? null : subject(found.subject),
        files.length === 0 ? null : digests(files),
        element("h3", {}, both(sentence("What this does not decide", "本核验不判断的事项"))),
        element("p", {}, both(sentence(
            "Whether the content is true, new, secret or valuable, or whose it is; when the documents were made; whether they were altered before the deposit.",
            "内容是否真实、新颖、秘密或有价值，归谁所有；文件何时形成；存证之前是否被改动。"))),
        made(basis),
        printButton());
}

/** Why nothing could be verified, and what to do next. */
export function refusal(part: Part, message: string): HTMLElement {
    const [what, next] = advice[part];
    return element("div", { class: "error", role: "alert", "data-refused": part },
        element("p", {}, element("strong", {}, both(what))),
        element("p", { class: "code" }, escape(message)),
        element("p", {}, both(next)));
}

const certificatesAdvice = sentence(
    "Give a text file of certificates, each between BEGIN CERTIFICATE and END CERTIFICATE. From a binary .cer or .der file 'openssl x509 -inform der' makes one. Or remove the file.",
    "请提供文本格式的证书文件，每个证书位于 BEGIN CERTIFICATE 与 END CERTIFICATE 之间；二进制的 .cer、.der 文件可用“openssl x509 -inform der”转换。也可移除该文件。");

const advice: Record<Part, readonly [Sentence, Sentence]> = {
    evidence: [
        sentence("The evidence cannot be read, so nothing was checked.", "无法读取证据，因此未作任何核验。"),
        sentence(
            "Give certificate.json, the .zip or the certificate as PDF as it was handed out, not a copy that was packed or saved again. From a PDF that is not as it was made, save the attached certificate.json in your PDF reader and give that.",
            "请提供原样的 certificate.json、.zip 或 PDF 证书，不要使用重新打包或另存的副本。如 PDF 已非原样，请在 PDF 阅读器中另存其附件 certificate.json 后提供。"),
    ],
    documents: [
        sentence("The documents cannot be read, so nothing was checked.", "无法读取文件，因此未作任何核验。"),
        sentence(
            "A file was changed, moved or is not allowed to be read: choose the documents again.",
            "文件已被改动、移走或不允许读取：请重新选择文件。"),
    ],
    trust: [
        sentence("This is no trust file, so nothing can be judged by it.", "这不是信任文件，无法据以核验。"),
        sentence(
            "A trust file is a C2SP tlog-policy: a line 'log KEY' for each ledger, and a line 'quorum none' or 'quorum NAME'. Load another one.",
            "信任文件采用 C2SP tlog-policy 格式：每个账本一行“log 公钥”，另有一行“quorum none”或“quorum 名称”。请载入其他文件。"),
    ],
    tsaRoots: [
        sentence("The time-stamping roots cannot be read, so nothing was checked.", "无法读取时间戳根证书，因此未作任何核验。"),
        certificatesAdvice,
    ],
    sealRoots: [
        sentence("The roots for seals cannot be read, so nothing was checked.", "无法读取签章根证书，因此未作任何核验。"),
        certificatesAdvice,
    ],
    keyChange: [
        sentence("The key change cannot be read, so nothing was checked.", "无法读取密钥变更，因此未作任何核验。"),
        sentence(
            "A key change is what the ledger's server gives under /key-change/ID, ID being the 8 hex digits of the old key. Give it as it came, or remove the file.",
            "密钥变更由账本服务器在 /key-change/编号 处提供，编号为旧密钥的 8 位十六进制数。请原样提供，或移除该文件。"),
    ],
    compromised: [
        sentence("A compromised key cannot be read, so nothing was checked.", "无法读取已泄露的密钥，因此未作任何核验。"),
        sentence(
            "Write one a line: the key, '@' and the time, in UTC with three decimals. Or leave the field empty.",
            "每行一个：公钥、“@”、时间（UTC，三位小数）；或将该栏留空。"),
    ],
    headers: [
        sentence("The list of block headers cannot be read, so nothing was checked.", "无法读取区块头清单，因此未作任何核验。"),
        sentence(
            "A line has the block's height, a space, and the header's 160 hex digits, as 'bitcoin-cli getblockheader HASH false' prints them. Or remove the file.",
            "每行为区块高度、一个空格和 160 位十六进制的区块头（即“bitcoin-cli getblockheader 哈希 false”的输出）；也可移除该文件。"),
    ],
    depositor: [
        sentence("The depositor's key cannot be read, so nothing was checked.", "无法读取存证人公钥，因此未作任何核验。"),
        sentence("Copy it whole: name+id+base64. Or leave the field empty.", "请完整复制：名称+编号+base64；或将该栏留空。"),
    ],
};

const judgedBy = ({ evidence, trust, tsaRoots, sealRoots }: Basis): HTMLElement => element("p", { id: "basis" },
    both(sentence("Evidence: ", "证据：")), element("bdi", { class: "code" }, escape(evidence)), both(sentence(". ", "。")),
    trust === null
        ? element("strong", { class: "open" }, both(sentence("Judged by the trust file of this page's own operator alone.", "仅以本页面运营方自己的信任文件为准。")))
        : named("Judged by your trust file ", "以您的信任文件为准：", trust),
    tsaRoots === null ? null : named(" Time-stamps by your roots ", "时间戳以您的根证书为准：", tsaRoots),
    sealRoots === null ? null : named(" Seals by your roots ", "签章以您的根证书为准：", sealRoots));

const named = (en: string, zh: string, file: string): HTMLElement =>
    element("span", {}, both(sentence(en, zh)), element("bdi", { class: "code" }, escape(file)), both(sentence(".", "。")));

const made = ({ program, at }: Basis): HTMLElement => element("p", { class: "hint", id: "made" }, both(sentence(
    `Verified at ${formatTime(at)} by this computer's clock, by the page's own verifier. SHA-256 of that program: `,
    `核验时间 ${formatTime(at)}（本电脑的时钟），由本页面自带的核验程序完成。该程序的 SHA-256：`)), element("code", {}, program));

const checks = (all: readonly Check[]): HTMLElement => element("table", { class: "checks" },
    element("thead", {}, element("tr", {}, ...([["No.", "序号"], ["Question", "核验事项"], ["Result", "结果"], ["Reason", "理由"]] as const)
        .map(([en, zh]) => element("th", { scope: "col" }, both(sentence(en, zh)))))),
    element("tbody", {}, ...all.map((check, i) => element("tr", { "data-check": check.name, "data-result": check.result },
        element("td", {}, String(i + 1)),
        element("th", { scope: "row" }, both(questions[check.name])),
        element("td", { class: `result ${colours[check.result]}` }, both(words[check.result])),
        element("td", {}, both(check.reason))))));

function subject(about: Subject): HTMLElement {
    const row = (en: string, zh: string, value: string): HTMLElement =>
        element("tr", {}, element("th", { scope: "row" }, both(sentence(en, zh))), element("td", { class: "code" }, value));
    return element("details", {}, element("summary", {}, both(sentence("The deposit, as the certificate says", "证书所载的存证"))),
        element("table", { class: "fields" }, element("tbody", {},
            row("Ledger", "账本", about.ledger), row("Deposit", "存证编号", about.deposit), row("Commitment", "承诺值", about.commitment),
            row("Received, by the operator's clock", "接收时间（运营方时钟）", about.received),
            row("Entry", "条目序号", about.index ?? "—"), row("Entries under the checkpoint", "检查点的条目数", about.treeSize ?? "—"))));
}

const mostShown = 200;

const digests = (files: readonly NamedFile[]): HTMLElement => element("details", {},
    element("summary", {}, both(sentence(files.length === 1 ? "Digests of the file compared" : `Digests of the ${files.length} files compared`, `所比对的 ${files.length} 个文件的摘要`))),
    ...files.slice(0, mostShown).map(file => element("p", {}, element("bdi", {}, escape(file.path)), element("br"), element("code", {}, `SHA-256 ${file.sha256}`),
        ...file.sm3 === null ? [] : [element("br"), element("code", {}, `SM3 ${file.sm3}`)])),
    files.length > mostShown ? element("p", {}, both(sentence(`and ${files.length - mostShown} more`, `另有 ${files.length - mostShown} 个`))) : null);

function printButton(): HTMLElement {
    const button = element("button", { type: "button" }, both(sentence("Print", "打印")));
    button.addEventListener("click", () => window.print());
    return button;
}
