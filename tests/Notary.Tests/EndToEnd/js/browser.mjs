// A real browser, and what a scenario has of it.
import { chromium } from "playwright-core";

export const launch = () => chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/**
 * A context that nobody had before, with one page in it: no cookie, store, cache or address of another scenario is there.
 * @param address Of the page that the test names.
 * @param given What the test tells the scenario.
 */
export async function visit(browser, address, given) {
    const context = await browser.newContext({ locale: given.locale ?? "zh-CN", viewport: given.viewport ?? { width: 1100, height: 900 }, colorScheme: given.scheme ?? "light" });
    const page = await context.newPage();
    // Every request of the page, and every complaint of the browser's console.
    const [seen, requests, problems] = [[], [], []];
    page.on("request", request => seen.push(request));
    page.on("request", request => requests.push(`${request.method()} ${request.url().replace(/^blob:.*/, "blob")}`));
    page.on("console", message => message.type() === "error" && problems.push(message.text()));
    page.on("pageerror", error => problems.push(String(error)));
    // All that left the browser until now.
    const sent = () => Promise.all(seen.map(async request => ({
        method: request.method(), url: request.url(), headers: await request.allHeaders(), body: request.postData() ?? "",
    })));
    // Opens the page that the test names.
    const open = async () => {
        await page.addInitScript(() => {
            globalThis.shifts = 0;
            new PerformanceObserver(list => list.getEntries().forEach(entry => globalThis.shifts += entry.value)).observe({ type: "layout-shift", buffered: true });
        });
        const response = await page.goto(address);
        if (given.offline)
            await context.setOffline(true);
        return response;
    };
    // What the test does in the midst of the scenario, one step after the other.
    const meanwhile = async () => {
        const answer = await fetch(given.meanwhile);
        if (!answer.ok)
            throw new Error(await answer.text());
    };
    // What is said there, in both languages.
    const inBoth = async place => {
        const told = {};
        for (const language of ["zh", "en"]) {
            await page.click(`[data-language=${language}]`);
            told[language] = await page.innerText(place);
        }
        return told;
    };
    return { address, given, context, page, requests, problems, sent, open, meanwhile, inBoth };
}

// WCAG 2.2 AA by arithmetic: contrast of every text, a name for every control, nothing wider than the window.
export function audit() {
    const channel = value => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    const colour = text => text.match(/[\d.]+/g).map(Number);
    const luminance = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
    const background = element => {
        for (let at = element; at; at = at.parentElement) {
            const found = colour(getComputedStyle(at).backgroundColor);
            if (found.length === 3 || found[3] === 1)
                return found;
        }
        return [255, 255, 255];
    };
    const contrasts = [...document.querySelectorAll("body *")]
        .filter(element => element.offsetParent !== null && [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim() !== ""))
        .map(element => {
            const [one, two] = [luminance(colour(getComputedStyle(element).color)), luminance(background(element))];
            return { text: element.textContent.slice(0, 40), ratio: (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05) };
        });
    return {
        texts: contrasts.length,
        faint: contrasts.filter(({ ratio }) => ratio < 4.5),
        unlabelled: [...document.querySelectorAll("input, select, textarea, progress")].filter(field => field.labels.length === 0 && !field.ariaLabel).map(field => field.id),
        nameless: [...document.querySelectorAll("button, a, summary")].filter(control => control.offsetParent !== null && control.innerText.trim() === "").length,
        overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    };
}
