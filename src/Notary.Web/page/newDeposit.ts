import { decodeUtf8 } from "../core/bytes.ts";
import { Limits } from "../core/limits.ts";
import { depositOfNumber } from "../core/numbers.ts";
import { escape, isKind, titleProblem } from "../core/rules.ts";
import { inChinese, pathProblems } from "../deposit/paths.ts";
import type { Terms } from "../deposit/prepare.ts";
import { sentence, type Sentence } from "../verification/report.ts";
import { dropZone, pickedList } from "./choose.ts";
import { DepositSending } from "./depositSending.ts";
import { ask } from "./depositWork.ts";
import type { Answer } from "./depositWorker.ts";
import { both, bytes, element } from "./dom.ts";
import { button, field, tick, trouble } from "./fields.ts";
import { holdPage } from "./leaving.ts";
import { pathsOf, rootsOfDrop, rootsOfInput, type Root } from "./pick.ts";
import type { Session } from "./session.ts";

const troublesShown = 10;
const keyFileBytes = 4_096;

/** The view that makes a deposit: what, on whose terms, hashed here; then it is saved, sent, and its evidence handed out. */
export function newDeposit(session: Session): HTMLElement {
    const { account } = session;
    return account.mayDeposit
        ? new DepositForm(session).view
        : element("section", {}, element("div", { class: "notice", "data-problem": "MAY_NOT" }, element("p", {}, both(sentence(
            `This key has the role ${account.role} and the scopes ${account.scopes}: it may not deposit. Sign in with a key of a depositor, or ask your account's administrator.`,
            `此密钥的角色为 ${account.role}，权限为 ${account.scopes}，不能存证。请以存证人的密钥登录，或询问账户管理员。`)))));
}

/** The form, and the work that it starts. Everything chosen and written here ends with the session or with the page. */
class DepositForm {
    readonly view = element("section", { id: "new-deposit" });
    private roots: Root[] = [];
    private work: AbortController | null = null;

    private readonly documents = element("input", { type: "file", id: "documents", multiple: "" });
    private readonly folder = element("input", { type: "file", id: "folder", multiple: "", webkitdirectory: "" });
    private readonly title = element("input", { type: "text", id: "title", autocomplete: "off" });
    private readonly kind = element("input", { type: "text", id: "kind", class: "code", autocomplete: "off", spellcheck: "false", value: "trade-secret", list: "kinds" });
    private readonly previous = element("input", { type: "text", id: "previous", class: "code", autocomplete: "off", spellcheck: "false" });
    private readonly sm3 = element("input", { type: "checkbox", id: "sm3" });
    private readonly key = element("input", { type: "file", id: "signing-key" });
    private readonly trust = element("input", { type: "file", id: "trust" });
    private readonly unfinished = element("input", { type: "file", id: "pending" });

    private readonly picked = element("ul", { class: "picked", id: "documents-picked" });
    private readonly clear = button("clear", sentence("Remove the documents", "清除文件"), () => this.choose([]));
    private readonly run = element("button", { type: "submit", class: "main", id: "run" }, both(sentence("Compute the fingerprint", "计算指纹")));
    private readonly stop = button("stop", sentence("Stop", "停止"), () => this.work?.abort());
    private readonly bar = element("progress", { id: "progress-bar", max: "100", value: "0" });
    private readonly told = element("label", { for: "progress-bar", id: "progress-label" });
    private readonly progress = element("div", { id: "progress", class: "waiting" }, this.told, this.bar);
    private readonly outcome = element("div", { id: "outcome", role: "status", "aria-live": "polite", tabindex: "-1" });

    constructor(private readonly session: Session) {
        this.documents.addEventListener("change", () => this.choose([...this.roots, ...rootsOfInput(this.documents.files!)]));
        this.folder.addEventListener("change", () => this.choose([...this.roots, ...rootsOfInput(this.folder.files!)]));
        this.unfinished.addEventListener("change", () => void this.resume(this.unfinished.files![0]));
        window.addEventListener("hashchange", () => this.follow(), { signal: session.ended });
        this.choose([]);
        this.follow();
        this.stop.hidden = true;
        this.showForm();
    }

