import { parseContext, parseRequestBytes, type ContextRecord } from "../core/deposits.ts";
import { Limits } from "../core/limits.ts";
import { Malformed } from "../core/malformed.ts";
import { readEvidence } from "../evidence/evidence.ts";
import type { Source } from "../evidence/source.ts";
import { StrictZip } from "../evidence/zip.ts";
import { sentence } from "../verification/report.ts";
import { accept, type Acceptance } from "./accept.ts";
import type { Expected } from "./checked.ts";
import { readPending, type PendingDeposit } from "./pending.ts";

/** What opens a deposit, and the OpenTimestamps files that older evidence may hold: the server does not have them in this form. */
interface Saved {
    readonly deposit: PendingDeposit;
    readonly context: ContextRecord | null;
    readonly ots: readonly (readonly [name: string, content: Uint8Array])[];
}

/**
 * Makes evidence of a certificate that the server handed out again, and of the file that was saved before sending, or of older evidence.
 * @param answer The bytes of certificate.json, as they came.
 * @throws Malformed when the file opens no deposit, or the answer is no certificate.
 */
export function rebuild(saved: Source, answer: Uint8Array, expected: Expected, trust: Uint8Array): Acceptance {
    const { deposit, context, ots } = isZip(saved) ? readZip(saved) : { ...readPending(saved), ots: [] };
    const request = parseRequestBytes(deposit.request).request;
    return request.deposit === expected.deposit && request.account === expected.account
        ? accept(deposit, context, answer, trust, ots)
        : { reasons: [sentence(`The file is of deposit ${request.deposit} of account '${request.account}'.`, `该文件属于账户“${request.account}”的存证 ${request.deposit}。`)] };
}

const isZip = (source: Source): boolean => source.size > 1 && source.read(0, 2)[0] === 0x50 && source.read(1, 1)[0] === 0x4B;

function readZip(source: Source): Saved {
    const { certificate: { request }, manifest, context, ots } = readEvidence(source);
    if (manifest === null || request === null)
        throw new Malformed("evidence", null, "opens no whole deposit: it has not all of manifest.txt, seed.txt and request.txt");
    const record = context === null ? null : contextBytes(new StrictZip(source));
    return {
        deposit: { evidenceName: "older.evidence.zip", ...manifest, request, context: record }, context: record === null ? null : parseContext(record),
        ots: ots.map(({ leaf, content }) => [`ots/${leaf}.ots`, content()]),
    };
}

// Its own bytes: what was read of them is not all that they say.
function contextBytes(zip: StrictZip): Uint8Array {
    return zip.readAll(zip.entries.find(({ name }) => name === "context.txt")!, Limits.contextBytes);
}
