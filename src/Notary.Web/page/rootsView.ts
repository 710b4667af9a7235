import { sha256 } from "../core/bytes.ts";
import { formatTime } from "../core/rules.ts";
import { shownName } from "../timestamps/names.ts";
import { sealRoots, timestampRoots, type Trusted } from "../timestamps/roots.ts";
import { sentence } from "../verification/report.ts";
import { both, element } from "./dom.ts";
import type { Look } from "./fileField.ts";

export const lookAtTimestampRoots: Look = { part: "tsaRoots", contents: file => contents(timestampRoots(file)) };

export const lookAtSealRoots: Look = { part: "sealRoots", contents: file => contents(sealRoots(file)) };

const mostShown = 50;

/** Whose certificates a file holds, so that its reader can compare. */
const contents = ({ roots, helpers }: Trusted): HTMLElement => element("details", {},
    element("summary", {}, both(sentence(
        `${roots.length} ${roots.length === 1 ? "root" : "roots"}${helpers.length === 0 ? "" : `, ${helpers.length} more`}`,
        `${roots.length} 个根证书${helpers.length === 0 ? "" : `，另有 ${helpers.length} 个`}`))),
    element("table", { class: "fields" }, element("tbody", {}, ...roots.slice(0, mostShown).map(root => element("tr", {},
        element("th", { scope: "row" }, element("bdi", {}, shownName(root.subjectName))),
        element("td", {}, both(Number.isNaN(root.notAfter) ? sentence("", "") : sentence(`valid until ${formatTime(root.notAfter).slice(0, 10)}. `, `有效期至 ${formatTime(root.notAfter).slice(0, 10)}。`)),
            "SHA-256 ", element("code", {}, sha256(root.der))))))));
