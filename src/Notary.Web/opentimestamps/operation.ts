import { ripemd160, sha1 } from "@noble/hashes/legacy.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { concat, hex, sha256Bytes, utf8 } from "../core/bytes.ts";

/** The format's own rules, as its reference implementation enforces them; the last two bound the work of reading a stranger's file. */
export const OtsLimits = {
    /** Bytes of a message, before and after every operation. */
    messageBytes: 4_096,
    /** Operations on the way from the digest to an attestation. */
    pathOperations: 255,
    /** Bytes of an attestation's payload. */
    payloadBytes: 8_192,
    /** Characters of the address in a pending attestation. */
    addressCharacters: 1_000,
    /** Bytes of a file. */
    fileBytes: 256 << 10,
    /** Operations and attestations of one file. */
    items: 16_384,
} as const;

/** The operations by their tags. Those of hash functions are RFC 4880's numbers. */
export const Kind = { sha1: 0x02, ripemd160: 0x03, sha256: 0x08, keccak256: 0x67, append: 0xF0, prepend: 0xF1, reverse: 0xF2, hexlify: 0xF3 } as const;

/** One step from a message to the next; the argument is empty for all but append and prepend. */
export interface Operation {
    readonly kind: number;
    readonly argument: Uint8Array;
}

const kinds = new Set<number>(Object.values(Kind));

export const isKind = (tag: number): boolean => kinds.has(tag);

export const takesArgument = (kind: number): boolean => kind === Kind.append || kind === Kind.prepend;

/** Bytes of the digest of a hash function; null for every other operation. */
export const digestBytes = (kind: number): number | null =>
    kind === Kind.sha1 || kind === Kind.ripemd160 ? 20 : kind === Kind.sha256 || kind === Kind.keccak256 ? 32 : null;

/** Bytes of the result on a message of so many bytes; null when that is longer than a message may be. */
export function resultBytes({ kind, argument }: Operation, messageBytes: number): number | null {
    const length = digestBytes(kind) ?? (takesArgument(kind) ? messageBytes + argument.length : kind === Kind.hexlify ? 2 * messageBytes : messageBytes);
    return length <= OtsLimits.messageBytes ? length : null;
}

/** The next message. */
export function apply({ kind, argument }: Operation, message: Uint8Array): Uint8Array {
    switch (kind) {
        case Kind.append: return concat(message, argument);
        case Kind.prepend: return concat(argument, message);
        case Kind.hexlify: return utf8(hex(message));
        case Kind.reverse: return message.slice().reverse();
        case Kind.sha256: return sha256Bytes(message);
        case Kind.sha1: return sha1(message);
        case Kind.ripemd160: return ripemd160(message);
        default: return keccak_256(message);
    }
}
