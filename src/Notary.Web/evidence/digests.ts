import { hex, type Hash } from "../core/bytes.ts";
import { Sha256 } from "../core/sha256.ts";
import { Sm3 } from "../core/sm3.ts";

/** A document's size and digests. */
export interface Digests {
    readonly size: bigint;
    readonly sha256: Hash;
    /** Null when it was not computed. */
    readonly sm3: Hash | null;
}

/** Takes a content piece by piece. */
export class Digester {
    private readonly sha256 = new Sha256();
    private readonly sm3: Sm3 | null;
    private size = 0n;

    constructor(withSm3: boolean) {
        this.sm3 = withSm3 ? new Sm3() : null;
    }

    update(piece: Uint8Array): void {
        this.sha256.update(piece);
        this.sm3?.update(piece);
        this.size += BigInt(piece.length);
    }

    digests(): Digests {
        return { size: this.size, sha256: hex(this.sha256.digest()), sm3: this.sm3 === null ? null : hex(this.sm3.digest()) };
    }
}

/** Of a content that is at hand. */
export function digestsOf(content: Iterable<Uint8Array>, withSm3: boolean): Digests {
    const digester = new Digester(withSm3);
    for (const piece of content)
        digester.update(piece);
    return digester.digests();
}

const pieceBytes = 1 << 20;

/** Of a file. The browser reads ahead, and each piece comes into the same memory: none waits for the browser to collect it. */
export async function digestsOfFile(file: Blob, withSm3: boolean, progress: (bytes: number) => void): Promise<Digests> {
    const digester = new Digester(withSm3);
    const next = reader(file.stream());
    for (let piece = await next(); piece !== undefined; piece = await next()) {
        digester.update(piece);
        progress(piece.length);
    }
    return digester.digests();
}

function reader(stream: ReadableStream<Uint8Array>): () => Promise<Uint8Array | undefined> {
    try {
        const own = stream.getReader({ mode: "byob" });
        let memory: ArrayBufferLike = new ArrayBuffer(pieceBytes);
        return async () => {
            const { value } = await own.read(new Uint8Array(memory));
            memory = value?.buffer ?? memory;
            return value?.length ? value : undefined;
        };
    } catch {
        // A browser whose files do not read into given memory: slower, and as right.
        const theirs = stream.getReader();
        return async () => (await theirs.read()).value;
    }
}
