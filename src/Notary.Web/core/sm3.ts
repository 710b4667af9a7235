import { BlockDigest } from "./blockDigest.ts";

/** SM3 (GB/T 32905-2016), streamed; the library that gives SHA-256 has none. */
export class Sm3 extends BlockDigest {
    private readonly words = new Int32Array(68);

    constructor() {
        super(Int32Array.of(0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e));
    }

    protected compress(bytes: Uint8Array, at: number, end: number): void {
        for (; at < end; at += 64)
            this.one(bytes, at);
    }

    private one(bytes: Uint8Array, at: number): void {
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
