import { utf8 } from "../../core/bytes.ts";
import { hex4 } from "./fontSubset.ts";
import type { PdfColour } from "./pdfColour.ts";
import type { PdfFonts } from "./pdfFonts.ts";
import type { PdfMark } from "./pdfRow.ts";
import type { TextLine, TextStyle } from "./textLine.ts";

/** A4. */
export const pageWidth = 595_276;
export const pageHeight = 841_890;

/**
 * One page as it is drawn (ISO 32000-1, 8 and 9). Places are given from the top left corner, as pages are laid out; the content
 * stream counts from the bottom.
 */
export class PdfCanvas {
    private content = "";

    constructor(private readonly fonts: PdfFonts) {}

    toStream(): Uint8Array {
        return utf8(this.content);
    }

    /** @param top Of the row that the marks are in. */
    draw(marks: readonly PdfMark[], top: number): void {
        for (const mark of marks) {
            if (mark.kind === "text")
                this.line(mark.left, top + mark.baseline, mark.line);
            else if (mark.kind === "box")
                this.box(mark.left, top + mark.top, mark.width, mark.height, mark.colour);
            else
                this.code(mark.left, top + mark.top, mark.side, mark.code);
        }
    }

    /** A filled rectangle; lines are thin ones, so that no printer draws them at a width of its own. */
    private box(left: number, top: number, width: number, height: number, colour: PdfColour): void {
        this.content += `${numbers(...colour)} rg ${numbers(left, pageHeight - top - height, width, height)} re f\n`;
    }

    private line(left: number, baseline: number, { spans }: TextLine): void {
        this.content += `BT 1 0 0 1 ${numbers(left, pageHeight - baseline)} Tm\n`;
        for (const { text, style } of spans) {
            this.content += `${numbers(...style.colour)} rg `;
            if (style.isBold)
                this.content += `2 Tr ${numbers(...style.colour)} RG ${numbers(Math.floor(style.size / 36))} w `;
            this.show(text, style);
            this.content += style.isBold ? " 0 Tr\n" : "\n";
        }
        this.content += "ET\n";
    }

    /** A QR code as one path of rectangles, a run of dark modules each. */
    private code(left: number, top: number, side: number, code: readonly (readonly boolean[])[]): void {
        const module = Math.floor(side / code.length);
        this.content += "0 0 0 rg\n";
        code.forEach((modules, row) => {
            for (let column = 0; column < modules.length; column++) {
                const start = column;
                while (modules[column])
                    column++;
                if (column > start)
                    this.content += `${numbers(left + start * module, pageHeight - top - (row + 1) * module, (column - start) * module, module)} re\n`;
            }
        });
        this.content += "f\n";
    }

    private show(text: string, { size, isValue }: TextStyle): void {
        let current = "";
        for (const character of text) {
            const { font, glyph } = this.fonts.use(character.codePointAt(0)!, isValue === true);
            if (font !== current)
                this.content += `${current && "> Tj "}/${font} ${numbers(size)} Tf <`;
            current = font;
            this.content += hex4(glyph);
        }
        if (current)
            this.content += "> Tj";
    }
}

/** Thousandths as decimal numbers, the shortest: so the platform writes the number next to each. */
const numbers = (...thousandths: readonly number[]): string => thousandths.map(number => number / 1000).join(" ");
