/** A digest over blocks of 64 bytes with eight words of state and the bit length at the end: SHA-256 and SM3 are two. */
export abstract class BlockDigest {
    private readonly block = new Uint8Array(64);
    private filled = 0;
    private length = 0n;

    /** @param state Big-endian words, which become the digest. */
    protected constructor(protected readonly state: Int32Array) {
    }

    update(bytes: Uint8Array): void {
        this.length += BigInt(bytes.length);
        let at = 0;
        if (this.filled > 0) {
            at = Math.min(bytes.length, 64 - this.filled);
            this.block.set(bytes.subarray(0, at), this.filled);
            this.filled += at;
            if (this.filled < 64)
                return;
            this.compress(this.block, 0, 64);
            this.filled = 0;
        }
        const end = bytes.length - (bytes.length - at) % 64;
        this.compress(bytes, at, end);
        this.block.set(bytes.subarray(end));
        this.filled = bytes.length - end;
    }

    digest(): Uint8Array {
        const bits = this.length * 8n;
        const padding = new Uint8Array((this.filled < 56 ? 56 : 120) - this.filled + 8);
        padding[0] = 0x80;
        new DataView(padding.buffer).setBigUint64(padding.length - 8, bits);
        this.update(padding);
        const digest = new DataView(new ArrayBuffer(32));
        this.state.forEach((word, i) => digest.setInt32(4 * i, word));
        return new Uint8Array(digest.buffer);
    }

    /** Takes in whole blocks. */
    protected abstract compress(bytes: Uint8Array, at: number, end: number): void;
}
