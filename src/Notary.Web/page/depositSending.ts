import { Refusal } from "../client/refusal.ts";
import { decodeUtf8, equalBytes } from "../core/bytes.ts";
import { escape } from "../core/rules.ts";
import { sentence, type Report, type Sentence } from "../verification/report.ts";
import { ask } from "./depositWork.ts";
import type { Prepared } from "./depositWorker.ts";
import { both, element } from "./dom.ts";
import { button, field, offer, table, tick, trouble } from "./fields.ts";
import { holdPage } from "./leaving.ts";
import { problemView } from "./problemView.ts";
import type { Session } from "./session.ts";

/**
 * A deposit that is ready: (1) the file with its seed is saved; (2) only then may the request be sent; (3) the answer is verified in
 * this page; (4) only then is there evidence, and only then does the page speak of success. Whatever stops it, the saved file goes on.
 */
export class DepositSending {
    readonly heading = element("h2", { tabindex: "-1", id: "sending-title" });
    readonly view: HTMLElement;
    private readonly pendingName: string;
    private readonly saved = element("input", { type: "checkbox", id: "saved", disabled: "" });
    private readonly copy = element("input", { type: "file", id: "copy" });
    private readonly compared = element("div", { role: "status", "aria-live": "polite" });
    private readonly send = button("send", sentence("Send", "发送"), () => void this.sendNow(), true);
    private readonly begin: HTMLButtonElement;
    // Whether the deposit is of the ledger and account that are signed in.
    private readonly isTheirs: boolean;
    private readonly state = element("div", { id: "sending-state", role: "status", "aria-live": "polite" });
    private readonly outcome = element("div", { id: "outcome", tabindex: "-1" });
    private readonly ready: HTMLElement;

    /**
     * @param trust The trust file that the certificate must verify under.
     * @param trustName What it is called; null when it is the page's operator's.
     * @param isSaved The deposit came out of a saved file.
     * @param begin Goes back to the form.
     */
    constructor(
        private readonly session: Session, private readonly prepared: Prepared, private readonly trust: Uint8Array, private readonly trustName: string | null,
        isSaved: boolean, begin: () => void) {
        this.pendingName = `deposit-${prepared.deposit}.journal`;
        this.begin = button("begin", sentence("Begin another deposit", "另行存证"), () => {
            holdPage("sending", false);
            begin();
        });
        this.isTheirs = prepared.ledger === session.ledger.origin && prepared.account === session.account.account;
        this.send.disabled = !isSaved || !this.isTheirs;
        this.saved.addEventListener("change", () => this.send.disabled = !this.saved.checked);
        this.ready = element("div", {}, summary(prepared), ...isSaved ? this.resumed() : this.toBeSaved(), element("div", { class: "row apart" }, this.send));
        this.view = element("section", { "aria-labelledby": "sending-title" }, this.heading, this.ready, this.state, this.outcome,
            element("div", { class: "row apart" }, this.begin));
        this.heading.append(both(isSaved
            ? sentence("3. Send it again", "三、再次发送") : sentence("3. Save this file, then send", "三、先保存此文件，再发送")));
        // Until there is evidence, or it is given up.
        holdPage("sending", true);
        session.ended.addEventListener("abort", () => holdPage("sending", false));
    }

