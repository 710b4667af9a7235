import { depositNumber } from "../../core/numbers.ts";
import type { PolicyWitness } from "../../core/policy.ts";
import type { Evidence } from "../../evidence/evidence.ts";
import { sentence, type CheckName } from "../../verification/report.ts";
import { exact, field, fields, foreign, prose, words, type Block, type Document, type Field, type Phrase, type Section } from "../content/document.ts";
import { resultCell } from "../content/resultWords.ts";
import { timeLines } from "../content/times.ts";
import { certificateItems } from "./certificateItems.ts";
import { codeText, numberOf, type CertificateReading } from "./certificateReading.ts";
import { certificateTopology } from "./certificateTopology.ts";
import { howToVerify, identityWords, meaning } from "./certificateWords.ts";

/** Of what a page says: raised with the program's, since pages of one layout are equal byte for byte. */
export const layout = 2;

/**
 * The content of a certificate as a page: who says what, section by section, and apart from it what was recomputed and what was not.
 * A field that the certificate does not have is left out, never filled.
 * @param shown Whose documents are named; null: none are.
 * @param witnesses Those of a trust file, to be counted; empty when none is known.
 */
export function certificateDocument(reading: CertificateReading, shown: Evidence | null, witnesses: readonly PolicyWitness[]): Document {
    const { statement, proof: { index, checkpoint } } = reading;
    return {
        title: sentence("Certificate of digital deposit", "数字存证证书"),
        subtitle: shown === null
            ? sentence("Secrecy copy: names no document", "保密版：不列明文件")
            : sentence("Disclosure copy: names documents, confidential", "披露版：列明文件，内容保密"),
        head: [
            field("Certificate no.", "证书编号", exact(numberOf(reading))),
            field("Deposit no.", "存证编号", exact(depositNumber(statement.deposit))),
            field("Ledger", "账本", exact(statement.ledger)),
            field("Entry", "条目", words(
                `index ${index}, read from the ledger when it had ${checkpoint.size} entries`, `序号 ${index}，取自共 ${checkpoint.size} 条时的账本`)),
        ],
        code: codeText(reading),
        blocks: [
            recorded(reading), depositor(reading), request(reading, shown), documents(shown),
            section("Who keeps the ledger", "账本结构", null, certificateTopology(reading, witnesses, shown)), recomputed(reading, shown),
            ...meaning, values(reading), howToVerify(shown !== null),
        ],
        footer: sentence(
            `This page is for reading and is no evidence: certificate.json is, and what its verification finds. Layout ${layout}.`,
            `本页仅供阅读，不是证据；证据是 certificate.json 及其核验结果。版式 ${layout}。`),
    };
}

const section = (en: string, zh: string, source: Section["source"], blocks: readonly Block[]): Section => ({ heading: { en, zh }, source, blocks });

const bySignature = sentence("signed by the ledger, public", "账本签署，公开");
const byOperator = sentence("the operator's claim", "运营方所称");
const byDepositor = sentence("the depositor's claim", "存证人所称");

const withheld = prose("Withheld in this certificate.", "本证书未披露。");

function recorded({ statement: { received, accuracy, commitment, afterSize, afterRoot, beacon } }: CertificateReading): Section {
    return section("The ledger's entry", "账本条目", bySignature, [fields(
        field("Received", "接收时间", ...timeLines(received), accuracy === null
            ? words("by the operator's clock; error bound unknown", "运营方时钟所示；误差界未知")
            : words(`by the operator's clock; error bound claimed: ${accuracy} ms`, `运营方时钟所示；所称误差界 ${accuracy} 毫秒`)),
        field("Commitment", "承诺值", exact(commitment)),
        field("Comes after", "前序检查点", exact(`${afterSize} ${afterRoot}`)),
        ...beacon === null ? []
            : "height" in beacon ? [field("Not before the block", "不早于区块", exact(`bitcoin ${beacon.height} ${beacon.hash}`))]
            : [field("Not before the time-stamp", "不早于时间戳", exact(`SHA-256 ${beacon.token}`))])]);
}

