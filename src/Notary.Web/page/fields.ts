import type { Sentence } from "../verification/report.ts";
import { both, element, type Child } from "./dom.ts";

/** A field with its label and what it is for. */
export function field(input: HTMLElement, label: Sentence, hint: Sentence | null): HTMLElement {
    if (hint !== null)
        input.setAttribute("aria-describedby", `${input.id}-hint`);
    return element("div", { class: "field" }, element("label", { for: input.id }, both(label)),
        hint === null ? null : element("p", { class: "hint", id: `${input.id}-hint` }, both(hint)), input);
}

/** A box to tick, with its label behind it. */
export const tick = (input: HTMLInputElement, label: Sentence): HTMLElement =>
    element("label", { class: "tick", for: input.id }, input, element("span", {}, both(label)));

export function button(id: string, words: Sentence, pressed: () => void, isMain = false): HTMLButtonElement {
    const made = element("button", { type: "button", id, ...isMain ? { class: "main" } : {} }, both(words));
    made.addEventListener("click", pressed);
    return made;
}

/** Rows of names and values; a value that is no sentence is shown as it is. */
export const table = (...rows: readonly (readonly [Sentence, Child | Sentence])[]): HTMLElement => element("table", { class: "fields" }, element("tbody", {},
    ...rows.map(([name, value]) => element("tr", {}, element("th", { scope: "row" }, both(name)),
        element("td", {}, value === null || typeof value === "string" || value instanceof Node ? value : both(value))))));

/** What went wrong, in our words and, below, as text, in those of whatever was read. */
export const trouble = (of: string, words: readonly Sentence[], detail = ""): HTMLElement => element("div", { class: "error", role: "alert", "data-problem": of },
    ...words.map(one => element("p", {}, both(one))), detail === "" ? null : element("p", { class: "code" }, detail));

/**
 * A file that this page made, offered for download.
 * @param ended Takes it back.
 */
export function offer(id: string, words: Sentence, content: Blob, name: string, ended: AbortSignal, taken: () => void): HTMLAnchorElement {
    const address = URL.createObjectURL(content);
    const link = element("a", { id, class: "button main", download: name, href: address }, both(words));
    link.addEventListener("click", taken);
    ended.addEventListener("abort", () => URL.revokeObjectURL(address));
    return link;
}
