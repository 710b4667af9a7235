/** Bytes that are read piece by piece: a file that need not fit into memory. */
export interface Source {
    readonly size: number;
    /** Exactly the bytes asked for, which lie inside. */
    read(offset: number, length: number): Uint8Array;
}

/** A file that somebody picked or dropped. Only a worker may read it synchronously. */
export const blobSource = (blob: Blob): Source => {
    const reader = new FileReaderSync();
    return { size: blob.size, read: (offset, length) => new Uint8Array(reader.readAsArrayBuffer(blob.slice(offset, offset + length))) };
};

export const bytesSource = (bytes: Uint8Array): Source =>
    ({ size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) });

// Small ones: what was read and hashed is freed when the browser likes.
const pieceBytes = 1 << 20;

/** The bytes in their order, a megabyte at a time. */
export function* pieces(source: Source, start = 0, end = source.size): Generator<Uint8Array> {
    for (let at = start; at < end; at += pieceBytes)
        yield source.read(at, Math.min(pieceBytes, end - at));
}
