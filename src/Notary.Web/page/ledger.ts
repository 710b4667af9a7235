import { decodeUtf8 } from "../core/bytes.ts";
import { verifySignature } from "../core/keys.ts";
import { Malformed } from "../core/malformed.ts";
import { checkNote, parseCheckpoint, parseNote, type Checkpoint, type SignedNote } from "../core/notes.ts";
import { parsePolicy, type TrustPolicy } from "../core/policy.ts";
import { escape, formatTime, parseTime } from "../core/rules.ts";
import { growth, type GrowthPoint } from "../ledger/growth.ts";
import { parseLookup, type Lookup } from "../ledger/lookup.ts";
import { inBase64, LieError, PublicLedger, type ProvenEntry } from "../ledger/tiles.ts";
import { sentence, type Sentence } from "../verification/report.ts";
import { both, element, find, setUpLanguage } from "./dom.ts";

const points = 12n;
const policy: TrustPolicy = parsePolicy(new TextEncoder().encode(find("operator-trust").textContent || "quorum none\n"));

async function read(path: string): Promise<Uint8Array | null> {
    const response = await fetch(path, { credentials: "omit" });
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
}

async function setUp(): Promise<void> {
    setUpLanguage(() => {});
    try {
        const note = parseNote(decodeUtf8(await read("checkpoint") ?? new Uint8Array(0)) ?? "");
        const checkpoint = parseCheckpoint(note.text);
        const ledger = new PublicLedger(checkpoint, read);
        find("checkpoint").replaceChildren(...describe(checkpoint, note));
        find("form").addEventListener("submit", event => {
            event.preventDefault();
            void lookUp(ledger, checkpoint);
        });
        find<HTMLButtonElement>("run").disabled = false;
        await Promise.all([showGrowth(ledger, checkpoint), showOutside(ledger)]);
    } catch (problem) {
        find("checkpoint").replaceChildren(failure(problem));
    }
}

function* describe(checkpoint: Checkpoint, note: SignedNote): Generator<HTMLElement> {
    const signer = policy.logs.find(key => checkNote(note, key) === "valid");
    yield signer === undefined
        ? element("p", { class: "error" }, both(sentence(
            "The checkpoint bears no good signature of a key that this page names: do not rely on it, and ask the operator.",
            "检查点没有本页面所列密钥的有效签名：请勿依赖，并询问运营方。")))
        : element("p", { class: "good" }, both(sentence(
            `Signed by ledger '${checkpoint.origin}' under the key with id ${signer.id}; this page has checked the signature.`,
            `由账本“${checkpoint.origin}”以密钥（编号 ${signer.id}）签署；本页面已核验该签名。`)));
    const cosigners = policy.witnesses.filter(({ key }) => checkNote(note, key) === "valid").map(({ name, key }) => {
        const times = note.signatures.filter(other => other.name === key.name && other.id === key.id).map(other => verifySignature(key, note.text, other).time ?? 0);
        return `${name} (${age(Math.min(...times))})`;
    });
    yield fields(
        [sentence("Ledger", "账本"), checkpoint.origin], [sentence("Entries", "条目数"), String(checkpoint.size)],
        [sentence("Root", "根"), inBase64(checkpoint.root)], [sentence("Signature lines", "签名行"), String(note.signatures.length)],
        [sentence("Witnesses that this page names", "本页面所列见证方"), cosigners.join("; ") || "—"]);
    yield element("details", {}, element("summary", {}, both(sentence("The checkpoint itself", "检查点原文"))), element("pre", {}, `${note.text}\n${
        note.signatures.map(({ name, id }) => `\u2014 ${escape(name)} (${id})`).join("\n")}`));
}

async function showGrowth(ledger: PublicLedger, { size }: Checkpoint): Promise<void> {
    const indexes = [...new Set(Array.from({ length: Number(points) }, (_, i) => (size - 1n) * BigInt(i) / (points - 1n)))];
    try {
        const entries = await Promise.all(indexes.map(index => ledger.entry(index)));
        const known = entries.flatMap((entry): GrowthPoint[] => {
            const time = timeOf(entry);
            return time === null ? [] : [{ entries: Number(entry.index) + 1, time }];
        });
        find("growth").replaceChildren(known.length === 0 ? element("p", {}, both(sentence("No entry with a time yet.", "尚无带时间的条目。"))) : growth(known));
    } catch (problem) {
        find("growth").replaceChildren(failure(problem));
    }
}

/** The operator's time in an entry: of its kinds each names it in its own field. */
const timeOf = (entry: ProvenEntry): number | null =>
    parseTime(/^(?:received|created|at) (\S+)$/m.exec(decodeUtf8(entry.bytes) ?? "")?.[1] ?? "");

