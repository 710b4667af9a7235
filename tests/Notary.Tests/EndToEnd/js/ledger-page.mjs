// The page of the public ledger.
import { audit, given, open, page, problems, requests } from "./browser.mjs";

// The public ledger, with an entry looked up where one is asked for.
export async function ledger() {
    if (given.lie)
        await page.route(`**/${given.lie}`, async route => {
            const response = await route.fetch();
            const body = await response.body();
            body[body.length - 1] ^= 1;
            await route.fulfill({ response, body });
        });
    if (given.standing)
        await page.route("**/readyz", route => route.fulfill({ json: given.standing }));
    await open();
    await page.waitForSelector("#growth > *");
    await page.waitForSelector("#outside > *");
    if (given.lookup) {
        await page.fill("#lookup", given.lookup);
        await page.focus("#run");
        await page.keyboard.press("Enter");
        await page.waitForSelector("#outcome > :is(section, .error)");
    }
    const shown = id => page.innerText(id);
    return {
        checkpoint: await shown("#checkpoint"), growth: await shown("#growth"), outside: await shown("#outside"), outcome: await shown("#outcome"),
        points: await page.locator("#growth circle").count(), good: await page.locator("#outcome .good").count(), elements: await page.locator("main :is(img, script, b)").count(), errors: await page.locator(".error").count(),
        requests, problems, ...await page.evaluate(audit),
    };
}
