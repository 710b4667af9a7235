import { decimal, decodeUtf8, isHash, sha256, utf8, utf8Length, type Hash } from "./bytes.ts";
import { FieldReader } from "./fields.ts";
import type { VerifierKey } from "./keys.ts";
import { Limits } from "./limits.ts";
import { Malformed } from "./malformed.ts";
import { parseNote, type SignedNote } from "./notes.ts";
import { formatTime, isKind, pathProblem, titleProblem } from "./rules.ts";

/** `notary.statement/v1`: the ledger entry of a deposit, public and opaque. */
export interface Statement {
    readonly ledger: string;
    readonly deposit: string;
    readonly received: number;
    /** Milliseconds; null is `unknown`. */
    readonly accuracy: bigint | null;
    /** The checkpoint that it comes after. */
    readonly afterSize: bigint;
    readonly afterRoot: Hash;
    /** What nobody could know earlier: a block of Bitcoin, or a time-stamp by the SHA-256 of its token. */
    readonly beacon: { readonly height: bigint; readonly hash: Hash } | { readonly token: Hash } | null;
    readonly commitment: Hash;
    readonly claims: Hash;
}

export function parseStatement(text: string): Statement {
    const fields = new FieldReader(text, "notary.statement/v1", Limits.statementBytes);
    const [ledger, deposit, received] = [fields.origin(), fields.depositId(), fields.time("received")];
    const accuracy = parseAccuracy(fields, fields.required("accuracy"));
    const after = parseAfter(fields, fields.required("after"));
    const beacon = parseBeacon(fields, fields.optional("beacon"));
    const statement = { ledger, deposit, received, accuracy, ...after, beacon, commitment: fields.hash("commitment"), claims: fields.hash("claims") };
    fields.end();
    return statement;
}

/** `notary.claims/v1`: who the ledger says asked. */
export interface Claims {
    readonly account: string;
    readonly depositor: string;
    readonly identity: string | null;
    readonly verified: { readonly method: string; readonly time: number } | null;
    readonly key: VerifierKey | null;
    readonly request: Hash;
}

export function parseClaims(text: string): Claims {
    const fields = new FieldReader(text, "notary.claims/v1", Limits.claimsBytes);
    fields.hash("salt");
    const [account, depositor, identity] = [fields.account(), fields.required("depositor"), fields.optional("identity")];
    const verified = parseVerified(fields, fields.optional("verified"));
    const key = fields.optional("key");
    const claims = { account, depositor, identity, verified, key: key === null ? null : fields.key("key", key), request: fields.hash("request") };
    fields.end();
    const problem = titleProblem(depositor, Limits.depositorCharacters);
    if (problem !== null)
        throw fields.error("depositor", problem);
    if (identity !== null && !/^[^:]+:[^]+$/.test(identity))
        throw fields.error("identity", "is not 'scheme:identifier'");
    return claims;
}

/** `notary.request/v1`: what the depositor asked. */
export interface DepositRequest {
    readonly ledger: string;
    readonly deposit: string;
    readonly account: string;
    readonly commitment: Hash;
    readonly items: bigint;
    readonly kind: string;
    readonly title: string | null;
    readonly previous: string | null;
    readonly requested: number;
}

/** The request as it was sent and hashed: the text, and when the depositor has a key, as a signed note. */
export interface RequestBytes {
    readonly request: DepositRequest;
    readonly note: SignedNote | null;
    /** Of all bytes, signature lines included. */
    readonly hash: Hash;
}

export function parseRequestBytes(text: string): RequestBytes {
    const document = "notary.request/v1";
    const bytes = utf8Length(text);
    if (bytes > Limits.requestBytes)
        throw new Malformed(document, null, `has ${bytes} bytes (limit ${Limits.requestBytes})`);
    if (text.startsWith("\ufeff"))
        throw new Malformed(document, null, "begins with a byte order mark");
    const note = text.includes("\n\n") ? parseNote(text) : null;
    return { request: parseRequest(note?.text ?? text), note, hash: sha256(utf8(text)) };
}

