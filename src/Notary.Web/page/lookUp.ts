import { decimal, decodeUtf8 } from "../core/bytes.ts";
import { parseStatement, type Statement } from "../core/deposits.ts";
import { Malformed } from "../core/malformed.ts";
import type { Checkpoint } from "../core/notes.ts";
import { depositNumber } from "../core/numbers.ts";
import { escape, formatTime } from "../core/rules.ts";
import { parseLookup, type Lookup } from "../ledger/lookup.ts";
import { depositOf, LieError, type ProvenEntry, type PublicLedger } from "../ledger/tiles.ts";
import { sentence, type Sentence } from "../verification/report.ts";
import { age } from "./age.ts";
import { both, element } from "./dom.ts";
import { table, trouble } from "./fields.ts";

const warning = (words: Sentence): HTMLElement => trouble("LOOK_UP", [words]);

/** As many entries as a page reads through for one deposit: some 60 MB. */
const searchable = 100_000n;

/** Looks up what somebody copied, and shows it proven. A second question replaces the first, whichever is answered first. */
export class LookUp {
    private asked = 0;

    /** @param isSigned Whether the checkpoint is signed under a key that is trusted now. */
    constructor(
        private readonly ledger: PublicLedger, private readonly checkpoint: Checkpoint, private readonly isSigned: () => boolean, private readonly outcome: HTMLElement) {
    }

    async show(text: string): Promise<void> {
        const asked = parseLookup(text);
        await this.replace(both(sentence("Reading 1 entry and its path…", "正在读取 1 个条目及其路径…")), async () =>
            "en" in asked ? warning(asked) : asked.of === "deposit" ? await this.deposit(asked.deposit) : await this.entry(asked));
    }

    private async replace(waiting: Node, find: () => Promise<HTMLElement>): Promise<void> {
        const number = ++this.asked;
        this.outcome.replaceChildren(element("p", {}, waiting));
        const found = await find().catch(failure);
        if (number !== this.asked)
            return;
        this.outcome.replaceChildren(...this.isSigned() ? [] : [unsigned()], found);
        this.outcome.focus();
    }

    private async entry(asked: Exclude<Lookup, { of: "deposit" }>): Promise<HTMLElement> {
        const { origin, size } = this.checkpoint;
        if (asked.of === "code" && asked.origin !== origin)
            return warning(sentence(`The certificate is of ledger '${asked.origin}', and this is '${origin}'. Ask there.`,
                `该证书属于账本“${asked.origin}”，而这里是“${origin}”。请到该账本查询。`));
        if (asked.index >= size)
            return warning(sentence(`The ledger has ${size} entries under the checkpoint above, numbered from 0: there is none of this number. Load the page again to read a newer one.`,
                `上述检查点之下账本有 ${size} 个条目，从 0 起编号：没有该序号。重新打开本页面可读取更新的检查点。`));
        const entry = await this.ledger.entry(asked.index);
        return asked.of === "entry" ? shown(entry, null) : shown(entry, compared(await this.ledger.continues(asked.size, asked.root)));
    }

    /** The server is asked where the deposit stands, and not believed: the entry must be on the ledger, and be of this deposit. */
    private async deposit(deposit: string): Promise<HTMLElement> {
        const response = await fetch(`deposit/${deposit}`, { credentials: "omit" });
        if (response.status === 404)
            return this.denied(deposit);
        if (!response.ok)
            throw new Error(`status ${response.status}`);
        const index = decimal((await response.text()).replace(/\n$/, ""));
        if (index === null)
            throw new LieError();
        if (index >= this.checkpoint.size)
            return warning(sentence(`The server says that this deposit is entry ${index}, which is newer than the checkpoint above. Load the page again.`,
                `服务器称该存证为条目 ${index}，比上述检查点更新。请重新打开本页面。`));
        const entry = await this.ledger.entry(index);
        return depositOf(entry.bytes) === deposit ? shown(entry, null) : warning(sentence(
            `The server named entry ${index}, but that is of another deposit: it lies, or is broken. Keep a note of this, and ask the operator.`,
            `服务器所称的条目 ${index} 属于另一份存证：服务器不实或有故障。请记录此事并询问运营方。`));
    }

    private denied(deposit: string): HTMLElement {
        const { size } = this.checkpoint;
        const refused = warning(sentence(
            `This server says that it has no deposit no. ${depositNumber(deposit)}. That is its word only: a server can deny an entry that is there. Compare the number and the ledger's name on the certificate.`,
            `本服务器称没有编号为 ${depositNumber(deposit)} 的存证。这仅是其一面之词：服务器可能否认实有的条目。请核对证书上的编号和账本名称。`));
        if (size > searchable)
            refused.append(element("p", {}, both(sentence(`The ledger is too large to be read through here (${size} entries, limit ${searchable}); 'notary mirror' copies it.`,
                `账本过大，无法在此通读（${size} 个条目，上限 ${searchable}）；“notary mirror”可复制账本。`))));
        else {
            const button = element("button", { type: "button", id: "search" }, both(sentence(`Search all ${size} entries here`, `在此查遍全部 ${size} 个条目`)));
            button.addEventListener("click", () => void this.search(deposit));
            refused.append(element("p", {}, button));
        }
        return refused;
    }

