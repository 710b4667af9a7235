import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { concat, equalBytes, unhex } from "../core/bytes.ts";
import type { X509 } from "./certificate.ts";
import { curveOf, verifyEcdsa } from "./curves.ts";
import { constructed, Der, natural, NotDer, Tag } from "./der.ts";
import { Oids } from "./oids.ts";

type HashFunction = (bytes: Uint8Array) => Uint8Array;

/** The hash functions that count, by their object identifiers: with the bytes of a digest. */
export const hashes: Readonly<Record<string, { readonly hash: HashFunction; readonly size: number }>> = {
    "2.16.840.1.101.3.4.2.1": { hash: sha256, size: 32 },
    "2.16.840.1.101.3.4.2.2": { hash: sha384, size: 48 },
    "2.16.840.1.101.3.4.2.3": { hash: sha512, size: 64 },
};

export const isHash = (oid: string): boolean => Object.hasOwn(hashes, oid);

/** How something is signed: the family, and the hash function if the algorithm itself names one. */
export interface Scheme {
    readonly family: "rsa" | "pss" | "ecdsa";
    readonly hash: string | null;
}

const schemes: Readonly<Record<string, Scheme>> = {
    [Oids.rsa]: { family: "rsa", hash: null },
    [Oids.pss]: { family: "pss", hash: null },
    "1.2.840.113549.1.1.11": { family: "rsa", hash: Oids.sha256 },
    "1.2.840.113549.1.1.12": { family: "rsa", hash: "2.16.840.1.101.3.4.2.2" },
    "1.2.840.113549.1.1.13": { family: "rsa", hash: "2.16.840.1.101.3.4.2.3" },
    [Oids.ecdsaWithSha256]: { family: "ecdsa", hash: Oids.sha256 },
    "1.2.840.10045.4.3.3": { family: "ecdsa", hash: "2.16.840.1.101.3.4.2.2" },
    "1.2.840.10045.4.3.4": { family: "ecdsa", hash: "2.16.840.1.101.3.4.2.3" },
};

// Broken hash functions and those of SHA-3, which are not taken; of them only what kind of key they are for is asked.
const otherRsa = /^(1\.2\.840\.113549\.1\.1\.([2-5]|1[456])|2\.16\.840\.1\.101\.3\.4\.3\.1[3-6])$/;
const otherEcdsa = /^(1\.2\.840\.10045\.4\.(1|3\.1)|2\.16\.840\.1\.101\.3\.4\.3\.(9|1[0-2]))$/;
const otherKeys = /^(1\.2\.840\.10040\.4\.[13]|2\.16\.840\.1\.101\.3\.4\.3\.[12]|1\.3\.101\.11[23]|1\.2\.156\.10197\.1\.501)$/;

/** The kind of key that an algorithm is for; null when nobody knows the algorithm. */
export function familyOf(oid: string): Key["kind"] | null {
    const family = schemeOf(oid)?.family;
    if (family !== undefined)
        return family === "ecdsa" ? "ec" : "rsa";
    return otherRsa.test(oid) ? "rsa" : otherEcdsa.test(oid) ? "ec" : otherKeys.test(oid) ? "other" : null;
}

/** Null for an algorithm that is not taken. */
export const schemeOf = (oid: string): Scheme | null => Object.hasOwn(schemes, oid) ? schemes[oid]! : null;

/** What a certificate's key is. */
export type Key =
    | { readonly kind: "rsa"; readonly modulus: bigint; readonly exponent: bigint; readonly bits: number }
    | { readonly kind: "ec"; readonly curve: string; readonly point: Uint8Array }
    /** Of a kind, or on a curve, that is known elsewhere and not here. */
    | { readonly kind: "other" };

// SEC's, X9.62's, Brainpool's and SM2.
const otherCurves = /^(1\.3\.132\.0|1\.2\.840\.10045\.3\.[01]|1\.3\.36\.3\.3\.2\.8\.1\.1)\.\d+$|^1\.2\.156\.10197\.1\.301$/;

