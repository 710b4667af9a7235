// The site's pages in a real browser, one for all scenarios. A line of standard input asks for one: { id, scenario, address, given };
// a line of output answers it: { id, found } or { id, error }. What the findings should be the test knows.
import { createInterface } from "node:readline";
import { launch, visit } from "./browser.mjs";
import crossSite from "./cross-site.mjs";
import deposit from "./deposit-page.mjs";
import ledger from "./ledger-page.mjs";
import leftovers from "./leftovers.mjs";
import mine from "./my-deposits-page.mjs";
import signIn from "./sign-in-page.mjs";
import text from "./text-page.mjs";
import verify from "./verify-page.mjs";

const pages = [crossSite, deposit, ledger, leftovers, mine, signIn, text, verify];
const patience = 120_000;

const browser = await launch();
// Whoever waits for an answer learns it from the end of this process.
browser.on("disconnected", () => process.exit());

// A scenario has everything of its own: a context that shares nothing with another's, and functions that close over nothing else.
async function run({ scenario, address, given }) {
    const own = await visit(browser, address, given);
    const limit = setTimeout(() => end(own.context, `the scenario did not end in ${patience / 1_000} s`), patience);
    try {
        const { [scenario]: found } = Object.assign({}, ...pages.map(page => page(own)));
        return await found();
    } finally {
        clearTimeout(limit);
        await end(own.context);
    }
}

async function end(context, reason) {
    // A route that were still at work when its page goes would end this process.
    await Promise.all([context, ...context.pages()].map(one => one.unrouteAll({ behavior: "ignoreErrors" })));
    await context.close({ reason });
}

const tell = answer => process.stdout.write(JSON.stringify(answer) + "\n");

const running = [];
for await (const line of createInterface({ input: process.stdin })) {
    const { id, ...asked } = JSON.parse(line);
    running.push(run(asked).then(found => tell({ id, found }), problem => tell({ id, error: problem.stack ?? String(problem) })));
}
await Promise.all(running);
await browser.close();