    private search(deposit: string): Promise<void> {
        const { size } = this.checkpoint;
        const label = element("span", {});
        const tell = (read: bigint): void => label.replaceChildren(both(sentence(`Read ${read} of ${size} entries`, `已读 ${read} / ${size} 个条目`)));
        tell(0n);
        return this.replace(label, async () => {
            const index = await this.ledger.search(deposit, tell);
            return index !== null
                ? shown(await this.ledger.entry(index), element("p", { class: "error" }, both(sentence(
                    "The server denied this entry, and it is there. Keep a note of this, and tell the operator and the witnesses.",
                    "服务器否认该条目，而它确在账本中。请记录此事，并告知运营方与见证方。"))))
                : element("p", { class: "notice", "data-absent": "" }, both(sentence(
                    `This page has read all ${size} entries and led them to the root of the checkpoint above: none is of this deposit.`,
                    `本页面已读遍全部 ${size} 个条目，并到达上述检查点的根：没有该存证的条目。`)));
        });
    }
}

const unsigned = (): HTMLElement => warning(sentence(
    "The checkpoint above is not signed under a key that you trust: what is proven under it here proves nothing.",
    "上述检查点没有您所信任密钥的签名：在其下所作的证明不说明任何问题。"));

function shown(entry: ProvenEntry, more: HTMLElement | null): HTMLElement {
    const text = decodeUtf8(entry.bytes);
    return element("section", { "data-entry": String(entry.index) },
        element("h3", {}, both(sentence(`Entry ${entry.index}`, `条目 ${entry.index}`))),
        element("p", { class: "good" }, both(sentence(
            `This page has followed its path of ${entry.path.length} hashes to the root of the checkpoint above: it is in the ledger.`,
            `本页面已沿其 ${entry.path.length} 个哈希的路径到达上述检查点的根：该条目在账本中。`))),
        more, meaning(text),
        element("pre", {}, text === null ? `${entry.bytes.length} bytes` : text.split("\n").map(escape).join("\n")),
        element("details", {}, element("summary", {}, both(sentence("Its path", "其路径"))), element("pre", {}, entry.path.join("\n") || "—")));
}

const compared = (holds: boolean): HTMLElement => element("p", { class: holds ? "good" : "error" }, both(holds
    ? sentence("The root on the certificate is of the beginning of this same ledger: nothing before it was rewritten.", "证书所载的根属于本账本的前段：此前内容未被改写。")
    : sentence("The root on the certificate is NOT of this ledger's beginning: one of the two was altered. Keep the certificate and ask the operator.", "证书所载的根不属于本账本的前段：二者之一被改动。请保存证书并询问运营方。")));

/** What a statement says, in words; of other entries their own first line says what they are. */
function meaning(text: string | null): HTMLElement {
    const statement = readStatement(text ?? "");
    if (statement === null)
        return element("p", { class: "hint" }, both(sentence("An entry of the ledger's own, or of a kind that this page does not know; it is no deposit.", "账本自身的条目，或本页面不识别的类型；不是存证。")));
    const { deposit, received, accuracy, afterSize } = statement;
    return element("div", {}, table(
        [sentence("Deposit no.", "存证编号"), element("span", { class: "code" }, depositNumber(deposit))],
        [sentence("Received, by the operator's clock", "接收时间（运营方时钟）"), sentence(`${formatTime(received)} (${age(received).en})`, `${formatTime(received)}（${age(received).zh}）`)],
        [sentence("That clock's accuracy", "该时钟的误差"), accuracy === null ? sentence("unknown: nothing vouches for it", "未知：没有任何依据") : sentence(`within ${accuracy} ms`, `不超过 ${accuracy} 毫秒`)],
        [sentence("Written after entry", "晚于条目"), String(afterSize - 1n)]),
    element("p", { class: "hint" }, both(sentence(
        "Who deposited, under which title and how many documents is not on the ledger; the certificate says it. Commitment and claims below are blinded.",
        "存证人、标题和文件数不在账本上，见证书。以下承诺值与声明的哈希均已盲化。"))));
}

function readStatement(text: string): Statement | null {
    try {
        return parseStatement(text);
    } catch (problem) {
        if (problem instanceof Malformed)
            return null;
        throw problem;
    }
}

/** What could not be shown, and what to do next. */
export const failure = (problem: unknown): HTMLElement => warning(problem instanceof LieError || problem instanceof Malformed
    ? sentence(
        "What the server sent is not under the checkpoint that it signed. Do not rely on it: keep a copy, and tell the operator and the witnesses.",
        "服务器所发内容不在其签署的检查点之下。请勿依赖：请保存副本，并告知运营方与见证方。")
    : sentence("The ledger cannot be read now. Try again later, or ask the operator.", "目前无法读取账本。请稍后再试或询问运营方。"));
