import { sha256Bytes, unhex, utf8 } from "../core/bytes.ts";
import { leafHash, rootFromInclusion } from "../core/merkle.ts";
import { checkpointOf, parseProof, type SignedNote, type TlogProof } from "../core/notes.ts";
import { formatTime } from "../core/rules.ts";
import type { Certificate, TimestampToken } from "../evidence/certificate.ts";
import type { Trusted } from "../timestamps/roots.ts";
import { verifyToken, type TokenVerdict } from "../timestamps/token.ts";
import type { DatedCheckpoint } from "./ledger.ts";
import { fail, notChecked, pass, sentence, type Check, type Sentence } from "./report.ts";
import { read, type CertificateTexts } from "./texts.ts";

/** The RFC 3161 tokens (check 8), and what they date. */
export interface TimestampCheck {
    readonly check: Check;
    /** What the verified tokens over checkpoints date; each includes the entry. */
    readonly dated: readonly DatedCheckpoint[];
    /** What a verified token over the commitment dates. */
    readonly note: Sentence | null;
}

/** One token of the certificate; the checkpoint that it is over is null when it is over the commitment, or refused. */
interface JudgedToken {
    readonly verdict: TokenVerdict;
    readonly checkpoint: SignedNote | null;
}

/**
 * A token that contradicts the rest of the evidence fails; one whose authority the verifier does not trust is a stranger's word, like
 * the cosignature of an unknown witness, and dates nothing.
 */
export function checkTimestamps(certificate: Certificate, texts: CertificateTexts, roots: Trusted | null): TimestampCheck {
    if (certificate.timestamps.length === 0)
        return { check: notChecked("time", "No time-stamp in the evidence.", "证据中没有时间戳。"), dated: [], note: null };
    const judged = certificate.timestamps.map(token => judgeToken(token, certificate, texts, roots));
    const verified = judged.filter(token => token.verdict.standing === "verified");
    return {
        check: result(judged, verified),
        dated: verified.flatMap(({ verdict, checkpoint }) => checkpoint === null ? [] : { note: checkpoint, time: { time: verdict.info!.time, names: [verdict.authority!] } }),
        note: overCommitment(verified.filter(token => token.checkpoint === null)),
    };
}

function result(judged: readonly JudgedToken[], verified: readonly JudgedToken[]): Check {
    const count = judged.length;
    const bad = judged.findIndex(token => token.verdict.standing === "refused");
    if (bad >= 0) {
        const { problem } = judged[bad]!.verdict;
        return fail(
            "time",
            `Time-stamp ${bad} of the evidence's ${count} (counted from 0) ${problem.en}.`,
            `证据的 ${count} 个时间戳中，第 ${bad} 个（从 0 计）${problem.zh}。`);
    }
    if (verified.length === 0) {
        const { problem } = judged[0]!.verdict;
        return notChecked(
            "time",
            `The evidence holds ${counted(count)}; ${count === 1 ? "it" : "the first"} ${problem.en}, so what time it tells was not checked.`,
            `证据含 ${count} 个时间戳；${count === 1 ? "其" : "第一个"}${problem.zh}，因此未核验其所载时间。`);
    }
    const { info, authority } = earliest(verified).verdict;
    const others = count - verified.length;
    const accuracy = accuracyOf(info!.accuracy);
    return pass(
        "time",
        `${counted(verified.length)} ${verified.length === 1 ? "verifies" : "verify"}, the earliest of ${formatTime(info!.time)} by ${authority}${accuracy.en}: what it is over, signature, certificates as of its own time up to a root that you trust, and their usage. Revocation was not checked.${others === 0 ? "" : ` ${others} more of authorities that you do not trust ${others === 1 ? "does" : "do"} not count.`}`,
        `${verified.length} 个时间戳通过核验，最早的为 ${formatTime(info!.time)}，由 ${authority} 签发${accuracy.zh}：所盖数据、签名、签发时刻的证书链（至您信任的根证书）及证书用途均相符。未核验证书是否被吊销。${others === 0 ? "" : `另有 ${others} 个来自您未信任的机构，不计。`}`);
}

const counted = (tokens: number): string => tokens === 1 ? "1 time-stamp" : `${tokens} time-stamps`;

const earliest = (tokens: readonly JudgedToken[]): JudgedToken =>
    tokens.reduce((first, token) => token.verdict.info!.time < first.verdict.info!.time ? token : first);

function accuracyOf(bound: bigint | null): Sentence {
    if (bound === null)
        return sentence("", "");
    const seconds = `${bound / 1_000_000n}.${String(bound % 1_000_000n).padStart(6, "0")}`.replace(/\.?0+$/, "");
    return sentence(` (error bound stated: ${seconds} s)`, `（所称误差界：${seconds} 秒）`);
}

// It says nothing of the entry, and must not be read as if it did: it is a note, not the sentence on time.
function overCommitment(tokens: readonly JudgedToken[]): Sentence | null {
    if (tokens.length === 0)
        return null;
    const { info, authority } = earliest(tokens).verdict;
    const time = formatTime(info!.time);
    return sentence(
        `What the deposit commits to existed no later than ${time}, according to ${authority}; that dates the commitment, not the ledger's entry.`,
        `存证所承诺的内容最晚于 ${time} 已存在，依据：${authority}；这说明的是承诺值的时间，而非账本条目的时间。`);
}

/** Verifies a token over what the certificate says that it is over. */
export function judgeToken({ over, token, proof }: TimestampToken, certificate: Certificate, texts: CertificateTexts, roots: Trusted | null): JudgedToken {
    const statement = texts.statement.value;
    if (over === "commitment")
        return statement === null
            ? refused("is over the commitment of a statement that cannot be read", "所盖的承诺值所在的存证记录无法读取")
            : { verdict: verifyToken(token, unhex(statement.commitment), roots), checkpoint: null };
    const text = proof === null ? texts.proof : read(proof, parseProof);
    if (text.value === null)
        return refused(`has a proof that cannot be read (${text.problem})`, `所附证明无法读取（${text.problem}）`);
    const problem = proof === null ? null : proofProblem(text.value, texts);
    if (problem !== null)
        return refused(problem.en, problem.zh);
    return { verdict: verifyToken(token, sha256Bytes(utf8(checkpointOf(proof ?? certificate.proof)!)), roots), checkpoint: text.value.note };
}

/**
 * What keeps a token's own checkpoint from including the entry, or null. That a trusted key signed it is not asked: the path alone
 * shows that whoever had the root at the token's time had the entry, whatever the ledger's key was then.
 */
function proofProblem({ index, path, checkpoint }: TlogProof, texts: CertificateTexts): Sentence | null {
    const [statement, own] = [texts.statement.value, texts.proof.value];
    if (statement === null || own === null)
        return sentence("is over a checkpoint, but there is no statement whose place in it could be checked", "盖于检查点上，但没有可核对其位置的存证记录");
    if (checkpoint.origin !== statement.ledger)
        return sentence(`is over a checkpoint of ledger '${checkpoint.origin}'`, `所盖的检查点属于账本“${checkpoint.origin}”`);
    const isIncluded = index === own.index && index < checkpoint.size
        && rootFromInclusion(index, checkpoint.size, leafHash(utf8(texts.entry)), path) === checkpoint.root;
    return isIncluded ? null : sentence("is over a checkpoint that is not shown to include the entry", "所盖的检查点未被证明包含该条目");
}

const refused = (en: string, zh: string): JudgedToken =>
    ({ verdict: { standing: "refused", problem: sentence(en, zh), info: null, authority: null }, checkpoint: null });
