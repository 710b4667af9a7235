import type { PdfColour } from "./pdfColour.ts";
import type { TextLine } from "./textLine.ts";

/**
 * A piece of a page that is never torn apart: some lines of text side by side, and what is drawn behind them. A page is a list of
 * them from top to bottom.
 */
export interface PdfRow {
    /** How much of the page it takes. */
    readonly height: number;
    /** What is drawn, by places within the row. */
    readonly marks: readonly PdfMark[];
    /** It stands on the page of the row behind it: a heading, a caption. */
    readonly keepWithNext?: boolean;
    /** Rows that are drawn again above this one when it begins a page: the head of its table. */
    readonly repeat?: readonly PdfRow[];
}

/** Something drawn in a row. */
export type PdfMark =
    | { readonly kind: "text"; readonly left: number; readonly baseline: number; readonly line: TextLine }
    /** A filled rectangle. */
    | BoxMark
    /** A QR code, dark where it is true. */
    | { readonly kind: "code"; readonly left: number; readonly top: number; readonly side: number; readonly code: readonly (readonly boolean[])[] };

export interface BoxMark {
    readonly kind: "box";
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
    readonly colour: PdfColour;
}

export const gap = (height: number): PdfRow => ({ height, marks: [] });
