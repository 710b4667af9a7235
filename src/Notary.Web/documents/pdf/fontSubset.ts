import { concat, sha256Bytes, utf8 } from "../../core/bytes.ts";
import { bytesOfInt32, bytesOfUint16, int16, int32, padded, putUint16, uint16 } from "./bigEndian.ts";
import type { TrueTypeFont } from "./trueTypeFont.ts";

/**
 * The part of a font that one document shows: a TrueType font of its own in which every character has a glyph of its own, so that
 * what is copied from the page is what stands on it, also where the font draws two characters alike. Glyphs are numbered in the
 * order of first use. Hints are left out: pages are printed, and hints are programs.
 */
export class FontSubset {
    // In the order of first use, which is that of the glyphs.
    private readonly numbers = new Map<number, number>();

    constructor(readonly font: TrueTypeFont) {
    }

    get isEmpty(): boolean {
        return this.numbers.size === 0;
    }

    /** The characters in the order of their glyphs, which count from 1. */
    get characters(): number[] {
        return [...this.numbers.keys()];
    }

    /** The number in the subset of the glyph of a character that the font has. */
    use(codePoint: number): number {
        let number = this.numbers.get(codePoint);
        if (number === undefined)
            this.numbers.set(codePoint, number = this.numbers.size + 1);
        return number;
    }

    /** The subset as a font file. Nothing may be used afterwards that was not used before. */
    toFile(): Uint8Array {
        const { outlines, glyphs } = this.outlines();
        const [head, hhea, maxp] = (["head", "hhea", "maxp"] as const).map(tag => new Uint8Array(this.font.table(tag))) as [Uint8Array, Uint8Array, Uint8Array];
        head.fill(0, 8, 12);
        putUint16(head, 50, 1);
        putUint16(hhea, 34, glyphs.length);
        putUint16(maxp, 4, glyphs.length);
        putUint16(maxp, 26, 0);
        const { glyf, loca } = join(outlines);
        const tables: Tables = [
            ["cmap", this.characterMap()], ["glyf", glyf], ["head", head], ["hhea", hhea], ["hmtx", this.metrics(glyphs)], ["loca", loca], ["maxp", maxp],
        ];
        const file = assemble(tables);
        const offset = int32(file, 12 + 16 * tables.findIndex(([tag]) => tag === "head") + 8);
        file.set(bytesOfInt32([0xB1B0AFBA - checksum(file)]), offset + 8);
        return file;
    }

    /** Six letters and the font's name: PDF tells subsets of one font apart by them. */
    taggedName(file: Uint8Array): string {
        return `${String.fromCharCode(...sha256Bytes(file).subarray(0, 6).map(value => 65 + value % 26))}+${this.font.name}`;
    }

    /** From glyphs to Unicode (ISO 32000-1, 9.10.3), for copying, searching and reading aloud. */
    toUnicode(): Uint8Array {
        const lines = this.characters.map((character, i) => `<${hex4(i + 1)}> <${utf16(String.fromCodePoint(character))}>\n`);
        let map = `/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
`;
        for (let start = 0; start < lines.length; start += 100) {
            const some = lines.slice(start, start + 100);
            map += `${some.length} beginbfchar\n${some.join("")}endbfchar\n`;
        }
        return utf8(`${map}endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n`);
    }

    /** The outlines in the order of the subset, and the number that each has in the font. */
    private outlines(): { outlines: Uint8Array[]; glyphs: number[] } {
        const glyphs = [0, ...this.characters.map(character => this.font.glyphOf(character))];
        const components = new Map<number, number>();
        const outlines: Uint8Array[] = [];
        // The list grows while it is walked: parts of glyphs follow the characters, and may have parts themselves.
        for (let i = 0; i < glyphs.length; i++) {
            outlines.push(rewrite(this.font.outlineOf(glyphs[i]!), part => {
                let number = components.get(part);
                if (number === undefined)
                    components.set(part, number = glyphs.push(part) - 1);
                return number;
            }));
        }
        return { outlines, glyphs };
    }

