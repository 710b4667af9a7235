import { decimal, hashOfBase64, hex, strictBase64, utf8Length, type Hash } from "./bytes.ts";
import { isKeyName, verifySignature, type NoteSignature, type VerifierKey } from "./keys.ts";
import { Limits } from "./limits.ts";
import { Malformed } from "./malformed.ts";
import { isOrigin } from "./rules.ts";

/** A C2SP signed note: a text that ends in LF, an empty line, one signature a line. */
export interface SignedNote {
    readonly text: string;
    readonly signatures: readonly NoteSignature[];
}

/** What a ledger signs of itself (C2SP tlog-checkpoint). */
export interface Checkpoint {
    readonly origin: string;
    readonly size: bigint;
    readonly root: Hash;
}

/** A C2SP tlog-proof: index, inclusion path from leaf to root, and the signed checkpoint that it ends in. */
export interface TlogProof {
    readonly index: bigint;
    readonly path: readonly Hash[];
    readonly note: SignedNote;
    readonly checkpoint: Checkpoint;
}

/** What a key says of a note: `invalid` condemns the whole note, even beside a line that verifies. */
export type NoteCheck = "absent" | "valid" | "invalid";

const signaturePrefix = "\u2014 ";

export function parseNote(note: string): SignedNote {
    if (utf8Length(note) > Limits.noteBytes)
        throw new Malformed("note", null, `is longer than ${Limits.noteBytes} bytes`);
    const control = /[\u0000-\u0009\u000b-\u001f]/.exec(note);
    if (control)
        throw new Malformed("note", null, `holds the control character U+${control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`);
    // The last empty line divides: a text may hold empty lines of its own.
    const split = note.lastIndexOf("\n\n");
    if (split < 0 || !note.endsWith("\n") || split + 2 >= note.length)
        throw new Malformed("note", null, "is not a text, an empty line and signature lines that each end in LF");
    const lines = note.slice(split + 2, -1).split("\n");
    if (lines.length > Limits.noteSignatures)
        throw new Malformed("note", null, `has ${lines.length} signatures (limit ${Limits.noteSignatures})`);
    return { text: note.slice(0, split + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): NoteSignature {
    const space = line.lastIndexOf(" ");
    const bytes = space > signaturePrefix.length ? strictBase64(line.slice(space + 1)) : null;
    const name = line.slice(signaturePrefix.length, space);
    if (!line.startsWith(signaturePrefix) || bytes === null || bytes.length <= 4 || !isKeyName(name))
        throw new Malformed("note", "signature", "is not '\u2014 name base64(key id || signature)'");
    return { name, id: hex(bytes.slice(0, 4)), bytes: bytes.slice(4) };
}

export function checkNote(note: SignedNote, key: VerifierKey): NoteCheck {
    const named = note.signatures.filter(signature => signature.name === key.name && signature.id === key.id);
    if (named.length === 0)
        return "absent";
    return named.every(signature => verifySignature(key, note.text, signature).valid) ? "valid" : "invalid";
}

export function parseCheckpoint(text: string): Checkpoint {
    const lines = text.split("\n");
    if (lines.length !== 4 || lines[3] !== "")
        throw new Malformed("checkpoint", null, "has not three lines: origin, size and root");
    const [origin, number, base] = lines as [string, string, string, string];
    if (!isOrigin(origin))
        throw new Malformed("checkpoint", "origin", `is not 1 to ${Limits.originBytes} characters of [a-z0-9./:-]`);
    const [size, root] = [decimal(number), hashOfBase64(base)];
    if (size === null)
        throw new Malformed("checkpoint", "size", "is not a decimal number below 2^64 without leading zeros");
    if (root === null)
        throw new Malformed("checkpoint", "root", "is not 32 bytes in base64");
    return { origin, size, root };
}

export function parseProof(text: string): TlogProof {
    const [document, header] = ["tlog-proof", "c2sp.org/tlog-proof@v1"];
    if (utf8Length(text) > 2 * Limits.noteBytes)
        throw new Malformed(document, null, `is longer than ${2 * Limits.noteBytes} bytes`);
    const end = text.indexOf("\n\n");
    if (end < 0)
        throw new Malformed(document, null, "has no empty line before its checkpoint");
    const lines = text.slice(0, end).split("\n");
    if (lines.shift() !== header)
        throw new Malformed(document, null, `does not begin with '${header}'`);
    if (lines[0]?.startsWith("extra ") && strictBase64(lines.shift()!.slice(6)) === null)
        throw new Malformed(document, "extra", "is not base64");
    const line = lines.shift();
    const index = line?.startsWith("index ") ? decimal(line.slice(6)) : null;
    if (index === null)
        throw new Malformed(document, "index", "is missing or not a decimal number below 2^64");
    if (lines.length > Limits.proofHashes)
        throw new Malformed(document, "path", `has ${lines.length} hashes (limit ${Limits.proofHashes})`);
    const path = lines.map(hash => hashOfBase64(hash) ?? malformedPath());
    const note = parseNote(text.slice(end + 2));
    return { index, path, note, checkpoint: parseCheckpoint(note.text) };

    function malformedPath(): never {
        throw new Malformed(document, "path", "has a line that is not 32 bytes in base64");
    }
}

/** The note that a tlog-proof ends in, byte for byte; null when it holds none. */
export function checkpointOf(proof: string): string | null {
    const end = proof.indexOf("\n\n");
    return end < 0 ? null : proof.slice(end + 2);
}
