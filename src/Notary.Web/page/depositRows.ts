import type { DepositList, Filter } from "../client/depositList.ts";
import type { Listed } from "../client/service.ts";
import { depositNumber } from "../core/numbers.ts";
import { escape, minute } from "../core/rules.ts";
import { sentence, type Sentence } from "../verification/report.ts";
import { both, element } from "./dom.ts";
import { field, tick } from "./fields.ts";

const pageSize = 50;
const day = 86_400_000;

/** A deposit's title as its account wrote it, isolated from the words around it. */
export const titleOf = ({ request }: Listed): HTMLElement => request?.title
    ? element("bdi", {}, escape(request.title))
    : element("bdi", { class: "soft" }, both(request === null
        ? sentence("(the ledger holds no request of it any more)", "（账本已不再保存其请求）") : sentence("(no title)", "（无标题）")));

/** How many documents, in words. */
export const documents = (items: number): Sentence => sentence(items === 1 ? "1 document" : `${items} documents`, `${items} 个文件`);

/** A list of deposits, a page of it at a time, narrowed by words and days. It finds what is loaded, and says how much that is. */
export class DepositRows {
    readonly view: HTMLElement;
    private readonly words = element("input", { type: "text", id: "filter-words", autocomplete: "off", spellcheck: "false" });
    private readonly from = element("input", { type: "date", id: "filter-from" });
    private readonly until = element("input", { type: "date", id: "filter-until" });
    private readonly newestOnly = element("input", { type: "checkbox", id: "filter-newest" });
    private readonly state = element("p", { id: "mine-state", role: "status", "aria-live": "polite", tabindex: "-1" });
    private readonly rows = element("ol", { class: "deposits", id: "mine-rows" });
    private readonly pager = element("nav", { class: "row pager", "aria-label": "分页", "data-label-zh": "分页", "data-label-en": "Pages" });
    private page = 0;

    /** @param loading What says how far the list is loaded. */
    constructor(private list: DepositList, loading: HTMLElement) {
        const filter = element("form", { id: "filter", role: "search" },
            field(this.words, sentence("Find by words", "按文字查找"), sentence("Of the title, kind or number: all must occur.", "标题、类型或编号中的文字，须全部出现。")),
            element("div", { class: "pair" },
                field(this.from, sentence("Received from (UTC)", "接收日期自（UTC）"), null), field(this.until, sentence("to (UTC)", "至（UTC）"), null)),
            tick(this.newestOnly, sentence("Newest versions only", "只列最新版本")));
        filter.addEventListener("submit", event => event.preventDefault());
        filter.addEventListener("input", () => this.turn(0));
        this.view = element("div", {}, filter, loading, this.state, this.rows, this.pager);
    }

    use(list: DepositList): void {
        this.list = list;
        this.update();
    }

    /** Shows what the list has now. */
    update(): void {
        const found = this.list.matching(this.filter());
        const pages = Math.max(1, Math.ceil(found.length / pageSize));
        this.page = Math.min(this.page, pages - 1);
        const first = this.page * pageSize;
        this.rows.start = first + 1;
        this.rows.replaceChildren(...found.slice(first, first + pageSize).map(listed => this.row(listed)));
        this.state.replaceChildren(...this.said(found.length, first));
        this.pager.replaceChildren(...pages > 1 ? pageNumbers(this.page, pages).map(number => this.turner(number)) : []);
    }

    /** Brings the keyboard back to where it left the list. */
    focus(deposit: string): void {
        this.rows.querySelector<HTMLElement>(`a[href="#mine/${deposit}"]`)?.focus();
    }

    private filter(): Filter {
        const [from, until] = [Date.parse(this.from.value), Date.parse(this.until.value)];
        return { words: this.words.value, from: Number.isNaN(from) ? null : from, until: Number.isNaN(until) ? null : until + day, newestOnly: this.newestOnly.checked };
    }

    private turn(page: number): void {
        this.page = page;
        this.update();
    }

    private *said(found: number, first: number): Generator<Node> {
        const { size, isWhole } = this.list;
        if (isWhole && size === 0) {
            yield both(sentence("This account has no deposits yet. ", "本账户还没有存证。"));
            yield element("a", { href: "#new" }, both(sentence("Make the first one.", "进行首次存证。")));
            return;
        }
        const last = Math.min(first + pageSize, found);
        if (found > 0)
            yield both(sentence(
                `${first + 1} to ${last} of ${found}${found < size ? `, found among ${size} loaded` : ""}, newest first.`,
                `第 ${first + 1} 至 ${last} 份，共 ${found} 份${found < size ? `（在已加载的 ${size} 份中）` : ""}，最新的在前。`));
        else if (size > 0)
            yield both(sentence(
                `None of the ${size} loaded deposits fits. Use fewer words or other days.${certificateNumber(this.words.value).en}`,
                `已加载的 ${size} 份存证中没有符合的。请减少文字或更改日期。${certificateNumber(this.words.value).zh}`));
    }

    private row(listed: Listed): HTMLElement {
        const { deposit, index, received, request } = listed;
        const versions = this.list.versions(deposit);
        const meta = sentence(
            `${minute(received)} · entry ${index}${request === null ? "" : ` · ${documents(request.items).en} · ${request.kind}`}`,
            `${minute(received)} · 条目 ${index}${request === null ? "" : ` · ${documents(request.items).zh} · ${request.kind}`}`);
        return element("li", { "data-deposit": deposit },
            element("a", { href: `#mine/${deposit}`, class: "title" }, titleOf(listed)),
            versions.length > 1 ? element("span", { class: "badge" }, both(version(versions, deposit))) : null,
            element("span", { class: "meta" }, both(meta)), element("span", { class: "code" }, depositNumber(deposit)));
    }

    private turner(number: number | null): HTMLElement {
        if (number === null)
            return element("span", { "aria-hidden": "true" }, "…");
        const made = element("button", { type: "button", "data-page": String(number), ...number === this.page ? { "aria-current": "page" } : {} }, String(number + 1));
        made.addEventListener("click", () => {
            this.turn(number);
            this.state.focus();
        });
        return made;
    }
}

/** Which of a chain's versions a deposit is, counted from the first. */
export function version(versions: readonly Listed[], deposit: string): Sentence {
    const number = versions.length - versions.findIndex(other => other.deposit === deposit);
    return number === versions.length
        ? sentence(`version ${number}, the newest`, `第 ${number} 版（最新）`) : sentence(`version ${number} of ${versions.length}`, `第 ${number} 版，共 ${versions.length} 版`);
}

/** The first, the last and those around the page that is shown; null where some are left out. */
function pageNumbers(current: number, pages: number): (number | null)[] {
    const shown = [...new Set([0, current - 2, current - 1, current, current + 1, current + 2, pages - 1])].filter(number => number >= 0 && number < pages).sort((a, b) => a - b);
    return shown.flatMap((number, i) => i > 0 && number - shown[i - 1]! > 1 ? [null, number] : [number]);
}

const certificateNumber = (words: string): Sentence => /^\s*[0-9a-f]{4}(-[0-9a-f]{4}){4}-[0-9a-z]\s*$/i.test(words)
    ? sentence(
        " This is a certificate's number, which is computed from the whole certificate and changes each time it is issued: enter the deposit's number, which stands below it.",
        "这是证书编号，由整份证书算出，每次签发都不同：请输入其下方的存证编号。")
    : sentence("", "");
