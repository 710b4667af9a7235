import { Refusal } from "../client/refusal.ts";
import { Service } from "../client/service.ts";
import { escape } from "../core/rules.ts";
import { sentence, type Sentence } from "../verification/report.ts";
import { both, element, find, setUpLanguage } from "./dom.ts";
import { myDeposits } from "./myDeposits.ts";
import { newDeposit } from "./newDeposit.ts";
import { problemView } from "./problemView.ts";
import type { Session } from "./session.ts";

/** The two views, which the address names after '#': going from one to the other loads nothing, so that the key stays in memory. */
const views = ["new", "mine"] as const;
type View = typeof views[number];

const trust = new TextEncoder().encode(find("operator-trust").textContent ?? "");

let session: Session | null = null;

function setUp(): void {
    setUpLanguage(() => {});
    document.addEventListener("click", stay);
    window.addEventListener("hashchange", show);
    find("sign-in").addEventListener("submit", event => {
        event.preventDefault();
        void signInWithKey();
    });
    find("without-key").addEventListener("click", () => void signIn(null));
    find("sign-out").addEventListener("click", () => {
        signOut();
        say("sign-in-outcome", element("p", { class: "notice" }, both(sentence("Signed out: this page has forgotten the key and all else.", "已退出：本页面已忘记密钥及一切内容。"))));
        find("key").focus();
    });
    show();
    void signIn(null, true);
}

/** A link to this very page may carry another language in its address: followed as it stands it would load the page anew, and lose the key. */
function stay(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (link === null || link.pathname !== location.pathname || link.hash === "" || event.ctrlKey || event.metaKey || event.shiftKey)
        return;
    event.preventDefault();
    location.hash = link.hash;
}

async function signInWithKey(): Promise<void> {
    const field = find<HTMLInputElement>("key");
    const key = field.value.trim();
    const problem = keyProblem(key);
    if (problem !== null) {
        say("sign-in-outcome", element("div", { class: "error", role: "alert", "data-problem": "KEY" }, element("p", {}, both(problem))));
        field.focus();
        return;
    }
    if (await signIn(key))
        field.value = "";
}

function keyProblem(key: string): Sentence | null {
    // Whoever listens on the way would have the key.
    if (!isSecureContext)
        return sentence(
            "This page came from another machine without encryption, and a key would be read on its way: none is taken. Open it with https://; its operator has to serve TLS.",
            "本页面由另一台机器未加密传来，密钥会在途中被读取，因此不接受密钥。请以 https:// 打开；运营方须启用 TLS。");
    return Service.isKey(key) ? null : sentence(
        "This is no API key. A key is one line that begins with nk_; copy it whole, without anything around it.",
        "这不是 API 密钥。密钥为一行，以 nk_ 开头；请完整复制，不带其他字符。");
}

/**
 * @param key Null asks whether one is needed at all: not on a ledger without accounts, nor where the browser showed a client certificate.
 * @param isFirst Nobody has asked yet: that a key is needed is then no failure.
 */
async function signIn(key: string | null, isFirst = false): Promise<boolean> {
    const service = new Service(key);
    setBusy(true);
    try {
        const [account, ledger] = await Promise.all([service.account(), service.ledger()]);
        session = { service, account, ledger, trust, ended: service.ended, events: new EventTarget() };
        say("sign-in-outcome");
        show();
        return true;
    } catch (problem) {
        service.end();
        const asksForKey = isFirst && problem instanceof Refusal && problem.reason === "NO_CREDENTIAL";
        say("sign-in-outcome", ...asksForKey ? [] : [problemView(problem)]);
        return false;
    } finally {
        setBusy(false);
    }
}

function signOut(): void {
    session?.service.end();
    session = null;
    find<HTMLInputElement>("key").value = "";
    for (const view of views)
        find(`view-${view}`).replaceChildren();
    show();
}

const currentView = (): View => views.find(view => location.hash.slice(1).split("/", 1)[0] === view) ?? "new";

function show(): void {
    const current = currentView();
    for (const link of document.querySelectorAll<HTMLAnchorElement>("header nav a")) {
        if (link.hash === `#${current}`)
            link.setAttribute("aria-current", "page");
        else
            link.removeAttribute("aria-current");
    }
    for (const view of views) {
        find(`title-${view}`).hidden = view !== current;
        find(`view-${view}`).hidden = session === null || view !== current;
    }
    find("sign-in").hidden = session !== null;
    find("signed-in").hidden = session === null;
    find("who").replaceChildren(...session === null ? [] : who(session));
    if (session === null)
        return;
    const place = find(`view-${current}`);
    if (place.childElementCount === 0)
        place.append(current === "new" ? newDeposit(session) : myDeposits(session));
}

function* who({ account, ledger }: Session): Generator<Node> {
    yield both(sentence("Signed in as ", "当前账户："));
    yield element("bdi", {}, element("strong", {}, escape(account.name)));
    yield both(sentence(
        ` (account ${account.account}, member ${account.member}, role ${account.role}) at ledger ${ledger.origin}.`,
        `（账户 ${account.account}，成员 ${account.member}，角色 ${account.role}），账本 ${ledger.origin}。`));
}

const say = (place: string, ...words: readonly Node[]): void => find(place).replaceChildren(...words);

function setBusy(isBusy: boolean): void {
    // Until it is known whether a key is asked for, its place is kept and nothing is asked.
    if (!isBusy)
        find("sign-in").classList.remove("waiting");
    find<HTMLButtonElement>("enter").disabled = isBusy;
    find<HTMLButtonElement>("without-key").disabled = isBusy;
}

setUp();
