import type { PdfMark, PdfRow } from "./pdfRow.ts";
import type { TextLine } from "./textLine.ts";

/** Rows that are higher may be torn apart between their lines: a page must be able to hold what it is given. */
const mostTogether = 300_000;

/** Lines of text in a column. */
export interface PdfColumn {
    /** Where it begins, from the page's left edge. */
    readonly left: number;
    readonly lines: readonly TextLine[];
}

/** What is drawn behind a piece, by its height. */
type Behind = (height: number) => readonly PdfMark[];

/**
 * Columns side by side with some room above and below, and what is drawn behind them.
 * @param room Above the first and below the last line.
 */
export function gridRows(columns: readonly PdfColumn[], room: number, behind: Behind = () => []): PdfRow[] {
    const height = largest(columns, column => total(column.lines, line => line.height));
    if (height <= mostTogether)
        return [gridRow(columns, room, room, height, behind)];
    const count = largest(columns, column => column.lines.length);
    return Array.from({ length: count }, (_, i) => {
        const slice = columns.filter(({ lines }) => i < lines.length).map(({ left, lines }) => ({ left, lines: [lines[i]!] }));
        return gridRow(slice, i === 0 ? room : 0, i === count - 1 ? room : 0, largest(slice, ({ lines: [line] }) => line!.height), behind);
    });
}

function gridRow(columns: readonly PdfColumn[], above: number, below: number, height: number, behind: Behind): PdfRow {
    const whole = above + height + below;
    const marks = [...behind(whole)];
    for (const { left, lines } of columns) {
        let top = above;
        for (const line of lines) {
            marks.push({ kind: "text", left, baseline: top + line.baseline, line });
            top += line.height;
        }
    }
    return { height: whole, marks };
}

export const total = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((sum, item) => sum + of(item), 0);

/** The largest of some sizes; 0 when there are none. */
export const largest = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((most, item) => Math.max(most, of(item)), 0);
