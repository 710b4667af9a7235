import { escape } from "../../core/rules.ts";
import { TrueTypeFont } from "./trueTypeFont.ts";

// The forms of full width are written as numbers: they are easily taken for the others.
const neverFirst = "!%),.:;?]}°·’”‰›、。〃》」』】〕〗～…—\uff01\uff05\uff09\uff0c\uff0e\uff1a\uff1b\uff1f\uff3d\uff5d";
const neverLast = "$([{£¥‘“‹《「『【〔〖\uff04\uff08\uff3b\uff5b\uffe1\uffe5";

const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{M}]/u;

/** The font files that this project ships. */
interface FontFiles {
    /** OpenSans-Regular.ttf */
    readonly text: Uint8Array;
    /** DroidSansFallbackFull.ttf */
    readonly chinese: Uint8Array;
    /** DejaVuSansMono.ttf */
    readonly fixed: Uint8Array;
}

/**
 * What of a text is drawn as it is. A page shows every character that its text has, and in the order in which it has them: what no
 * font can draw, what is drawn on top of another letter or not at all, and what is written from right to left appears as `\u{hex}`,
 * as marks do that reorder a line.
 */
export class Typefaces {
    /** Latin, Greek and Cyrillic text. */
    readonly text: TrueTypeFont;
    /** Chinese; it has no Latin at all. */
    readonly chinese: TrueTypeFont;
    /** Every letter as wide as the next, and none like another: for what is compared or typed. */
    readonly fixed: TrueTypeFont;

    private readonly forWords: readonly TrueTypeFont[];
    private readonly forValues: readonly TrueTypeFont[];

    constructor(files: FontFiles) {
        this.text = new TrueTypeFont("OpenSans", files.text);
        this.chinese = new TrueTypeFont("DroidSansFallback", files.chinese);
        this.fixed = new TrueTypeFont("DejaVuSansMono", files.fixed);
        this.forWords = [this.text, this.chinese, this.fixed];
        this.forValues = [this.fixed, this.chinese, this.text];
    }

    /** The text as it is drawn: every character of it has a font. */
    shown(text: string): string {
        let shown = "";
        for (const character of escape(text)) {
            const codePoint = character.codePointAt(0)!;
            shown += this.isDrawn(codePoint) ? character : `\\u{${codePoint.toString(16)}}`;
        }
        return shown;
    }

    /** Whether it stands on the page as itself. */
    isDrawn(codePoint: number): boolean {
        return (codePoint >= 0x20 && codePoint <= 0x7e)
            || (!isRightToLeft(codePoint) && !hidden.test(String.fromCodePoint(codePoint)) && this.fontOf(codePoint, false) !== null);
    }

    /**
     * The font that draws a character; null when none has it.
     * @param isValue Whether it is compared or typed, not read.
     */
    fontOf(codePoint: number, isValue: boolean): TrueTypeFont | null {
        return (isValue ? this.forValues : this.forWords).find(font => font.glyphOf(codePoint) !== 0) ?? null;
    }
}

/** Whether a line may end between two characters that stand side by side; spaces are the caller's. */
export const mayBreak = (before: number, after: number): boolean =>
    !neverFirst.includes(String.fromCodePoint(after)) && !neverLast.includes(String.fromCodePoint(before))
    && (isWide(before) || isWide(after) || "/-_=&+".includes(String.fromCodePoint(before)));

const isIn = (...ranges: readonly (readonly [number, number])[]) => (codePoint: number): boolean =>
    ranges.some(([first, last]) => codePoint >= first && codePoint <= last);

// Chinese and its punctuation are set without spaces and broken nearly anywhere.
const isWide = isIn([0x2e80, 0xa4cf], [0xf900, 0xfaff], [0xfe30, 0xfe4f], [0xff01, 0xff60], [0x20000, 0x10ffff]);

const isRightToLeft = isIn([0x0590, 0x08ff], [0xfb1d, 0xfdff], [0xfe70, 0xfeff], [0x10800, 0x10fff], [0x1e800, 0x1efff]);