/** How far independent parties have come: the operator's word, as an age of the newest entry that they cover. */
async function showOutside(ledger: PublicLedger): Promise<void> {
    const response = await fetch("readyz", { credentials: "omit" });
    const told = await response.json() as {
        status?: string; timestamps?: { authority: string; status: string; stamped: number }[]; bitcoin?: { stamped: number; in_bitcoin: number };
    };
    const covered = async (size: number): Promise<string> => {
        const time = size < 1 ? null : timeOf(await ledger.entry(BigInt(size - 1)));
        return time === null ? String(size) : `${size} · ${age(time)}`;
    };
    const rows: [Sentence, string][] = [[sentence("Issuing", "正在签发"), told.status ?? "—"]];
    for (const { authority, status, stamped } of told.timestamps ?? [])
        rows.push([sentence(`Time-stamps of ${escape(authority)} (${status}): entries`, `${escape(authority)} 的时间戳（${status}）：条目`), await covered(stamped)]);
    if (told.bitcoin)
        rows.push([sentence("In Bitcoin: entries", "已入比特币：条目"), await covered(told.bitcoin.in_bitcoin)],
            [sentence("Sent to calendars: entries", "已送日历：条目"), await covered(told.bitcoin.stamped)]);
    find("outside").replaceChildren(fields(...rows), ...told.timestamps || told.bitcoin ? [] : [element("p", { class: "hint" }, both(sentence(
        "The operator names neither outside time-stamps nor anchors: no one but the operator vouches for the times here.",
        "运营方未列出外部时间戳或锚定：除运营方外，没有任何一方为此处的时间作证。")))]);
}

async function lookUp(ledger: PublicLedger, checkpoint: Checkpoint): Promise<void> {
    const asked = parseLookup(find<HTMLTextAreaElement>("lookup").value);
    const outcome = find("outcome");
    outcome.replaceChildren(element("p", {}, both(sentence("Reading 1 entry and its path…", "正在读取 1 个条目及其路径…"))));
    try {
        outcome.replaceChildren("en" in asked ? warning(asked) : await shown(asked, ledger, checkpoint));
    } catch (problem) {
        outcome.replaceChildren(failure(problem));
    }
    outcome.focus();
}

async function shown(asked: Lookup, ledger: PublicLedger, checkpoint: Checkpoint): Promise<HTMLElement> {
    if (asked.code !== null && asked.code.origin !== checkpoint.origin)
        return warning(sentence(`The certificate is of ledger '${asked.code.origin}', and this is '${checkpoint.origin}'. Ask there.`,
            `该证书属于账本“${asked.code.origin}”，而这里是“${checkpoint.origin}”。请到该账本查询。`));
    if (asked.index >= checkpoint.size)
        return warning(sentence(`The ledger has ${checkpoint.size} entries, numbered from 0: there is none of this number.`,
            `账本有 ${checkpoint.size} 个条目，从 0 起编号：没有该序号。`));
    const entry = await ledger.entry(asked.index);
    const text = decodeUtf8(entry.bytes);
    const section = element("section", { "data-entry": String(entry.index) },
        element("h3", {}, both(sentence(`Entry ${entry.index}`, `条目 ${entry.index}`))),
        element("p", { class: "good" }, both(sentence(
            `This page has followed its path of ${entry.path.length} hashes to the root of the checkpoint above: it is in the ledger.`,
            `本页面已沿其 ${entry.path.length} 个哈希的路径到达上述检查点的根：该条目在账本中。`))));
    if (asked.code !== null)
        section.append(compared(await ledger.continues(asked.code.size, asked.code.root),
            sentence("The root on the certificate is of the beginning of this same ledger: nothing before it was rewritten.", "证书所载的根属于本账本的前段：此前内容未被改写。"),
            sentence("The root on the certificate is NOT of this ledger's beginning: one of the two was altered. Keep the certificate and ask the operator.", "证书所载的根不属于本账本的前段：二者之一被改动。请保存证书并询问运营方。")));
    section.append(element("pre", {}, text === null ? `${entry.bytes.length} bytes` : text.split("\n").map(escape).join("\n")),
        element("details", {}, element("summary", {}, both(sentence("Its path", "其路径"))), element("pre", {}, entry.path.join("\n") || "—")));
    return section;
}

const compared = (holds: boolean, good: Sentence, bad: Sentence): HTMLElement => element("p", { class: holds ? "good" : "error" }, both(holds ? good : bad));

const fields = (...rows: readonly (readonly [Sentence, string])[]): HTMLElement => element("table", { class: "fields" }, element("tbody", {},
    ...rows.map(([name, value]) => element("tr", {}, element("th", { scope: "row" }, both(name)), element("td", {}, value)))));

const warning = (words: Sentence): HTMLElement => element("div", { class: "error", role: "alert" }, element("p", {}, both(words)));

const failure = (problem: unknown): HTMLElement => warning(problem instanceof LieError || problem instanceof Malformed
    ? sentence(
        "What the server sent is not under the checkpoint that it signed. Do not rely on it: keep a copy, and tell the operator and the witnesses.",
        "服务器所发内容不在其签署的检查点之下。请勿依赖：请保存副本，并告知运营方与见证方。")
    : sentence("The ledger cannot be read now. Try again later, or ask the operator.", "目前无法读取账本。请稍后再试或询问运营方。"));

function age(time: number): string {
    const minutes = Math.max(0, Math.floor((Date.now() - time) / 60_000));
    const spelled = minutes < 120 ? `${minutes} min` : minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
    return `${formatTime(time).slice(0, 16).replace("T", " ")} UTC, ${spelled}`;
}

void setUp();
