import { hmac } from "@noble/hashes/hmac.js";
import { sha256 as hash } from "@noble/hashes/sha2.js";
import { compareBytes, concat, hex, sha256, sha256Bytes, unhex, utf8, type Hash } from "./bytes.ts";
import { itemText, type Item, type Opening, type PathStep } from "./deposits.ts";
import { nodeHash, treeRoot } from "./merkle.ts";

const contentLabel = utf8("notary/v1/content\0");
const metadataLabel = utf8("notary/v1/metadata\0");

/** X: what ties every commitment to one deposit of one ledger. */
export const bindingOf = (ledger: string, deposit: string): Hash =>
    sha256(utf8(`notary/v1/deposit\0ledger ${ledger}\ndeposit ${deposit}\n`));

/** C of a whole deposit, from its seed and its items. */
export class Commitment {
    // RFC 5869: extraction depends on the seed alone; one step of expansion gives each nonce of 32 bytes.
    private readonly nonceKey: Uint8Array;
    private readonly leaves: Uint8Array[] = [];

    constructor(private readonly binding: Hash, seed: Hash) {
        this.nonceKey = hmac(hash, new Uint8Array(32), unhex(seed));
    }

    add(item: Item): void {
        this.leaves.push(this.leafBytes(item));
    }

    /** The leaf that is an item's own. */
    leafOf(item: Item): Hash {
        return hex(this.leafBytes(item));
    }

    /** The root over the leaves, ascending as bytes, so that a position tells nothing about a name. */
    root(): Hash {
        return treeRoot(this.leaves.sort(compareBytes));
    }

    private leafBytes(item: Item): Uint8Array {
        const path = sha256Bytes(utf8(item.path));
        const content = contentCommitment(this.binding, item.sha256, this.nonce(contentLabel, path));
        const metadata = metadataCommitment(this.binding, item, this.nonce(metadataLabel, path));
        return leafBytes(content, metadata);
    }

    private nonce(label: Uint8Array, path: Uint8Array): Hash {
        return hex(hmac(hash, this.nonceKey, concat(label, path, Uint8Array.of(1))));
    }
}

/** The leaf that an opening gives for a document of this digest. */
export function openingLeaf(binding: Hash, opening: Opening, content: Hash): Hash {
    const metadata = opening.item !== null
        ? metadataCommitment(binding, opening.item, opening.metadataNonce!)
        : opening.metadata!;
    return hex(leafBytes(contentCommitment(binding, content, opening.contentNonce), metadata));
}

/** C, as a folder path leads to it from a leaf. */
export const openingRoot = (leaf: Hash, path: readonly PathStep[]): Hash =>
    path.reduce((root, step) => step.left ? nodeHash(step.sibling, root) : nodeHash(root, step.sibling), leaf);

/**
 * Whether some leaf of a tree of this many has these sides: what holds a depositor to the number in the request. Whoever hides a
 * thousand variants behind "items 1" has no path that fits.
 */
export function fitsTree(path: readonly PathStep[], leaves: bigint): boolean {
    for (const step of [...path].reverse()) {
        if (leaves <= 1n)
            return false;
        const split = 1n << BigInt((leaves - 1n).toString(2).length - 1);
        leaves = step.left ? leaves - split : split;
    }
    return leaves === 1n;
}

const blind = (prefix: number, binding: Hash, digest: Hash, nonce: Hash): Hash =>
    sha256(Uint8Array.of(prefix), unhex(binding), unhex(digest), unhex(nonce));

const contentCommitment = (binding: Hash, digest: Hash, nonce: Hash): Hash => blind(2, binding, digest, nonce);

const metadataCommitment = (binding: Hash, item: Item, nonce: Hash): Hash => blind(3, binding, sha256(utf8(itemText(item))), nonce);

const leafBytes = (content: Hash, metadata: Hash): Uint8Array => sha256Bytes(Uint8Array.of(0), unhex(content), unhex(metadata));
