import { depositNumber } from "../core/numbers.ts";
import { minute } from "../core/rules.ts";
import type { Listed, ListedPage } from "./service.ts";

/** As the server gives at most in one answer. */
const answerSize = 1_000;

/** Loaded without being asked for; beyond it a person says so, since nobody pages through more. */
export const loadedAtOnce = 20_000;

/** What narrows the list: words that all occur, and the days of reception (UTC, milliseconds; null for no limit). */
export interface Filter {
    readonly words: string;
    readonly from: number | null;
    /** The first moment that is too late. */
    readonly until: number | null;
    /** Leaves out what a later deposit follows. */
    readonly newestOnly: boolean;
}

/**
 * An account's deposits as far as they are loaded, newest first, with the chains that `previous` makes of them. What the server lists
 * is its word: a deposit's certificate decides, once it is fetched and verified.
 */
export class DepositList {
    private readonly found = new Map<string, Listed>();
    private readonly texts = new Map<string, string>();
    private chains = new Map<string, readonly Listed[]>();
    private next: string | null = null;
    private isBegun = false;

    /** @param ask One answer of the server's list. */
    constructor(private readonly ask: (size: number, token: string | null) => Promise<ListedPage>) {
    }

    get size(): number {
        return this.found.size;
    }

    /** Whether the server has no more. */
    get isWhole(): boolean {
        return this.isBegun && this.next === null;
    }

    /** Loads one answer more. */
    async more(): Promise<void> {
        const { deposits, next } = await this.ask(answerSize, this.next);
        const before = this.found.size;
        for (const listed of deposits.filter(({ deposit }) => !this.found.has(deposit))) {
            this.found.set(listed.deposit, listed);
            this.texts.set(listed.deposit, textOf(listed));
        }
        // A server that answers without end with what is known already is not asked again.
        this.next = this.found.size > before ? next : null;
        this.isBegun = true;
        this.chains = chainsOf(this.found);
    }

    find(deposit: string): Listed | undefined {
        return this.found.get(deposit);
    }

    /** The deposit with all that it follows and that follow it, latest first; alone where there is no other. */
    versions(deposit: string): readonly Listed[] {
        return this.chains.get(deposit) ?? [];
    }

    matching({ words, from, until, newestOnly }: Filter): Listed[] {
        const wanted = fold(words).split(/\s+/).filter(word => word !== "");
        const followed = newestOnly ? new Set([...this.found.values()].map(({ request }) => request?.previous)) : null;
        return [...this.found.values()].filter(({ deposit, received }) =>
            (from === null || received >= from) && (until === null || received < until) && followed?.has(deposit) !== true
            && wanted.every(word => this.texts.get(deposit)!.includes(word)));
    }
}

/** Full-width letters and digits count as the others. */
const fold = (text: string): string => text.normalize("NFKC").toLowerCase();

const textOf = ({ deposit, index, received, request }: Listed): string =>
    fold([request?.title ?? "", request?.kind ?? "", depositNumber(deposit), `#${index}`, minute(received)].join("\n"));

/**
 * Deposits that `previous` joins, each list latest first. It is what depositors claim, so it may branch or even turn in a circle:
 * whoever is joined to whom, however, is well defined.
 */
function chainsOf(found: ReadonlyMap<string, Listed>): Map<string, readonly Listed[]> {
    const heads = new Map<string, string>();
    const headOf = (deposit: string): string => {
        let head = deposit;
        for (let above = heads.get(head); above !== undefined; above = heads.get(head))
            head = above;
        // Shortened on the way, so that a long chain is walked once.
        for (let at = deposit; at !== head;) {
            const above = heads.get(at)!;
            heads.set(at, head);
            at = above;
        }
        return head;
    };
    for (const { deposit, request } of found.values()) {
        const previous = request?.previous ?? null;
        if (previous === null || !found.has(previous))
            continue;
        const [one, other] = [headOf(deposit), headOf(previous)];
        if (one !== other)
            heads.set(other, one);
    }
    const chains = new Map<string, Listed[]>();
    for (const listed of found.values()) {
        const head = headOf(listed.deposit);
        const chain = chains.get(head);
        if (chain === undefined)
            chains.set(head, [listed]);
        else
            chain.push(listed);
    }
    for (const chain of chains.values())
        chain.sort((a, b) => b.index - a.index);
    return new Map([...found.keys()].map(deposit => [deposit, chains.get(headOf(deposit))!]));
}
