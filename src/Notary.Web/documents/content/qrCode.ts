import { correction, generate, mode, type Mask, type Mode } from "lean-qr";

const margin = 4;

/**
 * A QR code (ISO/IEC 18004) of error correction level M, row after row, true where it is dark, with the light margin of four modules
 * that readers need. The standard leaves it to the encoder how a text is cut and how masks are weighed: both are done here as
 * Notary.Documents does them.
 * @param text Of the characters of the alphanumeric mode.
 */
export function qrCode(text: string): readonly (readonly boolean[])[] {
    const codes = Array.from({ length: 8 }, (_, mask) => {
        const { size, get } = generate(cut(text), { minCorrectionLevel: correction.M, maxCorrectionLevel: correction.M, mask: mask as Mask });
        return (border: number): boolean[][] => Array.from(
            { length: size + 2 * border }, (_, y) => Array.from({ length: size + 2 * border }, (_, x) => get(x - border, y - border)));
    });
    const penalties = codes.map(code => penalty(code(0)));
    return codes[penalties.indexOf(Math.min(...penalties))]!(margin);
}

/** Digits that are shorter in a mode of their own, which in a larger code takes a larger number of them (annex J.2, c). */
const cut = (text: string): Mode => (data, version) => {
    const least = version < 10 ? 13 : version < 27 ? 15 : 17;
    text.split(new RegExp(`(\\d{${least},})`)).forEach((piece, i) => {
        if (piece !== "")
            (i % 2 === 0 ? mode.alphaNumeric : mode.numeric)(piece)(data, version);
    });
};

/** How hard a code without its margin is to read (7.8.3.1), counted as QRCoder does. */
function penalty(rows: readonly (readonly boolean[])[]): number {
    const size = rows.length;
    const columns = rows.map((_, x) => rows.map(row => row[x]!));
    const lines = [...rows, ...columns].map(line => line.map(Number).join(""));
    let penalty = 0;
    for (const line of lines) {
        for (const [run] of line.matchAll(/(.)\1{4,}/g))
            penalty += run.length - 2;
        // What looks like a finder pattern with four light modules at one of its sides.
        penalty += 40 * (line.match(/(?=10111010000|00001011101)/g)?.length ?? 0);
    }
    for (let y = 1; y < size; y++) {
        const [above, row] = [rows[y - 1]!, rows[y]!];
        for (let x = 1; x < size; x++) {
            if (row[x] === row[x - 1] && row[x] === above[x] && row[x] === above[x - 1])
                penalty += 3;
        }
    }
    // Twentieths of the code that are dark: nine or ten are best.
    const dark = Math.floor(rows.flat().filter(Boolean).length * 20 / (size * size));
    return penalty + 10 * Math.min(Math.abs(dark - 10), Math.abs(dark - 9));
}
