// What pages show of the documents in this repository: written once, for readers of the source and of the pages.
import { readFileSync } from "node:fs";
import { Marked } from "marked";

const read = path => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

const escaped = text => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** The formats as HTML, a level below the page's own headings; the documents' own links between files are left out. */
export function formats(path) {
    const marked = new Marked({
        renderer: {
            heading({ tokens, depth }) {
                const level = Math.min(depth + 1, 4);
                return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>\n`;
            },
            link({ href, tokens }) {
                const text = this.parser.parseInline(tokens);
                return href.startsWith("https:") ? `<a href="${escaped(href)}">${text}</a>` : text;
            },
            code: ({ text }) => `<pre>${escaped(text)}</pre>\n`,
            html: ({ text }) => escaped(text),
            table(token) {
                return `<div class="scroll">${tableOf(token, tokens => this.parser.parseInline(tokens))}</div>\n`;
            },
        },
    });
    // A line's end between two Chinese characters is no space.
    return marked.parse(read(path).replace(/(?<=[\p{Script=Han}，。；：、）”])\n(?=[\p{Script=Han}（“])/gu, ""));
}

function tableOf({ header, rows }, inline) {
    const cells = (row, name) => row.map(({ tokens }) => `<${name}>${inline(tokens)}</${name}>`).join("");
    const head = header.some(({ text }) => text !== "") ? `<thead><tr>${cells(header, "th")}</tr></thead>` : "";
    return `<table>${head}<tbody>${rows.map(row => `<tr>${cells(row, "td")}</tr>`).join("")}</tbody></table>`;
}

/** The commands of the README that check a certificate without any program of ours; a test runs them as they stand there. */
export const byHand = () => escaped(/```bash by-hand\n([^]*?)```/.exec(read("README.md"))[1].trimEnd());
