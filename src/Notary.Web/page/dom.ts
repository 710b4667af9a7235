import { askedLanguage, firstLanguage, showIn, type Language } from "./language.ts";

/** What a page shows of strangers' words goes through here: as text, never as markup. */
export type Child = Node | string | null;

/** An element with attributes and children; strings become text nodes. */
export function element<K extends keyof HTMLElementTagNameMap>(
    name: K, attributes: Readonly<Record<string, string>> = {}, ...children: readonly Child[]): HTMLElementTagNameMap[K] {
    const made = document.createElement(name);
    for (const [attribute, value] of Object.entries(attributes))
        made.setAttribute(attribute, value);
    made.append(...children.filter(child => child !== null));
    return made;
}

/** The element of this id, which the page's own markup has. */
export function find<T extends HTMLElement = HTMLElement>(id: string): T {
    const found = document.getElementById(id);
    if (found === null)
        throw new Error(`The page has no #${id}.`);
    return found as T;
}

/** Both languages of every text stand in the page; the root's language chooses by style, so that no script is needed to read. */
export function setUpLanguage(changed: (language: Language) => void): void {
    const apply = (language: Language): void => {
        showIn(language);
        document.title = document.body.dataset[language] ?? document.title;
        for (const button of document.querySelectorAll<HTMLElement>("[data-language]"))
            button.setAttribute("aria-pressed", String(button.dataset["language"] === language));
        for (const labelled of document.querySelectorAll<HTMLElement>("[data-label-zh]"))
            labelled.setAttribute("aria-label", labelled.dataset[language === "zh" ? "labelZh" : "labelEn"]!);
        changed(language);
    };
    for (const button of document.querySelectorAll<HTMLElement>("[data-language]"))
        button.addEventListener("click", () => {
            const language = button.dataset["language"] as Language;
            apply(language);
            carryOn(language);
        });
    if (askedLanguage() !== null)
        carryOn(firstLanguage());
    // A page from a disk has no neighbours to lead to.
    if (location.protocol === "file:") {
        for (const link of document.querySelectorAll<HTMLElement>(".served"))
            link.hidden = true;
    }
    apply(firstLanguage());
}

// What a reader chose holds on the next page too, without a cookie.
function carryOn(language: Language): void {
    for (const link of document.querySelectorAll<HTMLAnchorElement>("nav a, .cards a")) {
        const [, place, fragment] = /^([^?#]*)[^#]*(.*)$/.exec(link.getAttribute("href")!)!;
        link.setAttribute("href", `${place}?lang=${language}${fragment}`);
    }
}

/** A text in both languages, of which the style shows one. */
export const both = (text: { readonly en: string; readonly zh: string }): DocumentFragment => {
    const fragment = document.createDocumentFragment();
    fragment.append(element("span", { lang: "zh-CN" }, text.zh), element("span", { lang: "en" }, text.en));
    return fragment;
};

/** Bytes for readers. */
export const bytes = (size: number): string => {
    const units = ["B", "KB", "MB", "GB", "TB"];
    let unit = 0;
    for (; size >= 1000 && unit < units.length - 1; unit++)
        size /= 1000;
    return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
};
