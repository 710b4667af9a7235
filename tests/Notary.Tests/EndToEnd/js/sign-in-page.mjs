// Who is signed in to the page of deposits, and what it keeps of that.
import { audit } from "./browser.mjs";
import { signIn } from "./sign-in.mjs";

/** The scenarios of this page, in one visit. */
export default function scenarios({ address, context, given, open, page, problems, requests, sent }) {
    const heads = async () => (await sent()).map(({ url, body, headers }) => ({ url, body, ...headers }));

    const shown = async () => ({
        signIn: await page.isVisible("#sign-in"), who: await page.innerText("#who"), outcome: await page.innerText("#sign-in-outcome"),
        problem: await page.locator("#sign-in-outcome [data-problem]").evaluateAll(all => all.map(one => one.dataset.problem)),
        current: await page.locator("header nav [aria-current]").allInnerTexts(), elements: await page.locator("main :is(img, script, b)").count(),
    });

    // Signs in, goes to the other view and back by the navigation, and signs out.
    async function signedIn() {
        const response = await open();
        await page.waitForFunction(() => !document.getElementById("enter").disabled);
        const first = { ...await shown(), ...await page.evaluate(audit), shifts: await page.evaluate(() => globalThis.shifts) };
        await signIn(page, given.key);
        const entered = await shown();
        // In another language, which the links carry on in their addresses.
        await page.click("[data-language=zh]");
        await page.click("[data-language=en]");
        await page.click("header nav a[href$='#mine']");
        await page.waitForSelector("#view-mine:not([hidden])", { timeout: 2000 }).catch(() => null);
        const mine = { ...await shown(), title: await page.locator("h1:visible").innerText() };
        await page.click("header nav a[href$='#new']");
        const back = await shown();
        // Wherever a page could leave a key behind.
        const kept = await page.evaluate(async () => JSON.stringify([
            { ...localStorage }, { ...sessionStorage }, document.cookie, location.href, history.state, document.documentElement.outerHTML,
            [...document.querySelectorAll("input")].map(input => input.value), (await indexedDB.databases()).map(database => database.name), (await caches.keys()),
        ]));
        const out = await page.isVisible("#sign-out");
        if (out)
            await page.click("#sign-out");
        return {
            first, entered, mine, back, out: out ? await shown() : null, kept, cookies: (await context.cookies()).length, heads: await heads(),
            policy: response.headers()["content-security-policy"], address: page.url(), requests, problems,
        };
    }

    // The same page as it comes from another machine without encryption.
    async function insecure() {
        await page.route("http://ledger.test/**", async route => route.fulfill({
            response: await route.fetch({ url: new URL(new URL(route.request().url()).pathname, address).href }),
        }));
        await page.goto("http://ledger.test/deposits?lang=en");
        await signIn(page, given.key);
        return { ...await shown(), heads: await heads() };
    }

    return { signedIn, insecure };
}
