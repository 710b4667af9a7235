import { sentence, type Sentence } from "../verification/report.ts";
import { both, element } from "../page/dom.ts";

/** A proven entry with the operator's time in it. */
export interface GrowthPoint {
    readonly entries: number;
    readonly time: number;
}

const [wide, high, left, top, bottom] = [720, 320, 90, 50, 70];
const space = "http://www.w3.org/2000/svg";

/** How the ledger grew: a chart, and the same as a table. */
export function growth(points: readonly GrowthPoint[]): HTMLElement {
    const rows = points.map(point => element("tr", {}, element("td", { class: "number" }, String(point.entries)), element("td", {}, day(point.time, 16))));
    return element("div", {}, chart(points), element("details", {}, element("summary", {}, both(sentence("The same as a table", "以表格显示"))),
        element("table", {}, element("thead", {}, element("tr", {},
            element("th", { scope: "col", class: "number" }, both(sentence("Entries", "条目数"))), element("th", { scope: "col" }, both(sentence("By then (UTC, operator's clock)", "时间（UTC，运营方时钟）"))))),
        element("tbody", {}, ...rows))));
}

function chart(points: readonly GrowthPoint[]): SVGElement {
    const [first, last] = [points[0]!, points.at(-1)!];
    const span = Math.max(1, last.time - first.time);
    // Of a ledger of some days the dates alone would be alike.
    const length = span < 4 * 86_400_000 ? 16 : 10;
    const x = (point: GrowthPoint): number => left + (wide - left - 20) * (point.time - first.time) / span;
    const y = (point: GrowthPoint): number => high - bottom - (high - bottom - top) * point.entries / last.entries;
    const svg = shape("svg", { viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-labelledby": "growth-title" });
    const line = points.map(point => `${x(point).toFixed(1)},${y(point).toFixed(1)}`).join(" ");
    svg.append(
        shape("line", { class: "axis", x1: `${left}`, y1: `${high - bottom}`, x2: `${wide - 10}`, y2: `${high - bottom}` }),
        shape("line", { class: "axis", x1: `${left}`, y1: `${top - 10}`, x2: `${left}`, y2: `${high - bottom}` }),
        shape("polyline", { class: "growth", points: line }),
        ...points.map(point => shape("circle", { class: "point", cx: x(point).toFixed(1), cy: y(point).toFixed(1), r: "3.5" })),
        text(String(last.entries), left - 8, y(last) + 4, "end"), text("0", left - 8, high - bottom + 4, "end"),
        text(day(first.time, length), left, high - bottom + 26, "start"), text(day(last.time, length), wide - 10, high - bottom + 26, "end"),
        ...words(sentence("Entries", "条目数"), left, 24, "middle"), ...words(sentence("Time (UTC, operator's clock)", "时间（UTC，运营方时钟）"), (left + wide) / 2, high - 10, "middle"));
    return svg;
}

const day = (time: number, length: number): string => new Date(time).toISOString().slice(0, length).replace("T", " ");

function shape(name: string, attributes: Readonly<Record<string, string>>): SVGElement {
    const made = document.createElementNS(space, name) as SVGElement;
    for (const [attribute, value] of Object.entries(attributes))
        made.setAttribute(attribute, value);
    return made;
}

function text(content: string, x: number, y: number, anchor: string, lang: Readonly<Record<string, string>> = {}): SVGElement {
    const made = shape("text", { x: String(x), y: String(y), "text-anchor": anchor, ...lang });
    made.textContent = content;
    return made;
}

const words = ({ en, zh }: Sentence, x: number, y: number, anchor: string): SVGElement[] =>
    [text(zh, x, y, anchor, { lang: "zh-CN" }), text(en, x, y, anchor, { lang: "en" })];