function parseRequest(text: string): DepositRequest {
    const fields = new FieldReader(text, "notary.request/v1", Limits.requestBytes);
    const [ledger, deposit, account] = [fields.origin(), fields.depositId(), fields.account()];
    const [commitment, items] = [fields.hash("commitment"), fields.number("items")];
    fields.hash("nonce");
    const [kind, title, previous] = [fields.required("kind"), fields.optional("title"), fields.optionalDepositId("previous")];
    const request = { ledger, deposit, account, commitment, items, kind, title, previous, requested: fields.time("requested") };
    fields.end();
    if (items === 0n)
        throw fields.error("items", "is 0: an empty deposit does not exist");
    if (!isKind(kind))
        throw fields.error("kind", `is not 1 to ${Limits.kindCharacters} characters of [a-z0-9-]`);
    const problem = title === null ? null : titleProblem(title, Limits.titleCharacters);
    if (problem !== null)
        throw fields.error("title", problem);
    if (previous === deposit)
        throw fields.error("previous", "is the deposit itself");
    return request;
}

/** `notary.item/v1`: what the depositor says of one document. */
export interface Item {
    readonly path: string;
    readonly size: bigint;
    readonly modified: number;
    readonly sha256: Hash;
    readonly sm3: Hash | null;
}

export function parseItem(text: string): Item {
    const fields = new FieldReader(text, "notary.item/v1", Limits.itemBytes);
    const item = {
        path: fields.required("path"), size: fields.number("size"), modified: fields.time("modified"),
        sha256: fields.hash("sha256"), sm3: fields.optionalHash("sm3"),
    };
    fields.end();
    const problem = pathProblem(item.path);
    if (problem !== null)
        throw fields.error("path", problem);
    return item;
}

export const itemText = (item: Item): string =>
    `notary.item/v1\npath ${item.path}\nsize ${item.size}\nmodified ${formatTime(item.modified)}\nsha256 ${item.sha256}\n`
    + (item.sm3 === null ? "" : `sm3 ${item.sm3}\n`);

/** One step of a folder path: a sibling, and whether it stands on the left. */
export interface PathStep {
    readonly left: boolean;
    readonly sibling: Hash;
}

/** `notary.opening/v1`: what opens one item and none of the others; either the item text is shown, or only its commitment. */
export interface Opening {
    readonly contentNonce: Hash;
    readonly metadataNonce: Hash | null;
    readonly metadata: Hash | null;
    readonly path: readonly PathStep[];
    readonly item: Item | null;
}

export function parseOpening(text: string): Opening {
    const fields = new FieldReader(text, "notary.opening/v1", Limits.openingBytes);
    const contentNonce = fields.hash("content-nonce");
    const metadataNonce = fields.optionalHash("metadata-nonce");
    const metadata = metadataNonce === null ? fields.hash("metadata") : null;
    const path: PathStep[] = [];
    for (let step = readStep(fields); step !== null; step = readStep(fields)) {
        if (path.length === Limits.proofHashes)
            throw fields.error("path", `has more than ${Limits.proofHashes} steps`);
        path.push(step);
    }
    if (metadataNonce === null) {
        fields.end();
        return { contentNonce, metadataNonce, metadata, path, item: null };
    }
    if (!fields.skipEmptyLine())
        throw fields.error("metadata-nonce", "is not followed by an empty line and the item text");
    return { contentNonce, metadataNonce, metadata, path, item: parseItem(fields.rest) };
}

export const openingText = ({ contentNonce, metadataNonce, metadata, path, item }: Opening): string =>
    `notary.opening/v1\ncontent-nonce ${contentNonce}\n${metadataNonce === null ? `metadata ${metadata}` : `metadata-nonce ${metadataNonce}`}\n`
    + path.map(({ left, sibling }) => `${left ? "left" : "right"} ${sibling}\n`).join("") + (item === null ? "" : `\n${itemText(item)}`);

/** `notary.context/v1`: how the data came to be, as the depositor says; an item of the deposit like any other. */
export interface ContextRecord {
    readonly captured: number;
    readonly source: string | null;
    readonly operator: string | null;
    readonly device: string | null;
    readonly program: string;
    readonly command: string;
    /** The item that it is in its deposit. */
    readonly item: Item;
    /** Its content. */
    readonly bytes: Uint8Array;
}

