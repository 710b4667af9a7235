import { concat, decodeUtf8, isHash, type Hash } from "../core/bytes.ts";
import { Limits } from "../core/limits.ts";
import { isAccount, isDepositId, isKind, isOrigin, parseTime } from "../core/rules.ts";
import { refusalOf, unreachable, unreadable } from "./refusal.ts";

/** Who the server says is signed in. */
export interface Account {
    readonly account: string;
    readonly name: string;
    readonly identity: string | null;
    readonly member: string;
    readonly role: string;
    readonly scopes: string;
    readonly requiresSignature: boolean;
    /** Whether role and scopes let it deposit, and read its deposits; the server decides again at each call. */
    readonly mayDeposit: boolean;
    readonly mayRead: boolean;
}

/** What the ledger says it is called, and its key; nothing that a verdict may rest on. */
export interface LedgerFacts {
    readonly origin: string;
    readonly vkey: string;
}

/** One deposit in the account's list. What its request says is absent where the ledger holds no request of it any more. */
export interface Listed {
    readonly deposit: string;
    readonly index: number;
    /** Milliseconds since 1970. */
    readonly received: number;
    readonly commitment: Hash;
    readonly request: {
        readonly title: string | null;
        readonly kind: string;
        readonly items: number;
        readonly requested: number;
        readonly previous: string | null;
    } | null;
}

export interface ListedPage {
    readonly deposits: readonly Listed[];
    /** What the next page is asked with; null on the last. */
    readonly next: string | null;
}

const patience = 60_000;
const answerBytes = 4 << 20;
const pdfBytes = 64 << 20;

/**
 * The server's REST interface (`/v1/openapi.json`), called as one account. The key stays in this object, in memory, and leaves it in
 * one place: the Authorization header of a call to the page's own origin. Every failure is a {@link Refusal}.
 */
export class Service {
    // Private by the language, not by the compiler: nothing that prints or walks the object finds it.
    readonly #key: string | null;
    readonly #stop = new AbortController();

    /** @param key An API key or a token; null for none, where a client certificate or a ledger without accounts decides. */
    constructor(key: string | null) {
        this.#key = key;
    }

    /** Whether a text can be a key at all: one word of printable ASCII. Anything else could not stand in a header. */
    static isKey(text: string): boolean {
        return /^[\x21-\x7e]{8,8192}$/.test(text);
    }

    get ended(): AbortSignal {
        return this.#stop.signal;
    }

    /** Ends every call and refuses later ones. */
    end(): void {
        this.#stop.abort();
    }

    async account(): Promise<Account> {
        const told = await this.#json("v1/account");
        const [account, role, scopes] = [text(told["account"]), text(told["role"]), text(told["scopes"])];
        if (!isAccount(account))
            throw unreadable();
        const has = (scope: string): boolean => scopes === "all" || scopes.split(",").includes(scope);
        return {
            account, role, scopes, name: text(told["name"]), member: text(told["member"]), identity: textOrNull(told["identity"]),
            requiresSignature: told["requires_signature"] === true,
            mayDeposit: ["depositor", "batch"].includes(role) && has("deposit"),
            mayRead: ["depositor", "reader"].includes(role) && has("read"),
        };
    }

    async ledger(): Promise<LedgerFacts> {
        const told = await this.#json("v1/ledger");
        const facts = { origin: text(told["origin"]), vkey: text(told["vkey"]) };
        return isOrigin(facts.origin) ? facts : fail();
    }

    /**
     * Deposits, or, with the same bytes again, answers as the first time.
     * @param request The request bytes as their text.
     * @returns The bytes of certificate.json, which nobody has verified yet.
     */
    deposit(request: string): Promise<Uint8Array> {
        return this.#call("v1/deposits", Limits.certificateBytes, { method: "POST", body: JSON.stringify({ request }), headers: { "Content-Type": "application/json" } });
    }

    /** The bytes of certificate.json of a deposit of the account, under the latest checkpoint; not verified. */
    certificate(deposit: string): Promise<Uint8Array> {
        return this.#call(`v1/deposits/${encodeURIComponent(deposit)}`, Limits.certificateBytes);
    }

    /** The certificate to file and to print: what a reader sees, sealed by the operator where it has a seal. */
    async pdf(deposit: string): Promise<Blob> {
        return new Blob([await this.#call(`v1/deposits/${encodeURIComponent(deposit)}/certificate.pdf`, pdfBytes) as BlobPart], { type: "application/pdf" });
    }

    /** The account's deposits, newest first. */
    async list(size: number, token: string | null): Promise<ListedPage> {
        const told = await this.#json(`v1/deposits?page_size=${size}${token === null ? "" : `&page_token=${encodeURIComponent(token)}`}`);
        const deposits = told["deposits"];
        return Array.isArray(deposits) ? { deposits: deposits.map(toListed), next: textOrNull(told["next_page_token"]) } : fail();
    }

    async #json(path: string): Promise<Record<string, unknown>> {
        const bytes = await this.#call(path, answerBytes);
        try {
            return toObject(JSON.parse(decodeUtf8(bytes) ?? ""));
        } catch {
            throw unreadable();
        }
    }

    async #call(path: string, limit: number, more: RequestInit = {}): Promise<Uint8Array> {
        const headers = { ...more.headers as Record<string, string>, ...this.#key === null ? {} : { Authorization: `Bearer ${this.#key}` } };
        let response: Response;
        let body: Uint8Array | null;
        try {
            response = await fetch(path, {
                ...more, headers, cache: "no-store", redirect: "error", referrerPolicy: "no-referrer",
                // A client certificate is sent only where no key is.
                credentials: this.#key === null ? "same-origin" : "omit",
                signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(patience)]),
            });
            body = await readUpTo(response, limit);
        } catch {
            throw unreachable();
        }
        if (!response.ok)
            throw refusalOf(response.status, response.headers.get("Retry-After"), decodeUtf8(body ?? new Uint8Array(0)) ?? "");
        return body ?? fail();
    }
}

/** The whole body; null when it is longer than the limit. */
async function readUpTo(response: Response, limit: number): Promise<Uint8Array | null> {
    const reader = response.body?.getReader();
    const pieces: Uint8Array[] = [];
    let length = 0;
    for (let piece = await reader?.read(); piece?.value !== undefined; piece = await reader?.read()) {
        length += piece.value.length;
        if (length > limit) {
            await reader?.cancel();
            return null;
        }
        pieces.push(piece.value);
    }
    return concat(new Uint8Array(0), ...pieces);
}

function toListed(value: unknown): Listed {
    const told = toObject(value);
    const [deposit, index, received, commitment] = [text(told["deposit"]), number(told["index"]), time(told["received"]), text(told["commitment"])];
    if (!isDepositId(deposit) || !isHash(commitment))
        throw unreadable();
    if (told["kind"] === undefined)
        return { deposit, index, received, commitment, request: null };
    const [kind, previous] = [text(told["kind"]), textOrNull(told["previous"])];
    if (!isKind(kind) || (previous !== null && !isDepositId(previous)))
        throw unreadable();
    return {
        deposit, index, received, commitment,
        request: { kind, previous, title: textOrNull(told["title"]), items: number(told["items"]), requested: time(told["requested"]) },
    };
}

const fail = (): never => {
    throw unreadable();
};

const toObject = (value: unknown): Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : fail();

const text = (value: unknown): string => typeof value === "string" ? value : fail();

const textOrNull = (value: unknown): string | null => value === null || value === undefined ? null : text(value);

const number = (value: unknown): number => typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : fail();

const time = (value: unknown): number => parseTime(text(value)) ?? fail();
