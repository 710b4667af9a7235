import { utf8 } from "../core/bytes.ts";
import { verifySignature, type VerifierKey } from "../core/keys.ts";
import { leafHash, rootFromInclusion } from "../core/merkle.ts";
import { checkNote, type SignedNote, type TlogProof } from "../core/notes.ts";
import { quorumMet, type PolicyWitness, type TrustPolicy } from "../core/policy.ts";
import { escape, formatTime } from "../core/rules.ts";
import { fail, notChecked, pass, type Check } from "./report.ts";
import type { CertificateTexts } from "./texts.ts";
import type { TrustedKeys } from "./trustedKeys.ts";

/** Whether the entry is in the ledger, at its place (check 5). */
export function checkInclusion(texts: CertificateTexts): Check {
    const statement = texts.statement.value;
    if (statement === null)
        // The genesis entry and a ledger's key changes are in the tree too; a proof of one certifies nobody's document.
        return fail(
            "inclusion",
            `The entry is not a deposit's statement and certifies nothing (${texts.statement.problem}).`,
            `该条目不是存证记录，不能证明任何文件（${texts.statement.problem}）。`);
    const proof = texts.proof.value;
    if (proof === null)
        return fail("inclusion", `The proof cannot be read (${texts.proof.problem}).`, `无法读取证明（${texts.proof.problem}）。`);
    const { index, path, checkpoint: { size, root } } = proof;
    const reached = rootFromInclusion(index, size, leafHash(utf8(texts.entry)), path);
    if (reached === null)
        return fail(
            "inclusion",
            `The inclusion proof cannot belong to index ${index} of a tree of ${size} entries.`,
            `包含证明与共 ${size} 条的账本中序号 ${index} 不相符。`);
    if (reached !== root)
        return fail(
            "inclusion",
            `The statement is not the entry at index ${index} under the checkpoint's root.`,
            `该存证记录不是检查点根之下序号 ${index} 的条目。`);
    // A ledger's first entry is its genesis, so a deposit always comes after something.
    const after = statement.afterSize;
    if (after < 1n || after > index)
        return fail(
            "inclusion",
            `The statement says that it came after ${after} entries, which cannot be at index ${index}.`,
            `存证记录称其之前有 ${after} 条，与序号 ${index} 矛盾。`);
    return pass(
        "inclusion",
        `The statement is the entry at index ${index} of ${size} under the checkpoint's root. The tree of size ${after} that it says it came after fits the index; that tree's root was not checked, which takes a consistency proof.`,
        `该存证记录是检查点根之下共 ${size} 条中序号 ${index} 的条目。其所称之前的 ${after} 条与序号相符；其所列的先前根未核验（需要一致性证明）。`);
}

/**
 * Whether a trusted ledger says so (check 6).
 * @param keys Whose signature counts.
 * @param dated Checkpoints that include the entry, this one or others, with independent times.
 */
export function checkCheckpoint(texts: CertificateTexts, keys: TrustedKeys, dated: readonly DatedCheckpoint[]): Check {
    const { policy } = keys;
    const proof = texts.proof.value;
    if (proof === null)
        return fail("checkpoint", `The proof cannot be read (${texts.proof.problem}).`, `无法读取证明（${texts.proof.problem}）。`);
    const { origin } = proof.checkpoint;
    const statement = texts.statement.value;
    if (statement !== null && statement.ledger !== origin)
        return fail(
            "checkpoint",
            `The statement is of ledger '${statement.ledger}', the checkpoint of '${origin}'.`,
            `存证记录属于账本“${statement.ledger}”，检查点却属于“${origin}”。`);
    // C2SP signed-note: a trusted key's bad signature condemns the note, whoever else signed it.
    const bad = policy.logs.find(log => checkNote(proof.note, log) === "invalid");
    if (bad !== undefined)
        return fail(
            "checkpoint",
            `The checkpoint bears a signature in the name of '${bad.name}' that does not verify: it was altered or forged.`,
            `检查点上以“${bad.name}”名义的签名无效：检查点被改动或伪造。`);
    if (policy.logs.length === 0)
        return notChecked(
            "checkpoint",
            "The trust file names no ledger, so whose checkpoint this is was not checked.",
            "信任文件未列出任何账本，因此未核验检查点由谁签署。");
    return signed(proof, keys, dated, statement !== null);
}

function signed({ checkpoint: { origin }, note }: TlogProof, keys: TrustedKeys, dated: readonly DatedCheckpoint[], hasStatement: boolean): Check {
    const named = keys.policy.logs.filter(key => key.name === origin);
    if (named.length === 0)
        return fail(
            "checkpoint",
            `The checkpoint is of ledger '${origin}', which the trust file does not name.`,
            `检查点属于账本“${origin}”，信任文件中没有该账本。`);
    const signers = named.filter(key => checkNote(note, key) === "valid");
    if (signers.length === 0)
        return fail(
            "checkpoint",
            `The checkpoint is not signed by the key of '${origin}' that the trust file names.`,
            `检查点没有信任文件所列“${origin}”密钥的签名。`);
    // Whoever holds a compromised key signs any checkpoint with any date: only an independent time tells the old ones. Of a
    // checkpoint that the key signed, that is: another's says nothing of what this key had signed by then.
    const signer = signers.find(key => {
        const since = keys.compromisedSince(key);
        return since === null || dated.some(other => other.time.time < since && checkNote(other.note, key) === "valid");
    });
    if (signer === undefined)
        return compromised(signers[0]!, keys.compromisedSince(signers[0]!)!);
    if (!hasStatement)
        return notChecked(
            "checkpoint",
            `The checkpoint is signed by '${origin}', but there is no statement whose ledger could be compared.`,
            `检查点由“${origin}”签署，但没有可比对其账本的存证记录。`);
    const change = keys.changeTo(signer);
    return change !== null ? pass(
        "checkpoint",
        `The checkpoint is signed by ledger '${origin}' under the key with id ${signer.id}, to which it changed at entry ${change.proof.index} from the key with id ${change.change.old.id}; the key change given proves it.`,
        `检查点由账本“${origin}”以密钥（编号 ${signer.id}）签署；该账本于序号 ${change.proof.index} 由密钥（编号 ${change.change.old.id}）变更为此密钥，所提供的密钥变更证明了这一点。`) : pass(
        "checkpoint",
        `The checkpoint is signed by ledger '${origin}' under the trusted key with id ${signer.id}.`,
        `检查点由账本“${origin}”以受信任的密钥（编号 ${signer.id}）签署。`);
}

