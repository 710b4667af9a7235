import { ed25519 } from "@noble/curves/ed25519.js";
import { base64, concat, sha256, strictBase64, unhex, utf8 } from "../core/bytes.ts";
import { isKeyName, KeyAlgorithm } from "../core/keys.ts";
import { Malformed } from "../core/malformed.ts";

/** A depositor's Ed25519 key, as `notary keygen` writes it: `PRIVATE+KEY+name+8 hex digits+base64(1 || 32-byte seed)`. */
export interface SigningKey {
    /** The account. */
    readonly name: string;
    /** 8 hex digits. */
    readonly id: string;
    /** 32 bytes. */
    readonly seed: Uint8Array;
}

const prefix = "PRIVATE+KEY+";

/** Reads a key's file. No message repeats any of it. */
export function parseSigningKey(file: string): SigningKey {
    const text = file.replace(/\n+$/, "");
    const [name, id, encoded] = text.startsWith(prefix) ? /^([^+]*)\+([^+]*)\+([^]*)$/.exec(text.slice(prefix.length))?.slice(1) ?? [] : [];
    const bytes = encoded === undefined ? null : strictBase64(encoded);
    if (bytes?.length !== 33 || bytes[0] !== KeyAlgorithm.ed25519 || !isKeyName(name!))
        throw new Malformed("signing key", null, `is not of the form ${prefix}name+8 hex digits+base64`);
    const seed = bytes.slice(1);
    const publicKey = concat(Uint8Array.of(KeyAlgorithm.ed25519), ed25519.getPublicKey(seed));
    if (sha256(utf8(name + "\n"), publicKey).slice(0, 8) !== id)
        throw new Malformed("signing key", null, "has a key id that does not belong to its name and key");
    return { name: name!, id, seed };
}

/** The text as a C2SP signed note under the key. */
export const signNote = (text: string, key: SigningKey): string =>
    `${text}\n\u2014 ${key.name} ${base64(concat(unhex(key.id), ed25519.sign(utf8(text), key.seed)))}\n`;
