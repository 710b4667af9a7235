import { decodeUtf8, sha256 } from "../core/bytes.ts";
import type { TrustPolicy } from "../core/policy.ts";
import { sentence } from "../verification/report.ts";
import { both, element } from "./dom.ts";

export const ownFile = (name: string): HTMLElement => element("p", { id: "own-trust" }, both(sentence("Judged by your trust file ", "以您的信任文件为准：")), element("bdi", { class: "code" }, name));

/** What a trust file says, so that its reader can compare. */
export function policyContents(policy: TrustPolicy, file: Uint8Array): HTMLElement {
    const row = (en: string, zh: string, value: string): HTMLElement =>
        element("tr", {}, element("th", { scope: "row" }, both(sentence(en, zh))), element("td", { class: "code" }, value));
    return element("details", {}, element("summary", {}, both(sentence("What it says", "其内容"))),
        element("table", { class: "fields" }, element("tbody", {},
            ...policy.logs.map(key => row("Ledger", "账本", key.text)),
            ...policy.witnesses.map(({ name, key }) => row("Witness", "见证方", `${name} ${key.text}`)),
            row("Quorum", "见证门槛", policy.quorum ?? "none"), row("SHA-256 of the file", "文件的 SHA-256", sha256(file)))),
        element("pre", {}, decodeUtf8(file) ?? ""));
}