export const contextPath = "notary-context.txt";

export function parseContext(bytes: Uint8Array): ContextRecord {
    const text = decodeUtf8(bytes) ?? "";
    const fields = new FieldReader(text, "notary.context/v1", Limits.contextBytes);
    const captured = fields.time("captured");
    const [source, operator, device] = [fields.optional("source"), fields.optional("operator"), fields.optional("device")];
    const [system, program] = [fields.required("system"), fields.required("program")];
    const files = readProgramFiles(fields);
    const [runtime, folder, command] = [fields.required("runtime"), fields.optional("folder"), fields.required("command")];
    fields.end();
    const short = (name: string, value: string | null, limit: number = Limits.titleCharacters): void => {
        const problem = value === null ? null : titleProblem(value, limit);
        if (problem !== null)
            throw fields.error(name, problem);
    };
    short("source", source, Limits.sourceCharacters);
    for (const [name, value] of Object.entries({ operator, device, system, program }))
        short(name, value);
    if (files.length === 0 || files.length > Limits.contextFiles)
        throw fields.error("file", `stands ${files.length} times (1 to ${Limits.contextFiles})`);
    files.forEach(file => short("file", file));
    short("runtime", runtime);
    short("folder", folder, Limits.sourceCharacters);
    short("command", command, Limits.commandCharacters);
    const item = { path: contextPath, size: BigInt(bytes.length), modified: captured, sha256: sha256(bytes), sm3: null };
    return { captured, source, operator, device, program, command, item, bytes };
}

function readProgramFiles(fields: FieldReader): string[] {
    const files: string[] = [];
    for (let value = fields.optional("file"); value !== null; value = fields.optional("file")) {
        if (value.length <= 65 || value[64] !== " " || !isHash(value.slice(0, 64)))
            throw fields.error("file", "is not 64 lower-case hex digits, a space and a name");
        files.push(value.slice(65));
    }
    return files;
}

function readStep(fields: FieldReader): PathStep | null {
    const left = fields.optionalHash("left");
    if (left !== null)
        return { left: true, sibling: left };
    const right = fields.optionalHash("right");
    return right === null ? null : { left: false, sibling: right };
}

function parseAccuracy(fields: FieldReader, value: string): bigint | null {
    if (value === "unknown")
        return null;
    const number = value.endsWith("ms") ? decimal(value.slice(0, -2)) : null;
    if (number === null)
        throw fields.error("accuracy", "is neither whole milliseconds such as '12ms' nor 'unknown'");
    return number;
}

function parseAfter(fields: FieldReader, value: string): Pick<Statement, "afterSize" | "afterRoot"> {
    const space = value.indexOf(" ");
    const size = space < 0 ? null : decimal(value.slice(0, space));
    const root = value.slice(space + 1);
    if (size === null || size < 1n || !isHash(root))
        throw fields.error("after", "is not a tree size of at least 1 and 64 lower-case hex digits");
    return { afterSize: size, afterRoot: root };
}

function parseBeacon(fields: FieldReader, value: string | null): Statement["beacon"] {
    if (value === null)
        return null;
    const [kind, first, second, ...more] = value.split(" ");
    const height = decimal(first ?? "");
    if (kind === "bitcoin" && height !== null && isHash(second ?? "") && more.length === 0)
        return { height, hash: second! };
    if (kind === "token" && isHash(first ?? "") && second === undefined)
        return { token: first! };
    throw fields.error("beacon", "is neither 'bitcoin height hash' nor 'token hash'");
}

function parseVerified(fields: FieldReader, value: string | null): Claims["verified"] {
    if (value === null)
        return null;
    const space = value.lastIndexOf(" ");
    if (space <= 0 || value[space - 1] === " ")
        throw fields.error("verified", "is not 'method time'");
    return { method: value.slice(0, space), time: fields.toTime("verified", value.slice(space + 1)) };
}
