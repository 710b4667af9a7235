import { sha256, utf8 } from "../core/bytes.ts";
import { Malformed } from "../core/malformed.ts";
import { parsePolicy } from "../core/policy.ts";
import { mostRootsBytes } from "../timestamps/roots.ts";
import { sentence, type Sentence } from "../verification/report.ts";
import { dropZone, pickedList } from "./choose.ts";
import { both, bytes, element, find, setUpLanguage } from "./dom.ts";
import { FileField } from "./fileField.ts";
import { loadFonts } from "./fonts.ts";
import { pathsOf, rootsOfDrop, rootsOfInput, type Root } from "./pick.ts";
import { ownFile, policyContents } from "./policyView.ts";
import { refusal, report, type Basis } from "./reportView.ts";
import { lookAtSealRoots, lookAtTimestampRoots } from "./rootsView.ts";
import type { Answer, Question } from "./worker.ts";

/** Whose word decides: text of a trust file, and where it came from. */
interface Trust {
    readonly file: Uint8Array;
    /** Null: it stood in this page, as its operator served it. */
    readonly name: string | null;
}

const own = new TextEncoder().encode(find("operator-trust").textContent ?? "");

const tsaRoots = new FileField("tsa-roots", mostRootsBytes, lookAtTimestampRoots);
const sealRoots = new FileField("seal-roots", mostRootsBytes, lookAtSealRoots);
const headers = new FileField("headers", 20 << 20);
const keyChanges = new FileField("key-changes", 256 << 10);

// It stands in the page from the first, so that nothing moves when it stays.
const operatorsWord = find("operators-word");

let evidence: File | null = null;
let roots: Root[] = [];
let trust: Trust | null = own.length > 0 ? { file: own, name: null } : null;
let worker: Worker | null = null;

/** Seconds that fonts are waited for: where they do not come, all else is checked without them. */
const mostSeconds = 120;

/** The verification that runs, from the loading of what it needs to its answer; null: none. */
let running: symbol | null = null;

function setUp(): void {
    setUpLanguage(() => {});
    dropZone(find("evidence-drop"), async transfer => setEvidence(transfer.files[0] ?? null));
    dropZone(find("documents-drop"), async transfer => addRoots(await rootsOfDrop(transfer)));
    dropZone(find("trust-drop"), async transfer => setTrust(transfer.files[0] ?? null));
    input("evidence", files => setEvidence(files[0] ?? null));
    input("documents", files => addRoots(rootsOfInput(files)));
    input("folder", files => addRoots(rootsOfInput(files)));
    input("trust", files => void setTrust(files[0] ?? null));
    find("clear").addEventListener("click", () => {
        [roots, find<HTMLInputElement>("documents").value, find<HTMLInputElement>("folder").value] = [[], "", ""];
        showDocuments();
    });
    find("form").addEventListener("submit", event => {
        event.preventDefault();
        void start();
    });
    find("stop").addEventListener("click", () => {
        finish();
        show(element("p", { class: "notice" }, both(sentence("Stopped: nothing was checked.", "已停止：未作任何核验。"))));
    });
    // Paper has nothing to open.
    window.addEventListener("beforeprint", () => find("outcome").querySelectorAll("details").forEach(details => details.open = true));
    showTrust();
}

function input(id: string, picked: (files: FileList) => void): void {
    const field = find<HTMLInputElement>(id);
    field.addEventListener("change", () => picked(field.files!));
}

function setEvidence(file: File | null): void {
    evidence = file;
    find("evidence-picked").replaceChildren(...file === null ? [] : [element("li", {}, `${file.name} · ${bytes(file.size)}`)]);
    allow();
}

function addRoots(more: readonly Root[]): void {
    roots = [...roots, ...more];
    showDocuments();
}

function showDocuments(): void {
    find("documents-picked").replaceChildren(...pickedList(roots));
    find("clear").hidden = roots.length === 0;
}

async function setTrust(file: File | null): Promise<void> {
    trust = file === null ? own.length > 0 ? { file: own, name: null } : null : { file: new Uint8Array(await file.slice(0, 1 << 20).arrayBuffer()), name: file.name };
    showTrust();
}

function showTrust(): void {
    allow();
    const state = find("trust-state");
    if (trust === null) {
        state.replaceChildren(element("p", { class: "notice" }, both(sentence(
            "No trust file yet. Whose signature counts is yours to say: load the file below.",
            "尚无信任文件。以谁的签名为准由您决定：请在下方载入。"))));
        return;
    }
    try {
        state.replaceChildren(trust.name === null ? operatorsWord : ownFile(trust.name), policyContents(parsePolicy(trust.file), trust.file));
    } catch (problem) {
        if (!(problem instanceof Malformed))
            throw problem;
        state.replaceChildren(refusal("trust", problem.message));
        trust = null;
        allow();
    }
}