    private metrics(glyphs: readonly number[]): Uint8Array {
        return bytesOfUint16(glyphs.flatMap(glyph => {
            const { advance, leftBearing } = this.font.metricsOf(glyph);
            return [advance, leftBearing];
        }));
    }

    /** One table of format 12, a group a character. */
    private characterMap(): Uint8Array {
        const groups = bytesOfInt32([...this.numbers].sort(([a], [b]) => a - b).flatMap(([character, number]) => [character, character, number]));
        return concat(bytesOfUint16([0, 1, 3, 10, 0, 12, 12, 0]), bytesOfInt32([16 + groups.length, 0, this.numbers.size]), groups);
    }
}

/** Tags and contents. */
type Tables = readonly (readonly [string, Uint8Array])[];

export const hex4 = (value: number): string => value.toString(16).toUpperCase().padStart(4, "0");

/** The text's code units in hex, most significant byte first. */
export function utf16(text: string): string {
    let digits = "";
    for (let i = 0; i < text.length; i++)
        digits += hex4(text.charCodeAt(i));
    return digits;
}

function rewrite(outline: Uint8Array, numberOf: (part: number) => number): Uint8Array {
    if (outline.length === 0)
        return outline;
    const contours = int16(outline, 0);
    return contours >= 0 ? withoutInstructions(outline, 10 + 2 * contours) : renumbered(outline, numberOf);
}

const withoutInstructions = (outline: Uint8Array, at: number): Uint8Array =>
    concat(outline.subarray(0, at), new Uint8Array(2), outline.subarray(at + 2 + uint16(outline, at)));

function renumbered(outline: Uint8Array, numberOf: (part: number) => number): Uint8Array {
    const moreComponents = 0x0020;
    const hasInstructions = 0x0100;
    const copy = new Uint8Array(outline);
    let at = 10;
    let flags;
    do {
        flags = uint16(copy, at);
        putUint16(copy, at, flags & ~hasInstructions);
        putUint16(copy, at + 2, numberOf(uint16(copy, at + 2)));
        // Two arguments of one or two bytes, then no, one, two or four numbers of a scale.
        const scale = flags & 0x00C8;
        at += 4 + (flags & 1 ? 4 : 2) + (scale === 0x0008 ? 2 : scale === 0x0040 ? 4 : scale === 0x0080 ? 8 : 0);
    } while (flags & moreComponents);
    return copy.subarray(0, at);
}

function join(outlines: readonly Uint8Array[]): { glyf: Uint8Array; loca: Uint8Array } {
    const offsets = [0];
    for (const outline of outlines)
        offsets.push(offsets.at(-1)! + (outline.length + 3 & ~3));
    const glyf = new Uint8Array(offsets.at(-1)!);
    outlines.forEach((outline, i) => glyf.set(outline, offsets[i]));
    return { glyf, loca: bytesOfInt32(offsets) };
}

function assemble(tables: Tables): Uint8Array {
    const count = tables.length;
    const contents = tables.map(([, content]) => padded(content));
    let offset = 12 + 16 * count;
    const entries = tables.map(([tag, content], i) => {
        const entry = concat(utf8(tag), bytesOfInt32([checksum(content), offset, content.length]));
        offset += contents[i]!.length;
        return entry;
    });
    // Search range of the largest power of two: 4 of the 7 tables.
    return concat(bytesOfUint16([1, 0, count, 64, 2, 16 * count - 64]), ...entries, ...contents);
}

/** The sum of its words of four bytes; the last one is filled up with zeros. */
function checksum(bytes: Uint8Array): number {
    let sum = 0;
    for (let at = 0; at < bytes.length; at++)
        sum = sum + (bytes[at]! << 24 - 8 * (at % 4)) | 0;
    return sum;
}
