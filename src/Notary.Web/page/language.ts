export type Language = "zh" | "en";

/** The language that the page's address asks for; null where it asks for none. */
export const askedLanguage = (): string | null => new URLSearchParams(location.search).get("lang");

/** The language that the page is shown in: as its address says, else the reader's own. */
export const firstLanguage = (): Language => (askedLanguage() ?? navigator.language).toLowerCase().startsWith("zh") ? "zh" : "en";

/** The style shows the language of the root. */
export function showIn(language: Language): void {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}
