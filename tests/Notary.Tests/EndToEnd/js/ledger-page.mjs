// The page of the public ledger.
import { audit } from "./browser.mjs";

/** The scenarios of this page, in one visit. */
export default function scenarios({ given, open, page, problems, requests }) {
    const answered = () => page.waitForSelector("#outcome > :is(section, .error, .notice):not([data-old])");

    const ask = async lookup => {
        // The answer before this one must not pass for it.
        await page.evaluate(() => document.querySelectorAll("#outcome > *").forEach(old => old.dataset.old = ""));
        await page.fill("#lookup", lookup);
        await page.focus("#run");
        await page.keyboard.press("Enter");
        await answered();
    };

    // The public ledger, with what is looked up by the address or the form.
    async function ledger() {
        if (given.lie)
            await page.route(`**/${given.lie}`, async route => {
                const response = await route.fetch();
                const body = await response.body();
                body[body.length - 1] ^= 1;
                await route.fulfill({ response, body });
            });
        // What another server than this one, or a worse one, would answer.
        for (const [path, answer] of Object.entries(given.answers ?? {}))
            await page.route(`**/${path}`, route => route.fulfill(answer));
        const response = await open();
        await page.waitForSelector("#growth > *");
        await page.waitForSelector("#outside > *");
        if (new URL(page.url()).hash !== "")
            await answered();
        const shifts = await page.evaluate(() => globalThis.shifts);
        const order = given.tabs ? await tabs() : [];
        if (given.trust) {
            await page.click("#own > summary");
            await page.setInputFiles("#trust", { name: "my-trust", mimeType: "text/plain", buffer: Buffer.from(given.trust) });
            await page.waitForSelector("#trust-state > *");
        }
        const answers = [];
        for (const lookup of given.lookups ?? []) {
            await ask(lookup);
            answers.push(await page.innerText("#outcome"));
        }
        if (given.lookup)
            await ask(given.lookup);
        if (given.search) {
            await page.click("#search");
            await page.waitForFunction(() => !document.querySelector("#search") && document.querySelector("#outcome > :is(section, .error, .notice)"));
        }
        const shown = id => page.innerText(id);
        const text = {
            checkpoint: await shown("#checkpoint"), trust: await shown("#trust-state"), growth: await shown("#growth"), outside: await shown("#outside"), outcome: await shown("#outcome"),
            witnesses: await page.locator("#witnesses tbody tr").allInnerTexts(), hash: await page.evaluate(() => decodeURIComponent(location.hash)), asked: await page.inputValue("#lookup"),
        };
        await page.evaluate(() => document.querySelectorAll("details").forEach(details => details.open = true));
        return {
            ...text, answers, shifts, order, size: (await response.body()).length,
            points: await page.locator("#growth circle").count(), axes: await page.locator("#growth text:visible").allTextContents(), good: await page.locator("#outcome .good").count(),
            elements: await page.locator("main :is(img, script, b)").count(), errors: await page.locator(".error").count(),
            requests, problems, ...await page.evaluate(audit),
        };
    }

    // Every place that the keyboard comes to, from the top.
    async function tabs() {
        const places = [];
        do {
            await page.keyboard.press("Tab");
            places.push(await page.evaluate(() => document.activeElement.id || document.activeElement.getAttribute("href")?.split("?")[0] || document.activeElement.dataset.language || document.activeElement.innerText));
        } while (places.length < 30 && await page.evaluate(() => document.activeElement !== document.body));
        return places;
    }

    return { ledger };
}
