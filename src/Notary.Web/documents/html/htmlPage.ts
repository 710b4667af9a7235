import style from "../../../Notary.Documents/Html/page.css";
import { utf8 } from "../../core/bytes.ts";
import type { Sentence } from "../../verification/report.ts";
import type { Block, Document, Field, Phrase, Section } from "../content/document.ts";
import { qrCode } from "../content/qrCode.ts";
import { htmlLines, htmlText } from "./htmlText.ts";

/** A document as one HTML file: the bytes that Notary.Documents' HtmlPage gives. */
export const renderHtml = (document: Document): Uint8Array => utf8(`<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${htmlText(`${document.title.zh} · ${document.title.en}`)}</title>
<style>
${style.trimEnd()}${widths(document)}
</style>
</head>
<body>
<header>
<div>
<h1>${words(document.title)}</h1>
<p class="copy">${words(document.subtitle)}</p>
${fields(document.head)}</div>
${code(document.code)}</header>
<main>
${document.blocks.map(section).join("")}</main>
<footer>
${two(document.footer)}</footer>
</body>
</html>
`);

const section = ({ heading, source, blocks }: Section): string => `<section>
<h2>${source === null ? "" : `<span class="source">${words(source)}</span>`}${words(heading)}</h2>
${blocks.map(block).join("")}</section>
`;

function block(block: Block): string {
    switch (block.kind) {
        case "prose": return two(block.words);
        case "points": return `<ul class="points">\n${block.items.map(item => `<li>${two(item)}</li>\n`).join("")}</ul>\n`;
        case "fields": return fields(block.items);
        case "table": return table(block);
        case "listing": return `<p class="label">${words(block.caption)}</p>\n<pre>${htmlLines(block.commands)}</pre>\n`;
    }
}

const fields = (items: readonly Field[]): string => items.length === 0 ? "" : `<table class="fields">
<tbody>
${items.map(({ label, values }) =>
    `<tr><th scope="row">${words(label)}</th><td>${values.map(value => `<div>${phrase(value)}</div>`).join("")}</td></tr>\n`).join("")}</tbody>
</table>
`;

const table = ({ columns, rows }: Extract<Block, { kind: "table" }>): string => `<table>
<colgroup>${columns.map(({ percent }) => `<col class="w${percent}">`).join("")}</colgroup>
<thead><tr>${columns.map(({ heading }) => `<th scope="col">${words(heading)}</th>`).join("")}</tr></thead>
<tbody>
${rows.map(row => `<tr>${row.map(cell => `<td>${phrase(cell)}</td>`).join("")}</tr>\n`).join("")}</tbody>
</table>
`;

function phrase({ kind, words: said, tone }: Phrase): string {
    const shown = kind === "words" ? words(said)
        // Isolated: letters of a script from right to left must not reorder what stands around them.
        : kind === "foreign" ? `<bdi>${htmlText(said.en)}</bdi>`
        : `<code>${htmlText(said.en)}</code>`;
    return tone === "plain" ? shown : `<span class="${tone}">${shown}</span>`;
}

const words = ({ en, zh }: Sentence): string => `<span lang="zh-CN">${htmlText(zh)}</span> <span lang="en">${htmlText(en)}</span>`;

const two = ({ en, zh }: Sentence): string => `<div class="two"><p lang="zh-CN">${htmlText(zh)}</p><p lang="en">${htmlText(en)}</p></div>\n`;

/** One line through the middle of each row, drawn where modules are dark. */
function code(text: string): string {
    const rows = qrCode(text);
    let path = "";
    for (const [y, row] of rows.entries()) {
        let drawn = -1;
        for (let x = 0; x < row.length; x++) {
            const start = x;
            while (row[x])
                x++;
            if (x === start)
                continue;
            path += `${drawn < 0 ? `M${start} ${y}` : `m${start - drawn} 0`}h${x - start}`;
            drawn = x;
        }
    }
    return `<svg viewBox="0 -.5 ${rows.length} ${rows.length}" role="img" aria-label="${htmlText(text)}"><path d="${path}"/></svg>\n`;
}

function widths({ blocks }: Document): string {
    const percents = blocks.flatMap(section => section.blocks.flatMap(block => block.kind === "table" ? block.columns.map(column => column.percent) : []));
    return [...new Set(percents)].sort((a, b) => a - b).map(percent => `\n.w${percent}{width:${percent}%}`).join("");
}