    private *toBeSaved(): Generator<HTMLElement> {
        yield element("div", { class: "notice", id: "keep" },
            element("p", {}, element("strong", {}, both(sentence(
                "Save this file before anything is sent, and keep it.", "发送之前，请先保存此文件，并妥善保管。")))),
            element("p", {}, both(sentence(
                "It holds the seed, which exists nowhere else: not on the server, and in this page only until it is closed. Without the seed nobody can ever show what was deposited, and the deposit is worthless. Whoever has the file can open the deposit: keep it private.",
                "其中的种子别处都没有：服务器上没有，本页面关闭后也不复存在。没有种子，任何人都无法证明所存证的内容，存证便毫无价值。持有此文件者可以打开该存证：请保密。"))));
        yield element("p", {}, offer("save", sentence("Save the file", "保存文件"), this.prepared.pending, this.pendingName, this.session.ended, () => {
            this.saved.disabled = false;
        }), " ", element("bdi", { class: "code" }, this.pendingName));
        yield element("div", {}, tick(this.saved, sentence(
            "I have looked: the file is in its place, and I will keep it.", "我已确认：文件已保存在相应位置，我将妥善保管。")));
        this.copy.addEventListener("change", () => void this.compare());
        yield element("details", {}, element("summary", {}, both(sentence("Have this page look at the saved file", "让本页面核对已保存的文件"))),
            field(this.copy, sentence("The saved file", "已保存的文件"), sentence("It is compared byte for byte.", "将逐字节比对。")), this.compared);
    }

    /** What was saved is looked at again, for whoever wants to be sure that the download is whole. */
    private async compare(): Promise<void> {
        const file = this.copy.files?.[0];
        if (file === undefined)
            return;
        const read = async (blob: Blob): Promise<Uint8Array> => new Uint8Array(await blob.arrayBuffer());
        const isWhole = file.size === this.prepared.pending.size && equalBytes(await read(file), await read(this.prepared.pending));
        this.saved.checked = isWhole;
        this.saved.disabled &&= !isWhole;
        this.send.disabled = !isWhole;
        this.compared.replaceChildren(isWhole
            ? element("p", { class: "good", id: "whole" }, both(sentence("The saved file is whole.", "已保存的文件完整。")))
            : trouble("COPY", [sentence("This is not the file, or not all of it. Save it again, or choose the right one.", "这不是该文件，或不完整。请重新保存，或选择正确的文件。")]));
    }

    private *resumed(): Generator<HTMLElement> {
        yield this.isTheirs
            ? element("p", {}, both(sentence(
                "The saved file is whole. The same request is sent; if the ledger has it already, it answers as the first time.",
                "已保存的文件完整。将发出同一请求；如账本已有，则答复与首次相同。")))
            : trouble("OTHER_ACCOUNT", [sentence(
                `This deposit is of account '${this.prepared.account}' at ledger '${this.prepared.ledger}'. Sign in there, with that account.`,
                `此存证属于账本“${this.prepared.ledger}”的账户“${this.prepared.account}”。请在该账本以该账户登录。`)]);
    }

    private async sendNow(): Promise<void> {
        [this.send.disabled, this.begin.disabled, this.saved.disabled] = [true, true, true];
        this.outcome.replaceChildren();
        const clock = this.count();
        try {
            const certificate = await this.session.service.deposit(this.prepared.request);
            clearInterval(clock);
            await this.accept(certificate);
        } catch (problem) {
            this.failed(problem);
        } finally {
            clearInterval(clock);
            this.state.replaceChildren();
            this.begin.disabled = false;
        }
    }

    private count(): number {
        const start = Date.now();
        const tell = (): void => this.state.replaceChildren(element("p", {}, both(sentence(
            `Sent; waiting for the ledger for ${Math.round((Date.now() - start) / 1000)} s (60 at most)`,
            `已发送；等待账本答复 ${Math.round((Date.now() - start) / 1000)} 秒（至多 60 秒）`))));
        tell();
        return setInterval(tell, 1000);
    }

    private async accept(certificate: Uint8Array): Promise<void> {
        const answer = await ask({ kind: "accept", pending: this.prepared.pending, certificate, trust: this.trust }, this.session.ended);
        if (answer === null)
            return;
        if (answer.kind === "accepted")
            return this.done(answer.evidence, answer.report);
        this.stopped(sendAgain, answer.kind === "refused"
            ? trouble("LIE", [sentence(
                "What the server sent is not the certificate of this deposit. Do not rely on it: keep the saved file, and ask the operator. If the ledger has changed its key, load this page again, or bring your trust file up to date, and send again.",
                "服务器所发内容不是本次存证的证书。请勿依赖：请保留已保存的文件，并询问运营方。如账本已更换密钥，请重新载入本页面或更新您的信任文件，然后再次发送。"),
            ...answer.reasons])
            : trouble("LIE", [sentence(
                "What the server sent cannot be read as a certificate. Do not rely on it: keep the saved file, and send again later.",
                "服务器所发内容无法作为证书读取。请勿依赖：请保留已保存的文件，稍后再次发送。")], answer.kind === "failed" ? escape(answer.message) : ""));
    }

