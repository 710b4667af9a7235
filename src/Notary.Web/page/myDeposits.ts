import { sentence } from "../verification/report.ts";
import { both, element } from "./dom.ts";
import type { Session } from "./session.ts";

/** The account's deposits. It is asked for once a sign-in, and again after each new deposit. */
export function myDeposits(session: Session): HTMLElement {
    return element("section", {}, element("p", {}, both(sentence(
        `The deposits of account '${session.account.account}' will stand here.`, `账户“${session.account.account}”的存证将列于此处。`))));
}
