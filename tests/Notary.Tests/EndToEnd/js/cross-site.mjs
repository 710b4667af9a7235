// A page of another site, which has the browser of a depositor ask the ledger for it.
import { createServer } from "node:http";

/** The scenarios of this page, in one visit. */
export default function scenarios({ address, given, page }) {
    async function crossSite() {
        const server = createServer((_, response) => response.setHeader("Content-Type", "text/html").end("<!DOCTYPE html><title>other</title>")).listen(0);
        const foreign = `http://${given.host}:${server.address().port}/`;
        const answers = [];
        page.on("response", response => response.url().startsWith(new URL("/v1", address).href) && answers.push(response.status()));
        await page.goto(foreign);
        const post = new URL("v1/deposits", address).href;
        // (1) As a page may without asking; (2) as one may only when the server lets it; (3) by a form; (4) in a frame.
        const read = await page.evaluate(async ({ post, request, account }) => {
            const tries = [
                () => fetch(post, { method: "POST", mode: "no-cors", credentials: "include", body: JSON.stringify({ request }) }),
                () => fetch(post, { method: "POST", credentials: "include", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ request }) }),
                () => fetch(account, { credentials: "include" }),
            ];
            return Promise.all(tries.map(one => one().then(async response => `${response.type} ${await response.text()}`, () => "refused")));
        }, { post, request: given.request, account: new URL("v1/account", address).href });
        await page.setContent(`<form method="post" enctype="text/plain" action="${post}"><input name='{"request":"x' value='"}'><button>go</button></form>`);
        await Promise.all([page.waitForResponse(post), page.click("button")]);
        await page.goto(foreign);
        await page.setContent(`<iframe src="${address}"></iframe>`);
        await page.waitForTimeout(500);
        const framed = (await Promise.all(page.frames().slice(1).map(frame => frame.content().catch(() => "")))).join("");
        server.close();
        return { read, answers, framed };
    }

    return { crossSite };
}
