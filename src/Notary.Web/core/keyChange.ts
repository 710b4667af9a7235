import { equalBytes, strictBase64, utf8, utf8Length } from "./bytes.ts";
import { FieldReader, strictText } from "./fields.ts";
import { KeyAlgorithm, verifyRaw, type VerifierKey } from "./keys.ts";
import { Limits } from "./limits.ts";
import { Malformed } from "./malformed.ts";
import { leafHash, rootFromInclusion } from "./merkle.ts";
import { checkNote, parseProof, type TlogProof } from "./notes.ts";
import { isWitnessed, type TrustPolicy } from "./policy.ts";

/** `notary.key/v1`: the ledger entry by which a ledger goes from one key to the next. */
interface KeyChange {
    readonly ledger: string;
    readonly old: VerifierKey;
    readonly next: VerifierKey;
    /** The text, and of it the lines that the new key signed. */
    readonly text: string;
    readonly signed: string;
    readonly signature: Uint8Array;
}

/** What whoever trusts a ledger's old key needs to accept its new one: the key entry, and its inclusion under a checkpoint that the old key signed. */
export interface KeyChangeProof {
    readonly change: KeyChange;
    readonly proof: TlogProof;
}

const document = "key change";
const maxBytes = Limits.statementBytes + 1 + 2 * Limits.noteBytes;

/** @throws Malformed when it is not an entry, an empty line and a tlog-proof. */
export function parseKeyChange(bytes: Uint8Array): KeyChangeProof {
    const text = strictText(document, bytes);
    if (utf8Length(text) > maxBytes)
        throw new Malformed(document, null, `is longer than ${maxBytes} bytes`);
    // The entry has no empty line of its own: the first one ends it.
    const end = text.indexOf("\n\n");
    if (end < 0)
        throw new Malformed(document, null, "is not a key entry, an empty line and a tlog-proof");
    return { change: parseEntry(text.slice(0, end + 1)), proof: parseProof(text.slice(end + 2)) };
}

function parseEntry(text: string): KeyChange {
    const fields = new FieldReader(text, "notary.key/v1", Limits.statementBytes);
    const ledger = fields.origin();
    fields.time("at");
    const [old, next] = [readKey(fields, "old", ledger), readKey(fields, "new", ledger)];
    // Whoever knows both keys takes a line with this id for both, and one of the two always fails.
    if (old.id === next.id)
        throw fields.error("new", "has the key id of the old key");
    const signed = text.slice(0, text.length - fields.rest.length);
    const signature = strictBase64(fields.required("proof"));
    if (signature?.length !== 64)
        throw fields.error("proof", "is not 64 bytes in base64");
    fields.end();
    return { ledger, old, next, text, signed, signature };
}

function readKey(fields: FieldReader, name: string, ledger: string): VerifierKey {
    const key = fields.key(name, fields.required(name));
    if (key.name !== ledger)
        throw fields.error(name, "has another name than the ledger");
    if (key.algorithm !== KeyAlgorithm.ed25519)
        throw fields.error(name, "is of another type than Ed25519");
    return key;
}

/** Why whoever trusts the policy must not accept the new key, as a clause that follows "the key change"; null when they can. */
export function whyNot({ change, proof }: KeyChangeProof, policy: TrustPolicy): string | null {
    const { ledger, old, next } = change;
    if (!policy.logs.some(key => key.text === old.text))
        return `starts from a key that is not trusted, ${old.text}`;
    if (policy.witnesses.some(({ key }) => equalBytes(key.publicKey, next.publicKey)))
        return "names the key of a witness, and a ledger is no witness of itself";
    if (policy.logs.some(key => key.name === ledger && key.id === next.id && key.text !== next.text))
        return "names a key with the id of one that is trusted";
    if (!verifyRaw(next.publicKey, utf8(change.signed), change.signature))
        return "has a proof that the new key did not sign";
    const { checkpoint, note } = proof;
    if (checkpoint.origin !== ledger)
        return `ends in a checkpoint of another ledger, ${checkpoint.origin}`;
    if (rootFromInclusion(proof.index, checkpoint.size, leafHash(utf8(change.text)), proof.path) !== checkpoint.root)
        return "is not in the tree of its checkpoint";
    // C2SP signed-note: a bad signature of any known key condemns the note; the new key is known by now.
    if ([next, ...policy.logs].some(key => checkNote(note, key) === "invalid"))
        return "ends in a checkpoint with a bad signature: it was altered or forged";
    if (checkNote(note, old) !== "valid")
        return "ends in a checkpoint that the old key did not sign";
    return isWitnessed(policy, note) ? null : "ends in a checkpoint without the cosignatures that the trust file asks for";
}
