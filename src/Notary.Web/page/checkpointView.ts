import { hex } from "../core/bytes.ts";
import { verifySignature, type NoteSignature } from "../core/keys.ts";
import { checkNote, type Checkpoint, type SignedNote } from "../core/notes.ts";
import { quorumMet, type TrustPolicy } from "../core/policy.ts";
import { escape } from "../core/rules.ts";
import { inBase64 } from "../ledger/tiles.ts";
import { sentence, type Sentence } from "../verification/report.ts";
import { age } from "./age.ts";
import { both, element } from "./dom.ts";
import { table } from "./fields.ts";

/** Whether a key of the policy signed the checkpoint of the ledger that it names. */
export const isSigned = (checkpoint: Checkpoint, note: SignedNote, policy: TrustPolicy): boolean => signerOf(checkpoint, note, policy) !== undefined;

const signerOf = (checkpoint: Checkpoint, note: SignedNote, policy: TrustPolicy) =>
    policy.logs.find(key => key.name === checkpoint.origin && checkNote(note, key) === "valid");

/** A checkpoint with what this policy says of its signatures. */
export function* describe(checkpoint: Checkpoint, note: SignedNote, policy: TrustPolicy): Generator<HTMLElement> {
    const signer = signerOf(checkpoint, note, policy);
    yield signer === undefined
        ? element("p", { class: "error" }, both(sentence(
            "The checkpoint bears no good signature of a key that this page is told to trust: do not rely on it, and ask the operator.",
            "检查点没有本页面所信任密钥的有效签名：请勿依赖，并询问运营方。")))
        : element("p", { class: "good" }, both(sentence(
            `Signed by ledger '${checkpoint.origin}' under the key with id ${signer.id}; this page has checked the signature.`,
            `由账本“${checkpoint.origin}”以密钥（编号 ${signer.id}）签署；本页面已核验该签名。`)));
    yield table(
        [sentence("Ledger", "账本"), checkpoint.origin], [sentence("Entries", "条目数"), String(checkpoint.size)],
        [sentence("Root", "根"), element("span", { class: "code" }, inBase64(checkpoint.root))]);
    yield element("h3", {}, both(sentence("Witnesses", "见证方")));
    yield* witnesses(note, policy);
    yield element("details", {}, element("summary", {}, both(sentence("The checkpoint itself", "检查点原文"))), element("pre", {}, `${note.text}\n${
        note.signatures.map(({ name, id }) => `\u2014 ${escape(name)} (${id})`).join("\n")}`));
}

interface Row {
    readonly name: string;
    readonly when: Sentence;
    readonly state: Sentence;
    readonly colour: "good" | "bad" | "open";
}

function* witnesses(note: SignedNote, policy: TrustPolicy): Generator<HTMLElement> {
    const rows = [...known(note, policy), ...unknown(note, policy)];
    if (rows.length === 0) {
        yield element("p", { class: "hint" }, both(sentence(
            "No witness has cosigned this checkpoint: that there is one history only is the operator's word.",
            "没有见证方联署此检查点：账本只有一个历史，仅为运营方所称。")));
        return;
    }
    yield element("div", { class: "scroll" }, element("table", { id: "witnesses", class: "checks" },
        element("thead", {}, element("tr", {}, ...[sentence("Witness", "见证方"), sentence("Cosigned (its clock)", "联署时间（其时钟）"), sentence("Signature", "签名")]
            .map(name => element("th", { scope: "col" }, both(name))))),
        element("tbody", {}, ...rows.map(({ name, when, state, colour }) => element("tr", {},
            element("th", { scope: "row" }, element("bdi", {}, escape(name))), element("td", {}, both(when)), element("td", { class: colour }, both(state)))))));
    if (policy.quorum !== null) {
        const good = policy.witnesses.filter(({ key }) => checkNote(note, key) === "valid").map(({ name }) => name);
        yield quorumMet(policy, good)
            ? element("p", { class: "good" }, both(sentence("These make up the quorum of the trust file.", "已达到信任文件所要求的见证门槛。")))
            : element("p", { class: "error" }, both(sentence("The quorum of the trust file is not met: do not take this checkpoint for witnessed.", "未达到信任文件所要求的见证门槛：请勿视此检查点为已见证。")));
    }
}

const never = sentence("—", "—");

function known(note: SignedNote, { witnesses }: TrustPolicy): Row[] {
    return witnesses.map(({ name, key }): Row => {
        const outcome = checkNote(note, key);
        if (outcome === "absent")
            return { name, when: never, state: sentence("has not cosigned this checkpoint", "未联署此检查点"), colour: "open" };
        if (outcome === "invalid")
            return { name, when: never, state: sentence("bad: do not rely on this checkpoint", "无效：请勿依赖此检查点"), colour: "bad" };
        const times = note.signatures.filter(line => isOf(line, key)).map(line => verifySignature(key, note.text, line).time ?? 0);
        return { name, when: age(Math.min(...times)), state: sentence("checked", "已核验"), colour: "good" };
    });
}

/** Lines of whom the policy does not name; a cosignature tells its time, which anybody can write who has no key to be checked by. */
function unknown(note: SignedNote, { logs, witnesses }: TrustPolicy): Row[] {
    const keys = [...logs, ...witnesses.map(({ key }) => key)];
    return note.signatures.filter(line => !keys.some(key => isOf(line, key))).map(line => ({
        name: line.name, when: claimedTime(line), colour: "open",
        state: sentence("NOT CHECKED: this page has no key for it; load a trust file that names it", "未核验：本页面没有其密钥，请载入列有该见证方的信任文件"),
    }));
}

const isOf = (line: NoteSignature, key: { readonly name: string; readonly id: string }): boolean => line.name === key.name && line.id === key.id;

// C2SP tlog-cosignature: eight bytes of seconds before the signature.
function claimedTime({ bytes }: NoteSignature): Sentence {
    const seconds = bytes.length === 72 ? BigInt(`0x${hex(bytes.slice(0, 8))}`) : null;
    return seconds === null || seconds > 253_402_300_799n ? never : age(Number(seconds) * 1000);
}
