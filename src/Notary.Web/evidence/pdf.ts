import { concat, equalBytes, grouped } from "../core/bytes.ts";
import { Malformed } from "../core/malformed.ts";
import { parseCertificate, writeCertificate } from "./certificate.ts";
import { certificateAlone, readEvidence, type Evidence } from "./evidence.ts";
import { bytesSource, type Source } from "./source.ts";

/** Where the hexadecimal digits of a seal are in a certificate.pdf. */
export interface Digits {
    readonly start: number;
    readonly end: number;
}

/** The place of a seal in a certificate.pdf: a signature over every byte of the file but its own digits. */
export interface SealPlace extends Digits {
    /** When it was sealed, as the sealer's clock said, in milliseconds since 1970. */
    readonly time: number;
}

/** A certificate.pdf as it was read, a stranger's (proto/README.md, section 7). */
export interface CertificatePdf {
    readonly file: Uint8Array;
    /** Names the form in which it was written, as anybody may have written it. */
    readonly layout: string;
    readonly seal: SealPlace | null;
}

export interface Given {
    readonly evidence: Evidence;
    /** The file that it is attached to; null when it is none. */
    readonly pdf: CertificatePdf | null;
}

const document = "certificate.pdf";
const mostBytes = 64 << 20;
const mostSealBytes = 128 << 10;
const longestLayout = 100;

const magic = "%PDF-";
const head = "%PDF-1.7\n%\u00E2\u00E3\u00CF\u00D3\n%";
/** How every layout is called. */
export const layoutBegin = "notary certificate.pdf layout ";

/** The object that holds a seal: how it begins, up to the time; what follows the time; what stands before the digits. */
export const sealWords = {
    begin: "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M ",
    /** Of four numbers, of which the last three are padded to the same width. */
    ranges: " /ByteRange [0 ",
    beforeDigits: "] /Contents ",
};
export const rangeWidth = 10;

/** Evidence in any of its files, a certificate.pdf among them. */
export function readGiven(source: Source): Given {
    const start = source.read(0, Math.min(magic.length, source.size));
    if (latin(start) !== magic)
        return { evidence: readEvidence(source), pdf: null };
    if (source.size > mostBytes)
        throw new Malformed(document, null, `has ${grouped(source.size)} bytes (limit ${grouped(mostBytes)})`);
    return readPdf(source.read(0, source.size));
}

/**
 * No PDF is interpreted: the file is read from its first byte in the form in which it was written, as far as the seal and the
 * attachments go. Nothing is searched, no offset is followed, so that a planted second head is never looked at.
 */
function readPdf(file: Uint8Array): Given {
    const scanner = new Scanner(file);
    if (!scanner.tryTake(head + layoutBegin))
        throw new Malformed(document, null, "is a PDF, but none that 'notary certificate' wrote: another program has made or rewritten it");
    const layout = layoutBegin + latin(scanner.bytes(scanner.lengthUntil(0x0A, longestLayout)));
    scanner.take("\n");
    const seal = readSeal(scanner);
    const number = seal === null ? 1 : 2;
    const json = attachment(scanner, number, "json") ?? scanner.fail("no certificate.json");
    const certificate = parseCertificate(json);
    const packed = attachment(scanner, number + 1, "zip");
    const evidence = packed === null ? certificateAlone(certificate) : readEvidence(bytesSource(packed));
    if (packed !== null && !equalBytes(writeCertificate(evidence.certificate), json))
        throw new Malformed(document, null, "has two certificates attached that differ");
    return { evidence, pdf: { file, layout, seal } };
}

function readSeal(scanner: Scanner): SealPlace | null {
    if (!scanner.tryTake("1 0 obj\n" + sealWords.begin))
        return null;
    const time = scanner.date();
    scanner.take(sealWords.ranges);
    scanner.bytes(3 * rangeWidth);
    scanner.take(sealWords.beforeDigits + "<");
    const start = scanner.position;
    const length = scanner.lengthUntil(0x3E, 2 * mostSealBytes);
    scanner.bytes(length);
    scanner.take("> >>\nendobj\n");
    return length % 2 === 0 ? { time, start, end: start + length } : scanner.fail("a seal of another form");
}

