import { decodeUtf8, hex, unhex, type Hash } from "../core/bytes.ts";
import { parseStatement } from "../core/deposits.ts";
import { Malformed } from "../core/malformed.ts";
import { leafHash, nodeHash, rootFromInclusion, treeRoot } from "../core/merkle.ts";
import type { Checkpoint } from "../core/notes.ts";

const [width, height] = [256n, 8];

/** Fetches one path of the read API; null when it is not there. */
export type Fetch = (path: string) => Promise<Uint8Array | null>;

/** An entry, with the path that leads from it to the checkpoint's root; the page has followed that path itself. */
export interface ProvenEntry {
    readonly index: bigint;
    readonly bytes: Uint8Array;
    readonly path: readonly Hash[];
}

/** What a ledger serves cannot be trusted: every entry that is shown was led to the root of a signed checkpoint. */
export class LieError extends Error {
}

/** The public ledger as C2SP tlog-tiles serves it, under one checkpoint. */
export class PublicLedger {
    private readonly tiles = new Map<string, Promise<Uint8Array>>();

    constructor(private readonly checkpoint: Checkpoint, private readonly fetch: Fetch) {
    }

    /** @throws LieError when what was served is not under the checkpoint's root. */
    async entry(index: bigint): Promise<ProvenEntry> {
        const { size, root } = this.checkpoint;
        const [bytes, path] = await Promise.all([this.bytes(index), this.inclusion(index, 0n, size)]);
        if (rootFromInclusion(index, size, leafHash(bytes), path) !== root)
            throw new LieError();
        return { index, bytes, path };
    }

    /** Whether the ledger of this size and root is the beginning of the checkpoint's; the size is at least 1. */
    async continues(size: bigint, root: Hash): Promise<boolean> {
        if (size > this.checkpoint.size)
            return false;
        return size === this.checkpoint.size ? root === this.checkpoint.root
            : isConsistent(size, this.checkpoint.size, root, this.checkpoint.root, await this.consistency(size, 0n, this.checkpoint.size, true));
    }

    /**
     * Reads the whole ledger for a deposit, against a server that denies it: its index, or null when no entry under the checkpoint's
     * root is of it.
     * @throws LieError when what was served is not under that root.
     */
    async search(deposit: string, progress: (read: bigint) => void): Promise<bigint | null> {
        const { size, root } = this.checkpoint;
        const leaves: Uint8Array[] = [];
        let found: bigint | null = null;
        for (let bundle = 0n; bundle * width < size; bundle++) {
            const entries = entriesOf(await this.fetched("entries", 0, bundle, null));
            if (entries.length !== Number((bundle + 1n) * width <= size ? width : size - bundle * width))
                throw new LieError();
            // The lower index counts: a second entry of one uuid is the operator's fault.
            const at = entries.findIndex(entry => depositOf(entry) === deposit);
            found ??= at < 0 ? null : bundle * width + BigInt(at);
            leaves.push(...entries.map(entry => unhex(leafHash(entry))));
            progress(BigInt(leaves.length));
        }
        if (treeRoot(leaves) !== root)
            throw new LieError();
        return found;
    }

    // RFC 6962 section 2.1.1: the siblings on the way from the leaf up.
    private async inclusion(index: bigint, start: bigint, end: bigint): Promise<Hash[]> {
        if (end - start === 1n)
            return [];
        const middle = start + split(end - start);
        return index < middle
            ? [...await this.inclusion(index, start, middle), await this.range(middle, end)]
            : [...await this.inclusion(index, middle, end), await this.range(start, middle)];
    }

    // RFC 6962 section 2.1.2.
    private async consistency(first: bigint, start: bigint, end: bigint, isWhole: boolean): Promise<Hash[]> {
        if (first === end)
            return isWhole ? [] : [await this.range(start, end)];
        const middle = start + split(end - start);
        return first <= middle
            ? [...await this.consistency(first, start, middle, isWhole), await this.range(middle, end)]
            : [...await this.consistency(first, middle, end, false), await this.range(start, middle)];
    }

    /** The hash over the leaves from start to end: one node where the range is a perfect subtree, else of its two parts. */
    private async range(start: bigint, end: bigint): Promise<Hash> {
        const length = end - start;
        if ((length & (length - 1n)) === 0n)
            return this.node(length.toString(2).length - 1, start / length);
        const middle = start + split(length);
        return nodeHash(await this.range(start, middle), await this.range(middle, end));
    }

