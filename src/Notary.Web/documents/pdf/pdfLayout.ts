import type { Sentence } from "../../verification/report.ts";
import type { Block, Document, Field, Phrase, Section } from "../content/document.ts";
import { qrCode } from "../content/qrCode.ts";
import type { Typefaces } from "./characters.ts";
import { pageWidth } from "./pdfCanvas.ts";
import { colourOf, Colours, type PdfColour } from "./pdfColour.ts";
import { gridRows, largest, type PdfColumn } from "./pdfGrid.ts";
import { gap, type BoxMark, type PdfMark, type PdfRow } from "./pdfRow.ts";
import { breakText, type TextLine, type TextStyle } from "./textLine.ts";

/** From the page's left edge to the text, and from the text to the right edge. */
export const margin = 42_520;

/** Of the text. */
export const textWidth = pageWidth - 2 * margin;

const gutter = 14_000;
const half = (textWidth - gutter) / 2;
const hairline = 300;
const codeSide = 96_000;

const chinese: TextStyle = { size: 8_400, colour: Colours.ink };
const english: TextStyle = { size: 7_900, colour: Colours.ink };
const value: TextStyle = { size: 7_200, colour: Colours.ink, isValue: true };
const typed: TextStyle = { size: 6_600, colour: Colours.ink, isValue: true };

/** How a document's blocks become rows of A4 pages. */
export function rowsOf(document: Document, typefaces: Typefaces): readonly PdfRow[] {
    const layout = new PdfLayout(typefaces);
    layout.addHead(document);
    for (const section of document.blocks)
        layout.addSection(section);
    layout.addFooter(document.footer);
    return layout.rows;
}

class PdfLayout {
    readonly rows: PdfRow[] = [];

    constructor(private readonly typefaces: Typefaces) {}

    addHead({ title, subtitle, head, code }: Document): void {
        this.rows.push({ height: 8_000, marks: [rule(0, 1_000, Colours.navy), rule(2_000, 1_000, Colours.navy)] });
        const width = textWidth - codeSide - gutter;
        const lines = [
            ...this.lines(title.zh, { size: 21_000, colour: Colours.ink, isBold: true }, width),
            ...this.lines(title.en, { size: 13_000, colour: Colours.ink }, width),
            ...this.inline(subtitle, { ...chinese, colour: Colours.navy }, { ...english, colour: Colours.navy }, width),
        ];
        this.join([...gridRows([{ left: margin, lines }], 0), gap(3_000), ...head.flatMap(field => this.fieldRows(field, width, 28))], qrCode(code));
        this.rows.push({ height: 5_000, marks: [rule(2_500, 750, Colours.navy)] });
    }

    /** Title and fields on the left as one row, the code beside them. */
    private join(rows: readonly PdfRow[], code: readonly (readonly boolean[])[]): void {
        let top = 0;
        const marks: PdfMark[] = [];
        for (const row of rows) {
            for (const mark of row.marks)
                marks.push(mark.kind === "text" ? { ...mark, baseline: mark.baseline + top } : { ...mark, top: mark.top + top });
            top += row.height;
        }
        marks.push({ kind: "code", left: margin + textWidth - codeSide, top: 0, side: codeSide, code });
        this.rows.push({ height: Math.max(top, codeSide), marks });
    }

    private add(block: Block): void {
        switch (block.kind) {
            case "prose":
                this.addTwo(block.words, 900);
                break;
            case "points":
                for (const item of block.items)
                    this.addPoint(item);
                break;
            case "fields":
                for (const field of block.items)
                    this.put(this.fieldRows(field, textWidth, 31));
                break;
            case "table":
                this.addTable(block);
                break;
            case "listing":
                this.addCaption(this.inline(block.caption, { ...chinese, colour: Colours.grey }, { ...english, colour: Colours.grey }, textWidth));
                this.addTyped(block.commands);
                break;
        }
    }

    addSection(section: Section): void {
        const source = section.source === null ? []
            : this.inline(section.source, { size: 7_200, colour: Colours.grey }, { size: 7_000, colour: Colours.grey }, Math.floor(textWidth / 3));
        const sourceWidth = largest(source, line => line.width);
        const room = source.length === 0 ? textWidth : textWidth - sourceWidth - gutter;
        const heading = this.inline(section.heading, { size: 11_000, colour: Colours.navy, isBold: true }, { size: 9_600, colour: Colours.navy }, room);
        const columns = [{ left: margin, lines: heading }, ...source.length === 0 ? [] : [{ left: margin + textWidth - sourceWidth, lines: source }]];
        this.rows.push({ ...gap(5_500), keepWithNext: true });
        const { height, marks } = gridRows(columns, 0)[0]!;
        this.rows.push({ height: height + 2_500, marks: [...marks, rule(height + 700, 500, Colours.line)], keepWithNext: true });
        for (const block of section.blocks)
            this.add(block);
    }