/** The key of a certificate. Throws NotDer when it cannot be read. */
export function keyOf(certificate: X509): Key {
    const { keyAlgorithm: { oid, parameters }, key } = certificate;
    if (oid === Oids.rsa) {
        const [modulus, exponent] = Der.whole(key, der => {
            const numbers = der.inside();
            const both = [natural(positive(numbers)), natural(positive(numbers))] as const;
            numbers.end();
            return both;
        });
        return { kind: "rsa", modulus, exponent, bits: modulus.toString(2).length };
    }
    const curve = oid === Oids.ec && parameters !== null ? Der.whole(parameters, der => der.oid()) : "";
    if (curveOf(curve) !== null)
        return { kind: "ec", curve, point: key };
    if (!otherCurves.test(curve) && oid !== Oids.pss && !otherKeys.test(oid))
        throw new NotDer();
    return { kind: "other" };
}

function positive(der: Der): Uint8Array {
    const content = der.integer();
    if (content[0]! >= 0x80)
        throw new NotDer();
    return content;
}

// What others bound too: a power with a long exponent under a huge modulus is a stranger's way to take a reader's time.
const [mostModulusBits, smallModulusBits, mostExponentBits] = [16_384, 3_072, 64];

/** The padded message that an RSA signature is of; null when it is none. */
function open(key: Key & { kind: "rsa" }, signature: Uint8Array): Uint8Array | null {
    const { modulus, exponent, bits } = key;
    const size = Math.ceil(bits / 8);
    const isBounded = bits <= mostModulusBits && exponent < modulus && (bits <= smallModulusBits || exponent.toString(2).length <= mostExponentBits);
    const value = natural(signature);
    if (!isBounded || (exponent & 1n) === 0n || exponent === 1n || signature.length !== size || value >= modulus)
        return null;
    return bytesOf(power(value, exponent, modulus), size);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
    let result = 1n;
    for (const bit of exponent.toString(2)) {
        result = result * result % modulus;
        if (bit === "1")
            result = result * base % modulus;
    }
    return result;
}

const bytesOf = (value: bigint, size: number): Uint8Array => unhex(value.toString(16).padStart(2 * size, "0"));

/** EMSA-PKCS1-v1_5 (RFC 8017, 9.2), made anew and compared: nothing of what a stranger wrote is parsed. */
function isPkcs1(key: Key & { kind: "rsa" }, digest: Uint8Array, hash: string, signature: Uint8Array): boolean {
    const message = open(key, signature);
    if (message === null)
        return false;
    const info = concat(unhex(`30${hex2(17 + digest.length)}300d06096086480165030402${hex2(Number(hash.at(-1)))}050004${hex2(digest.length)}`), digest);
    const padding = message.length - info.length - 3;
    return padding >= 8 && equalBytes(message, concat(Uint8Array.of(0, 1), new Uint8Array(padding).fill(0xFF), Uint8Array.of(0), info));
}

const hex2 = (value: number): string => value.toString(16).padStart(2, "0");

/** EMSA-PSS (RFC 8017, 9.1.2), with MGF1. */
function isPss(key: Key & { kind: "rsa" }, digest: Uint8Array, parameters: PssParameters, signature: Uint8Array): boolean {
    const message = open(key, signature);
    if (message === null)
        return false;
    const [{ hash, size }, mask] = [hashes[parameters.hash]!, hashes[parameters.mask]!];
    const bits = key.bits - 1;
    const encoded = message.subarray(message.length - Math.ceil(bits / 8));
    const salted = encoded.length - size - 1;
    if (message.some((byte, i) => i < message.length - encoded.length && byte !== 0) || salted < parameters.salt + 1 || encoded.at(-1) !== 0xBC)
        return false;
    const [masked, expected] = [encoded.slice(0, salted), encoded.subarray(salted, -1)];
    const unused = 8 * encoded.length - bits;
    if (masked[0]! >> 8 - unused !== 0)
        return false;
    for (let at = 0, counter = 0; at < salted; at += mask.size, counter++) {
        const block = mask.hash(concat(expected, Uint8Array.of(0, 0, counter >> 8, counter & 0xFF)));
        for (let i = 0; i < mask.size && at + i < salted; i++)
            masked[at + i]! ^= block[i]!;
    }
    masked[0]! &= 0xFF >> unused;
    const start = salted - parameters.salt - 1;
    return masked.subarray(0, start).every(byte => byte === 0) && masked[start] === 1
        && equalBytes(hash(concat(new Uint8Array(8), digest, masked.subarray(start + 1))), expected);
}