    private showForm(): void {
        const form = element("form", { id: "form", autocomplete: "off" }, this.what(), this.terms(),
            element("div", { class: "row" }, this.run, this.stop), this.progress, this.outcome);
        form.addEventListener("submit", event => {
            event.preventDefault();
            void this.prepare();
        });
        this.view.replaceChildren(form, this.again());
    }

    private what(): HTMLElement {
        const zone = element("div", { class: "drop", id: "documents-drop" },
            element("p", { class: "hint", id: "documents-drop-hint" }, both(sentence(
                "Choose files or a folder, or drop them here. They are read and hashed on this machine; neither they nor their names are sent.",
                "选择文件或文件夹，或拖放到此处。文件只在本机读取和计算摘要；文件及其名称都不会发出。"))),
            element("div", { class: "pair" }, field(this.documents, sentence("Files", "文件"), null), field(this.folder, sentence("Folder", "文件夹"), null)),
            this.picked, this.clear);
        dropZone(zone, async transfer => {
            try {
                this.choose([...this.roots, ...await rootsOfDrop(transfer)]);
            } catch (problem) {
                this.show(trouble("files", [advice.files], problem instanceof Error ? escape(problem.message) : ""));
            }
        });
        return element("section", { "aria-labelledby": "step-what" }, step("step-what", "1. Documents", "一、文件"), zone);
    }

    private terms(): HTMLElement {
        const { account } = this.session;
        return element("section", { "aria-labelledby": "step-terms" }, step("step-terms", "2. About the deposit", "二、存证说明"),
            field(this.title, sentence("Title (optional)", "标题（可不填）"), sentence(
                `At most ${Limits.titleCharacters} characters. The ledger's operator reads it: write nothing secret here.`,
                `至多 ${Limits.titleCharacters} 个字符。账本运营方看得到标题：请勿填写秘密内容。`)),
            account.requiresSignature ? this.keyField() : null,
            element("details", { id: "more" }, element("summary", {}, both(sentence("More", "更多选项"))),
                field(this.kind, sentence("Kind", "类型"), sentence("a-z, 0-9 and '-', such as trade-secret or source-code.", "a-z、0-9 和“-”，例如 trade-secret 或 source-code。")),
                element("datalist", { id: "kinds" }, ...["trade-secret", "technical-drawing", "source-code", "customer-list", "contract"].map(value => element("option", { value }))),
                field(this.previous, sentence("Earlier deposit that this one follows", "本次存证所承接的以往存证"), sentence(
                    "Its number, from My deposits or from its evidence.", "其编号，见“我的存证”或其证据包。")),
                account.requiresSignature ? null : this.keyField(),
                field(this.trust, sentence("Your own trust file", "您自己的信任文件"), sentence(
                    "The certificate is judged by it. Without it the only trust at hand is what the operator of this page wrote into it.",
                    "以其核验证书。未提供时，唯一的信任依据来自本页面的运营方。")),
                tick(this.sm3, sentence("Also compute SM3 digests (GB/T 32905); it takes about twice as long", "同时计算 SM3 摘要（GB/T 32905），用时约加倍"))));
    }

    private keyField(): HTMLElement {
        return field(this.key, this.session.account.requiresSignature
            ? sentence("Signing key of the account (required)", "账户的签名密钥（必需）")
            : sentence("Signing key of the account", "账户的签名密钥"), sentence(
            "The file of notary keygen. The request is signed in this page; the key is not sent. A key in another form, or under a passphrase, is used with notary deposit --key.",
            "notary keygen 生成的文件。请求在本页面内签名，密钥不会发出。其他形式或受口令保护的密钥，请以 notary deposit --key 使用。"));
    }

    private again(): HTMLElement {
        return element("section", { "aria-labelledby": "step-again" },
            element("h2", { id: "step-again" }, both(sentence("Go on with an unfinished deposit, or make its evidence again", "继续未完成的存证，或重新生成证据包"))),
            field(this.unfinished, sentence("The saved file deposit-….journal", "已保存的 deposit-….journal 文件"), sentence(
                "The same request is sent again: the ledger answers as the first time, and makes no second entry.",
                "将再次发出同一请求：账本给出与首次相同的答复，不会产生第二个条目。")));
    }

