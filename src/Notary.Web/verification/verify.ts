import type { BlockHeaders } from "../bitcoin/header.ts";
import type { KeyChangeProof } from "../core/keyChange.ts";
import type { VerifierKey } from "../core/keys.ts";
import type { TrustPolicy } from "../core/policy.ts";
import { formatTime } from "../core/rules.ts";
import type { Trusted } from "../timestamps/roots.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { NamedFile } from "../evidence/package.ts";
import { checkBitcoin } from "./bitcoin.ts";
import { checkCommitment } from "./commitment.ts";
import { checkClaims, checkSignature } from "./depositor.ts";
import { checkFiles } from "./files.ts";
import { checkCheckpoint, checkInclusion, checkWitnesses, earliestOf, type IndependentTime } from "./ledger.ts";
import { reportNotes } from "./notes.ts";
import { sentence, type Check, type Report, type Sentence } from "./report.ts";
import { checkTimestamps } from "./timestamps.ts";
import { readTexts, subjectOf, type CertificateTexts } from "./texts.ts";
import { TrustedKeys, type CompromisedKey } from "./trustedKeys.ts";
import { decide, verdictSentence } from "./verdict.ts";

/** What the verifier brings: the whole of the trust, and the documents to compare. */
export interface Inputs {
    readonly policy: TrustPolicy;
    /** The key of the account that the verifier expects to have deposited. */
    readonly depositor: VerifierKey | null;
    /** Null when none was given, empty when what was given holds none. */
    readonly files: readonly NamedFile[] | null;
    /** Whose time-stamp tokens count; null: nobody's. */
    readonly tsaRoots: Trusted | null;
    /** Headers of Bitcoin blocks: that each is in the chain at its height is the verifier's word. What is not here is not checked. */
    readonly headers: BlockHeaders;
    /** Changes of a ledger's key since the trust file was written, in any order; each is proven, none is believed. */
    readonly keyChanges: readonly KeyChangeProof[];
    /** From then on a key's signature shows nothing, and before it only where an independent time says that it was before. */
    readonly compromised: readonly CompromisedKey[];
    /** What the file that the evidence came in adds: of a PDF two checks. They count like the nine. */
    readonly ofFile: readonly Check[];
}

/** Of a verifier who brings a trust file and nothing else. */
export const trustAlone = (policy: TrustPolicy): Inputs =>
    ({ policy, depositor: null, files: null, tsaRoots: null, headers: new Map(), keyChanges: [], compromised: [], ofFile: [] });

/** Checks evidence against what the verifier trusts, by the numbers of proto/README.md, "Verification". */
export function verify(evidence: Evidence, given: Inputs): Report {
    // Documents that a package carries are compared like those given beside it: none of them is believed.
    const files = evidence.included.length > 0 ? [...evidence.included, ...given.files ?? []] : given.files;
    const texts = readTexts(evidence.certificate);
    const keys = new TrustedKeys(given.policy, given.keyChanges, given.compromised);
    const witnesses = checkWitnesses(texts, given.policy);
    const timestamps = checkTimestamps(evidence.certificate, texts, given.tsaRoots);
    const dated = [...witnesses.dated, ...timestamps.dated];
    const [inclusion, checkpoint] = [checkInclusion(texts), checkCheckpoint(texts, keys, dated)];
    const bitcoin = checkBitcoin(evidence, texts, given.headers);
    const file = checkFiles(evidence, texts.statement.value, files);
    const checks: Check[] = [
        file.check,
        checkCommitment(evidence, texts, file),
        checkClaims(texts),
        checkSignature(texts, given.depositor),
        inclusion,
        checkpoint,
        witnesses.check,
        timestamps.check,
        bitcoin.check,
        ...given.ofFile,
    ];
    const isProven = inclusion.result === "PASS" && checkpoint.result === "PASS";
    const verdict = decide(checks, files !== null);
    return {
        subject: subjectOf(texts),
        verdict,
        verdictSentence: verdictSentence(verdict, checks, evidence, texts, files, given.depositor !== null),
        timeSentence: timeSentence(texts, isProven ? earliestOf([...dated.map(({ time }) => time), ...bitcoin.earliest === null ? [] : [bitcoin.earliest]]) : null),
        checks,
        // Without a proven entry there is no deposit whose commitment could be dated.
        notes: [...file.notes, ...isProven && timestamps.note !== null ? [timestamps.note] : [], ...reportNotes(evidence, texts, given, keys, checks)],
    };
}

/** The sentence on time that goes with every verdict. */
function timeSentence(texts: CertificateTexts, earliest: IndependentTime | null): Sentence {
    const statement = texts.statement.value;
    // An idle ledger's operator can write an old `received` today: his clock alone dates nothing.
    if (statement === null || earliest === null)
        return sentence("No one but the operator vouches for the time.", "除运营方外，没有任何一方为时间作证。");
    const gap = gapSentence(statement.received, earliest.time);
    return sentence(
        `The entry existed no later than ${formatTime(earliest.time)}, according to ${earliest.names.join(", ")}.${gap.en}`,
        `该条目最晚于 ${formatTime(earliest.time)} 已存在，依据：${(earliest.chineseNames ?? earliest.names).join("、")}。${gap.zh}`);
}

const hour = 3_600_000;

function gapSentence(received: number, independent: number): Sentence {
    const gap = Math.abs(independent - received);
    if (gap <= 24 * hour)
        return sentence("", "");
    const [hours, days] = [Math.floor(gap / hour), Math.floor(gap / (24 * hour))];
    const length = gap < 72 * hour ? sentence(`${hours} hours`, `${hours} 小时`) : sentence(`${days} days`, `${days} 天`);
    const claimed = formatTime(received);
    return independent > received
        ? sentence(
            ` That is ${length.en} after ${claimed}, when the operator says that it received the deposit: for the time between there is only the operator's word.`,
            `这比运营方所称的接收时间 ${claimed} 晚 ${length.zh}：其间仅有运营方的说法。`)
        : sentence(
            ` That is ${length.en} before ${claimed}, when the operator says that it received the deposit: one of the two clocks is wrong.`,
            `这比运营方所称的接收时间 ${claimed} 早 ${length.zh}：两个时钟中必有一个有误。`);
}
