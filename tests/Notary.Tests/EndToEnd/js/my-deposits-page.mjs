// The account's deposits: listed, narrowed, shown one by one, and taken again.
import { audit } from "./browser.mjs";
import { signIn } from "./sign-in.mjs";

/** The scenarios of this page, in one visit. */
export default function scenarios({ given, inBoth, meanwhile, open, page, problems, requests }) {
    // But for the page's own question, before anybody has given a key, whether one is needed.
    const complaints = () => problems.filter(problem => !problem.includes("status of 401"));

    const settled = () => page.waitForFunction(() => {
        const again = document.getElementById("again");
        return (again !== null && !again.hidden) || document.querySelector("#view-mine [data-problem='MAY_NOT_READ']") !== null;
    }, null, { timeout: 60_000 });

    const list = async () => ({
        state: await page.innerText("#mine-state"), loading: await page.innerText("#mine-loading"),
        rows: await page.locator("#mine-rows > li").allInnerTexts(), deposits: await page.locator("#mine-rows > li").evaluateAll(all => all.map(row => row.dataset.deposit)),
        pages: await page.locator(".pager button").allInnerTexts(),
    });

    const save = async (link, number = 0) => {
        const [download] = await Promise.all([page.waitForEvent("download"), page.click(link)]);
        const path = `${given.out}/${number === 0 ? "" : number}${download.suggestedFilename()}`;
        await download.saveAs(path);
        return path;
    };

    async function show(deposit) {
        await page.evaluate(hash => location.hash = hash, `#mine/${deposit}`);
        await page.waitForSelector(`[data-one="${deposit.slice(0, 36).toLowerCase()}"], #mine-one .notice`);
    }

    // What can be had of a deposit, one after the other: from the server, from one that lies, and of files that open it.
    async function take() {
        const taken = [];
        const got = async (what, begin) => {
            await page.evaluate(() => document.getElementById("one-outcome").replaceChildren());
            await begin();
            await page.waitForSelector(`#save-${what}, #one-outcome [data-problem]`, { timeout: 60_000 });
            const path = await page.locator(`#save-${what}`).count() > 0 ? await save(`#save-${what}`, taken.length) : null;
            taken.push({ what, path, text: await page.innerText("#one-outcome"), problem: await page.locator("#one-outcome [data-problem]").evaluateAll(all => all.map(one => one.dataset.problem)) });
        };
        for (const what of given.take ?? [])
            await got(what, () => page.click(`#take-${what}`));
        for (const { path, answer } of given.lies ?? []) {
            await page.route(`**/${path}`, route => route.fulfill(answer));
            const what = path.endsWith(".pdf") ? "pdf" : "certificate";
            await got(what, () => page.click(`#take-${what}`));
            await page.unrouteAll();
        }
        if (given.saved)
            await page.locator("#rebuild").evaluate(details => details.open = true);
        for (const file of given.saved ?? [])
            await got("evidence", () => page.setInputFiles("#saved-file", file));
        return taken;
    }

    const text = async () => ({
        text: await page.innerText("main"), elements: await page.locator("main :is(img, script, b, svg)").count(),
        problem: await page.locator("main [data-problem]:visible").evaluateAll(all => all.map(one => one.dataset.problem)),
    });

    /** Signs in, looks at the list in every way that the test asks for, and then at one deposit. */
    async function mine() {
        for (const { path, answer } of given.answers ?? [])
            await page.route(`**/${path}`, route => route.fulfill(answer));
        const response = await open();
        await signIn(page, given.key);
        await settled();
        const shifts = await page.evaluate(() => globalThis.shifts);
        if (await page.locator("#mine-rows").count() === 0)
            return { ...await text(), requests, problems: complaints() };
        const first = await list();
        const audits = [await page.evaluate(audit)];
        const filtered = [];
        for (const { words, from, until, newest } of given.filters ?? []) {
            await page.fill("#filter-words", words ?? "");
            await page.fill("#filter-from", from ?? "");
            await page.fill("#filter-until", until ?? "");
            await page.setChecked("#filter-newest", newest ?? false);
            filtered.push(await list());
        }
        const turned = [];
        for (const number of given.turn ?? []) {
            await page.click(`.pager button[data-page="${number - 1}"]`);
            turned.push(await list());
        }
        if (given.answers)
            await page.unrouteAll();
        let listed = null;
        if (given.meanwhile) {
            await meanwhile();
            await page.click("#again");
            await settled();
            listed = { ...await list(), ...await text(), told: await inBoth("#mine-trouble") };
        }
        let one = null;
        if (given.show) {
            await show(given.show);
            const focused = await page.evaluate(() => document.activeElement.id);
            one = {
                ...await text(), focused, versions: await page.locator("#versions > li").allInnerTexts(), ledger: await page.locator("#mine-one a[href^=ledger]").getAttribute("href").catch(() => null),
                version: await page.locator("#mine-one a[href^='#new/']").count(), taken: await take(),
            };
            await page.evaluate(() => document.querySelectorAll("#mine-one details").forEach(details => details.open = true));
            audits.push(await page.evaluate(audit));
        }
        return { size: (await response.body()).length, shifts, first, filtered, turned, listed, one, audits, ...await text(), requests, problems: complaints() };
    }

    /** By the keyboard alone: into a deposit, along its chain, back to where the list was left, and on to a new version. */
    async function mineByKeyboard() {
        await open();
        await signIn(page, given.key);
        await settled();
        const tabTo = async fits => {
            for (let i = 0; i < 80; i++) {
                await page.keyboard.press("Tab");
                if (await page.evaluate(fits => document.activeElement.matches(fits), fits))
                    return;
            }
            throw new Error(`the keyboard does not come to ${fits}`);
        };
        const at = () => page.evaluate(() => ({ hash: location.hash, focus: document.activeElement.id || document.activeElement.getAttribute("href") || "" }));
        const places = [];
        const press = async fits => {
            await tabTo(fits);
            await page.keyboard.press("Enter");
            await page.waitForTimeout(50);
            places.push(await at());
        };
        await press("#mine-rows a");
        await press("#versions li:not([aria-current]) a");
        await press("#mine-one a[href='#mine']");
        await press(".pager button[data-page='1'], #mine-rows a");
        await page.goBack();
        await page.goBack();
        await page.waitForSelector("#mine-one:not([hidden]) #one-title");
        await press("#mine-one a[href^='#new/']");
        return { places, previous: await page.inputValue("#previous"), problems: complaints() };
    }

    return { mine, mineByKeyboard };
}
