import type { Sentence } from "../../verification/report.ts";

/**
 * What a certificate's page says, in Chinese and English, without how it looks: a copy of Notary.Documents' Document, of which the
 * page for the screen and the PDF are rendered there and here, to the same bytes. Strings are as their authors wrote them.
 */
export interface Document {
    readonly title: Sentence;
    /** Which copy it is. */
    readonly subtitle: Sentence;
    /** The fields beside the title. */
    readonly head: readonly Field[];
    /** What the QR code beside the fields says. */
    readonly code: string;
    readonly blocks: readonly Section[];
    /** The last line: what this page is not. */
    readonly footer: Sentence;
}

/** A heading and what stands under it. */
export interface Section {
    readonly heading: Sentence;
    /** Whose word the section is, or null; shown beside the heading. */
    readonly source: Sentence | null;
    readonly blocks: readonly Block[];
}

export type Block =
    /** A paragraph, Chinese and English side by side. */
    | { readonly kind: "prose"; readonly words: Sentence }
    /** Paragraphs in a list. */
    | { readonly kind: "points"; readonly items: readonly Sentence[] }
    /** Names and values. */
    | { readonly kind: "fields"; readonly items: readonly Field[] }
    /** As many cells a row as there are columns. */
    | { readonly kind: "table"; readonly columns: readonly Column[]; readonly rows: readonly (readonly Phrase[])[] }
    /** What to type: lines for bash. */
    | { readonly kind: "listing"; readonly caption: Sentence; readonly commands: string };

/** A name and its values, one a line. */
export interface Field {
    readonly label: Sentence;
    readonly values: readonly Phrase[];
}

interface Column {
    readonly heading: Sentence;
    /** The share of the table's width. */
    readonly percent: number;
}

/** How a result is coloured. What is open is never coloured like what is good. */
export type Tone = "plain" | "good" | "bad" | "open";

/** A value in a field or a cell. */
export interface Phrase {
    /**
     * `foreign`: what a stranger chose, the same in both languages; `exact`: what is compared character by character, the same in
     * both languages; `words`: words in two languages.
     */
    readonly kind: "words" | "foreign" | "exact";
    readonly words: Sentence;
    readonly tone: Tone;
}

export const words = (en: string, zh: string, tone: Tone = "plain"): Phrase => ({ kind: "words", words: { en, zh }, tone });

export const foreign = (text: string): Phrase => ({ kind: "foreign", words: { en: text, zh: text }, tone: "plain" });

export const exact = (text: string): Phrase => ({ kind: "exact", words: { en: text, zh: text }, tone: "plain" });

export const field = (en: string, zh: string, ...values: readonly Phrase[]): Field => ({ label: { en, zh }, values });

export const prose = (en: string, zh: string): Block => ({ kind: "prose", words: { en, zh } });

export const fields = (...items: readonly Field[]): Block => ({ kind: "fields", items });
