/** SM3 (GB/T 32905-2016), streamed; the library that gives SHA-256 has none. */
export class Sm3 {
    private readonly state = Uint32Array.of(
        0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e);

    private readonly words = new Int32Array(68);
    private readonly block = new Uint8Array(64);
    private filled = 0;
    private length = 0n;

    update(bytes: Uint8Array): void {
        this.length += BigInt(bytes.length);
        let at = 0;
        if (this.filled > 0) {
            at = Math.min(bytes.length, 64 - this.filled);
            this.block.set(bytes.subarray(0, at), this.filled);
            this.filled += at;
            if (this.filled < 64)
                return;
            this.compress(this.block, 0);
            this.filled = 0;
        }
        for (; at + 64 <= bytes.length; at += 64)
            this.compress(bytes, at);
        this.block.set(bytes.subarray(at));
        this.filled = bytes.length - at;
    }

    digest(): Uint8Array {
        const bits = this.length * 8n;
        const padding = new Uint8Array((this.filled < 56 ? 56 : 120) - this.filled + 8);
        padding[0] = 0x80;
        new DataView(padding.buffer).setBigUint64(padding.length - 8, bits);
        this.update(padding);
        const digest = new DataView(new ArrayBuffer(32));
        this.state.forEach((word, i) => digest.setUint32(4 * i, word));
        return new Uint8Array(digest.buffer);
    }

    private compress(bytes: Uint8Array, at: number): void {
        const w = this.words;
        for (let i = 0; i < 16; i++, at += 4)
            w[i] = bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!;
        for (let i = 16; i < 68; i++) {
            const x = w[i - 16]! ^ w[i - 9]! ^ rotate(w[i - 3]!, 15);
            w[i] = x ^ rotate(x, 15) ^ rotate(x, 23) ^ rotate(w[i - 13]!, 7) ^ w[i - 6]!;
        }
        let [a, b, c, d, e, f, g, h] = this.state as unknown as [number, number, number, number, number, number, number, number];
        for (let i = 0; i < 64; i++) {
            const a12 = rotate(a, 12);
            const s1 = rotate(a12 + e + rotate(i < 16 ? 0x79cc4519 : 0x7a879d8a, i & 31) | 0, 7);
            const t1 = (i < 16 ? a ^ b ^ c : a & b | a & c | b & c) + d + (s1 ^ a12) + (w[i]! ^ w[i + 4]!) | 0;
            const t2 = (i < 16 ? e ^ f ^ g : e & f | ~e & g) + h + s1 + w[i]! | 0;
            [d, c, b, a] = [c, rotate(b, 9), a, t1];
            [h, g, f, e] = [g, rotate(f, 19), e, t2 ^ rotate(t2, 9) ^ rotate(t2, 17)];
        }
        [a, b, c, d, e, f, g, h].forEach((word, i) => this.state[i]! ^= word);
    }
}

const rotate = (word: number, bits: number): number => bits === 0 ? word : word << bits | word >>> 32 - bits;
