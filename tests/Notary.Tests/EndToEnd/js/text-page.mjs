// The pages that are only read.
import { readFileSync } from "node:fs";
import { audit } from "./browser.mjs";

/** The scenarios of this page, in one visit. */
export default function scenarios({ given, open, page, problems, requests }) {
    // What it says, and every place that the keyboard comes to.
    async function text() {
        const response = await open();
        const controls = await page.evaluate(() => [...document.querySelectorAll("a[href], button, summary")].filter(one => one.offsetParent !== null).map(one => one.innerText));
        const order = [];
        for (let i = 0; i < controls.length; i++) {
            await page.keyboard.press("Tab");
            order.push(await page.evaluate(() => document.activeElement.innerText));
        }
        return {
            text: await page.innerText("main"), title: await page.title(), size: (await response.body()).length, shifts: await page.evaluate(() => globalThis.shifts),
            controls, order, requests, problems, ...await page.evaluate(audit),
        };
    }

    // What a link that makes a file gives.
    async function saved() {
        await open();
        const [download] = await Promise.all([page.waitForEvent("download"), page.click(given.link)]);
        return {
            name: download.suggestedFilename(), content: readFileSync(await download.path(), "utf8"), commands: (await page.locator("#hand pre").allInnerTexts()).join("\n"),
        };
    }

    return { text, saved };
}