    /** Chinese and English side by side. */
    private addTwo(words: Sentence, room: number): void {
        this.put(gridRows(this.two(words, 0), room));
    }

    private two(words: Sentence, indent: number): PdfColumn[] {
        return [
            { left: margin + indent, lines: this.lines(words.zh, chinese, half - indent) },
            { left: margin + half + gutter + indent, lines: this.lines(words.en, english, half - indent) },
        ];
    }

    private addPoint(words: Sentence): void {
        const indent = 9_000;
        const columns = [{ left: margin + 2_500, lines: this.lines("·", chinese, indent) }, ...this.two(words, indent)];
        this.put(gridRows(columns, 700, height => [rule(height - hairline, hairline, Colours.line)]));
    }

    private fieldRows(field: Field, width: number, percent: number): PdfRow[] {
        const label = Math.floor(width * percent / 100);
        return gridRows(
            [
                { left: margin + 2_500, lines: this.inline(field.label, { size: 8_000, colour: Colours.grey }, { size: 7_400, colour: Colours.grey }, label - 6_000) },
                { left: margin + label, lines: field.values.flatMap(phrase => this.phrase(phrase, width - label - 2_500, false)) },
            ],
            1_000,
            height => [box(height - hairline, width, hairline, Colours.line)]);
    }

    private addTable({ columns, rows }: Block & { kind: "table" }): void {
        const lefts: number[] = [];
        let left = 0;
        for (const { percent } of columns) {
            lefts.push(margin + left + 2_500);
            left += share(percent);
        }
        const room = (column: number): number => share(columns[column]!.percent) - 5_000;
        const head = gridRows(
            columns.map(({ heading }, i) => ({ left: lefts[i]!, lines: this.inline(heading, { ...chinese, size: 8_000 }, { ...english, size: 7_400 }, room(i)) })),
            1_200,
            height => [rule(height - 750, 750, Colours.navy)]).map(row => ({ ...row, keepWithNext: true }));
        this.put(head);
        for (const cells of rows)
            this.put(gridRows(
                cells.map((cell, i) => ({ left: lefts[i]!, lines: this.phrase(cell, room(i), true) })),
                1_200,
                height => [rule(height - hairline, hairline, Colours.line)]).map(row => ({ ...row, repeat: head })));
    }

    private addCaption(lines: readonly TextLine[]): void {
        this.rows.push({ ...gap(4_000), keepWithNext: true });
        this.put(gridRows([{ left: margin, lines }], 500).map(row => ({ ...row, keepWithNext: true })));
    }

    /** A text line by line, on a shade with a bar at its side. */
    private addTyped(text: string): void {
        const written = text.split("\n");
        while (written.length > 1 && written.at(-1) === "")
            written.pop();
        for (const line of written) {
            // An empty line keeps its height.
            for (const one of this.lines(line || " ", typed, textWidth - 12_000))
                this.put(gridRows(
                    [{ left: margin + 7_000, lines: [one] }], 0,
                    height => [rule(0, height, Colours.shade), box(0, 1_500, height, Colours.line)]));
        }
        this.rows.push(gap(2_500));
    }

    addFooter(footer: Sentence): void {
        this.rows.push({ ...gap(8_000), keepWithNext: true });
        this.rows.push({ height: 3_500, marks: [rule(0, 500, Colours.line)], keepWithNext: true });
        this.addTwo(footer, 500);
    }

    /** A value; words stand in both languages one below the other (stacked), or one behind the other. */
    private phrase({ kind, words, tone }: Phrase, width: number, stacked: boolean): TextLine[] {
        const look = { colour: colourOf(tone), isBold: tone !== "plain" };
        if (kind !== "words")
            return this.lines(words.en, { ...kind === "exact" ? value : chinese, ...look }, width);
        const [inChinese, inEnglish] = [{ ...chinese, ...look }, { ...english, ...look }];
        return stacked
            ? [...this.lines(words.zh, inChinese, width), ...this.lines(words.en, inEnglish, width)]
            : this.inline(words, inChinese, inEnglish, width);
    }

    private inline(words: Sentence, inChinese: TextStyle, inEnglish: TextStyle, width: number): TextLine[] {
        return breakText([{ text: words.zh, style: inChinese }, { text: " ", style: inEnglish }, { text: words.en, style: inEnglish }], width, this.typefaces);
    }

    private lines(text: string, style: TextStyle, width: number): TextLine[] {
        return breakText([{ text, style }], width, this.typefaces);
    }

    private put(rows: readonly PdfRow[]): void {
        for (const row of rows)
            this.rows.push(row);
    }
}

/** Of the text's width. */
const share = (percent: number): number => Math.floor(textWidth * percent / 100);

const rule = (top: number, height: number, colour: PdfColour): BoxMark => box(top, textWidth, height, colour);

/** At the left edge of the text. */
const box = (top: number, width: number, height: number, colour: PdfColour): BoxMark => ({ kind: "box", left: margin, top, width, height, colour });
