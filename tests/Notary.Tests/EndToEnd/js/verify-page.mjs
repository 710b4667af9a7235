// The page for verifying in a real browser: one scenario a run, its findings as JSON. What they should be the test knows.
import { createReadStream, readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const [scenario, address, argument] = process.argv.slice(2);
const given = argument ? JSON.parse(argument) : {};

const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const context = await browser.newContext({ locale: given.locale ?? "zh-CN", viewport: given.viewport ?? { width: 1100, height: 900 }, colorScheme: given.scheme ?? "light" });
const page = await context.newPage();
const [requests, problems] = [[], []];
page.on("request", request => requests.push(`${request.method()} ${request.url().replace(/^blob:.*/, "blob")}`));
page.on("console", message => message.type() === "error" && problems.push(message.text()));
page.on("pageerror", error => problems.push(String(error)));

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

const choose = async () => {
    if (given.trust)
        await page.setInputFiles("#trust", given.trust);
    await page.setInputFiles("#evidence", given.evidence);
    if (given.files)
        await page.setInputFiles("#documents", given.files);
    if (given.folder)
        await page.setInputFiles("#folder", given.folder);
};

const outcome = async () => {
    await page.waitForSelector("#outcome > *", { timeout: 120_000 });
    return page.evaluate(() => ({
        verdict: document.querySelector(".verdict")?.dataset.verdict ?? null,
        refused: document.querySelector("[data-refused]")?.dataset.refused ?? null,
        checks: Object.fromEntries([...document.querySelectorAll("[data-check]")].map(row => [row.dataset.check, row.dataset.result])),
        text: document.querySelector("#outcome").innerText,
        title: document.title,
        elements: document.querySelectorAll("#outcome img, #outcome script, #outcome b, #outcome a").length,
    }));
};

const scenarios = {
    async verify() {
        await open();
        const shifts = await page.evaluate(() => globalThis.shifts);
        await choose();
        await page.click("#run");
        return { ...await outcome(), shifts, trust: await page.innerText("#trust-state"), requests, problems };
    },

    // As from a file manager: the browser itself makes the events, and reads the folders from the disk.
    async dropped() {
        await open();
        const session = await context.newCDPSession(page);
        const drop = async (zone, files) => {
            await page.locator(zone).scrollIntoViewIfNeeded();
            const box = await page.locator(zone).boundingBox();
            const at = { x: box.x + box.width / 2, y: box.y + 20, data: { items: [], files, dragOperationsMask: 1 } };
            for (const type of ["dragEnter", "dragOver", "drop"])
                await session.send("Input.dispatchDragEvent", { type, ...at });
        };
        await drop("#trust-drop", [given.trust]);
        await page.waitForSelector("#own-trust");
        await drop("#evidence-drop", [given.evidence]);
        await page.waitForSelector("#evidence-picked > *");
        await drop("#documents-drop", [given.folder]);
        await page.waitForSelector("#documents-picked > *");
        const picked = await page.innerText("#documents-picked");
        await page.click("#run");
        return { ...await outcome(), picked, address: page.url(), requests, problems };
    },

    // Stopped while it hashes, then run again with documents that end.
    async stopped() {
        await open();
        await choose();
        await page.click("#run");
        await page.waitForFunction(() => /[1-9]\d* ?%/.test(document.getElementById("progress-label").textContent));
        await page.click("#stop");
        const stopped = await outcome();
        await page.click("#clear");
        await page.setInputFiles("#documents", given.then);
        await page.click("#run");
        await page.waitForSelector(".verdict", { timeout: 120_000 });
        return { stopped, ...await outcome(), problems };
    },

    // Every answer of the page's own verifier, in the browser's own worker.
    async answers() {
        await open();
        const answers = [];
        for await (const line of createInterface({ input: createReadStream(given.cases) }))
            answers.push(await page.evaluate(answer, JSON.parse(line)));
        return { answers };
    },

    // How long the page takes to answer a tap while its verifier is busy with a hostile file, at the worst.
    async responsive() {
        await open();
        await page.setInputFiles("#trust", given.trust);
        await page.setInputFiles("#evidence", given.evidence);
        await page.evaluate(() => {
            globalThis.slowest = 0;
            let last = performance.now();
            setInterval(() => {
                globalThis.slowest = Math.max(globalThis.slowest, performance.now() - last);
                last = performance.now();
            }, 10);
        });
        await page.click("#run");
        if (given.stop)
            await page.click("#stop");
        return { ...await outcome(), slowest: await page.evaluate(() => globalThis.slowest) };
    },

    async accessible() {
        const response = await open();
        const size = (await response.body()).length;
        const shifts = await page.evaluate(() => globalThis.shifts);
        const order = [];
        for (let i = 0; i < 30; i++) {
            await page.keyboard.press("Tab");
            order.push(await page.evaluate(() => document.activeElement.id || document.activeElement.dataset.language || document.activeElement.localName));
        }
        await choose();
        await page.focus("#run");
        await page.keyboard.press("Enter");
        const found = await outcome();
        await page.evaluate(() => document.querySelectorAll("details").forEach(details => details.open = true));
        return { ...found, ...await page.evaluate(audit), size, order, headers: response.headers(), shifts };
    },

    // Rate and memory of one verification with large documents; for the bench's README, not for a test.
    async measure() {
        await open();
        await choose();
        const [before, spent] = [memory(), processorSeconds()];
        let most = before;
        const watch = setInterval(() => most = Math.max(most, memory()), 100);
        const start = performance.now();
        await page.click("#run");
        const { verdict, checks } = await outcome();
        clearInterval(watch);
        return { verdict, file: checks.file, seconds: (performance.now() - start) / 1000, processorSeconds: processorSeconds() - spent, megabytesBefore: before, megabytesAtMost: most };
    },

    // The public ledger, with an entry looked up where one is asked for.
    async ledger() {
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
    },

    // A page that is only read: what it says, and every place that the keyboard comes to.
    async text() {
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
    },

    // What a link that makes a file gives.
    async saved() {
        await open();
        const [download] = await Promise.all([page.waitForEvent("download"), page.click(given.link)]);
        return {
            name: download.suggestedFilename(), content: readFileSync(await download.path(), "utf8"), commands: (await page.locator("#hand pre").allInnerTexts()).join("\n"),
        };
    },

    async picture() {
        await open();
        await page.waitForTimeout(given.wait ?? 0);
        if (given.evidence) {
            await choose();
            await page.click("#run");
            await outcome();
        }
        await page.screenshot({ path: given.to, fullPage: true });
        return { problems };
    },
};

// Of all of Chromium's renderers together: proportional set size in megabytes, and processor time.
const memory = () => ofRenderers("smaps_rollup", text => Number(/^Pss: +(\d+)/m.exec(text)[1]) / 1000);

const processorSeconds = () => ofRenderers("stat", text => text.split(") ")[1].split(" ").slice(11, 13).reduce((sum, ticks) => sum + Number(ticks) / 100, 0));

function ofRenderers(file, value) {
    let sum = 0;
    for (const id of readdirSync("/proc").filter(entry => /^\d+$/.test(entry))) {
        try {
            if (readFileSync(`/proc/${id}/cmdline`, "utf8").includes("--type=renderer"))
                sum += value(readFileSync(`/proc/${id}/${file}`, "utf8"));
        } catch {
            // It ended meanwhile.
        }
    }
    return sum;
}

function answer({ evidence, trust, depositor, files }) {
    const bytes = base64 => Uint8Array.from(atob(base64), character => character.charCodeAt(0));
    const worker = new Worker(URL.createObjectURL(new Blob([document.getElementById("verifier").textContent])));
    return new Promise(done => {
        worker.onmessage = ({ data }) => {
            if (data.kind === "progress")
                return;
            worker.terminate();
            done(JSON.stringify(data, (_, value) => typeof value === "bigint" ? String(value) : value));
        };
        worker.postMessage({
            evidence: new Blob([bytes(evidence)]), trust: bytes(trust), depositor,
            files: files?.map(({ path, content }) => ({ path, blob: new Blob([bytes(content)]) })) ?? null,
        });
    });
}

// WCAG 2.2 AA by arithmetic: contrast of every text, a name for every control, nothing wider than the window.
function audit() {
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

try {
    console.log(JSON.stringify(await scenarios[scenario]()));
} finally {
    await browser.close();
}
