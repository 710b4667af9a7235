import type { Listed } from "../client/service.ts";
import { depositNumber } from "../core/numbers.ts";
import { escape, formatTime, minute } from "../core/rules.ts";
import type { Checked } from "../deposit/checked.ts";
import { sentence, type Report, type Sentence } from "../verification/report.ts";
import { age } from "./age.ts";
import { documents, titleOf, version } from "./depositRows.ts";
import { ask } from "./depositWork.ts";
import { both, element } from "./dom.ts";
import { button, field, offer, table, trouble } from "./fields.ts";
import { problemView } from "./problemView.ts";
import type { Session } from "./session.ts";

const versionsShown = 100;

/** One deposit of the list, its versions, and what can be taken of it again. What the server hands out is verified here before it is offered. */
export class OneDeposit {
    readonly heading: HTMLElement;
    readonly view: HTMLElement;
    private readonly outcome = element("div", { id: "one-outcome", role: "status", "aria-live": "polite", tabindex: "-1" });
    private readonly saved = element("input", { type: "file", id: "saved-file" });
    private readonly buttons: readonly HTMLButtonElement[];

    /** @param isWhole Whether the account's whole list is loaded, so that a version that is not in it is not the account's. */
    constructor(private readonly session: Session, private readonly listed: Listed, versions: readonly Listed[], isWhole: boolean) {
        const { deposit } = listed;
        this.heading = element("h2", { id: "one-title", tabindex: "-1" }, titleOf(listed));
        this.buttons = [
            button("take-certificate", sentence("Fetch certificate.json", "取得 certificate.json"), () => void this.take(() => this.certificate())),
            button("take-pdf", sentence("Fetch the certificate as PDF", "取得证书 PDF"), () => void this.take(() => this.pdf())),
        ];
        this.saved.addEventListener("change", () => void this.take(() => this.evidence()));
        this.view = element("section", { "aria-labelledby": "one-title", "data-one": deposit },
            element("p", {}, element("a", { href: "#mine" }, both(sentence("← All deposits", "← 全部存证")))),
            this.heading, this.facts(versions, isWhole),
            element("h3", {}, both(sentence("Take it again", "再次取得"))),
            element("div", { class: "row" }, ...this.buttons,
                element("a", { class: "button", href: `ledger?lang=${document.documentElement.lang.slice(0, 2)}#${deposit}` }, both(sentence("Look at it in the ledger", "在账本中查看"))),
                session.account.mayDeposit ? element("a", { class: "button", href: `#new/${deposit}` }, both(sentence("Deposit a new version", "存证新版本"))) : null),
            this.outcome,
            element("details", { id: "rebuild" }, element("summary", {}, both(sentence("Make the evidence file again", "重新生成证据包"))),
                field(this.saved, sentence("The file saved before sending (….journal), or older evidence (….evidence.zip)", "发送前保存的文件（….journal），或以往的证据包（….evidence.zip）"), sentence(
                    "Only these open the deposit: the server has neither seed nor documents. The file is read here, joined with the newest certificate, and not sent.",
                    "只有这两者能开启存证：服务器既没有种子也没有文件。该文件只在本机读取，与最新证书合并，不会发出。"))),
            ...chain(versions, deposit));
    }

    private facts(versions: readonly Listed[], isWhole: boolean): HTMLElement {
        const { deposit, index, received, commitment, request } = this.listed;
        const previous = request?.previous ?? null;
        return table(
            [sentence("Deposit no.", "存证编号"), element("span", { class: "code", id: "one-number" }, depositNumber(deposit))],
            [sentence("Entry", "条目"), String(index)],
            [sentence("Received, by the operator's clock", "接收时间（运营方时钟）"), sentence(`${formatTime(received)} (${age(received).en})`, `${formatTime(received)}（${age(received).zh}）`)],
            ...request === null ? [] : [
                [sentence("Documents", "文件数"), documents(request.items)] as const,
                [sentence("Kind", "类型"), request.kind] as const,
                [sentence("Requested, by the depositor's clock", "请求时间（存证人时钟）"), formatTime(request.requested)] as const,
                ...previous === null ? [] : [[sentence("Follows", "承接"), follows(previous, versions, isWhole)] as const]],
            [sentence("Commitment", "承诺值"), element("span", { class: "code" }, commitment)]);
    }

    private async take(work: () => Promise<void>): Promise<void> {
        this.setBusy(true);
        this.outcome.replaceChildren(element("p", {}, both(sentence("Fetching and verifying 1 certificate…", "正在取得并核验 1 份证书…"))));
        try {
            await work();
        } catch (problem) {
            this.show(problemView(problem));
        } finally {
            this.setBusy(false);
        }
    }

    private async certificate(): Promise<void> {
        const checked = await this.check(await this.session.service.certificate(this.listed.deposit));
        if (checked === null)
            return;
        this.show(verified(checked.report), this.link("save-certificate", sentence("Save certificate.json", "保存 certificate.json"), new Blob([checked.certificate as BlobPart], { type: "application/json" }), "certificate.json"));
    }

    private async pdf(): Promise<void> {
        const pdf = await this.session.service.pdf(this.listed.deposit);
        const checked = await this.check(pdf);
        if (checked === null)
            return;
        this.show(verified(checked.report), element("p", {}, both(sentence(
            "That is of the certificate attached to the PDF. What its pages show, and the operator's seal if it bears one, this page has not checked; the page Verify and 'notary verify' do.",
            "以上针对 PDF 所附的证书。其页面所示内容及运营方签章（如有），本页面未核验；“核验”页面和“notary verify”可以核验。"))),
        this.link("save-pdf", sentence("Save the certificate (PDF)", "保存证书（PDF）"), pdf, "certificate.pdf"));
    }