function depositor({ claims }: CertificateReading): Section {
    const blocks = claims === null ? [withheld] : [fields(
        field("Name", "名称", foreign(claims.depositor)),
        field("Account", "账户", exact(claims.account)),
        ...claims.identity === null ? [] : [field("Identity", "身份标识", ...identityWords(claims.identity))],
        ...claims.verified === null ? [] : [field("Identity checked", "身份核验", foreign(claims.verified.method), ...timeLines(claims.verified.time))],
        ...claims.key === null ? [] : [field("Key on file", "登记密钥", exact(claims.key.text))])];
    return section("Depositor", "存证人", byOperator, blocks);
}

function request({ request }: CertificateReading, shown: Evidence | null): Section {
    const blocks = request === null ? [withheld] : [fields(...requestFields(request.request, request.note !== null, shown !== null))];
    return section("Request", "存证请求", byDepositor, blocks);
}

type Request = NonNullable<CertificateReading["request"]>["request"];

const requestFields = ({ title, kind, items, previous, requested }: Request, isSigned: boolean, namesDocuments: boolean): Field[] => [
    ...title === null ? [] : [field("Title", "存证名称", foreign(title))],
    field("Kind", "类别", exact(kind)),
    ...namesDocuments ? [field("Documents in all", "文件总数", exact(String(items)))] : [],
    ...previous === null ? [] : [field("Follows deposit", "前序存证", exact(depositNumber(previous)))],
    field("Requested", "请求时间", ...timeLines(requested), words("by the depositor's clock; not verified", "存证人时钟所示；未经核实")),
    field("Signature", "签名", isSigned
        ? words("signed by the depositor's key; see the checks below", "存证人以密钥签署；见下文核验")
        : words("none: the operator names the depositor", "无：存证人由运营方指称")),
];

const documents = (shown: Evidence | null): Section => shown === null
    ? section("Documents", "文件", null, [prose(
        "Names, sizes, digests and number of the documents are not shown in this copy. The commitment binds them; the depositor's evidence opens it.",
        "本版不显示文件的名称、大小、摘要和数量。承诺值对其具有约束力，由存证人所持证据开启。")])
    : section("Documents", "文件", byDepositor, certificateItems(shown));

function recomputed({ result }: CertificateReading, shown: Evidence | null): Section {
    const row = (check: CheckName, en: string, zh: string): Phrase[] => [words(en, zh), resultCell(result(check))];
    const open = (en: string, zh: string): Phrase[] => [words(en, zh), resultCell("NOT CHECKED")];
    return section("What was recomputed for this page, and what was not", "本页已复算与未核验的事项", null, [{
        kind: "table",
        columns: [{ heading: sentence("Question", "事项"), percent: 80 }, { heading: sentence("Result", "结果"), percent: 20 }],
        rows: [
            row("inclusion", "The entry is in the ledger at its index, under the checkpoint's root.", "条目位于检查点根之下的所示序号处。"),
            row("claims", "Claims and request are the ones that the entry commits to, and agree with it.", "声明与请求即条目所承诺者，且与条目一致。"),
            row("signature", "The depositor signed the request, under the key that the operator names.", "存证人以运营方所列密钥签署了请求。"),
            ...shown === null ? [] : [row("commitment", "The documents named above open the entry's commitment.", "上列文件与条目的承诺值相符。")],
            open("Whether the ledger's key, and the witnesses, are ones that the reader trusts.", "账本密钥与见证方是否为读者所信任。"),
            open("Time-stamps, and any time that is not the operator's.", "时间戳及运营方以外的任何时间。"),
            open("Whether a document at hand is one of those deposited.", "手中的文件是否为所存证的文件。"),
        ],
    }]);
}

const values = ({ digest, statement, proof: { checkpoint } }: CertificateReading): Section => section("Values to compare", "比对值", null, [fields(
    field("SHA-256 of certificate.json", "certificate.json 的 SHA-256", exact(digest)),
    field("Checkpoint: size, root", "检查点：条数、根", exact(`${checkpoint.size} ${checkpoint.root}`)),
    field("SHA-256 of the claims", "声明的 SHA-256", exact(statement.claims)))]);