/** What is attached next under that number; null when the next object is something else. */
function attachment(scanner: Scanner, number: number, type: string): Uint8Array | null {
    if (!scanner.tryTake(`${number} 0 obj\n<< /Type /EmbeddedFile /Subtype /application#2F${type} /Params << /Size `))
        return null;
    const size = scanner.number();
    scanner.take(" /ModDate ");
    scanner.date();
    scanner.take(` >> /Length ${size} >>\nstream\n`);
    const content = scanner.bytes(size);
    scanner.take("\nendstream\nendobj\n");
    return content;
}

/** Whether the seal says that the whole file is covered. */
export function coversFile(file: Uint8Array, digits: Digits): boolean {
    const at = rangesAt(digits);
    return latin(file.subarray(at, at + 3 * rangeWidth)) === covering(file, digits);
}

/** What the object says of a seal that covers the whole file: the bytes before the digits and those after them. */
export const covering = (file: Uint8Array, { start, end }: Digits): string =>
    [start - 1, end + 1, file.length - end - 1].map((number, i) => String(number).padStart(i === 0 ? rangeWidth : rangeWidth - 1)).join(" ");

/** Where it says so. */
export const rangesAt = ({ start }: Digits): number => start - 1 - sealWords.beforeDigits.length - 3 * rangeWidth;

/** The bytes that a seal covers: all but the digits and the brackets around them. */
export const coveredBytes = (file: Uint8Array, { start, end }: Digits): Uint8Array => concat(file.subarray(0, start - 1), file.subarray(end + 1));

/** The seal in the digits: DER, then zeros. */
export function sealBytes(file: Uint8Array, { start, end }: Digits): Uint8Array {
    const fail = (problem: string): never => {
        throw new Malformed("seal", null, problem);
    };
    const bytes = new Uint8Array((end - start) / 2);
    for (let i = 0; i < bytes.length; i++)
        bytes[i] = digit(file[start + 2 * i]!) << 4 | digit(file[start + 2 * i + 1]!);
    if (bytes.length < 5 || bytes[0] !== 0x30)
        fail("is empty, or no CMS");
    const count = bytes[1]! & 0x7F;
    if (bytes[1]! < 0x82 || count > 3)
        fail("has a length that no seal has");
    const length = 2 + count + bytes.subarray(2, 2 + count).reduce((sum, byte) => sum * 256 + byte, 0);
    if (length > bytes.length)
        fail("ends too early");
    return bytes.subarray(length).some(byte => byte !== 0) ? fail("is followed by other bytes") : bytes.subarray(0, length);

    // Capitals alone, so that every digit has one spelling.
    function digit(character: number): number {
        return character >= 0x30 && character <= 0x39 ? character - 0x30
            : character >= 0x41 && character <= 0x46 ? character - 0x37
            : fail("is not written in hexadecimal digits");
    }
}

const latin = (bytes: Uint8Array): string => {
    let text = "";
    for (const byte of bytes)
        text += String.fromCharCode(byte);
    return text;
};

/** Reads a PDF of ours from its start, byte by byte as it was written. */
class Scanner {
    position = 0;

    constructor(private readonly file: Uint8Array) {}

    tryTake(text: string): boolean {
        if (latin(this.file.subarray(this.position, this.position + text.length)) !== text)
            return false;
        this.position += text.length;
        return true;
    }

    take(text: string): void {
        if (!this.tryTake(text))
            this.fail("another form");
    }

    bytes(count: number): Uint8Array {
        if (count > this.file.length - this.position)
            this.fail("a part that is cut off");
        return this.file.subarray(this.position, this.position += count);
    }

    /** How many bytes stand before the next mark. */
    lengthUntil(mark: number, limit: number): number {
        const length = this.file.subarray(this.position, this.position + limit + 1).indexOf(mark);
        return length >= 0 ? length : this.fail("a part that does not end");
    }

    /** A number in its shortest form. */
    number(): number {
        const text = /^\d*/.exec(latin(this.file.subarray(this.position, this.position + 10)))![0];
        if (!/^(0|[1-9]\d{0,8})$/.test(text))
            this.fail("a number of another form");
        this.position += text.length;
        return Number(text);
    }

    date(): number {
        const [, year, month, day, hour, minute, second] = /^\(D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z\)$/.exec(latin(this.bytes(19))) ?? [];
        const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
        const time = Date.parse(text);
        // The platform takes the 30th of February for the 2nd of March.
        return year !== undefined && year !== "0000" && !Number.isNaN(time) && new Date(time).toISOString() === text ? time : this.fail("a date of another form");
    }

    fail(problem: string): never {
        throw new Malformed(document, null, `has ${problem} at byte ${this.position}`);
    }
}
