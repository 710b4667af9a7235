import { find } from "./dom.ts";

declare global {
    /** What verify-fonts.js says. */
    var notaryFonts: string | undefined;
}

let asked: Promise<string | null> | null = null;
let failures = 0;

/**
 * The fonts that certificates are rendered with: from the page itself where it was saved with them, else as a script of the server's,
 * since the page's policy names the digest of that script and lets the page ask nobody for anything else. Null when there are none.
 * What a server does not answer stays asked, for the next verification.
 */
export function loadFonts(): Promise<string | null> {
    const place = find("fonts");
    if (place.textContent !== "")
        return Promise.resolve(place.textContent);
    asked ??= new Promise(resolve => {
        const script = document.createElement("script");
        script.integrity = place.dataset.integrity!;
        script.onload = () => resolve(globalThis.notaryFonts ?? null);
        script.onerror = () => {
            // The next verification asks again, under another address: of this one the browser may keep what came broken.
            [asked, failures] = [null, failures + 1];
            script.remove();
            resolve(null);
        };
        script.src = failures === 0 ? "verify-fonts.js" : `verify-fonts.js?${failures}`;
        document.head.append(script);
    });
    return asked;
}
