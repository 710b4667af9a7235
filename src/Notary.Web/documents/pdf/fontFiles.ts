import { sha256, utf8 } from "../../core/bytes.ts";
import { Typefaces } from "./characters.ts";

/** SHA-256 of the fonts' text: the build puts it into the verifier, whose own digest so names its fonts too. */
declare const fontsDigest: string;

// Reading them takes longer than rendering a page; whoever verifies many files in one worker gives the same text again.
let last: { readonly text: string; readonly typefaces: Typefaces } | null = null;

/**
 * The fonts out of their text, three files in Base64 with points between them.
 * @returns Null when they are not the fonts that this verifier was built for.
 */
export function readTypefaces(text: string): Typefaces | null {
    if (last?.text === text)
        return last.typefaces;
    if (sha256(utf8(text)) !== fontsDigest)
        return null;
    const [latin, chinese, fixed] = text.split(".").map(decoded);
    last = { text, typefaces: new Typefaces({ text: latin!, chinese: chinese!, fixed: fixed! }) };
    return last.typefaces;
}

// A loop, since the platform's own iteration takes seconds for megabytes.
function decoded(base64: string): Uint8Array {
    const characters = atob(base64);
    const bytes = new Uint8Array(characters.length);
    for (let i = 0; i < bytes.length; i++)
        bytes[i] = characters.charCodeAt(i);
    return bytes;
}