    /** `#new/UUID` makes a deposit that follows that one. */
    private follow(): void {
        const [view, deposit] = location.hash.slice(1).split("/");
        if (view !== "new" || depositOfNumber(deposit ?? "") === null)
            return;
        this.previous.value = deposit!;
        this.view.querySelector<HTMLDetailsElement>("#more")?.setAttribute("open", "");
    }

    private choose(roots: Root[]): void {
        this.roots = roots;
        if (roots.length === 0)
            [this.documents.value, this.folder.value] = ["", ""];
        this.picked.replaceChildren(...pickedList(roots));
        this.clear.hidden = roots.length === 0;
        const troubles = [...pathProblems(pathsOf(roots).map(({ path }) => path))];
        this.outcome.replaceChildren(...troubles.length === 0 ? [] : [this.refused(troubles)]);
        this.run.disabled = troubles.length > 0 || pathsOf(roots).length === 0;
    }

    private refused(troubles: readonly Sentence[]): HTMLElement {
        const more = troubles.length - troublesShown;
        return trouble("files", [
            sentence("These documents cannot be deposited as they are; nothing was sent. Rename or leave them out, then choose again:", "以下文件不能照此存证，尚未发出任何内容。请重命名或去除后重新选择："),
            ...troubles.slice(0, troublesShown), ...more > 0 ? [sentence(`and ${more} more`, `另有 ${more} 个`)] : []]);
    }

    private async prepare(): Promise<void> {
        const troubles = [...this.termTroubles()];
        if (troubles.length > 0)
            return this.show(trouble("terms", troubles));
        const documents = pathsOf(this.roots);
        const total = documents.reduce((sum, { blob }) => sum + blob.size, 0);
        const work = this.begin();
        this.tell(0, total);
        const answer = await ask({ kind: "prepare", documents, terms: await this.read() }, work.signal, ({ done }) => this.tell(done, total));
        this.finish(answer, sentence("Stopped: nothing was sent.", "已停止：未发出任何内容。"));
        if (answer?.kind === "prepared")
            this.sending(answer.prepared, false);
    }

    private async resume(pending: File | undefined): Promise<void> {
        if (pending === undefined)
            return;
        const work = this.begin();
        const answer = await ask({ kind: "open", pending }, work.signal);
        this.finish(answer, sentence("Stopped.", "已停止。"));
        this.unfinished.value = "";
        if (answer?.kind === "prepared")
            this.sending(answer.prepared, true);
    }

    private async sending(prepared: Extract<Answer, { kind: "prepared" }>["prepared"], isSaved: boolean): Promise<void> {
        const trust = (await this.trustFile()).file;
        const begin = (): void => {
            this.choose([]);
            [this.title.value, this.previous.value] = ["", ""];
            this.showForm();
            this.documents.focus();
        };
        const sending = new DepositSending(this.session, prepared, trust, this.trust.files?.[0]?.name ?? null, isSaved, begin);
        this.view.replaceChildren(sending.view);
        sending.heading.focus();
    }

    private *termTroubles(): Generator<Sentence> {
        const title = this.title.value.trim();
        const problem = title === "" ? null : titleProblem(title, Limits.titleCharacters);
        if (problem !== null)
            yield sentence(`The title ${problem}. Change it.`, `标题${inChinese(problem)}。请修改。`);
        if (!isKind(this.kind.value.trim()))
            yield sentence(`The kind is not 1 to ${Limits.kindCharacters} characters of a-z, 0-9 and '-'. Change it.`, `类型不是 1 至 ${Limits.kindCharacters} 个 a-z、0-9 或“-”字符。请修改。`);
        const previous = this.previous.value.trim();
        if (previous !== "" && depositOfNumber(previous) === null)
            yield sentence("The earlier deposit's number is none: copy it whole from its certificate or from My deposits.", "以往存证的编号有误：请从其证书或“我的存证”中完整复制。");
        if (this.session.account.requiresSignature && this.key.files!.length === 0)
            yield sentence("This account signs its requests: choose its signing key.", "该账户的请求须签名：请选择其签名密钥。");
    }