function allow(): void {
    find<HTMLButtonElement>("run").disabled = evidence === null || trust === null || running !== null;
}

async function start(): Promise<void> {
    if (evidence === null || trust === null || running !== null)
        return;
    const now = Date.now();
    const question: Omit<Question, "fonts"> = {
        evidence, trust: trust.file, depositor: value("depositor"), headers: headers.files[0]?.content ?? null,
        keyChanges: keyChanges.files.map(({ content }) => content), compromised: value("compromised"), tsaRoots: tsaRoots.files[0]?.content ?? null,
        sealRoots: sealRoots.files[0]?.content ?? null, now, files: roots.length === 0 ? null : pathsOf(roots),
    };
    const program = find("program").textContent ?? "";
    const basis = {
        evidence: evidence.name, trust: trust.name, program: sha256(utf8(program)), at: now,
        tsaRoots: tsaRoots.files[0]?.name ?? null, sealRoots: sealRoots.files[0]?.name ?? null,
    };
    const ours = running = Symbol();
    setBusy(true);
    find("outcome").replaceChildren();
    allow();
    const fonts = await fontsFor(evidence, ours);
    // Stopped meanwhile.
    if (running === ours)
        ask(program, { ...question, fonts }, basis);
}

/** The fonts that comparing its pages takes, when it is a PDF; null when there are none, or the verification was stopped. */
async function fontsFor(file: File, ours: symbol): Promise<string | null> {
    // Why a file cannot be read, its reader tells.
    if (await file.slice(0, 5).text().catch(() => "") !== "%PDF-")
        return null;
    let seconds = 0;
    const tell = (): void => step(100 * seconds / mostSeconds, sentence(
        `Loading certificate fonts (6 MB, once): ${seconds} s; after ${mostSeconds} s without them`,
        `正在载入证书字体（6 MB，仅一次）：${seconds} 秒；满 ${mostSeconds} 秒则不用字体核验`));
    tell();
    return new Promise(resolve => {
        const clock = setInterval(() => {
            seconds++;
            if (running === ours && seconds < mostSeconds)
                tell();
            else
                end(null);
        }, 1000);
        const end = (fonts: string | null): void => {
            clearInterval(clock);
            resolve(fonts);
        };
        void loadFonts().then(end);
    });
}

function ask(program: string, question: Question, basis: Basis): void {
    const address = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
    worker = new Worker(address);
    URL.revokeObjectURL(address);
    worker.onmessage = (event: MessageEvent<Answer>) => {
        const answer = event.data;
        if (answer.kind === "progress")
            return progress(answer);
        finish();
        show(answer.kind === "report" ? report(answer.report, answer.files, basis) : refusal(answer.of, answer.message));
    };
    worker.onerror = event => {
        event.preventDefault();
        finish();
        show(refusal("evidence", event.message || "the verifier ended, perhaps for lack of memory"));
    };
    worker.postMessage(question);
    progress({ kind: "progress", step: "evidence", done: 0, total: question.evidence.size });
}

const value = (id: string): string => find<HTMLInputElement | HTMLTextAreaElement>(id).value.trim();

function progress({ step: of, done, total }: Extract<Answer, { kind: "progress" }>): void {
    const part = total === 0 ? 100 : Math.min(100, Math.floor(100 * done / total));
    step(part, of === "evidence"
        ? sentence(`Reading the evidence: ${part} % (${bytes(done)} read)`, `正在读取证据：${part}%（已读 ${bytes(done)}）`)
        : sentence(`Hashing the documents: ${part} % (${bytes(done)} of ${bytes(total)})`, `正在计算文件摘要：${part}%（${bytes(done)} / ${bytes(total)}）`));
}

function step(percent: number, what: Sentence): void {
    find<HTMLProgressElement>("progress-bar").value = percent;
    find("progress-label").replaceChildren(both(what));
}

function finish(): void {
    worker?.terminate();
    [worker, running] = [null, null];
    setBusy(false);
    allow();
}

// The bar's place is kept while it is not shown, so that nothing jumps.
function setBusy(isBusy: boolean): void {
    find("stop").hidden = !isBusy;
    find("progress").classList.toggle("waiting", !isBusy);
}

function show(outcome: Node): void {
    find("outcome").replaceChildren(outcome);
    find("outcome").focus();
}

setUp();
