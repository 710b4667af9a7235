import { decimal, hex, sha256Bytes, unhex, type Hash } from "../core/bytes.ts";
import { strictText } from "../core/fields.ts";
import { Malformed } from "../core/malformed.ts";

/**
 * A Bitcoin block's header, whose proof of work has been checked against the difficulty that it claims. That the block is in the
 * chain, at some height, only a node or a list that the reader trusts can say.
 */
export interface BlockHeader {
    /** In the order of its bytes; explorers show it reversed. */
    readonly hash: Hash;
    /** Over the block's transactions, in the order of its bytes. */
    readonly merkleRoot: Hash;
    /** What the miner wrote, in milliseconds of Unix time. */
    readonly time: number;
    /** How many hashes the block took on average, as a power of two. */
    readonly workBits: number;
}

const headerBytes = 80;
const listBytes = 20 << 20;

// Consensus allows a block's time to be two hours ahead of the network's; its bound is never earlier.
export const noLaterThan = (header: BlockHeader): number => header.time + 2 * 3_600_000;

/** A hash as Bitcoin's software shows it: the last byte first. */
export const display = (hash: Hash): string => hex(unhex(hash).reverse());

/** What is wrong with a header in hex, as a clause; else the header. */
function parseHeader(text: string): BlockHeader | string {
    if (!new RegExp(`^[0-9A-Fa-f]{${2 * headerBytes}}$`).test(text))
        return `is not ${2 * headerBytes} hex digits`;
    const bytes = unhex(text);
    const view = new DataView(bytes.buffer);
    const hash = hex(sha256Bytes(sha256Bytes(bytes)));
    const target = targetOf(view.getUint32(72, true));
    if (target === null)
        return "claims a difficulty that no block can have";
    if (BigInt("0x" + display(hash)) > target)
        return `has a hash without the proof of work that it claims: ${display(hash)}`;
    return {
        hash, merkleRoot: hex(bytes.subarray(36, 68)), time: view.getUint32(68, true) * 1000, workBits: ((1n << 256n) / (target + 1n)).toString(2).length - 1,
    };
}

// A float of base 256: an exponent of one byte, then a signed mantissa of three. Negative, zero and what does not fit into 256
// bits are no targets.
function targetOf(difficulty: number): bigint | null {
    const [exponent, mantissa] = [difficulty >>> 24, BigInt(difficulty & 0x007F_FFFF)];
    if ((difficulty & 0x0080_0000) !== 0)
        return null;
    const target = exponent <= 3 ? mantissa >> BigInt(8 * (3 - exponent)) : mantissa << BigInt(8 * (exponent - 3));
    return target === 0n || target >> 256n !== 0n ? null : target;
}

/** Block headers that a verifier brings, by height. */
export type BlockHeaders = ReadonlyMap<bigint, BlockHeader>;

/**
 * A list of headers, one a line: `height header`, the header in 160 hex digits as nodes print it; empty lines and lines that begin
 * with # are passed over. Whoever wrote the list is trusted for what it says.
 * @throws Malformed naming the line.
 */
export function parseHeaders(file: Uint8Array): BlockHeaders {
    if (file.length > listBytes)
        throw new Malformed("block headers", null, `is longer than ${listBytes} bytes`);
    const text = strictText("block headers", file);
    const headers = new Map<bigint, BlockHeader>();
    let number = 0;
    for (const line of text.split(/\r\n|[\n\r\f\u0085\u2028\u2029]/)) {
        number++;
        if (line === "" || line.startsWith("#"))
            continue;
        const fail = (problem: string): never => {
            throw new Malformed("block headers", `line ${number}`, problem);
        };
        const space = line.indexOf(" ");
        const height = space < 0 ? null : decimal(line.slice(0, space));
        if (height === null)
            return fail("is not 'height header', such as '358391 02000000b963…'");
        const header = parseHeader(line.slice(space + 1));
        if (typeof header === "string")
            return fail(`holds a header that ${header}`);
        if ((headers.get(height)?.hash ?? header.hash) !== header.hash)
            return fail(`gives block ${height} another header than a line before`);
        headers.set(height, header);
    }
    if (headers.size === 0)
        throw new Malformed("block headers", null, "holds no header");
    return headers;
}
