import { escape } from "../../core/rules.ts";

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;", "'": "&#39;" };

/** The one way from a string of anybody's to HTML: markup is encoded, and marks that reorder a line or cannot be seen are shown as `\u{hex}`. */
export const htmlText = (text: string): string => escape(text).replace(/[&<>"']/g, character => entities[character]!);

/** A text of several lines: only the line feeds in it are kept as they are. */
export const htmlLines = (text: string): string => text.replace(/\n+$/, "").split("\n").map(htmlText).join("\n");