    private async evidence(): Promise<void> {
        const file = this.saved.files?.[0];
        if (file === undefined)
            return;
        const certificate = await this.session.service.certificate(this.listed.deposit);
        const answer = await ask({ kind: "rebuild", saved: file, certificate, expected: this.expected(), trust: this.session.trust }, this.session.ended);
        this.saved.value = "";
        if (answer?.kind === "accepted")
            this.show(verified(answer.report), this.link("save-evidence", sentence("Save the evidence (zip)", "保存证据包（zip）"), answer.evidence, "evidence.zip"));
        else if (answer?.kind === "refused")
            this.show(trouble("NOT_OF_THIS", [sentence("This file and the certificate do not belong together, so nothing was made.", "该文件与证书不相符，未生成任何内容。"), ...answer.reasons]));
        else if (answer?.kind === "failed")
            this.show(trouble("UNREADABLE_FILE", [sentence(
                "This file opens no deposit: choose the file saved before sending, or the evidence, as it was saved.",
                "该文件不能开启存证：请选择原样保存的发送前文件或证据包。")], escape(answer.message)));
    }

    /** Null when it was refused, which was said then. */
    private async check(certificate: Uint8Array | Blob): Promise<Extract<Checked, { report: Report }> | null> {
        const answer = await ask({ kind: "check", certificate, expected: this.expected(), trust: this.session.trust }, this.session.ended);
        if (answer?.kind === "checked")
            return answer;
        if (answer?.kind === "refused" || answer?.kind === "failed")
            this.show(trouble("LIE", [sentence(
                "What the server sent is not the certificate of this deposit, so it is not offered. Do not rely on it, and ask the operator. If the ledger has changed its key, load this page again.",
                "服务器所发内容不是此存证的证书，因此不予提供。请勿依赖，并询问运营方。如账本已更换密钥，请重新载入本页面。"),
            ...answer.kind === "refused" ? answer.reasons : []], answer.kind === "failed" ? escape(answer.message) : ""));
        return null;
    }

    private expected() {
        return { deposit: this.listed.deposit, account: this.session.account.account, index: this.listed.index };
    }

    // Named by the number and not by the title, which is the account's secret.
    private link(id: string, words: Sentence, content: Blob, ending: string): HTMLElement {
        const name = `deposit-${this.listed.deposit}.${ending}`;
        return element("p", {}, offer(id, words, content, name, this.session.ended, () => {}), " ", element("bdi", { class: "code" }, name));
    }

    private setBusy(isBusy: boolean): void {
        for (const control of [...this.buttons, this.saved])
            control.disabled = isBusy;
    }

    private show(...outcome: readonly HTMLElement[]): void {
        this.outcome.replaceChildren(...outcome);
        this.outcome.focus();
    }
}

const verified = ({ subject, timeSentence }: Report): HTMLElement => element("div", {},
    element("p", { class: "good" }, both(sentence(
        `Verified in this page: the certificate of this deposit, entry ${subject!.index} under a checkpoint that the ledger signed.`,
        `本页面已核验：这是此存证的证书，条目 ${subject!.index}，在账本签署的检查点之下。`))),
    element("p", {}, both(timeSentence)),
    element("p", { class: "hint" }, both(sentence(
        "Judged by what the operator of this page wrote into it. The Verify page takes a trust file of your own, and the documents.",
        "以本页面运营方写入的信任文件为准。“核验”页可载入您自己的信任文件及所存证的文件。"))));

/** The deposit that this one claims to follow, as a way there where the account has it. */
function follows(previous: string, versions: readonly Listed[], isWhole: boolean): Node {
    const found = versions.find(({ deposit }) => deposit === previous);
    if (found !== undefined)
        return element("a", { href: `#mine/${previous}` }, titleOf(found), ` · ${minute(found.received)}`);
    return element("span", {}, element("span", { class: "code" }, depositNumber(previous)), " ", both(isWhole
        ? sentence("(none of this account's: the depositor claims it)", "（不在本账户的存证中：仅为存证人所称）") : sentence("(not loaded yet)", "（尚未加载）")));
}

function* chain(versions: readonly Listed[], deposit: string): Generator<HTMLElement> {
    if (versions.length < 2)
        return;
    yield element("h3", { id: "versions-title" }, both(sentence(`Versions (${versions.length}), latest first`, `各版本（共 ${versions.length} 版），最新的在前`)));
    const list = element("ol", { class: "deposits", id: "versions", reversed: "", "aria-labelledby": "versions-title" });
    list.start = versions.length;
    const show = (count: number): void => list.replaceChildren(...versions.slice(0, count).map(listed => element("li", listed.deposit === deposit ? { "aria-current": "true" } : {},
        listed.deposit === deposit ? element("strong", {}, titleOf(listed)) : element("a", { href: `#mine/${listed.deposit}`, class: "title" }, titleOf(listed)),
        element("span", { class: "badge" }, both(version(versions, listed.deposit))),
        element("span", { class: "meta" }, both(sentence(`${minute(listed.received)} · entry ${listed.index}`, `${minute(listed.received)} · 条目 ${listed.index}`))))));
    show(versionsShown);
    yield list;
    if (versions.length <= versionsShown)
        return;
    const all = button("all-versions", sentence(`Show all ${versions.length}`, `显示全部 ${versions.length} 版`), () => {
        show(versions.length);
        all.hidden = true;
    });
    yield element("p", {}, all);
}