    private async read(): Promise<Terms> {
        const { account, ledger } = this.session;
        const key = this.key.files![0];
        return {
            ledger: ledger.origin, account: account.account, kind: this.kind.value.trim(), title: this.title.value.trim() || null, previous: depositOfNumber(this.previous.value.trim()),
            withSm3: this.sm3.checked, server: location.origin + location.pathname, trust: await this.trustFile(), roots: this.roots.map(({ name }) => ({ name })),
            signingKey: key === undefined ? null : decodeUtf8(new Uint8Array(await key.slice(0, keyFileBytes + 1).arrayBuffer())) ?? "",
        };
    }

    private async trustFile(): Promise<Terms["trust"]> {
        const own = this.trust.files?.[0];
        return own === undefined
            ? { file: this.session.trust, place: "operator-trust" }
            : { file: new Uint8Array(await own.slice(0, Limits.policyBytes + 1).arrayBuffer()), place: own.name.replace(/[\n\0]/g, "_") };
    }

    private begin(): AbortController {
        const work = this.work = new AbortController();
        this.session.ended.addEventListener("abort", () => work.abort());
        holdPage("hashing", true);
        this.setBusy(true);
        this.outcome.replaceChildren();
        return work;
    }

    private finish(answer: Awaited<ReturnType<typeof ask>>, stopped: Sentence): void {
        holdPage("hashing", false);
        this.work = null;
        this.setBusy(false);
        if (answer === null)
            this.show(element("p", { class: "notice" }, both(stopped)));
        else if (answer.kind === "failed")
            this.show(trouble(answer.of, [advice[answer.of]], escape(answer.message)));
    }

    // The bar's place is kept while it is not shown, so that nothing jumps.
    private setBusy(isBusy: boolean): void {
        this.stop.hidden = !isBusy;
        this.progress.classList.toggle("waiting", !isBusy);
        this.run.disabled = isBusy || this.roots.length === 0;
        for (const input of [this.documents, this.folder, this.title, this.kind, this.previous, this.sm3, this.key, this.trust, this.unfinished, this.clear])
            input.disabled = isBusy;
    }

    private tell(done: number, total: number): void {
        const part = total === 0 ? 100 : Math.floor(100 * done / total);
        this.bar.value = part;
        this.told.replaceChildren(both(sentence(
            `Hashing the documents: ${part} % (${bytes(done)} of ${bytes(total)})`, `正在计算文件摘要：${part}%（${bytes(done)} / ${bytes(total)}）`)));
    }

    private show(outcome: HTMLElement): void {
        this.outcome.replaceChildren(outcome);
        this.outcome.focus();
    }
}

const step = (id: string, en: string, zh: string): HTMLElement => element("h2", { id }, both(sentence(en, zh)));

const advice: Record<Extract<Answer, { kind: "failed" }>["of"], Sentence> = {
    files: sentence(
        "A document cannot be deposited, so nothing was sent. Perhaps it was changed, moved or may not be read: choose the documents again.",
        "有文件不能存证，尚未发出任何内容。文件可能已被改动、移走或不允许读取：请重新选择文件。"),
    key: sentence(
        "The signing key cannot be used, so nothing was sent. Choose the file that notary keygen wrote for this account.",
        "无法使用该签名密钥，尚未发出任何内容。请选择 notary keygen 为本账户生成的文件。"),
    trust: sentence(
        "This is no trust file, so nothing was sent. A trust file is a C2SP tlog-policy; choose another one, or none.",
        "这不是信任文件，尚未发出任何内容。信任文件采用 C2SP tlog-policy 格式；请选择其他文件，或不选。"),
    terms: sentence("The request cannot be written with these words, so nothing was sent. Change them.", "无法以这些内容写成请求，尚未发出任何内容。请修改。"),
    pending: sentence(
        "This file does not hold a deposit that this page can go on with. Choose the file deposit-….journal as it was saved.",
        "该文件中没有本页面能够继续的存证。请选择原样保存的 deposit-….journal 文件。"),
    certificate: sentence(
        "What the server sent is no certificate. Do not rely on it; keep the saved file, and send again later.",
        "服务器所发内容不是证书。请勿依赖；请保留已保存的文件，稍后再次发送。"),
};
