import { minute } from "../core/rules.ts";
import { sentence, type Sentence } from "../verification/report.ts";
import { both, element } from "./dom.ts";

/** Names and values, a line each; a plain value is shown as it is. */
export const fields = (...rows: readonly (readonly [Sentence, string | Sentence | Node])[]): HTMLElement => element("table", { class: "fields" }, element("tbody", {},
    ...rows.map(([name, value]) => element("tr", {}, element("th", { scope: "row" }, both(name)),
        element("td", {}, typeof value === "string" || value instanceof Node ? value : both(value))))));

/** What is wrong, with what to do next. */
export const warning = (words: Sentence): HTMLElement => element("div", { class: "error", role: "alert" }, element("p", {}, both(words)));

/** A time and how long ago that is by this machine's clock. */
export function age(time: number): Sentence {
    const minutes = Math.floor((Date.now() - time) / 60_000);
    if (minutes < -5)
        return sentence(`${minute(time)}, ahead of this device's clock`, `${minute(time)}，晚于本设备的时钟`);
    const [number, en, zh] = minutes < 120 ? [Math.max(0, minutes), "min", "分钟"] : minutes < 2880 ? [Math.floor(minutes / 60), "h", "小时"] : [Math.floor(minutes / 1440), "days", "天"];
    return sentence(`${minute(time)}, ${number} ${en} ago`, `${minute(time)}，${number} ${zh}前`);
}