const compromised = (key: VerifierKey, since: number): Check => notChecked(
    "checkpoint",
    `The checkpoint is signed by the key with id ${key.id}, which you say was compromised at ${formatTime(since)}, and no independent time shows that it was signed before: whoever came to hold the key could have made it.`,
    `检查点由密钥（编号 ${key.id}）签署；您指明该密钥于 ${formatTime(since)} 泄露，而没有独立时间证明签署在此之前：取得该密钥的人均可制作此检查点。`);

/** A time that an independent party names. */
export interface IndependentTime {
    readonly time: number;
    readonly names: readonly string[];
    /** The same in Chinese, where a name is not one's own. */
    readonly chineseNames?: readonly string[];
}

/** The earliest of those that there are, with everybody who names it; null when there is none. */
export function earliestOf(times: readonly IndependentTime[]): IndependentTime | null {
    const time = Math.min(...times.map(other => other.time));
    const all = times.filter(other => other.time === time);
    return all.length === 0 ? null : {
        time, names: [...new Set(all.flatMap(({ names }) => names))], chineseNames: [...new Set(all.flatMap(({ names, chineseNames }) => chineseNames ?? names))],
    };
}

/** A checkpoint that includes the entry, and an independent time at which it existed. */
export interface DatedCheckpoint {
    readonly note: SignedNote;
    readonly time: IndependentTime;
}

/** The policy's quorum of cosignatures on the checkpoint (check 7), and the earliest time that they give. */
export function checkWitnesses(texts: CertificateTexts, policy: TrustPolicy): { check: Check; dated: DatedCheckpoint[] } {
    const proof = texts.proof.value;
    if (proof === null)
        return { check: notChecked("witnesses", "The proof cannot be read.", "无法读取证明。"), dated: [] };
    const results = policy.witnesses.map(witness => ({ witness, result: checkNote(proof.note, witness.key) }));
    const bad = results.find(({ result }) => result === "invalid")?.witness;
    if (bad !== undefined)
        return {
            check: fail(
                "witnesses",
                `The checkpoint bears a cosignature in the name of '${escape(bad.key.name)}' that does not verify: it was altered or forged.`,
                `检查点上以见证方“${escape(bad.key.name)}”名义的签名无效：检查点被改动或伪造。`),
            dated: [],
        };
    const cosigners = results.filter(({ result }) => result === "valid").map(({ witness }) => witness);
    return { check: quorum(policy, cosigners), dated: dated(proof, cosigners) };
}

function quorum(policy: TrustPolicy, cosigners: readonly PolicyWitness[]): Check {
    const [count, all] = [cosigners.length, policy.witnesses.length];
    const names = cosigners.map(witness => escape(witness.key.name));
    const listed = count === 0 ? "" : ` (${names.join(", ")})`;
    const listedChinese = count === 0 ? "" : `（${names.join("、")}）`;
    if (policy.quorum === null)
        return notChecked(
            "witnesses",
            `The trust file asks for no witnesses (quorum none)${all === 0 ? "" : `; ${count} of the ${all} that it names have cosigned${listed}`}.`,
            `信任文件不要求见证（quorum none）${all === 0 ? "" : `；其所列 ${all} 个见证方中有 ${count} 个已签名${listedChinese}`}。`);
    const group = escape(policy.quorum);
    return quorumMet(policy, cosigners.map(witness => witness.name))
        ? pass(
            "witnesses",
            `The quorum '${group}' of the trust file is met: ${count} of the ${all} witnesses have cosigned${listed}.`,
            `已达到信任文件要求的见证门槛“${group}”：${all} 个见证方中有 ${count} 个已签名${listedChinese}。`)
        : fail(
            "witnesses",
            `The quorum '${group}' of the trust file is not met: ${count} of the ${all} witnesses have cosigned${listed}.`,
            `未达到信任文件要求的见证门槛“${group}”：${all} 个见证方中有 ${count} 个已签名${listedChinese}。`);
}

// The certificate's own checkpoint with the cosigners' earliest time; none when there is no time.
function dated({ note }: TlogProof, cosigners: readonly PolicyWitness[]): DatedCheckpoint[] {
    const time = earliestOf(cosigners.flatMap(({ key }) => note.signatures
        .filter(signature => signature.name === key.name && signature.id === key.id)
        .map(signature => ({ names: [escape(key.name)], time: verifySignature(key, note.text, signature).time ?? 0 })))
        // Zero is how a cosigner says no time (tlog-cosignature), not the year 1970.
        .filter(({ time }) => time > 0));
    return time === null ? [] : [{ note, time }];
}
