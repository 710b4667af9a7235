import { mayBreak, type Typefaces } from "./characters.ts";
import type { PdfColour } from "./pdfColour.ts";

/** How text looks. Lengths everywhere in a page are whole thousandths of a point: equal on every machine. */
export interface TextStyle {
    readonly size: number;
    readonly colour: PdfColour;
    /** Compared or typed, not read. */
    readonly isValue?: boolean;
    /** Drawn with an outline as well. */
    readonly isBold?: boolean;
}

/** Text of one look: neighbours of one look share the style itself. */
interface TextSpan {
    readonly text: string;
    readonly style: TextStyle;
}

/** A line of text that fits where it was broken for. */
export interface TextLine {
    /** From left to right. */
    readonly spans: readonly TextSpan[];
    readonly width: number;
    /** From the top of the line to the top of the next. */
    readonly height: number;
    /** From the top of the line to where letters stand. */
    readonly baseline: number;
}

interface Letter {
    readonly codePoint: number;
    readonly width: number;
    readonly style: TextStyle;
}

const space = 0x20;

/**
 * Breaks text into lines: at spaces, between Chinese characters, and elsewhere only where nothing else fits.
 * @param width Of the place for it.
 */
export function breakText(spans: readonly TextSpan[], width: number, typefaces: Typefaces): TextLine[] {
    const letters = lettersOf(spans, typefaces);
    const lines: TextLine[] = [];
    for (let start = 0; start < letters.length;) {
        const end = endOfLine(letters, start, width);
        lines.push(lineOf(letters, start, end));
        start = end;
        // The space at a line's end has done its work.
        while (letters[start]?.codePoint === space)
            start++;
    }
    return lines;
}

function lettersOf(spans: readonly TextSpan[], typefaces: Typefaces): Letter[] {
    const letters: Letter[] = [];
    for (const { text, style } of spans) {
        for (const character of typefaces.shown(text)) {
            const codePoint = character.codePointAt(0)!;
            // What is shown has a font.
            const font = typefaces.fontOf(codePoint, style.isValue === true)!;
            letters.push({ codePoint, width: Math.floor(font.widthOf(codePoint) * style.size / 1000), style });
        }
    }
    return letters;
}

function endOfLine(letters: readonly Letter[], start: number, width: number): number {
    let [at, used, lastChance] = [start, 0, start];
    for (; at < letters.length; at++) {
        const { codePoint } = letters[at]!;
        const before = letters[at - 1]?.codePoint;
        if (at > start && (before === space || mayBreak(before!, codePoint)))
            lastChance = at;
        used += letters[at]!.width;
        // A space that hangs over the edge is not seen.
        if (used > width && codePoint !== space)
            return lastChance > start ? lastChance : Math.max(at, start + 1);
    }
    return at;
}

function lineOf(letters: readonly Letter[], start: number, end: number): TextLine {
    while (end > start + 1 && letters[end - 1]!.codePoint === space)
        end--;
    const spans: TextSpan[] = [];
    let [width, size, height] = [0, 0, 0];
    for (let at = start; at < end;) {
        const { style } = letters[at]!;
        let text = "";
        for (; at < end && letters[at]!.style === style; at++) {
            text += String.fromCodePoint(letters[at]!.codePoint);
            width += letters[at]!.width;
        }
        spans.push({ text, style });
        size = Math.max(size, style.size);
        height = Math.max(height, leading(style));
    }
    return { spans, width, height, baseline: Math.floor((height - size) / 2) + Math.floor(size * 88 / 100) };
}

/** From one line's baseline to the next. */
const leading = ({ size }: TextStyle): number => Math.floor(size * 134 / 100);