    private failed(problem: unknown): void {
        const isOpen = !(problem instanceof Refusal) || problem.isOpen;
        this.stopped(nextAfter(problem), problemView(problem), ...isOpen ? [element("p", { class: "notice", id: "open" }, both(sentence(
            "Whether the ledger has received it is not known: it may have. Send again: the same bytes give the same entry, never a second one.",
            "账本是否已收到尚不可知：有可能已收到。请再次发送：同样的字节只会得到同一条目，不会产生第二个。")))] : []);
    }

    private stopped(next: Sentence, ...words: readonly HTMLElement[]): void {
        this.send.disabled = false;
        this.send.replaceChildren(both(sentence("Send again", "再次发送")));
        this.outcome.replaceChildren(...words, element("p", {}, both(next)));
        this.outcome.focus();
    }

    private done(evidence: Blob, report: Report): void {
        const { deposit, evidenceName } = this.prepared;
        const { service, account, ended } = this.session;
        this.session.events.dispatchEvent(new Event("deposited"));
        this.ready.replaceChildren();
        this.heading.replaceChildren(both(sentence("4. Deposited", "四、已存证")));
        const pdf = element("div", { id: "pdf-state", role: "status", "aria-live": "polite" });
        const fetchPdf = button("pdf", sentence("Fetch the certificate as PDF", "取得证书 PDF"), () => void givePdf());
        const givePdf = async (): Promise<void> => {
            fetchPdf.disabled = true;
            pdf.replaceChildren(element("p", {}, both(sentence("Rendering 1 certificate…", "正在生成 1 份证书…"))));
            try {
                const content = await service.pdf(deposit);
                fetchPdf.hidden = true;
                const name = evidenceName.replace(/\.evidence\.zip$/, ".certificate.pdf");
                pdf.replaceChildren(element("p", {}, offer("save-pdf", sentence("Save the certificate (PDF)", "保存证书（PDF）"), content, name, ended, () => {})),
                    element("p", {}, both(await sealWords(content))));
            } catch (problem) {
                pdf.replaceChildren(problemView(problem));
                fetchPdf.disabled = false;
            }
        };
        this.outcome.replaceChildren(
            element("div", { class: "verdict good", "data-verdict": report.verdict },
                element("p", { class: "word" }, both(sentence("Deposited and verified", "已存证并已核验"))),
                element("p", {}, both(sentence(
                    `Entry ${report.subject!.index} of ledger '${report.subject!.ledger}', received ${report.subject!.received} by the operator's clock. This page has verified the certificate.`,
                    `账本“${report.subject!.ledger}”第 ${report.subject!.index} 号条目，运营方时钟所示接收时间 ${report.subject!.received}。本页面已核验证书。`))),
                element("p", { id: "time-sentence" }, both(report.timeSentence)),
                element("p", { id: "basis" }, ...this.basis())),
            element("h3", {}, both(sentence("Keep these", "请妥善保管"))),
            element("p", {}, offer("save-evidence", sentence("Save the evidence (zip)", "保存证据包（zip）"), evidence, evidenceName, ended, () => holdPage("sending", false)),
                " ", element("bdi", { class: "code" }, escape(evidenceName))),
            element("p", {}, both(sentence(
                "Keep the evidence and the documents, both private and in more than one place; the service stores neither. Once the evidence is saved, the file saved before is a second copy of what opens the deposit: keep it as carefully, or delete it.",
                "请保管证据包和文件，均须保密，并保存多份；本服务两者都不保存。证据包保存后，先前保存的文件即为开启存证的第二份副本：请同样妥善保管，或予删除。"))),
            element("p", {}, account.mayRead ? fetchPdf : both(sentence("This key may not read: fetch the PDF with a key that may.", "此密钥无读取权限：请以有权限的密钥取得 PDF。"))), pdf,
            element("details", {}, element("summary", {}, both(sentence("What was deposited", "存证内容"))), summary(this.prepared)),
            element("p", {}, element("a", { href: "#mine" }, both(sentence("Go to My deposits", "前往“我的存证”")))));
        this.outcome.focus();
    }

