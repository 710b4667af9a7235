import { sha256 } from "../core/bytes.ts";
import { Malformed } from "../core/malformed.ts";
import { formatTime } from "../core/rules.ts";
import { shownName } from "../timestamps/names.ts";
import { mostRootsBytes, type Trusted } from "../timestamps/roots.ts";
import { sentence } from "../verification/report.ts";
import { both, element, find } from "./dom.ts";
import { refusal } from "./reportView.ts";
import type { RootsPart } from "./worker.ts";

/** A file of certificates that the reader trusts for one thing. */
export interface RootsFile {
    readonly file: Uint8Array;
    readonly name: string;
}

/** The field for one: shows whose they are, so that the reader can compare them, and takes none that cannot be read. */
export class RootsField {
    private chosen: RootsFile | null = null;

    /** @param id Of the field; those of what belongs to it begin with it. */
    constructor(private readonly id: string, private readonly part: RootsPart, private readonly parse: (file: Uint8Array) => Trusted) {
        find(`${id}-clear`).addEventListener("click", () => {
            find<HTMLInputElement>(id).value = "";
            void this.set(null);
            find(id).focus();
        });
    }

    get value(): RootsFile | null {
        return this.chosen;
    }

    async set(file: File | null): Promise<void> {
        this.chosen = file === null ? null : { file: new Uint8Array(await file.slice(0, mostRootsBytes + 1).arrayBuffer()), name: file.name };
        const state = find(`${this.id}-state`);
        find(`${this.id}-clear`).hidden = file === null;
        try {
            state.replaceChildren(...this.chosen === null ? [] : [contents(this.chosen.name, this.parse(this.chosen.file))]);
        } catch (problem) {
            if (!(problem instanceof Malformed))
                throw problem;
            this.chosen = null;
            state.replaceChildren(refusal(this.part, problem.message));
        }
    }
}

const contents = (name: string, { roots, helpers }: Trusted): HTMLElement => element("details", {},
    element("summary", {}, element("bdi", { class: "code" }, name), both(sentence(
        `: ${roots.length} ${roots.length === 1 ? "root" : "roots"}${helpers.length === 0 ? "" : `, ${helpers.length} more`}`,
        `：${roots.length} 个根证书${helpers.length === 0 ? "" : `，另有 ${helpers.length} 个`}`))),
    element("table", { class: "fields" }, element("tbody", {}, ...roots.slice(0, mostShown).map(root => element("tr", {},
        element("th", { scope: "row" }, element("bdi", {}, shownName(root.subjectName))),
        element("td", {}, both(Number.isNaN(root.notAfter) ? sentence("", "") : sentence(`valid until ${formatTime(root.notAfter).slice(0, 10)}. `, `有效期至 ${formatTime(root.notAfter).slice(0, 10)}。`)),
            "SHA-256 ", element("code", {}, sha256(root.der))))))));

const mostShown = 50;
