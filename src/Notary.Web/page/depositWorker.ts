import { Malformed } from "../core/malformed.ts";
import { formatTime } from "../core/rules.ts";
import { accept, type Acceptance } from "../deposit/accept.ts";
import { checkCertificate, type Expected } from "../deposit/checked.ts";
import { readPending } from "../deposit/pending.ts";
import { prepare, PrepareError, type Document, type Fault, type Terms } from "../deposit/prepare.ts";
import { writeCertificate } from "../evidence/certificate.ts";
import { readGiven } from "../evidence/pdf.ts";
import { rebuild } from "../deposit/saved.ts";
import { blobSource } from "../evidence/source.ts";
import type { Report, Sentence } from "../verification/report.ts";
import { meterOf } from "./meter.ts";

/** What the page asks: one piece of work a worker. */
export type Question =
    | { readonly kind: "prepare"; readonly documents: readonly Document[]; readonly terms: Terms }
    | { readonly kind: "open"; readonly pending: Blob }
    | { readonly kind: "accept"; readonly pending: Blob; readonly certificate: Uint8Array; readonly trust: Uint8Array }
    /** A certificate of the account's list, handed out again: as bytes certificate.json, as a file certificate.pdf. */
    | { readonly kind: "check"; readonly certificate: Uint8Array | Blob; readonly expected: Expected; readonly trust: Uint8Array }
    /** The same with what opens the deposit: the file saved before sending, or older evidence. */
    | { readonly kind: "rebuild"; readonly saved: Blob; readonly certificate: Uint8Array; readonly expected: Expected; readonly trust: Uint8Array };

/** What the worker tells: any number of `progress`, then one of the others. */
export type Answer =
    | { readonly kind: "progress"; readonly done: number; readonly total: number }
    | { readonly kind: "prepared"; readonly prepared: Prepared }
    | { readonly kind: "checked"; readonly certificate: Uint8Array; readonly report: Report }
    | { readonly kind: "accepted"; readonly evidence: Blob; readonly report: Report }
    | { readonly kind: "refused"; readonly reasons: readonly Sentence[] }
    | { readonly kind: "failed"; readonly of: Fault | "pending" | "certificate"; readonly message: string };

/** A deposit that can be sent: the file that keeps it, and what the page shows of it. */
export interface Prepared {
    readonly pending: Blob;
    readonly request: string;
    readonly deposit: string;
    readonly ledger: string;
    readonly account: string;
    readonly kind: string;
    readonly title: string | null;
    readonly previous: string | null;
    readonly items: number;
    readonly requested: string;
    readonly isSigned: boolean;
    readonly evidenceName: string;
}

/** Hashing, and everything that a server's answer or somebody's file can cost, is spent here, beside the page. */
self.onmessage = async (event: MessageEvent<Question>): Promise<void> => {
    const question = event.data;
    try {
        tell(await answer(question));
    } catch (problem) {
        if (problem instanceof PrepareError)
            tell({ kind: "failed", of: problem.fault, message: problem.message });
        else
            tell({ kind: "failed", of: blamed[question.kind], message: problem instanceof Malformed ? problem.message : unforeseen(problem) });
    }
};

const blamed = { prepare: "files", open: "pending", accept: "certificate", check: "certificate", rebuild: "pending" } as const;

const tell = (answer: Answer): void => self.postMessage(answer);

const unforeseen = (problem: unknown): string => problem instanceof Error ? `${problem.name}: ${problem.message}` : "unknown";

async function answer(question: Question): Promise<Answer> {
    switch (question.kind) {
        case "prepare": {
            const { documents, terms } = question;
            const total = documents.reduce((sum, { blob }) => sum + blob.size, 0);
            const bytes = await prepare(documents, terms, count => crypto.getRandomValues(new Uint8Array(count)), Date.now, meterOf(total, done => tell({ kind: "progress", done, total })));
            // What is to be kept is read back whole before anybody is asked to keep it.
            return { kind: "prepared", prepared: open(new Blob([...bytes] as BlobPart[], { type: "application/octet-stream" })) };
        }
        case "open":
            return { kind: "prepared", prepared: open(question.pending) };
        case "accept": {
            const { deposit, context } = readPending(blobSource(question.pending));
            return told(accept(deposit, context, question.certificate, question.trust));
        }
        case "check": {
            const checked = checkCertificate(jsonOf(question.certificate), question.expected, question.trust);
            return "reasons" in checked ? { kind: "refused", reasons: checked.reasons } : { kind: "checked", ...checked };
        }
        case "rebuild":
            return told(rebuild(blobSource(question.saved), question.certificate, question.expected, question.trust));
    }
}

/** What stands in the PDF, if it is one that a server renders; its pages and seal are for the page that verifies. */
function jsonOf(certificate: Uint8Array | Blob): Uint8Array {
    if (certificate instanceof Uint8Array)
        return certificate;
    const { pdf, evidence } = readGiven(blobSource(certificate));
    if (pdf === null)
        throw new Malformed("certificate.pdf", null, "is no PDF");
    return writeCertificate(evidence.certificate);
}

const told = (accepted: Acceptance): Answer => "reasons" in accepted
    ? { kind: "refused", reasons: accepted.reasons }
    : { kind: "accepted", evidence: new Blob([...accepted.evidence] as BlobPart[], { type: "application/zip" }), report: accepted.report };

function open(pending: Blob): Prepared {
    const { deposit, sent: { request, note } } = readPending(blobSource(pending));
    return {
        pending, request: deposit.request, deposit: request.deposit, ledger: request.ledger, account: request.account, kind: request.kind, title: request.title,
        previous: request.previous, items: Number(request.items), requested: formatTime(request.requested), isSigned: note !== null,
        evidenceName: deposit.evidenceName.slice(deposit.evidenceName.lastIndexOf("/") + 1),
    };
}
