import type { Account, LedgerFacts, Service } from "../client/service.ts";

/**
 * Who is signed in, and what the views share. It lives in the page's memory alone: no storage, no address, no attribute holds any
 * of it, and signing out or closing the page forgets it.
 */
export interface Session {
    readonly service: Service;
    readonly account: Account;
    readonly ledger: LedgerFacts;
    /** The trust file that this page's operator wrote into it; empty in a page that no server filled. */
    readonly trust: Uint8Array;
    /** Aborted when it is signed out: whoever works for the session stops then, and forgets. */
    readonly ended: AbortSignal;
    /** Tells `deposited` after each deposit that this page has made and verified. */
    readonly events: EventTarget;
}