/** RSASSA-PSS-params (RFC 4055, 3.1). */
export interface PssParameters {
    readonly hash: string;
    readonly mask: string;
    readonly salt: number;
}

const longestSalt = 2_048;

/** Null when they are not of that form, or name a hash function that is not taken: where they name none, SHA-1 is meant. */
export function pssParameters(parameters: Uint8Array | null): PssParameters | null {
    try {
        return parameters === null ? null : Der.whole(parameters, der => {
            const parts = der.inside();
            const explicit = <T>(number: number, read: (inside: Der) => T): T | null =>
                parts.optional(constructed(number), one => Der.whole(one.content(constructed(number)), read));
            const hash = explicit(0, plain);
            const mask = explicit(1, inside => {
                const both = inside.inside();
                const [isMgf1, under] = [both.oid() === Oids.mgf1, plain(both)];
                both.end();
                return isMgf1 ? under : null;
            });
            const [salt, trailer] = [explicit(2, inside => Number(inside.number(4))) ?? 20, explicit(3, inside => Number(inside.number(4))) ?? 1];
            parts.end();
            const isTaken = hash !== null && mask !== null && isHash(hash) && isHash(mask) && salt >= 0 && salt <= longestSalt && trailer === 1;
            return isTaken ? { hash, mask, salt } : null;
        });
    } catch (problem) {
        if (problem instanceof NotDer)
            return null;
        throw problem;
    }
}

/** An algorithm identifier of a hash function: without parameters, or NULL. */
function plain(der: Der): string {
    const parts = der.inside();
    const oid = parts.oid();
    parts.optional(Tag.none, one => one.none());
    parts.end();
    return oid;
}

/** Whether a key made a signature over a digest; any fault of key or signature is false. */
export function verifyDigest(key: Key, scheme: Scheme, hash: string, pss: PssParameters | null, digest: Uint8Array, signature: Uint8Array): boolean {
    if (scheme.family === "ecdsa")
        return key.kind === "ec" && isEcdsa(key, digest, signature);
    if (key.kind !== "rsa")
        return false;
    return scheme.family === "rsa" ? isPkcs1(key, digest, hash, signature) : pss !== null && isPss(key, digest, pss, signature);
}

function isEcdsa(key: Key & { kind: "ec" }, digest: Uint8Array, signature: Uint8Array): boolean {
    try {
        const [r, s] = Der.whole(signature, der => {
            const numbers = der.inside();
            const both = [positive(numbers), positive(numbers)] as const;
            numbers.end();
            return both;
        });
        // Longer numbers than any order are none of a signature's.
        return r.length <= 67 && s.length <= 67 && verifyEcdsa(curveOf(key.curve)!, key.point, digest, natural(r), natural(s));
    } catch (problem) {
        if (problem instanceof NotDer)
            return false;
        throw problem;
    }
}

/** Whether a certificate is signed under a hash function that is not broken. */
export function isSignedWell({ algorithm: { oid, parameters } }: X509): boolean {
    const scheme = schemeOf(oid);
    return scheme !== null && (scheme.family === "pss" ? pssParameters(parameters) !== null : scheme.hash !== null);
}

/** Whether the issuer's key made the certificate's signature, under an algorithm of `isSignedWell`. */
export function isSignedBy(certificate: X509, issuer: Key): boolean {
    const scheme = schemeOf(certificate.algorithm.oid)!;
    const pss = scheme.family === "pss" ? pssParameters(certificate.algorithm.parameters) : null;
    const hash = scheme.hash ?? pss!.hash;
    return verifyDigest(issuer, scheme, hash, pss, hashes[hash]!.hash(certificate.signed), certificate.signature);
}
