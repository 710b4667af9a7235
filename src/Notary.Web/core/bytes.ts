import { sha256 as hashBytes } from "@noble/hashes/sha2.js";

/** 32 bytes as 64 lower-case hex digits: compared with ===, used as a key. */
export type Hash = string;

const encoder = new TextEncoder();
// A byte order mark stays in the text, and its parser refuses it: swallowed here, two files would read as one.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const utf8 = (text: string): Uint8Array => encoder.encode(text);

export const utf8Length = (text: string): number => encoder.encode(text).length;

/** The text of UTF-8 bytes; null when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | null {
    try {
        return decoder.decode(bytes);
    } catch {
        return null;
    }
}

const pairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export const hex = (bytes: Uint8Array): string => {
    let text = "";
    for (const byte of bytes)
        text += pairs[byte]!;
    return text;
};

export const unhex = (text: string): Uint8Array => {
    const bytes = new Uint8Array(text.length / 2);
    for (let i = 0; i < bytes.length; i++)
        bytes[i] = digit(text.charCodeAt(2 * i)) << 4 | digit(text.charCodeAt(2 * i + 1));
    return bytes;
};

// Of a digit, or of a letter of either case.
const digit = (character: number): number => character < 0x41 ? character - 0x30 : (character & 0x1F) + 9;

/** Whether a text is 64 lower-case hex digits. */
export const isHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

export const sha256 = (...parts: readonly Uint8Array[]): Hash => hex(sha256Bytes(...parts));

export const sha256Bytes = (...parts: readonly Uint8Array[]): Uint8Array => hashBytes(concat(...parts));

export const concat = (...parts: readonly Uint8Array[]): Uint8Array => joined(parts);

/** Any number of them, where a call can have some thousands. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
    if (parts.length === 1)
        return parts[0]!;
    const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of parts) {
        all.set(part, at);
        at += part.length;
    }
    return all;
}

/** Negative, zero or positive, as the bytes are ordered. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
    const length = Math.min(a.length, b.length);
    for (let i = 0; i < length; i++) {
        if (a[i] !== b[i])
            return a[i]! - b[i]!;
    }
    return a.length - b.length;
}

export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && compareBytes(a, b) === 0;

export function base64(bytes: Uint8Array): string {
    let text = "";
    for (const byte of bytes)
        text += String.fromCharCode(byte);
    return btoa(text);
}

/**
 * Standard base64 with padding that re-encodes to the same characters, else null: with stray bits or white space one value
 * would have many spellings, and a signed text could be altered without breaking it.
 */
export function strictBase64(text: string): Uint8Array | null {
    if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
        return null;
    const decoded = atob(text);
    return btoa(decoded) === text ? Uint8Array.from(decoded, character => character.charCodeAt(0)) : null;
}

/** 32 bytes in strict base64, else null. */
export function hashOfBase64(text: string): Hash | null {
    const bytes = text.length === 44 ? strictBase64(text) : null;
    return bytes?.length === 32 ? hex(bytes) : null;
}

/** A number below 2^64 in its one decimal spelling, else null. */
export function decimal(text: string): bigint | null {
    if (!/^(0|[1-9][0-9]{0,19})$/.test(text))
        return null;
    const value = BigInt(text);
    return value < 1n << 64n ? value : null;
}

/** A number with commas between its thousands. */
export const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ",");