    private basis(): Node[] {
        return this.trustName === null
            ? [element("strong", { class: "open" }, both(sentence(
                "Judged by what the operator of this page wrote into it: whose signature counts is the operator's own word here.",
                "以本页面运营方写入的信任文件为准：此处以谁的签名为准，由运营方说了算。")))]
            : [both(sentence("Judged by your trust file ", "以您的信任文件为准：")), element("bdi", { class: "code" }, escape(this.trustName))];
    }
}

const sendAgain = sentence(
    "Nothing is lost: the saved file holds all of it. Send again here, or choose that file on this page later.",
    "没有丢失任何内容：已保存的文件中都有。可在此再次发送，或日后在本页面选择该文件。");

function nextAfter(problem: unknown): Sentence {
    if (!(problem instanceof Refusal))
        return sendAgain;
    if (problem.isOfKey)
        return sentence(
            "Nothing is lost: the saved file holds all of it. Sign out, sign in with a key that may deposit, and choose that file on this page.",
            "没有丢失任何内容：已保存的文件中都有。请退出，以可以存证的密钥登录，再在本页面选择该文件。");
    if (problem.reason === "RECORDS_LOST")
        return sentence(
            "Keep the saved file: with it and the public entry it can still be shown what was deposited, and when.",
            "请保留已保存的文件：凭该文件和公开条目，仍可证明所存证的内容和时间。");
    return problem.isFinal
        ? sentence(
            "Nothing is lost: the saved file holds all of it, so keep it. Sending it again as it is would bring the same answer.",
            "没有丢失任何内容：已保存的文件中都有，请予保留。照原样再次发送只会得到同样的答复。")
        : sendAgain;
}

// What a seal in a PDF cannot be without (ISO 32000-2, 12.8.1).
async function sealWords(pdf: Blob): Promise<Sentence> {
    const text = decodeUtf8(Uint8Array.from(new Uint8Array(await pdf.arrayBuffer()), byte => byte & 0x7F)) ?? "";
    return text.includes("/ByteRange")
        ? sentence(
            "It bears the operator's seal, which this page has not checked. It names no document; with the evidence it proves no more and no less.",
            "其上有运营方的电子签章，本页面未核验。其中不载文件名称；它不增减证据包所能证明的内容。")
        : sentence(
            "This server has no seal: the PDF bears none. It is for reading and filing; what proves is attached to it, and is in the evidence.",
            "本服务器没有电子签章：该 PDF 未加盖。它供阅读和归档之用；起证明作用的内容附于其中，亦在证据包内。");
}

function summary(prepared: Prepared): HTMLElement {
    const optional = (value: string | null): string => value === null ? "—" : escape(value);
    return table(
        [sentence("Deposit", "存证编号"), element("span", { class: "code", id: "deposit-id" }, prepared.deposit)],
        [sentence("Documents", "文件数"), String(prepared.items)],
        [sentence("Title", "标题"), element("bdi", {}, optional(prepared.title))],
        [sentence("Kind", "类型"), prepared.kind],
        [sentence("Follows", "承接"), element("span", { class: "code" }, optional(prepared.previous))],
        [sentence("Account and ledger", "账户与账本"), `${prepared.account} · ${prepared.ledger}`],
        [sentence("Signed by the depositor", "存证人签名"), both(prepared.isSigned ? sentence("yes", "是") : sentence("no", "否"))]);
}
