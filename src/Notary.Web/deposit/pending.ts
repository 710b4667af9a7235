import { compareBytes, decodeUtf8, hex, isHash, utf8, type Hash } from "../core/bytes.ts";
import { parseContext, parseRequestBytes, type ContextRecord, type Item, type RequestBytes } from "../core/deposits.ts";
import { bindingOf, Commitment } from "../core/fingerprint.ts";
import { Limits } from "../core/limits.ts";
import { Malformed } from "../core/malformed.ts";
import { pathProblem } from "../core/rules.ts";
import { Sha256 } from "../core/sha256.ts";
import { manifestBytes, manifestItems } from "../evidence/manifest.ts";
import { pieces, type Source } from "../evidence/source.ts";

/** Everything that opens one deposit: without the seed its entry on the ledger would be a commitment that nobody can ever open. */
export interface PendingDeposit {
    /** `<name>.evidence.zip`, a relative path. */
    readonly evidenceName: string;
    readonly seed: Hash;
    /** The request bytes as their text: what is sent, and sent again. */
    readonly request: string;
    readonly items: readonly Item[];
    /** The bytes of the context record, which a deposit of the command line may have; it is nowhere else. */
    readonly context: Uint8Array | null;
}

/** What a resumed run of the command line needs to know. */
export interface PendingRun {
    /** The page's own address: where its server answers programs it cannot know. */
    readonly server: string;
    /** What the trust file is called. */
    readonly place: string;
    readonly policy: Uint8Array;
}

const document = "pending deposit";
const firstLine = utf8("notary.pending/v1\n");
const headBytes = 96;
const lineBytes = 2 * Limits.pathBytes;

/**
 * The pending journal of `notary deposit`, with one deposit in it: a line that names the format, records `run`, `deposit` and
 * `ready`, each a line `kind length sha256`, its payload and LF, the digest over kind, LF and payload. Laid into the folder
 * `pending` of an output folder it is finished by `notary deposit --resume`.
 */
export function* pendingBytes(deposit: PendingDeposit, run: PendingRun): Generator<Uint8Array> {
    yield firstLine;
    yield* record("run", [utf8(`${run.server}\n${run.place}\n`), run.policy]);
    const [request, context] = [utf8(deposit.request), deposit.context];
    const head = `evidence ${deposit.evidenceName}\nseed ${deposit.seed}\n${context === null ? "" : `context ${context.length}\n`}request ${request.length}\n`;
    yield* record("deposit", [utf8(head), ...context === null ? [] : [context], request, ...manifestBytes(deposit.items)]);
    yield* record("ready", [utf8("1")]);
}

function* record(kind: string, payload: readonly Uint8Array[]): Generator<Uint8Array> {
    yield utf8(`${kind} ${payload.reduce((sum, piece) => sum + piece.length, 0)} ${digest(kind, payload)}\n`);
    yield* payload;
    yield utf8("\n");
}

function digest(kind: string, payload: Iterable<Uint8Array>): Hash {
    const hash = new Sha256();
    hash.update(utf8(kind + "\n"));
    for (const piece of payload)
        hash.update(piece);
    return hex(hash.digest());
}

/**
 * Reads what {@link pendingBytes} or the command line wrote, and checks it whole: digests, request, manifest, and that seed and
 * manifest give the request's commitment. A file that was damaged is found before anything is sent.
 */
export function readPending(source: Source): { readonly deposit: PendingDeposit; readonly sent: RequestBytes; readonly context: ContextRecord | null } {
    const [start, end] = depositRecord(source);
    let at = start;
    const evidenceName = field("evidence");
    const seed = field("seed");
    if (pathProblem(evidenceName) !== null || !evidenceName.endsWith(".evidence.zip"))
        throw new Malformed(document, "evidence", "is not the name of an evidence file");
    if (!isHash(seed))
        throw new Malformed(document, "seed", "is not 64 lower-case hex digits");
    const contextLength = startsWith("context ") ? length("context", Limits.contextBytes) : 0;
    const requestLength = length("request", Limits.requestBytes);
    const context = contextLength === 0 ? null : take(contextLength, "context");
    const request = decodeUtf8(take(requestLength, "request"));
    if (request === null)
        throw new Malformed(document, "request", "is not UTF-8");
    const sent = parseRequestBytes(request);
    const items = [...manifestItems(pieces(source, at, end))];
    checkCommitment(sent, items, seed);
    return { deposit: { evidenceName, seed, request, items, context }, sent, context: context === null ? null : parseContext(context) };

    function startsWith(text: string): boolean {
        const expected = utf8(text);
        return end - at >= expected.length && compareBytes(source.read(at, expected.length), expected) === 0;
    }

    function field(name: string): string {
        const bytes = source.read(at, Math.min(lineBytes, end - at));
        const lineEnd = bytes.indexOf(10);
        const line = lineEnd < 0 ? null : decodeUtf8(bytes.subarray(0, lineEnd));
        if (line === null || !line.startsWith(name + " "))
            throw new Malformed(document, name, "is missing");
        at += lineEnd + 1;
        return line.slice(name.length + 1);
    }

    function length(name: string, limit: number): number {
        const text = field(name);
        if (!/^[1-9]\d{0,6}$/.test(text) || Number(text) > limit)
            throw new Malformed(document, name, `is not a length of 1 to ${limit}`);
        return Number(text);
    }

    function take(count: number, name: string): Uint8Array {
        if (at + count > end)
            throw new Malformed(document, name, "is cut short");
        return source.read((at += count) - count, count);
    }
}

function checkCommitment({ request }: RequestBytes, items: readonly Item[], seed: Hash): void {
    const commitment = new Commitment(bindingOf(request.ledger, request.deposit), seed);
    items.forEach(item => commitment.add(item));
    if (BigInt(items.length) !== request.items || commitment.root() !== request.commitment)
        throw new Malformed(document, null, "has a seed and a manifest that do not give the request's commitment");
}

/** Where the payload of the one record `deposit` is. */
function depositRecord(source: Source): [start: number, end: number] {
    if (source.size < firstLine.length || compareBytes(source.read(0, firstLine.length), firstLine) !== 0)
        throw new Malformed(document, null, "does not begin with the line 'notary.pending/v1'");
    const deposits: [number, number][] = [];
    for (let at = firstLine.length; ;) {
        const head = /^(run|deposit|ready) (\d{1,10}) ([0-9a-f]{64})\n/.exec(decodeUtf8(asciiOf(source.read(at, Math.min(headBytes, source.size - at)))) ?? "");
        if (head === null)
            throw new Malformed(document, null, `is damaged or cut short at byte ${at}: take another copy`);
        const [kind, start] = [head[1]!, at + head[0].length];
        const end = start + Number(head[2]);
        if (end + 1 > source.size || digest(kind, pieces(source, start, end)) !== head[3] || source.read(end, 1)[0] !== 10)
            throw new Malformed(document, null, `is damaged or cut short at byte ${at}: take another copy`);
        at = end + 1;
        if (kind === "deposit")
            deposits.push([start, end]);
        if (kind !== "ready")
            continue;
        if (deposits.length !== 1)
            throw new Malformed(document, null, `holds ${deposits.length} deposits, and this page takes files of one: finish it with notary deposit --resume`);
        return deposits[0]!;
    }
}

// What follows a head line may be cut within a character, or be no text at all.
const asciiOf = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, bytes.indexOf(10) + 1);
