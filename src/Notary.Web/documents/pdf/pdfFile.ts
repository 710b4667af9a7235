import { hex, joined, utf8 } from "../../core/bytes.ts";
import { formatTime } from "../../core/rules.ts";
import { Sha256 } from "../../core/sha256.ts";
import { utf16 } from "./fontSubset.ts";

/**
 * A PDF 1.7 file (ISO 32000-1) object after object: no compression, whose bytes would be another library's or version's, one
 * cross-reference table, and an ID that is a digest of the content. Equal calls give equal bytes.
 */
export class PdfFile {
    // Joined once: what is attached may be tens of megabytes.
    private readonly pieces: Uint8Array[] = [];
    private readonly offsets: number[] = [];
    private length = 0;

    /** @param layout Stands in the first lines, for readers that look whether they know it. */
    constructor(layout: string) {
        this.ascii("%PDF-1.7\n");
        // Four bytes that are not ASCII, so that nobody takes the file for text (ISO 19005-3, 6.1.2).
        this.append(Uint8Array.of(0x25, 0xE2, 0xE3, 0xCF, 0xD3, 0x0A));
        this.ascii(`%${layout}\n`);
    }

    /** Where an object that was written begins. */
    offsetOf(number: number): number {
        return this.offsets[number - 1]!;
    }

    /** A number for an object that is written later. */
    reserve(): number {
        return this.offsets.push(0);
    }

    write(dictionary: string): number {
        const number = this.reserve();
        this.writeAt(number, dictionary);
        return number;
    }

    writeAt(number: number, dictionary: string): void {
        this.begin(number);
        this.ascii(`${dictionary}\nendobj\n`);
    }

    /**
     * @param entries Of the stream's dictionary, without its length.
     * @param content What the stream holds, as it is.
     */
    writeStream(entries: string, content: Uint8Array): number {
        const number = this.reserve();
        this.begin(number);
        this.ascii(`<< ${entries}${entries === "" ? "" : " "}/Length ${content.length} >>\nstream\n`);
        this.append(content);
        this.ascii("\nendstream\nendobj\n");
        return number;
    }

    /** Writes the cross-reference table and ends the file. */
    finish(catalog: number, information: number): Uint8Array {
        const digest = new Sha256();
        this.pieces.forEach(piece => digest.update(piece));
        const id = hex(digest.digest().subarray(0, 16));
        const start = this.length;
        const size = this.offsets.length + 1;
        this.ascii(`xref\n0 ${size}\n0000000000 65535 f \n${this.offsets.map(offset => `${String(offset).padStart(10, "0")} 00000 n \n`).join("")}`
            + `trailer\n<< /Size ${size} /Root ${catalog} 0 R /Info ${information} 0 R /ID [<${id}> <${id}>] >>\nstartxref\n${start}\n%%EOF\n`);
        return joined(this.pieces);
    }

    private begin(number: number): void {
        this.offsets[number - 1] = this.length;
        this.ascii(`${number} 0 obj\n`);
    }

    private ascii(text: string): void {
        this.append(utf8(text));
    }

    private append(piece: Uint8Array): void {
        this.pieces.push(piece);
        this.length += piece.length;
    }
}

/** A text string (7.9.2.2) in UTF-16, in hex. */
export const pdfText = (text: string): string => `<FEFF${utf16(text)}>`;

/** A date (7.9.4), in UTC and whole seconds. */
export const pdfDate = (milliseconds: number): string => `(D:${formatTime(milliseconds).slice(0, 19).replace(/\D/g, "")}Z)`;
