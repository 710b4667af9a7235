import { BlockDigest } from "./blockDigest.ts";

/** The first 32 bits of the fractional parts of a root of the first so many primes (FIPS 180-4, sections 4.2.2 and 5.3.3). */
function fractions(count: number, root: (prime: number) => number): Int32Array {
    const words: number[] = [];
    for (let candidate = 2; words.length < count; candidate++) {
        let divisor = 2;
        while (divisor * divisor <= candidate && candidate % divisor !== 0)
            divisor++;
        if (divisor * divisor > candidate)
            words.push(root(candidate) % 1 * 2 ** 32 | 0);
    }
    return Int32Array.from(words);
}

const constants = fractions(64, Math.cbrt);

/**
 * SHA-256 of documents, streamed. Everything else is hashed by the library; its class keeps its words in fields, and browsers run
 * that at less than half the rate of words in local variables, which a document of gigabytes feels.
 */
export class Sha256 extends BlockDigest {
    private readonly words = new Int32Array(64);

    constructor() {
        super(fractions(8, Math.sqrt));
    }

    protected compress(bytes: Uint8Array, at: number, end: number): void {
        const [k, w, state] = [constants, this.words, this.state];
        let h0 = state[0]!, h1 = state[1]!, h2 = state[2]!, h3 = state[3]!, h4 = state[4]!, h5 = state[5]!, h6 = state[6]!, h7 = state[7]!;
        for (; at < end; at += 64) {
            for (let i = 0, from = at; i < 16; i++, from += 4)
                w[i] = bytes[from]! << 24 | bytes[from + 1]! << 16 | bytes[from + 2]! << 8 | bytes[from + 3]!;
            for (let i = 16; i < 64; i++) {
                const x = w[i - 15]!, y = w[i - 2]!;
                w[i] = w[i - 16]! + w[i - 7]! + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3)
                    + ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10) | 0;
            }
            let a = h0, b = h1, c = h2, d = h3, e = h4, f = h5, g = h6, h = h7;
            for (let i = 0; i < 64; i++) {
                const t1 = h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + (g ^ e & (f ^ g)) + k[i]! + w[i]! | 0;
                const t2 = ((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b | c & (a | b)) | 0;
                h = g;
                g = f;
                f = e;
                e = d + t1 | 0;
                d = c;
                c = b;
                b = a;
                a = t1 + t2 | 0;
            }
            h0 = h0 + a | 0;
            h1 = h1 + b | 0;
            h2 = h2 + c | 0;
            h3 = h3 + d | 0;
            h4 = h4 + e | 0;
            h5 = h5 + f | 0;
            h6 = h6 + g | 0;
            h7 = h7 + h | 0;
        }
        state.set([h0, h1, h2, h3, h4, h5, h6, h7]);
    }
}