    private async node(level: number, index: bigint): Promise<Hash> {
        const [row, below] = [Math.floor(level / height), level % height];
        const first = index << BigInt(below);
        const tile = await this.tile(String(row), row * height, first / width, 32);
        const at = Number(first % width);
        let hashes = Array.from({ length: 1 << below }, (_, i) => hex(tile.subarray(32 * (at + i), 32 * (at + i + 1))));
        while (hashes.length > 1)
            hashes = hashes.flatMap((hash, i) => i % 2 === 0 ? nodeHash(hash, hashes[i + 1]!) : []);
        return hashes[0]!;
    }

    private async bytes(index: bigint): Promise<Uint8Array> {
        const entry = entriesOf(await this.tile("entries", 0, index / width, null))[Number(index % width)];
        if (entry === undefined)
            throw new LieError();
        return entry;
    }

    // What proofs share is fetched once, unless it failed.
    private tile(row: string, level: number, number: bigint, hashBytes: number | null): Promise<Uint8Array> {
        const key = `${row}/${number}`;
        const known = this.tiles.get(key);
        if (known !== undefined)
            return known;
        const fetched = this.fetched(row, level, number, hashBytes);
        this.tiles.set(key, fetched);
        fetched.catch(() => this.tiles.delete(key));
        return fetched;
    }

    /** @param hashBytes Of each element, where all have one length. */
    private async fetched(row: string, level: number, number: bigint, hashBytes: number | null): Promise<Uint8Array> {
        const complete = this.checkpoint.size >> BigInt(level);
        const full = (number + 1n) * width <= complete;
        const count = full ? width : complete - number * width;
        const bytes = await this.fetch(`tile/${row}/${spelled(number)}${full ? "" : `.p/${count}`}`);
        if (bytes === null || (hashBytes !== null && bytes.length !== Number(count) * hashBytes))
            throw new LieError();
        return bytes;
    }
}

/** C2SP tlog-tiles: each entry behind its length, in two bytes. */
function entriesOf(bundle: Uint8Array): Uint8Array[] {
    const entries: Uint8Array[] = [];
    for (let at = 0; at < bundle.length;) {
        const end = at + 2 + (bundle[at]! << 8 | bundle[at + 1]!);
        if (!(end <= bundle.length))
            throw new LieError();
        entries.push(bundle.slice(at + 2, end));
        at = end;
    }
    return entries;
}

/** The uuid of the deposit that an entry is of; null of the ledger's own entries, and of those of a later version. */
export function depositOf(entry: Uint8Array): string | null {
    try {
        return parseStatement(decodeUtf8(entry) ?? "").deposit;
    } catch (problem) {
        if (problem instanceof Malformed)
            return null;
        throw problem;
    }
}

/** The largest power of two below a number of at least 2. */
const split = (length: bigint): bigint => 1n << BigInt((length - 1n).toString(2).length - 1);

// C2SP tlog-tiles: groups of three digits, all but the last with an x.
function spelled(number: bigint): string {
    const digits = String(number);
    const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/\d{3}/g)!;
    return groups.map((group, i) => i + 1 < groups.length ? `x${group}` : group).join("/");
}

/** RFC 9162 section 2.1.4.2, for 0 < first < second. */
function isConsistent(first: bigint, second: bigint, firstRoot: Hash, secondRoot: Hash, path: readonly Hash[]): boolean {
    const whole = (first & (first - 1n)) === 0n;
    const rest = whole ? [firstRoot, ...path] : [...path];
    let [fn, sn] = [first - 1n, second - 1n];
    for (; (fn & 1n) === 1n; fn >>= 1n)
        sn >>= 1n;
    let old = rest.shift();
    let now = old;
    for (const hash of rest) {
        if (sn === 0n || old === undefined || now === undefined)
            return false;
        if ((fn & 1n) === 1n || fn === sn) {
            [old, now] = [nodeHash(hash, old), nodeHash(hash, now)];
            for (; (fn & 1n) === 0n && fn !== 0n; fn >>= 1n)
                sn >>= 1n;
        } else {
            now = nodeHash(now, hash);
        }
        [fn, sn] = [fn >> 1n, sn >> 1n];
    }
    return sn === 0n && old === firstRoot && now === secondRoot;
}

/** 32 bytes of base64 as a checkpoint writes them. */
export const inBase64 = (hash: Hash): string => btoa(String.fromCharCode(...unhex(hash)));
