import { sha256 } from "@noble/hashes/sha2.js";
import { hex, type Hash } from "../core/bytes.ts";
import { Sm3 } from "../core/sm3.ts";

/** A document's size and digests. */
export interface Digests {
    readonly size: bigint;
    readonly sha256: Hash;
    /** Null when it was not computed. */
    readonly sm3: Hash | null;
}

/** Digests of a content that comes piece by piece. */
export function digestsOf(content: Iterable<Uint8Array>, withSm3: boolean, progress: (bytes: number) => void = () => {}): Digests {
    const [sha, sm3] = [sha256.create(), withSm3 ? new Sm3() : null];
    let size = 0n;
    for (const piece of content) {
        sha.update(piece);
        sm3?.update(piece);
        size += BigInt(piece.length);
        progress(piece.length);
    }
    return { size, sha256: hex(sha.digest()), sm3: sm3 === null ? null : hex(sm3.digest()) };
}
