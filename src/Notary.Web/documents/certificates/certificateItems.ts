import { grouped, type Hash } from "../../core/bytes.ts";
import type { Item } from "../../core/deposits.ts";
import { shownItems, type Evidence } from "../../evidence/evidence.ts";
import { exact, foreign, prose, words, type Block, type Phrase } from "../content/document.ts";
import { timeLine } from "../content/times.ts";

/** More would make a page that nobody reads; the package lists them all. */
const most = 500;

/** The documents that a disclosure copy names. */
export function certificateItems(evidence: Evidence): Block[] {
    const items = shownItems(evidence);
    const hidden = [...evidence.openings].filter(([, opening]) => opening.item === null).map(([leaf]) => leaf);
    const rows = [...items.slice(0, most).map(row), ...hidden.slice(0, Math.max(0, most - items.length)).map(hiddenRow)];
    if (rows.length === 0)
        return [prose("The evidence names no document.", "证据未列明任何文件。")];
    const table: Block = {
        kind: "table",
        columns: [
            { heading: { en: "Path", zh: "路径" }, percent: 30 }, { heading: { en: "Bytes", zh: "字节数" }, percent: 12 },
            { heading: { en: "Digest", zh: "摘要" }, percent: 38 }, { heading: { en: "Last changed, as claimed", zh: "修改时间（所称）" }, percent: 20 },
        ],
        rows,
    };
    const left = grouped(items.length + hidden.length - rows.length);
    return left === "0" ? [table] : [table, prose(`And ${left} more: the package lists them all.`, `另有 ${left} 项，均列于证据包中。`)];
}

const row = ({ path, size, sha256, sm3, modified }: Item): Phrase[] =>
    [foreign(path), exact(String(size)), exact(`SHA-256 ${sha256}${sm3 === null ? "" : ` SM3 ${sm3}`}`), exact(timeLine(modified))];

const hiddenRow = (leaf: Hash): Phrase[] =>
    [words("name withheld", "名称未披露"), words("withheld", "未披露"), exact(`leaf ${leaf}`), words("withheld", "未披露")];
