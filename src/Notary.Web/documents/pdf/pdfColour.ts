import type { Tone } from "../content/document.ts";

/** A colour in sRGB: red, green and blue, thousandths of each. */
export type PdfColour = readonly [number, number, number];

export const Colours = {
    ink: [100, 100, 100],
    navy: [122, 227, 373],
    grey: [333, 333, 333],
    line: [780, 800, 830],
    shade: [962, 962, 955],
    good: [110, 365, 169],
    bad: [608, 110, 110],
    open: [420, 353, 0],
} as const satisfies Record<string, PdfColour>;

export const colourOf = (tone: Tone): PdfColour => tone === "plain" ? Colours.ink : Colours[tone];
