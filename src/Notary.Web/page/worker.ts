import { parseHeaders, type BlockHeaders } from "../bitcoin/header.ts";
import { parseKeyChange } from "../core/keyChange.ts";
import { parseKey, type VerifierKey } from "../core/keys.ts";
import { Malformed } from "../core/malformed.ts";
import { parsePolicy, type TrustPolicy } from "../core/policy.ts";
import { comparePage } from "../documents/certificatePage.ts";
import { digestsOfFile } from "../evidence/digests.ts";
import { needsSm3 } from "../evidence/evidence.ts";
import { readGiven } from "../evidence/pdf.ts";
import type { NamedFile } from "../evidence/package.ts";
import { blobSource, type Source } from "../evidence/source.ts";
import { sealRoots, timestampRoots } from "../timestamps/roots.ts";
import type { Report } from "../verification/report.ts";
import { checkPdf } from "../verification/pdf.ts";
import { parseCompromised } from "../verification/trustedKeys.ts";
import { verify } from "../verification/verify.ts";
import { meterOf } from "./meter.ts";

/** What the page asks: one verification a worker. */
export interface Question {
    readonly evidence: Blob;
    readonly trust: Uint8Array;
    /** The public key of the account that the verifier expects; empty for none. */
    readonly depositor: string;
    /** The file of time-stamping roots, PEM; null for none. */
    readonly tsaRoots: Uint8Array | null;
    /** The file of roots for seals, PEM; null for none. */
    readonly sealRoots: Uint8Array | null;
    /** The verifier's clock, in milliseconds since 1970: a seal without a time-stamp is judged as of now. */
    readonly now: number;
    /** What the pages of a PDF are rendered with, as text (`readTypefaces`); null: not at hand, or not needed. */
    readonly fonts: string | null;
    /** A list of Bitcoin block headers; null for none. */
    readonly headers: Uint8Array | null;
    /** Proofs of changes of the ledger's key. */
    readonly keyChanges: readonly Uint8Array[];
    /** Keys that somebody else came to hold, `VKEY@TIME` a line; empty for none. */
    readonly compromised: string;
    /** Null when none was given. */
    readonly files: readonly { readonly path: string; readonly blob: Blob }[] | null;
}

/** What the worker tells: any number of `progress`, then one of the other two. */
export type Answer =
    | { readonly kind: "progress"; readonly step: "evidence" | "documents"; readonly done: number; readonly total: number }
    | { readonly kind: "report"; readonly report: Report; readonly files: readonly NamedFile[] }
    | { readonly kind: "refusal"; readonly of: Part; readonly message: string };

/** Files of certificates. */
export type RootsPart = "tsaRoots" | "sealRoots";

export type Part = "trust" | RootsPart | "keyChange" | "compromised" | "headers" | "depositor" | "evidence" | "documents";

/** Everything that a stranger's file can cost is spent here, beside the page, which stays responsive and can end it. */
self.onmessage = async (event: MessageEvent<Question>): Promise<void> => {
    const question = event.data;
    let part: Part = "trust";
    try {
        const policy: TrustPolicy = parsePolicy(question.trust);
        part = "tsaRoots";
        const tsaRoots = question.tsaRoots === null ? null : timestampRoots(question.tsaRoots);
        part = "sealRoots";
        const roots = question.sealRoots === null ? null : sealRoots(question.sealRoots);
        part = "keyChange";
        const keyChanges = question.keyChanges.map(parseKeyChange);
        part = "compromised";
        const compromised = parseCompromised(question.compromised);
        part = "headers";
        const headers: BlockHeaders = question.headers === null ? new Map() : parseHeaders(question.headers);
        part = "depositor";
        const depositor = readDepositor(question.depositor);
        part = "evidence";
        const { evidence, pdf } = readGiven(watched(blobSource(question.evidence)));
        part = "documents";
        const files = question.files === null ? null : await hash(question.files, needsSm3(evidence));
        part = "evidence";
        const ofFile = pdf === null ? [] : checkPdf(evidence, pdf, { roots, authorities: tsaRoots, now: question.now, fonts: question.fonts });
        const report = verify(evidence, { policy, depositor, files, tsaRoots, headers, keyChanges, compromised, ofFile });
        const notes = [...report.notes, ...comparePage(evidence, policy)];
        tell({ kind: "report", report: { ...report, notes }, files: [...evidence.included, ...files ?? []] });
    } catch (problem) {
        tell({ kind: "refusal", of: part, message: problem instanceof Malformed ? problem.message : unforeseen(problem) });
    }
};

const tell = (answer: Answer): void => self.postMessage(answer);

// A file that was changed or taken away while it was read, or memory that ran out.
const unforeseen = (problem: unknown): string => problem instanceof Error ? `${problem.name}: ${problem.message}` : "unknown";

function readDepositor(text: string): VerifierKey | null {
    if (text === "")
        return null;
    const key = parseKey(text);
    if (typeof key === "string")
        throw new Malformed("verifier key", null, key);
    return key;
}

async function hash(files: NonNullable<Question["files"]>, withSm3: boolean): Promise<NamedFile[]> {
    const progress = meter("documents", files.reduce((sum, file) => sum + file.blob.size, 0));
    const hashed: NamedFile[] = [];
    for (const { path, blob } of files)
        hashed.push({ path, ...await digestsOfFile(blob, withSm3, progress) });
    return hashed;
}

function watched(source: Source): Source {
    const progress = meter("evidence", source.size);
    return {
        size: source.size,
        read(offset, length) {
            progress(length);
            return source.read(offset, length);
        },
    };
}

const meter = (step: "evidence" | "documents", total: number): (bytes: number) => void =>
    meterOf(total, done => tell({ kind: "progress", step, done, total }));
