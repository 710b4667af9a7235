import { utf8 } from "../../core/bytes.ts";
import { covering, rangesAt, rangeWidth, sealWords, type Digits } from "../../evidence/pdf.ts";
import { pdfDate, type PdfFile } from "./pdfFile.ts";

/** What a seal must be given room for. */
export interface SealRoom {
    /** When it is sealed, as the sealer's clock says, in milliseconds since 1970. */
    readonly time: number;
    /** Bytes of CMS that fit, at most. */
    readonly size: number;
}

/**
 * Writes the object that a seal stands in: a PAdES signature (ETSI EN 319 142-1) over every byte of the file but its own digits,
 * which are zeros here. Which bytes are covered is not known before the file's end: fillSealPlace.
 */
export function writeSealPlace(file: PdfFile, { time, size }: SealRoom): { signature: number; digits: Digits } {
    const begin = `${sealWords.begin}${pdfDate(time)}${sealWords.ranges}${" ".repeat(3 * rangeWidth)}${sealWords.beforeDigits}<`;
    const signature = file.write(`${begin}${"0".repeat(2 * size)}> >>`);
    const start = file.offsetOf(signature) + `${signature} 0 obj\n`.length + begin.length;
    return { signature, digits: { start, end: start + 2 * size } };
}

/** Writes down which bytes the signature covers. */
export const fillSealPlace = (file: Uint8Array, digits: Digits): void => file.set(utf8(covering(file, digits)), rangesAt(digits));
