import { int16, int32, uint16 } from "./bigEndian.ts";

/**
 * A TrueType font that this project ships (OpenType specification, tables cmap, glyf, head, hhea, hmtx, loca). The file is ours:
 * it is read, not checked. Glyph 0 is what fonts show for a character that they do not have.
 */
export class TrueTypeFont {
    readonly unitsPerEm: number;
    readonly ascent: number;
    /** Below zero. */
    readonly descent: number;
    /** Left, bottom, right and top of all its glyphs together. */
    readonly bounds: readonly number[];

    private readonly tables = new Map<string, Uint8Array>();
    private readonly glyphs = new Map<number, number>();
    private readonly metrics: number;
    private readonly hasLongOffsets: boolean;

    /** @param name Its PostScript name. */
    constructor(readonly name: string, data: Uint8Array) {
        for (let i = 0; i < uint16(data, 4); i++) {
            const entry = data.subarray(12 + 16 * i);
            const offset = int32(entry, 8);
            this.tables.set(String.fromCharCode(...entry.subarray(0, 4)), data.subarray(offset, offset + int32(entry, 12)));
        }
        const [head, hhea] = [this.table("head"), this.table("hhea")];
        this.unitsPerEm = uint16(head, 18);
        this.bounds = [36, 38, 40, 42].map(at => int16(head, at));
        this.hasLongOffsets = uint16(head, 50) === 1;
        this.ascent = int16(hhea, 4);
        this.descent = int16(hhea, 6);
        this.metrics = uint16(hhea, 34);
        this.readCharacters();
    }

    /** The glyph of a character; 0 when there is none. */
    glyphOf(codePoint: number): number {
        return this.glyphs.get(codePoint) ?? 0;
    }

    /** How far a glyph moves the next one, in `unitsPerEm`; and where its left edge is. */
    metricsOf(glyph: number): { readonly advance: number; readonly leftBearing: number } {
        const [hmtx, metrics] = [this.table("hmtx"), this.metrics];
        // The last advance counts for all glyphs behind it, which have their bearings alone.
        return glyph < metrics
            ? { advance: uint16(hmtx, 4 * glyph), leftBearing: int16(hmtx, 4 * glyph + 2) }
            : { advance: uint16(hmtx, 4 * (metrics - 1)), leftBearing: int16(hmtx, 4 * metrics + 2 * (glyph - metrics)) };
    }

    /** The width of a character in thousandths of the type size, as PDF counts. */
    widthOf(codePoint: number): number {
        const units = this.unitsPerEm;
        return Math.floor((this.metricsOf(this.glyphOf(codePoint)).advance * 1000 + (units >> 1)) / units);
    }

    /** A glyph's outline as it stands in the table glyf; empty for a blank. */
    outlineOf(glyph: number): Uint8Array {
        const loca = this.table("loca");
        const [start, end] = this.hasLongOffsets
            ? [int32(loca, 4 * glyph), int32(loca, 4 * glyph + 4)]
            : [2 * uint16(loca, 2 * glyph), 2 * uint16(loca, 2 * glyph + 2)];
        return this.table("glyf").subarray(start, end);
    }

    table(tag: string): Uint8Array {
        return this.tables.get(tag)!;
    }

    private readCharacters(): void {
        const cmap = this.table("cmap");
        let [best, bestFormat] = [0, 0];
        for (let i = 0; i < uint16(cmap, 2); i++) {
            // Unicode on Windows: all planes in format 12, or the first one in format 4.
            const [platform, offset] = [uint16(cmap, 4 + 8 * i), int32(cmap, 8 + 8 * i)];
            const format = uint16(cmap, offset);
            if (platform === 3 && (format === 4 || format === 12) && format > bestFormat)
                [best, bestFormat] = [offset, format];
        }
        if (bestFormat === 12)
            this.readGroups(cmap.subarray(best));
        else
            this.readSegments(cmap.subarray(best));
    }

    private readGroups(table: Uint8Array): void {
        for (let i = 0; i < int32(table, 12); i++) {
            const [first, last, glyph] = [16, 20, 24].map(at => int32(table, at + 12 * i)) as [number, number, number];
            for (let character = first; character <= last; character++)
                this.add(character, glyph + character - first);
        }
    }

    private readSegments(table: Uint8Array): void {
        const count = uint16(table, 6) / 2;
        const [ends, starts, deltas, offsets] = [14, 16 + 2 * count, 16 + 4 * count, 16 + 6 * count];
        for (let i = 0; i < count; i++) {
            const [start, end, offset] = [uint16(table, starts + 2 * i), uint16(table, ends + 2 * i), uint16(table, offsets + 2 * i)];
            for (let character = start; character <= end && character !== 0xFFFF; character++) {
                // The offset counts from the place where it stands itself.
                const glyph = offset === 0 ? character : uint16(table, offsets + 2 * i + offset + 2 * (character - start));
                if (glyph !== 0)
                    this.add(character, glyph + uint16(table, deltas + 2 * i) & 0xFFFF);
            }
        }
    }

    private add(character: number, glyph: number): void {
        if (glyph !== 0)
            this.glyphs.set(character, glyph);
    }
}
