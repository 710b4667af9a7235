// The page for verifying.
import { createReadStream, readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { audit } from "./browser.mjs";

/** The scenarios of this page, in one visit. */
export default function scenarios({ context, given, open, page, problems, requests }) {
    const choose = async () => {
        if (given.trust)
            await page.setInputFiles("#trust", given.trust);
        if (given.tsaRoots) {
            await page.setInputFiles("#tsa-roots", given.tsaRoots);
            await page.waitForSelector("#tsa-roots-picked > *");
        }
        if (given.sealRoots) {
            await page.click("details:has(#seal-roots) > summary");
            await page.setInputFiles("#seal-roots", given.sealRoots);
            await page.waitForSelector("#seal-roots-picked > *");
        }
        await page.setInputFiles("#evidence", given.evidence);
        if (given.files)
            await page.setInputFiles("#documents", given.files);
        if (given.folder)
            await page.setInputFiles("#folder", given.folder);
        if (given.headers)
            await page.setInputFiles("#headers", given.headers);
        if (given.keyChanges)
            await page.setInputFiles("#key-changes", given.keyChanges);
        if (given.compromised) {
            await page.evaluate(() => document.getElementById("compromised").closest("details").open = true);
            await page.fill("#compromised", given.compromised);
        }
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

    async function verify() {
        if (given.otherFonts)
            await context.route("**/verify-fonts.js", route => route.fulfill({ contentType: "text/javascript", body: "notaryFonts=\"AAAA.AAAA.AAAA\"" }));
        await open();
        const shifts = await page.evaluate(() => globalThis.shifts);
        await choose();
        await page.click("#run");
        return { ...await outcome(), shifts, trust: await page.innerText("#trust-state"), tsaRoots: await page.innerText("#tsa-roots-picked"), requests, problems };
    }

    // The report as the browser prints it.
    async function printed() {
        await open();
        await choose();
        await page.click("#run");
        const found = await outcome();
        return { ...found, pdf: (await page.pdf({ format: "A4" })).toString("base64"), program: await page.evaluate(() => document.getElementById("program").textContent) };
    }

    // As from a file manager: the browser itself makes the events, and reads the folders from the disk.
    async function dropped() {
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
    }

    // Stopped while it hashes, then run again with documents that end.
    async function stopped() {
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
    }

    // Verified twice: while the server of the fonts fails in some way, and when it works again.
    async function brokenFonts() {
        const failing = {
            missing: route => route.fulfill({ status: 404 }),
            cut: route => route.abort("connectionreset"),
            half: async route => {
                const response = await route.fetch();
                const body = await response.text();
                await route.fulfill({ response, body: body.slice(0, body.length / 2) });
            },
        };
        await context.route("**/verify-fonts.js", failing[given.failing], { times: 1 });
        await open();
        await choose();
        await page.click("#run");
        const broken = await outcome();
        await page.click("#run");
        await page.waitForSelector("[data-check=pages][data-result=PASS]");
        return { broken, ...await outcome() };
    }

    // Fonts that are asked for and never come: stopped, verified without them after a time, and verified again when they have come after all.
    async function hangingFonts() {
        let release;
        const released = new Promise(done => release = done);
        await context.route("**/verify-fonts.js", route => released.then(() => route.continue()));
        await page.clock.install();
        await open();
        await choose();
        await page.click("#run");
        await page.waitForFunction(() => /0 s/.test(document.getElementById("progress-label").textContent));
        await page.clock.runFor(3_000);
        const waiting = await page.innerText("#progress-label");
        await page.click("#stop");
        const stopped = await outcome();
        await page.click("#run");
        await page.waitForFunction(() => document.querySelector("#outcome > *") === null && /0 s/.test(document.getElementById("progress-label").textContent));
        await page.clock.runFor(120_000);
        const without = await outcome();
        release();
        await page.waitForFunction(() => globalThis.notaryFonts !== undefined);
        await page.click("#run");
        await page.waitForSelector("[data-check=pages][data-result=PASS]");
        return { waiting, stopped, without, ...await outcome(), requests };
    }

    // Every answer of the page's own verifier, in the browser's own worker.
    async function answers() {
        await open();
        const answers = [];
        for await (const line of createInterface({ input: createReadStream(given.cases) }))
            answers.push(await page.evaluate(answer, JSON.parse(line)));
        return { answers };
    }

    // How long the page takes to answer a tap while its verifier is busy with a hostile file, at the worst.
    async function responsive() {
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
    }

    async function accessible() {
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
    }

    // Rate and memory of one verification with large documents; for the bench's README, not for a test.
    async function measure() {
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
    }

    async function picture() {
        await open();
        await page.waitForTimeout(given.wait ?? 0);
        if (given.evidence) {
            await choose();
            await page.click("#run");
            await outcome();
        }
        await page.screenshot({ path: given.to, fullPage: true });
        return { problems };
    }

    return { verify, printed, dropped, stopped, brokenFonts, hangingFonts, answers, responsive, accessible, measure, picture };
}

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

function answer({ evidence, trust, depositor, tsaRoots, sealRoots, now, headers, keyChanges, compromised, files }) {
    const bytes = base64 => Uint8Array.from(atob(base64), character => character.charCodeAt(0));
    const worker = new Worker(URL.createObjectURL(new Blob([document.getElementById("program").textContent])));
    return new Promise(done => {
        worker.onmessage = ({ data }) => {
            if (data.kind === "progress")
                return;
            worker.terminate();
            done(JSON.stringify(data, (_, value) => typeof value === "bigint" ? String(value) : value));
        };
        worker.postMessage({
            evidence: new Blob([bytes(evidence)]), trust: bytes(trust), depositor, tsaRoots: tsaRoots === null ? null : bytes(tsaRoots),
            headers: headers === null ? null : bytes(headers), keyChanges: keyChanges.map(bytes), compromised, now, fonts: null, sealRoots: sealRoots === null ? null : bytes(sealRoots),
            files: files?.map(({ path, content }) => ({ path, blob: new Blob([bytes(content)]) })) ?? null,
        });
    });
}
