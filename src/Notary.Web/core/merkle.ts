import { concat, hex, sha256, sha256Bytes, unhex, type Hash } from "./bytes.ts";

const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

/** RFC 6962: the hash of an entry. */
export const leafHash = (entry: Uint8Array): Hash => sha256(leafPrefix, entry);

/** RFC 6962: the hash of two subtrees. */
export const nodeHash = (left: Hash, right: Hash): Hash => sha256(nodePrefix, unhex(left), unhex(right));

/** The root that an inclusion path leads to (RFC 9162 section 2.1.3.2), or null when it has not the length that index and size demand. */
export function rootFromInclusion(index: bigint, size: bigint, leaf: Hash, path: readonly Hash[]): Hash | null {
    if (index >= size)
        return null;
    let [fn, sn, root] = [index, size - 1n, leaf];
    for (const sibling of path) {
        if (sn === 0n)
            return null;
        if ((fn & 1n) === 1n || fn === sn) {
            root = nodeHash(sibling, root);
            while ((fn & 1n) === 0n && fn !== 0n)
                [fn, sn] = [fn >> 1n, sn >> 1n];
        } else {
            root = nodeHash(root, sibling);
        }
        [fn, sn] = [fn >> 1n, sn >> 1n];
    }
    return sn === 0n ? root : null;
}

/** The RFC 6962 root over leaf hashes of 32 bytes each, in their order; at least one. */
export function treeRoot(leaves: readonly Uint8Array[]): Hash {
    // A stack of the perfect subtrees so far, each with its height.
    const stack: { height: number; hash: Uint8Array }[] = [];
    for (const leaf of leaves) {
        let top = { height: 0, hash: leaf };
        while (stack.at(-1)?.height === top.height)
            top = { height: top.height + 1, hash: node(stack.pop()!.hash, top.hash) };
        stack.push(top);
    }
    let root = stack.pop()!.hash;
    while (stack.length > 0)
        root = node(stack.pop()!.hash, root);
    return hex(root);
}

const node = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256Bytes(concat(nodePrefix, left, right));
