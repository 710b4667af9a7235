import type { Document } from "../content/document.ts";
import type { Typefaces } from "./characters.ts";
import { PdfCanvas, pageHeight } from "./pdfCanvas.ts";
import { Colours } from "./pdfColour.ts";
import type { PdfFonts } from "./pdfFonts.ts";
import { total } from "./pdfGrid.ts";
import { margin, rowsOf, textWidth } from "./pdfLayout.ts";
import type { PdfMark, PdfRow } from "./pdfRow.ts";
import { breakText, type TextStyle } from "./textLine.ts";

const top = 36_000;
const bottom = pageHeight - 42_000;
const foot = pageHeight - 26_000;

const words: TextStyle = { size: 7_000, colour: Colours.grey };
const numbers: TextStyle = { ...words, size: 6_000, isValue: true };

/**
 * From rows to pages: what does not fit any more begins the next one.
 * @param fonts Told what the pages use.
 */
export function drawPages(document: Document, fonts: PdfFonts, typefaces: Typefaces): Uint8Array[] {
    const pages = split(rowsOf(document, typefaces));
    return pages.map((page, i) => drawPage(page, footing(document, i + 1, pages.length, typefaces), fonts));
}

function drawPage(page: readonly PdfRow[], footing: readonly PdfMark[], fonts: PdfFonts): Uint8Array {
    const canvas = new PdfCanvas(fonts);
    let at = top;
    for (const row of page) {
        canvas.draw(row.marks, at);
        at += row.height;
    }
    canvas.draw(footing, foot);
    return canvas.toStream();
}

function split(rows: readonly PdfRow[]): PdfRow[][] {
    let page: PdfRow[] = [];
    const pages = [page];
    let used = top;
    rows.forEach((row, i) => {
        if (page.length > 0 && used + together(rows, i) > bottom) {
            page = [...row.repeat ?? []];
            pages.push(page);
            used = top + total(page, repeated => repeated.height);
        }
        // A gap at the top of a page separates nothing.
        if (page.length === 0 && row.marks.length === 0)
            return;
        page.push(row);
        used += row.height;
    });
    return pages;
}

/** The height of a row and of those that must stand on its page, with the first that need not. */
function together(rows: readonly PdfRow[], first: number): number {
    const most = bottom - top;
    let { height } = rows[first]!;
    for (let i = first; i + 1 < rows.length && rows[i]!.keepWithNext && height < most; i++)
        height += rows[i + 1]!.height;
    // More than a page cannot be kept together, and is not kept waiting.
    return height <= most ? height : rows[first]!.height;
}

/** What ties a lone sheet to its document: the title, the number that names it, and which of how many it is. */
function footing({ title, head }: Document, page: number, pages: number, typefaces: Typefaces): PdfMark[] {
    const last = head[0]?.values.at(-1);
    const number = last?.kind === "exact" ? last.words.en : "";
    const left = breakText([{ text: `${title.zh} · ${title.en}`, style: words }], textWidth / 2, typefaces)[0]!;
    const right = breakText([{ text: number, style: numbers }, { text: `   ${page} / ${pages}`, style: words }], textWidth, typefaces)[0]!;
    return [
        { kind: "text", left: margin, baseline: left.baseline, line: left },
        { kind: "text", left: margin + textWidth - right.width, baseline: right.baseline, line: right },
    ];
}
