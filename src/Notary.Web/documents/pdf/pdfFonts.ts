import type { Typefaces } from "./characters.ts";
import { FontSubset } from "./fontSubset.ts";
import type { PdfFile } from "./pdfFile.ts";
import type { TrueTypeFont } from "./trueTypeFont.ts";

/** The fonts of one document: what it uses of each, and the objects that they become. */
export class PdfFonts {
    private readonly subsets: readonly FontSubset[];

    constructor(private readonly typefaces: Typefaces) {
        this.subsets = [typefaces.text, typefaces.chinese, typefaces.fixed].map(font => new FontSubset(font));
    }

    /** The resource name of the font that draws a character, and the character's glyph in it. */
    use(codePoint: number, isValue: boolean): { readonly font: string; readonly glyph: number } {
        const font = this.typefaces.fontOf(codePoint, isValue);
        const index = this.subsets.findIndex(subset => subset.font === font);
        return { font: `F${index + 1}`, glyph: this.subsets[index]!.use(codePoint) };
    }

    /** Writes the fonts that were used; returns the dictionary that names them. */
    write(file: PdfFile): string {
        const names = this.subsets.map((subset, i) => subset.isEmpty ? "" : ` /F${i + 1} ${this.writeOne(file, subset)} 0 R`);
        return `<<${names.join("")} >>`;
    }

    /** A composite font whose codes are glyph numbers (ISO 32000-1, 9.7.4 to 9.7.6). */
    private writeOne(file: PdfFile, subset: FontSubset): number {
        const font = subset.font;
        const program = subset.toFile();
        const name = subset.taggedName(program);
        const stream = file.writeStream(`/Length1 ${program.length}`, program);
        const bounds = font.bounds.map(bound => scaled(font, bound)).join(" ");
        // Flags: 32 is non-symbolic, 1 is fixed pitch.
        const flags = font === this.typefaces.fixed ? 33 : 32;
        const descriptor = file.write(`<< /Type /FontDescriptor /FontName /${name} /Flags ${flags} /FontBBox [${bounds}] /ItalicAngle 0`
            + ` /Ascent ${scaled(font, font.ascent)} /Descent ${scaled(font, font.descent)} /CapHeight 714 /StemV 80 /FontFile2 ${stream} 0 R >>`);
        const widths = subset.characters.map(character => font.widthOf(character)).join(" ");
        const descendant = file.write(`<< /Type /Font /Subtype /CIDFontType2 /BaseFont /${name} /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity)`
            + ` /Supplement 0 >> /FontDescriptor ${descriptor} 0 R /DW 1000 /W [1 [${widths}]] /CIDToGIDMap /Identity >>`);
        const unicode = file.writeStream("", subset.toUnicode());
        return file.write(`<< /Type /Font /Subtype /Type0 /BaseFont /${name} /Encoding /Identity-H /DescendantFonts [${descendant} 0 R]`
            + ` /ToUnicode ${unicode} 0 R >>`);
    }
}

const scaled = (font: TrueTypeFont, value: number): number => Math.trunc(value * 1000 / font.unitsPerEm);
