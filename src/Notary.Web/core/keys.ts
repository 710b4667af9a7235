import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { base64, concat, hex, sha256, strictBase64, utf8 } from "./bytes.ts";
import { textProblem } from "./rules.ts";

/** The type byte of C2SP signed-note. */
export const KeyAlgorithm = { ed25519: 1, cosignature: 4 } as const;

/** A public key, written `name+8 hex digits of its id+base64(type || 32 bytes)`. Two keys are equal when they are written alike. */
export interface VerifierKey {
    readonly name: string;
    /** 8 hex digits: a hint, not an identity. */
    readonly id: string;
    readonly algorithm: number;
    /** 32 bytes. */
    readonly publicKey: Uint8Array;
    readonly text: string;
}

/** A signature line of a note: what follows the key's id in it. */
export interface NoteSignature {
    readonly name: string;
    readonly id: string;
    readonly bytes: Uint8Array;
}

// The y coordinates of the points whose order divides 8, canonical or not; the sign bit is free. Under such a key one
// signature verifies for many messages, so it identifies nobody.
const smallOrder = new Set([
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);

/** The last second of the year 9999. */
const latestSecond = 253_402_300_799n;

/** A key's name: no white space, no '+', nothing that a line of a note could not hold. */
export const isKeyName = (name: string): boolean => !/[+\s]/.test(name) && textProblem(name) === null;

/** The key, or what is wrong with it as a clause. */
export function parseKey(vkey: string): VerifierKey | string {
    if (vkey.length > 512)
        return "is longer than 512 characters";
    const [first, second] = [vkey.indexOf("+"), vkey.indexOf("+", vkey.indexOf("+") + 1)];
    const bytes = first < 0 || second <= first ? null : strictBase64(vkey.slice(second + 1));
    if (bytes === null || !isKeyName(vkey.slice(0, first)))
        return "is not of the form name+8 hex digits+base64";
    if (bytes.length !== 33 || (bytes[0] !== KeyAlgorithm.ed25519 && bytes[0] !== KeyAlgorithm.cosignature))
        return "is of a type that is not known here (Ed25519 is 1, a witness's cosignature 4), with a key of 32 bytes";
    const [algorithm, publicKey, name] = [bytes[0], bytes.slice(1), vkey.slice(0, first)];
    if (isSmallOrder(publicKey))
        return "is a point of small order, under which anybody can sign";
    const id = sha256(utf8(name + "\n"), bytes).slice(0, 8);
    const text = `${name}+${id}+${base64(bytes)}`;
    return text === vkey ? { name, id, algorithm, publicKey, text } : "has a key id that does not belong to its name and key";
}

function isSmallOrder(publicKey: Uint8Array): boolean {
    const y = publicKey.slice();
    y[31]! &= 0x7F;
    return smallOrder.has(hex(y));
}

/**
 * Whether the key made the signature over a note's text; any fault of the signature is false.
 * @returns For a cosignature also when the witness says that it signed, in milliseconds since 1970.
 */
export function verifySignature(key: VerifierKey, text: string, signature: NoteSignature): { valid: boolean; time?: number } {
    const message = utf8(text);
    const bytes = signature.bytes;
    if (key.algorithm === KeyAlgorithm.ed25519)
        return { valid: verifyRaw(key.publicKey, message, bytes) };
    if (bytes.length !== 72)
        return { valid: false };
    const seconds = BigInt("0x" + hex(bytes.slice(0, 8)));
    if (seconds > latestSecond || !verifyRaw(key.publicKey, concat(utf8(`cosignature/v1\ntime ${seconds}\n`), message), bytes.slice(8)))
        return { valid: false };
    return { valid: true, time: Number(seconds) * 1000 };
}

/**
 * Ed25519 (RFC 8032) in its strictest reading: s below the order, and R as the very bytes of s·B - k·A. The library's own
 * verification multiplies by the cofactor, and would take signatures that other verifiers refuse.
 */
export function verifyRaw(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    if (signature.length !== 64)
        return false;
    const { Point } = ed25519;
    const [r, s] = [signature.slice(0, 32), littleEndian(signature.slice(32))];
    const order = Point.Fn.ORDER;
    if (s >= order)
        return false;
    try {
        const a = Point.fromBytes(publicKey, false);
        const k = littleEndian(sha512(concat(r, publicKey, message))) % order;
        return hex(Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k)).toBytes()) === hex(r);
    } catch {
        return false;
    }
}

const littleEndian = (bytes: Uint8Array): bigint => BigInt("0x" + hex(bytes.slice().reverse()));
