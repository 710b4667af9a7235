// The site's pages in a real browser: one scenario a run, its findings as JSON. What they should be the test knows.
import { close } from "./browser.mjs";
import * as crossSite from "./cross-site.mjs";
import * as deposit from "./deposit-page.mjs";
import * as ledger from "./ledger-page.mjs";
import * as mine from "./my-deposits-page.mjs";
import * as signIn from "./sign-in-page.mjs";
import * as text from "./text-page.mjs";
import * as verify from "./verify-page.mjs";

const scenarios = { ...crossSite, ...deposit, ...verify, ...ledger, ...mine, ...text, ...signIn };

try {
    console.log(JSON.stringify(await scenarios[process.argv[2]]()));
} finally {
    await close();
}
