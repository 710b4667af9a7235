import { Refusal } from "../client/refusal.ts";
import { escape } from "../core/rules.ts";
import { sentence } from "../verification/report.ts";
import { both, element } from "./dom.ts";

/** What went wrong, and what to do next. The server's own words stand below ours, as text. */
export function problemView(problem: unknown): HTMLElement {
    const refusal = problem instanceof Refusal ? problem : null;
    const words = refusal?.words ?? sentence(
        "Something went wrong in this page that it did not foresee. Load it again; if it stays so, tell the operator.",
        "本页面出现未预料的错误。请重新载入；如仍如此，请告知运营方。");
    const detail = refusal?.detail ?? (problem instanceof Error ? escape(`${problem.name}: ${problem.message}`) : "");
    return element("div", { class: "error", role: "alert", "data-problem": refusal?.reason || String(refusal?.status ?? "PAGE") },
        element("p", {}, both(words)), detail === "" ? null : element("p", { class: "code" }, detail));
}
