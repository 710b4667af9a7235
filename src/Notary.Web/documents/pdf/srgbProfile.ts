import { concat, utf8 } from "../../core/bytes.ts";
import { bytesOfInt32, bytesOfUint16, padded } from "./bigEndian.ts";

const white = [0xF6D6, 0x10000, 0xD32D];

/**
 * The colour space sRGB (IEC 61966-2-1) as an ICC profile of version 4.2 (ISO 15076-1): three primaries adapted to D50 and one
 * parametric curve. Made here from the standard's numbers; what a page says about its colours needs nothing else.
 */
export function srgbProfile(): Uint8Array {
    // Parametric curve of function type 3: (aX + b)^g from d on, cX below.
    const curve = typed("para", 0x30000, 0x26666, 0xF2A7, 0x0D59, 0x13D0, 0x0A5B);
    const tags: readonly (readonly [string, Uint8Array])[] = [
        ["desc", words("sRGB")],
        ["cprt", words("CC0")],
        ["wtpt", typed("XYZ ", ...white)],
        ["rXYZ", typed("XYZ ", 0x6FA2, 0x38F5, 0x0390)],
        ["gXYZ", typed("XYZ ", 0x6299, 0xB785, 0x18DA)],
        ["bXYZ", typed("XYZ ", 0x24A0, 0x0F84, 0xB6CF)],
        // From the white of sRGB, D65, to D50, by Bradford's method.
        ["chad", typed("sf32", 0x10C42, 0x05DE, 0xFFFFF325, 0x0793, 0xFD90, 0xFFFFFBA1, 0xFFFFFDA2, 0x03DC, 0xC06E)],
        ["rTRC", curve],
        ["gTRC", curve],
        ["bTRC", curve],
    ];
    const contents = tags.map(([, content]) => padded(content));
    let offset = 128 + 4 + 12 * tags.length;
    const entries = tags.map(([tag, content], i) => {
        const entry = concat(utf8(tag), bytesOfInt32([offset, content.length]));
        offset += contents[i]!.length;
        return entry;
    });
    return concat(header(offset), bytesOfInt32([tags.length]), ...entries, ...contents);
}

function header(size: number): Uint8Array {
    const header = new Uint8Array(128);
    header.set(bytesOfInt32([size]));
    header.set(bytesOfInt32([0x04200000]), 8);
    header.set(utf8("mntrRGB XYZ "), 12);
    // A date is demanded; this is the standard's.
    header.set(bytesOfUint16([1999, 10, 1]), 24);
    header.set(utf8("acsp"), 36);
    header.set(bytesOfInt32(white), 68);
    return header;
}

const typed = (signature: string, ...numbers: readonly number[]): Uint8Array => concat(utf8(signature), bytesOfInt32([0, ...numbers]));

/** multiLocalizedUnicode with one record, for English. */
const words = (text: string): Uint8Array => concat(
    typed("mluc", 1, 12), utf8("enUS"), bytesOfInt32([2 * text.length, 28]), bytesOfUint16(Array.from(text, character => character.charCodeAt(0))));
