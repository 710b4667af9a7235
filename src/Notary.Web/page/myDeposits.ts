import { DepositList, loadedAtOnce } from "../client/depositList.ts";
import { depositOfNumber } from "../core/numbers.ts";
import { sentence } from "../verification/report.ts";
import { DepositRows } from "./depositRows.ts";
import { both, element } from "./dom.ts";
import { button } from "./fields.ts";
import { OneDeposit } from "./oneDeposit.ts";
import { problemView } from "./problemView.ts";
import type { Session } from "./session.ts";

/** The account's deposits. It is asked for once a sign-in, and again after each new deposit. */
export const myDeposits = (session: Session): HTMLElement => session.account.mayRead ? new MyDeposits(session).view : element("section", {},
    element("p", { class: "notice", "data-problem": "MAY_NOT_READ" }, both(sentence(
        "This key may deposit, but not read the account's deposits. Sign in with a key that may read, or ask your account's administrator for one.",
        "此密钥可以存证，但无权读取账户的存证。请以有读取权限的密钥登录，或向账户管理员索取。"))));

/** `#mine` lists them, `#mine/UUID` shows one: an address leads back to either, and so does the browser's own way back. */
class MyDeposits {
    readonly view: HTMLElement;
    private list: DepositList;
    private readonly rows: DepositRows;
    private readonly one = element("div", { id: "mine-one", hidden: "" });
    private readonly listed: HTMLElement;
    private readonly loading = element("p", { id: "mine-loading", role: "status" });
    private readonly trouble = element("div", { id: "mine-trouble" });
    private readonly again = button("again", sentence("Load again", "重新加载"), () => this.reload());
    private readonly older = button("older", sentence("Load older ones", "加载更早的存证"), () => void this.load());
    private shown: string | null = null;

    constructor(private readonly session: Session) {
        this.list = this.newList();
        this.rows = new DepositRows(this.list, element("div", {}, element("div", { class: "row loading" }, this.loading, this.older, this.again), this.trouble));
        this.listed = element("div", { id: "mine-list" }, this.rows.view);
        this.view = element("section", { id: "my-deposits" }, this.listed, this.one);
        window.addEventListener("hashchange", () => this.follow(), { signal: session.ended });
        session.events.addEventListener("deposited", () => this.reload(), { signal: session.ended });
        this.follow();
        void this.load();
    }

    private newList(): DepositList {
        return new DepositList((size, token) => this.session.service.list(size, token));
    }

    /** What was listed stays in view until there is an answer, and where there is none. */
    private reload(): void {
        const before = this.list;
        this.list = this.newList();
        void this.load(before);
    }

    /**
     * Goes on to the end, or until as many more are loaded as a person looks through.
     * @param before What goes on to be shown when there is no answer.
     */
    private async load(before = this.list): Promise<void> {
        const list = this.list;
        const until = list.size + loadedAtOnce;
        [this.again.hidden, this.older.hidden] = [true, true];
        this.trouble.replaceChildren();
        try {
            while (!list.isWhole && list.size < until) {
                this.tell(false);
                await list.more();
                if (list !== this.list || this.session.ended.aborted)
                    return;
                this.rows.use(list);
                this.follow();
            }
        } catch (problem) {
            if (list !== this.list || this.session.ended.aborted)
                return;
            this.trouble.replaceChildren(problemView(problem));
            if (list.size === 0)
                this.list = before;
        }
        this.tell(true);
        [this.again.hidden, this.older.hidden] = [false, this.list.isWhole];
    }

    private tell(isDone: boolean): void {
        const { size, isWhole } = this.list;
        this.loading.replaceChildren(both(
            !isDone ? sentence(`Loading: ${size} so far…`, `正在加载：已加载 ${size} 份…`)
            : isWhole ? sentence(`${size} loaded: all that the account has.`, `已加载 ${size} 份：账户的全部存证。`)
            : sentence(`${size} loaded; older ones are not.`, `已加载 ${size} 份，更早的尚未加载。`)));
    }

    private follow(): void {
        const [view, number] = location.hash.slice(1).split("/");
        if (view !== "mine")
            return;
        const deposit = number === undefined ? null : depositOfNumber(number);
        [this.listed.hidden, this.one.hidden] = [number !== undefined, number === undefined];
        if (number === undefined) {
            this.one.replaceChildren();
            if (this.shown !== null)
                this.rows.focus(this.shown);
            this.shown = null;
            return;
        }
        const found = deposit === null ? undefined : this.list.find(deposit);
        if (found === undefined)
            return this.missing(deposit);
        // Shown once: the list that grows meanwhile changes its versions at the most.
        const versions = this.list.versions(found.deposit);
        if (this.shown === found.deposit && this.one.dataset["versions"] === String(versions.length))
            return;
        this.one.dataset["versions"] = String(versions.length);
        const one = new OneDeposit(this.session, found, versions, this.list.isWhole);
        this.one.replaceChildren(one.view);
        if (this.shown !== found.deposit)
            one.heading.focus();
        this.shown = found.deposit;
    }

    private missing(deposit: string | null): void {
        this.shown = deposit;
        this.one.replaceChildren(element("p", { class: "notice" }, both(deposit !== null && !this.list.isWhole
            ? sentence(`Looking for it: ${this.list.size} deposits loaded so far.`, `正在查找：已加载 ${this.list.size} 份存证。`)
            : sentence(
                "There is no such deposit among those of this account. Compare the number, or sign in with the account that made it.",
                "本账户的存证中没有这一份。请核对编号，或以当时的账户登录。"))), element("p", {}, element("a", { href: "#mine" }, both(sentence("All deposits", "全部存证")))));
    }
}
