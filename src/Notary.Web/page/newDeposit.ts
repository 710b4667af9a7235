import { sentence } from "../verification/report.ts";
import { both, element } from "./dom.ts";
import type { Session } from "./session.ts";

/** The view that makes a deposit. */
export function newDeposit(session: Session): HTMLElement {
    return element("section", {}, element("p", {}, both(sentence(
        `Deposits of account '${session.account.account}' will be made here.`, `账户“${session.account.account}”将在此存证。`))));
}
