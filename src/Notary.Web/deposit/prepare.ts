import { compareBytes, hex, utf8 } from "../core/bytes.ts";
import { itemText, parseItem, parseRequestBytes, type Item } from "../core/deposits.ts";
import { bindingOf, Commitment } from "../core/fingerprint.ts";
import { Malformed } from "../core/malformed.ts";
import { parsePolicy } from "../core/policy.ts";
import { digestsOfFile } from "../evidence/digests.ts";
import { evidenceNameOf } from "./paths.ts";
import { pendingBytes } from "./pending.ts";
import { newDepositId, requestText, type Random } from "./request.ts";
import { parseSigningKey, signNote } from "./signingKey.ts";

/** What the depositor says, and for whom. */
export interface Terms {
    readonly ledger: string;
    readonly account: string;
    readonly kind: string;
    readonly title: string | null;
    readonly previous: string | null;
    readonly withSm3: boolean;
    /** The file of `notary keygen`; null for a request without a signature. */
    readonly signingKey: string | null;
    /** The page's own address, for a run that is resumed elsewhere. */
    readonly server: string;
    readonly trust: { readonly file: Uint8Array; readonly place: string };
    /** What was chosen, for the evidence's name. */
    readonly roots: readonly { readonly name: string }[];
}

/** A document to be deposited. */
export interface Document {
    readonly path: string;
    readonly blob: File;
}

/** Which part of what was given is at fault. */
export type Fault = "files" | "key" | "trust" | "terms";

export class PrepareError extends Error {
    constructor(readonly fault: Fault, message: string) {
        super(message);
    }
}

/**
 * Makes a deposit ready to be sent: (1) what costs nothing is checked first; (2) the documents are hashed; (3) seed and nonces are
 * chosen and the commitment is built; (4) the request is written, read back by the page's own parser, and signed.
 * @returns The bytes of the pending file: seed, manifest and the exact request. Nothing of it has left the page.
 */
export async function prepare(
    documents: readonly Document[], terms: Terms, random: Random, now: () => number, progress: (bytes: number) => void): Promise<Generator<Uint8Array>> {
    const key = terms.signingKey === null ? null : readKey(terms.signingKey, terms.account);
    blame("trust", () => parsePolicy(terms.trust.file));
    const deposit = newDepositId(now(), random);
    const { ledger, account, kind, title, previous } = terms;
    const asked = { ledger, deposit, account, kind, title, previous, requested: now(), commitment: "0".repeat(64), items: BigInt(documents.length) };
    blame("terms", () => parseRequestBytes(requestText(asked, "0".repeat(64)))); // (1)
    const items = await hash(documents, terms.withSm3, progress); // (2)
    const seed = hex(random(32)); // (3)
    const commitment = new Commitment(bindingOf(ledger, deposit), seed);
    items.forEach(item => commitment.add(item));
    const text = requestText({ ...asked, requested: now(), commitment: commitment.root() }, hex(random(32)));
    const request = key === null ? text : signNote(text, key);
    blame("terms", () => parseRequestBytes(request)); // (4)
    return pendingBytes(
        { evidenceName: evidenceNameOf(terms.roots, deposit), seed, request, items, context: null },
        { server: terms.server, place: terms.trust.place, policy: terms.trust.file });
}

function readKey(file: string, account: string): ReturnType<typeof parseSigningKey> {
    const key = blame("key", () => parseSigningKey(file));
    if (key.name !== account)
        throw new PrepareError("key", `signing key: is of account '${key.name}', and signed in is '${account}'`);
    return key;
}

async function hash(documents: readonly Document[], withSm3: boolean, progress: (bytes: number) => void): Promise<Item[]> {
    const hashed: { item: Item; key: Uint8Array }[] = [];
    for (const { path, blob } of documents) {
        const digests = await digestsOfFile(blob, withSm3, progress).catch(problem => {
            throw new PrepareError("files", `'${path}' cannot be read: ${problem instanceof Error ? problem.message : "unknown"}`);
        });
        if (digests.size !== BigInt(blob.size))
            throw new PrepareError("files", `'${path}' changed while it was being hashed`);
        const item: Item = { path, modified: blob.lastModified, ...digests };
        // Read back by the rules that every verifier applies: what it would refuse must not be deposited.
        blame("files", () => parseItem(itemText(item)));
        hashed.push({ item, key: utf8(path) });
    }
    return hashed.sort((a, b) => compareBytes(a.key, b.key)).map(({ item }) => item);
}

function blame<T>(fault: Fault, work: () => T): T {
    try {
        return work();
    } catch (problem) {
        throw problem instanceof Malformed ? new PrepareError(fault, problem.message) : problem;
    }
}
