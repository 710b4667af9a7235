import { decodeUtf8 } from "../core/bytes.ts";
import { Malformed } from "../core/malformed.ts";
import { parseCheckpoint, parseNote, type Checkpoint } from "../core/notes.ts";
import { parsePolicy, type TrustPolicy } from "../core/policy.ts";
import { escape, parseTime } from "../core/rules.ts";
import { growth, type GrowthPoint } from "../ledger/growth.ts";
import { addressOf } from "../ledger/lookup.ts";
import { PublicLedger, type ProvenEntry } from "../ledger/tiles.ts";
import { sentence, type Sentence } from "../verification/report.ts";
import { age } from "./age.ts";
import { describe, isSigned } from "./checkpointView.ts";
import { both, element, find, setUpLanguage } from "./dom.ts";
import { table } from "./fields.ts";
import { failure, LookUp } from "./lookUp.ts";
import { ownFile, policyContents } from "./policyView.ts";
import { refusal } from "./reportView.ts";

const points = 12n;
const operators: TrustPolicy = parsePolicy(new TextEncoder().encode(find("operator-trust").textContent || "quorum none\n"));

async function read(path: string): Promise<Uint8Array | null> {
    const response = await fetch(path, { credentials: "omit" });
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
}

async function setUp(): Promise<void> {
    setUpLanguage(() => {});
    // What stands below the answer to an address is shown after it: nothing jumps under a reader's eyes.
    document.body.classList.toggle("asking", location.hash.length > 1);
    try {
        const note = parseNote(decodeUtf8(await read("checkpoint") ?? new Uint8Array(0)) ?? "");
        const checkpoint = parseCheckpoint(note.text);
        const ledger = new PublicLedger(checkpoint, read);
        find("checkpoint").replaceChildren(...describe(checkpoint, note, operators));
        let policy = operators;
        acceptTrust(own => find("checkpoint").replaceChildren(...describe(checkpoint, note, policy = own)));
        acceptLookUps(new LookUp(ledger, checkpoint, () => isSigned(checkpoint, note, policy), find("outcome")));
        void showGrowth(ledger, checkpoint);
        void showOutside(ledger);
    } catch (problem) {
        find("checkpoint").replaceChildren(failure(problem));
        document.body.classList.remove("asking");
    }
}

/** A trust file of the reader's own decides in the place of the operator's: witnesses are checked by no other. */
function acceptTrust(use: (policy: TrustPolicy) => void): void {
    const field = find<HTMLInputElement>("trust");
    field.disabled = false;
    field.addEventListener("change", async () => {
        const file = field.files?.[0];
        if (file === undefined)
            return;
        const bytes = new Uint8Array(await file.slice(0, 1 << 20).arrayBuffer());
        try {
            const policy = parsePolicy(bytes);
            find("trust-state").replaceChildren(ownFile(file.name), policyContents(policy, bytes));
            use(policy);
        } catch (problem) {
            if (!(problem instanceof Malformed))
                throw problem;
            find("trust-state").replaceChildren(refusal("trust", problem.message));
        }
    });
}

/** From the form, and from an address: what stands behind its `#` is asked at once. */
function acceptLookUps(lookUp: LookUp): void {
    const field = find<HTMLTextAreaElement>("lookup");
    const fromAddress = (): void => {
        if (location.hash.length <= 1)
            return;
        try {
            field.value = decodeURIComponent(location.hash.slice(1));
        } catch {
            field.value = location.hash.slice(1);
        }
        void lookUp.show(field.value).then(() => document.body.classList.remove("asking"));
    };
    find("form").addEventListener("submit", event => {
        event.preventDefault();
        // The address now leads here again; no server is sent it.
        history.replaceState(null, "", addressOf(field.value));
        void lookUp.show(field.value);
    });
    addEventListener("hashchange", fromAddress);
    find<HTMLButtonElement>("run").disabled = false;
    fromAddress();
}

async function showGrowth(ledger: PublicLedger, { size }: Checkpoint): Promise<void> {
    const indexes = [...new Set(Array.from({ length: Number(points) }, (_, i) => (size - 1n) * BigInt(i) / (points - 1n)))];
    try {
        const entries = await Promise.all(indexes.map(index => ledger.entry(index)));
        const known = entries.flatMap((entry): GrowthPoint[] => {
            const time = timeOf(entry);
            return time === null ? [] : [{ entries: Number(entry.index) + 1, time }];
        });
        find("growth").replaceChildren(known.length === 0 ? element("p", {}, both(sentence("No entry with a time yet.", "尚无带时间的条目。"))) : growth(known));
    } catch (problem) {
        find("growth").replaceChildren(failure(problem));
    }
}

/** The operator's time in an entry: of its kinds each names it in its own field. */
const timeOf = (entry: ProvenEntry): number | null =>
    parseTime(/^(?:received|created|at) (\S+)$/m.exec(decodeUtf8(entry.bytes) ?? "")?.[1] ?? "");

/** How far independent parties have come: the operator's word, as an age of the newest entry that they cover. */
async function showOutside(ledger: PublicLedger): Promise<void> {
    try {
        find("outside").replaceChildren(...await outside(ledger));
    } catch (problem) {
        find("outside").replaceChildren(failure(problem));
    }
}

async function outside(ledger: PublicLedger): Promise<HTMLElement[]> {
    const response = await fetch("readyz", { credentials: "omit" });
    const told = await response.json() as {
        status?: string; timestamps?: { authority: string; status: string; stamped: number }[]; bitcoin?: { stamped: number; in_bitcoin: number };
    };
    const covered = async (size: number): Promise<Sentence> => {
        const time = size < 1 ? null : timeOf(await ledger.entry(BigInt(size - 1)));
        const when = time === null ? null : age(time);
        return when === null ? sentence(String(size), String(size)) : sentence(`${size}, the newest of ${when.en}`, `${size}，最新一条为 ${when.zh}`);
    };
    const rows: [Sentence, string | Sentence][] = [[sentence("Issuing", "正在签发"), told.status === "issuing" ? sentence("yes", "是") : sentence("no: it takes no deposits for now", "否：暂不接受存证")]];
    for (const { authority, status, stamped } of told.timestamps ?? [])
        rows.push([sentence(`Time-stamps of ${escape(authority)} (${status}): entries`, `${escape(authority)} 的时间戳（${status}）：条目`), await covered(stamped)]);
    if (told.bitcoin)
        rows.push([sentence("In Bitcoin: entries", "已入比特币：条目"), await covered(told.bitcoin.in_bitcoin)],
            [sentence("Sent to calendars: entries", "已送日历：条目"), await covered(told.bitcoin.stamped)]);
    return [table(...rows), ...told.timestamps || told.bitcoin ? [] : [element("p", { class: "hint" }, both(sentence(
        "The operator names neither outside time-stamps nor anchors: no one but the operator vouches for the times here.",
        "运营方未列出外部时间戳或锚定：除运营方外，没有任何一方为此处的时间作证。")))]];
}

void setUp();
