/** What every reader of DER here throws, and its callers turn into words of their own. */
export class NotDer extends Error {}

export const Tag = {
    boolean: 0x01, integer: 0x02, bits: 0x03, octets: 0x04, none: 0x05, oid: 0x06, utf8: 0x0C, utcTime: 0x17, generalizedTime: 0x18,
    sequence: 0x30, set: 0x31,
} as const;

/** A context-specific tag of what is constructed, such as an explicit one. */
export const constructed = (number: number): number => 0xA0 | number;

/** A context-specific tag in the place of a primitive value's own. */
export const primitive = (number: number): number => 0x80 | number;

export interface Element {
    readonly tag: number;
    readonly content: Uint8Array;
    /** Tag, length and content. */
    readonly whole: Uint8Array;
}

/** Reads DER from its start: definite minimal lengths, tags of one byte. Costs no more than the bytes, and follows nothing. */
export class Der {
    private at = 0;

    constructor(private readonly bytes: Uint8Array) {}

    /** One value that is the whole of the bytes. */
    static whole<T>(bytes: Uint8Array, read: (der: Der) => T): T {
        const der = new Der(bytes);
        const value = read(der);
        der.end();
        return value;
    }

    get hasData(): boolean {
        return this.at < this.bytes.length;
    }

    end(): void {
        if (this.hasData)
            throw new NotDer();
    }

    isNext(tag: number): boolean {
        return this.bytes[this.at] === tag;
    }

    /** The next element; another tag than the one asked for is an error. */
    element(tag?: number): Element {
        const start = this.at;
        const found = this.byte();
        if ((tag !== undefined && found !== tag) || (found & 0x1F) === 0x1F)
            throw new NotDer();
        const length = this.length();
        if (length > this.bytes.length - this.at)
            throw new NotDer();
        const content = this.bytes.subarray(this.at, this.at += length);
        return { tag: found, content, whole: this.bytes.subarray(start, this.at) };
    }

    content(tag: number): Uint8Array {
        return this.element(tag).content;
    }

    /** What is inside a constructed element. */
    inside(tag: number = Tag.sequence): Der {
        return new Der(this.content(tag));
    }

    /** Reads a sequence or set to its end, one value after another. */
    all<T>(tag: number, read: (der: Der) => T): T[] {
        const inside = this.inside(tag);
        const values: T[] = [];
        while (inside.hasData)
            values.push(read(inside));
        return values;
    }

    /** An element that need not be there. */
    optional<T>(tag: number, read: (der: Der) => T): T | null {
        return this.isNext(tag) ? read(this) : null;
    }

    /** An INTEGER's bytes, in their shortest form. */
    integer(tag: number = Tag.integer): Uint8Array {
        const content = this.content(tag);
        const isPadded = content.length > 1 && ((content[0] === 0 && content[1]! < 0x80) || (content[0] === 0xFF && content[1]! >= 0x80));
        if (content.length === 0 || isPadded)
            throw new NotDer();
        return content;
    }

    /** An INTEGER's value, of at most as many bytes. */
    number(mostBytes: number, tag: number = Tag.integer): bigint {
        const content = this.integer(tag);
        if (content.length > mostBytes)
            throw new NotDer();
        return BigInt.asIntN(8 * content.length, natural(content));
    }

    /** Dotted. */
    oid(): string {
        return dotted(this.content(Tag.oid));
    }

    boolean(): boolean {
        const content = this.content(Tag.boolean);
        if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xFF))
            throw new NotDer();
        return content[0] !== 0;
    }

    none(): void {
        if (this.content(Tag.none).length > 0)
            throw new NotDer();
    }

    octets(tag: number = Tag.octets): Uint8Array {
        return this.content(tag);
    }

    private length(): number {
        const first = this.byte();
        if (first < 0x80)
            return first;
        // 0x80 is BER's indefinite length. Three bytes of length are more than any limit here.
        const count = first & 0x7F;
        if (count === 0 || count > 3)
            throw new NotDer();
        let length = 0;
        for (let i = 0; i < count; i++)
            length = length << 8 | this.byte();
        if (length < 0x80 || length >> 8 * (count - 1) === 0)
            throw new NotDer();
        return length;
    }

    private byte(): number {
        const byte = this.bytes[this.at++];
        if (byte === undefined)
            throw new NotDer();
        return byte;
    }
}

/** The number that bytes, the highest first, are. */
export function natural(bytes: Uint8Array): bigint {
    let digits = "0x0";
    for (const byte of bytes)
        digits += (byte < 16 ? "0" : "") + byte.toString(16);
    return BigInt(digits);
}

/** A quarter of a million digits in one arc are nobody's identifier, and would cost much to write out. */
const longestOid = 64;

function dotted(content: Uint8Array): string {
    if (content.length === 0 || content[content.length - 1]! >= 0x80)
        throw new NotDer();
    const arcs: bigint[] = [];
    let arc = 0n;
    let isFirst = true;
    for (const byte of content) {
        if (isFirst && byte === 0x80)
            throw new NotDer();
        if (content.length <= longestOid)
            arc = arc << 7n | BigInt(byte & 0x7F);
        isFirst = byte < 0x80;
        if (isFirst) {
            arcs.push(arc);
            arc = 0n;
        }
    }
    // What is that long has the right form and is none that anybody looks for.
    if (content.length > longestOid)
        return "";
    const top = arcs[0]! < 80n ? arcs[0]! / 40n : 2n;
    return [top, arcs[0]! - top * 40n, ...arcs.slice(1)].join(".");
}

const [nesting, mostElements] = [32, 8_192];
// Tags of constructed bit, octet and character strings and times, which BER has.
const stringsInParts = new Set([0x23, 0x24, 0x2C, 0x32, 0x33, 0x34, 0x36, 0x37, 0x38, 0x3A, 0x3C, 0x3E]);

/**
 * A look at the bare shape of a stranger's DER before anything is read from it: one element that ends where the bytes end, bounded
 * nesting and number of elements. Null, or a clause that says what is wrong.
 */
export function shapeProblem(der: Uint8Array): string | null {
    const ends = [der.length];
    let [at, elements] = [0, 0];
    while (at < der.length) {
        if (ends.length === 1 && elements > 0)
            return "is followed by other bytes";
        if (++elements > mostElements)
            return "has more than 8,192 elements";
        const tag = der[at++]!;
        if ((tag & 0x1F) === 0x1F)
            return "has a tag of several bytes, which no time-stamp has";
        if (stringsInParts.has(tag))
            return "has a string in parts, which is not DER";
        const end = endOfContent(der, at, ends[ends.length - 1]!);
        if (end === null)
            return "has a length that is not DER, or that reaches beyond its element";
        if ((tag & 0x20) === 0)
            at = end.end;
        else if (ends.length > nesting)
            return `is nested more than ${nesting} deep`;
        else
            [at, ends[ends.length]] = [end.start, end.end];
        while (ends.length > 1 && at === ends[ends.length - 1])
            ends.pop();
    }
    return elements === 0 ? "is empty" : null;
}

function endOfContent(der: Uint8Array, at: number, limit: number): { start: number; end: number } | null {
    const first = at < limit ? der[at]! : 0x80;
    const count = first < 0x80 ? 0 : first & 0x7F;
    if (first === 0x80 || count > 3 || count > limit - at - 1 || (count > 0 && der[at + 1] === 0))
        return null;
    let length = count === 0 ? first : 0;
    for (let i = 1; i <= count; i++)
        length = length << 8 | der[at + i]!;
    const start = at + 1 + count;
    return (count > 0 && length < 0x80) || length > limit - start ? null : { start, end: start + length };
}
