/**
 * Raw deflate (RFC 1951), by hand: the platform's decompressor says neither how much it took nor stops at a size, and differs
 * between browsers on what follows the end. Memory is the 32 KiB window and a piece of output.
 */
export class InflateError extends Error {
}

const windowBytes = 1 << 15;
const outputBytes = 1 << 18;

const lengthBase = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const lengthExtra = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const distanceBase = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const distanceExtra = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
const codeOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** A canonical Huffman code: how many codes of each length there are, and the symbols in the order of their codes. */
interface Code {
    readonly counts: Uint16Array;
    readonly symbols: Uint16Array;
}

/** Unpacks; a generator of pieces of output. */
export class Inflate {
    /** Compressed bytes taken so far. */
    taken = 0;

    private bits = 0;
    private count = 0;
    private piece: Uint8Array = new Uint8Array(0);
    private at = 0;
    private readonly output = new Uint8Array(windowBytes + outputBytes + 258);
    private end = windowBytes;
    private written = 0;

    constructor(private readonly input: Iterator<Uint8Array>) {
    }

    /** Pieces are valid until the next one. @throws InflateError when the data are none, or end early. */
    *run(): Generator<Uint8Array> {
        let last = false;
        while (!last) {
            last = this.take(1) === 1;
            switch (this.take(2)) {
                case 0: yield* this.stored(); break;
                case 1: yield* this.compressed(fixedLengths, fixedDistances); break;
                case 2: yield* this.compressed(...this.codes()); break;
                default: throw new InflateError();
            }
        }
        yield* this.flush();
    }

    private *stored(): Generator<Uint8Array> {
        [this.bits, this.count] = [0, 0];
        const length = this.byte() | this.byte() << 8;
        if ((this.byte() | this.byte() << 8) !== (~length & 0xFFFF))
            throw new InflateError();
        for (let i = 0; i < length; i++) {
            this.output[this.end++] = this.byte();
            if (this.end >= windowBytes + outputBytes)
                yield* this.flush();
        }
    }

    private *compressed(lengths: Code, distances: Code): Generator<Uint8Array> {
        for (;;) {
            const symbol = this.symbol(lengths);
            if (symbol < 256)
                this.output[this.end++] = symbol;
            else if (symbol === 256)
                return;
            else
                this.copy(symbol - 257, distances);
            if (this.end >= windowBytes + outputBytes)
                yield* this.flush();
        }
    }

    private copy(symbol: number, distances: Code): void {
        if (symbol >= lengthBase.length)
            throw new InflateError();
        const length = lengthBase[symbol]! + this.take(lengthExtra[symbol]!);
        const far = this.symbol(distances);
        if (far >= distanceBase.length)
            throw new InflateError();
        const distance = distanceBase[far]! + this.take(distanceExtra[far]!);
        if (distance > this.written + this.end - windowBytes)
            throw new InflateError();
        for (let i = 0; i < length; i++, this.end++)
            this.output[this.end] = this.output[this.end - distance]!;
    }

    // What is handed out, before the last 32 KiB move to the front as the window of what follows.
    private *flush(): Generator<Uint8Array> {
        if (this.end === windowBytes)
            return;
        yield this.output.subarray(windowBytes, this.end);
        this.written += this.end - windowBytes;
        this.output.copyWithin(0, this.end - windowBytes, this.end);
        this.end = windowBytes;
    }

    private codes(): [Code, Code] {
        const [lengths, distances, given] = [this.take(5) + 257, this.take(5) + 1, this.take(4) + 4];
        if (lengths > 286 || distances > 30)
            throw new InflateError();
        const sizes = new Uint8Array(19);
        for (let i = 0; i < given; i++)
            sizes[codeOrder[i]!] = this.take(3);
        const code = build(sizes);
        const all = new Uint8Array(lengths + distances);
        for (let i = 0; i < all.length;) {
            const symbol = this.symbol(code);
            if (symbol < 16) {
                all[i++] = symbol;
                continue;
            }
            if (symbol === 16 && i === 0)
                throw new InflateError();
            const [value, repeat] = symbol === 16 ? [all[i - 1]!, 3 + this.take(2)] : [0, symbol === 17 ? 3 + this.take(3) : 11 + this.take(7)];
            if (i + repeat > all.length)
                throw new InflateError();
            all.fill(value, i, i + repeat);
            i += repeat;
        }
        if (all[256] === 0)
            throw new InflateError();
        return [build(all.subarray(0, lengths), true), build(all.subarray(lengths), true)];
    }

    private symbol(code: Code): number {
        let [value, first, index] = [0, 0, 0];
        for (let length = 1; length <= 15; length++) {
            value |= this.take(1);
            const count = code.counts[length]!;
            if (value - count < first)
                return code.symbols[index + value - first]!;
            index += count;
            first = first + count << 1;
            value <<= 1;
        }
        throw new InflateError();
    }

    private take(wanted: number): number {
        while (this.count < wanted) {
            this.bits |= this.byte() << this.count;
            this.count += 8;
        }
        const value = this.bits & (1 << wanted) - 1;
        this.bits >>>= wanted;
        this.count -= wanted;
        return value;
    }

    private byte(): number {
        while (this.at === this.piece.length) {
            const next = this.input.next();
            if (next.done)
                throw new InflateError();
            [this.piece, this.at] = [next.value, 0];
        }
        this.taken++;
        return this.piece[this.at++]!;
    }
}

/** @param mayBeIncomplete A code of one symbol has one unused code. */
function build(sizes: Uint8Array, mayBeIncomplete = false): Code {
    const counts = new Uint16Array(16);
    for (const size of sizes)
        counts[size]!++;
    counts[0] = 0;
    let left = 1;
    for (let length = 1; length <= 15; length++) {
        left = (left << 1) - counts[length]!;
        if (left < 0)
            throw new InflateError();
    }
    const used = counts.reduce((sum, count) => sum + count, 0);
    if (left > 0 && !(mayBeIncomplete && used <= 1 && counts[1] === used))
        throw new InflateError();
    const offsets = new Uint16Array(16);
    for (let length = 1; length < 15; length++)
        offsets[length + 1] = offsets[length]! + counts[length]!;
    const symbols = new Uint16Array(used);
    sizes.forEach((size, symbol) => {
        if (size !== 0)
            symbols[offsets[size]!++] = symbol;
    });
    return { counts, symbols };
}

const fixedLengths = build(Uint8Array.from({ length: 288 }, (_, i) => i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8));
const fixedDistances = build(new Uint8Array(32).fill(5));
