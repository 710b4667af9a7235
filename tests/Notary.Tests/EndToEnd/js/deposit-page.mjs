// Making a deposit on the page of deposits: chosen, hashed, saved, sent, and its evidence taken.
import { audit } from "./browser.mjs";
import { signIn } from "./sign-in.mjs";

/** The scenarios of this page, in one visit. */
export default function scenarios({ context, given, inBoth, meanwhile, open, page, problems, requests, sent }) {
    const posts = () => requests.filter(request => request.startsWith("POST")).length;

    const save = async (link, name) => {
        const [download] = await Promise.all([page.waitForEvent("download"), page.click(link)]);
        const path = `${given.out}/${name ?? download.suggestedFilename()}`;
        await download.saveAs(path);
        return path;
    };

    async function choose() {
        if (given.files)
            await page.setInputFiles("#documents", given.files);
        if (given.folder)
            await page.setInputFiles("#folder", given.folder);
        if (given.title)
            await page.fill("#title", given.title);
        if (given.previous || given.kind || given.sm3 || given.trust || given.signingKey)
            await page.locator("#more").evaluate(details => details.open = true);
        if (given.kind)
            await page.fill("#kind", given.kind);
        if (given.previous)
            await page.fill("#previous", given.previous);
        if (given.sm3)
            await page.check("#sm3");
        if (given.signingKey)
            await page.setInputFiles("#signing-key", given.signingKey);
        if (given.trust)
            await page.setInputFiles("#trust", given.trust);
    }

    const shown = async () => ({
        text: await page.innerText("main"),
        problem: await page.locator("main [data-problem]:visible").evaluateAll(all => all.map(one => one.dataset.problem)),
        verdict: await page.locator(".verdict").evaluateAll(all => all.map(one => one.dataset.verdict)),
        elements: await page.locator("main :is(img, script, b, svg)").count(),
    });

    const settled = () => page.waitForSelector("#outcome > *", { timeout: 60_000 });

    // As far as the file that is to be saved; what the page lets one do before and after.
    async function toSaved() {
        await page.click("#run");
        await page.waitForSelector("#save, #outcome > *", { timeout: 60_000 });
        if (await page.locator("#save").count() === 0)
            return null;
        const ready = await page.innerText("main");
        const before = { send: await page.isEnabled("#send"), tick: await page.isEnabled("#saved"), posts: posts() };
        const pending = await save("#save");
        const between = { send: await page.isEnabled("#send"), tick: await page.isEnabled("#saved"), posts: posts() };
        await page.check("#saved");
        return { ready, pending, before, between, after: { send: await page.isEnabled("#send"), posts: posts() } };
    }

    // The whole life of a deposit. What stops it is shown.
    async function deposit() {
        await open();
        await signIn(page, given.key);
        if (await page.locator("#form").count() === 0)
            return { ...await shown(), requests };
        await choose();
        const saved = await toSaved();
        const kept = saved === null ? null : await lie();
        if (saved !== null) {
            await page.click("#send");
            await settled();
        }
        const first = await shown();
        if (given.again) {
            await page.unrouteAll();
            await page.click("#send");
            await page.waitForSelector(".verdict");
        }
        const evidence = await page.locator("#save-evidence").count() > 0 ? await save("#save-evidence") : null;
        let pdf = null;
        if (given.pdf) {
            await page.click("#pdf");
            await page.waitForSelector("#save-pdf");
            pdf = await save("#save-pdf");
        }
        return { ...saved, kept, evidence, pdf, first, ...await shown(), sent: await sent(), posts: posts(), problems, stored: await stored() };
    }

    // Sent twice, with something between that the server refuses for: what is said each time, and that the file can be saved again.
    async function refused() {
        await open();
        await signIn(page, given.key);
        let { pending } = given;
        if (pending) {
            await page.setInputFiles("#pending", pending);
            await page.waitForSelector("#send:enabled");
        } else {
            await choose();
            ({ pending } = await toSaved());
        }
        await meanwhile();
        const first = await sendTold();
        const kept = given.pending ? null : await save("#save", "kept.journal");
        await meanwhile();
        const second = await sendTold();
        const evidence = await page.locator("#save-evidence").count() > 0 ? await save("#save-evidence") : null;
        return { pending, kept, first, second, evidence, ...await shown(), posts: posts() };
    }

    async function sendTold() {
        await page.click("#send");
        await settled();
        return { ...await inBoth("#outcome"), problem: (await shown()).problem };
    }

    // Deposited on a server that seals; the PDF is refused at first.
    async function sealed() {
        await open();
        await signIn(page, given.key);
        await choose();
        await toSaved();
        await page.click("#send");
        await settled();
        const evidence = await save("#save-evidence");
        await page.click("#pdf");
        await page.waitForSelector("#pdf-state [data-problem]");
        const refused = { ...await inBoth("#pdf-state"), problem: (await shown()).problem };
        await meanwhile();
        await page.click("#pdf");
        await page.waitForSelector("#save-pdf");
        return { evidence, refused, pdf: await save("#save-pdf"), told: await inBoth("#pdf-state"), ...await shown() };
    }

    // Goes on with a file that was saved, in a page that knows nothing of it.
    async function resumed() {
        await open();
        await signIn(page, given.key);
        await page.setInputFiles("#pending", given.pending);
        await page.waitForSelector("#send, #outcome > *");
        const summary = await page.innerText("main");
        if (await page.locator("#send").count() === 0 || !await page.isEnabled("#send"))
            return { ...await shown(), summary, posts: posts() };
        await page.click("#send");
        await settled();
        const evidence = await page.locator("#save-evidence").count() > 0 ? await save("#save-evidence", given.name) : null;
        return { ...await shown(), summary, evidence, posts: posts(), problems };
    }

    // Chosen, and what the page says before anything is hashed.
    async function chosen() {
        await open();
        await signIn(page, given.key);
        await choose();
        return { ...await shown(), run: await page.isEnabled("#run"), picked: await page.innerText("#documents-picked"), posts: posts(), problems };
    }

    // Stopped while it hashes: a number is shown meanwhile, and nothing was sent.
    async function depositStopped() {
        await open();
        await signIn(page, given.key);
        await choose();
        await page.click("#run");
        await page.waitForFunction(() => /[1-9]\d* ?%/.test(document.getElementById("progress-label").textContent));
        await page.click("#stop");
        await settled();
        return { ...await shown(), run: await page.isEnabled("#run"), posts: posts(), problems };
    }

    const stored = () => page.evaluate(async () => JSON.stringify([
        { ...localStorage }, { ...sessionStorage }, document.cookie, location.href, (await indexedDB.databases()).map(database => database.name), await caches.keys(),
    ]));

    // What a server that lies answers in the place of the certificate.
    async function lie() {
        if (!given.lie)
            return null;
        await page.route("**/v1/deposits", async route => {
            switch (given.lie.kind) {
                // It was received, and the answer is lost.
                case "cut":
                    await route.fetch();
                    return route.abort("connectionreset");
                // A certificate of another deposit.
                case "other":
                    return route.fulfill({ status: 201, contentType: "application/json", body: given.lie.certificate });
                // Another ledger of the same name, which certifies the very request.
                case "ledger":
                    return route.fulfill({ response: await route.fetch({
                        url: given.lie.url, headers: { ...route.request().headers(), authorization: `Bearer ${given.lie.authorization}` },
                    }) });
                case "status":
                    return route.fulfill({ status: given.lie.status, headers: given.lie.headers ?? {}, contentType: "application/problem+json", body: given.lie.body ?? "" });
                default: {
                    const response = await route.fetch();
                    const certificate = await response.json();
                    if (given.lie.kind === "signature") {
                        const line = certificate.proof.trimEnd().split("\n").at(-1);
                        const bytes = Buffer.from(line.split(" ").at(-1), "base64");
                        bytes[40] ^= 1;
                        return route.fulfill({ response, json: { ...certificate, proof: certificate.proof.replace(line, line.replace(/\S+$/, bytes.toString("base64"))) } });
                    }
                    certificate[given.lie.member] = certificate[given.lie.member].replace(new RegExp(given.lie.from), given.lie.to);
                    return route.fulfill({ response, json: certificate });
                }
            }
        });
        return given.lie.kind;
    }

    // By the keyboard alone, from signing in to the evidence; and what everything looks like to whoever measures it.
    async function byKeyboard() {
        const response = await open();
        const size = (await response.body()).length;
        await signIn(page, given.key);
        const tabTo = async id => {
            for (let i = 0; i < 60; i++) {
                if (await page.evaluate(() => document.activeElement.id) === id)
                    return;
                await page.keyboard.press("Tab");
            }
            throw new Error(`the keyboard does not come to #${id}`);
        };
        const audits = [await page.evaluate(audit)];
        const shifts = await page.evaluate(() => globalThis.shifts);
        await choose();
        await tabTo("title");
        await page.keyboard.type("By the keyboard");
        await page.locator("details").evaluateAll(all => all.forEach(details => details.open = true));
        audits.push(await page.evaluate(audit));
        await tabTo("run");
        await page.keyboard.press("Enter");
        await page.waitForSelector("#save");
        const focused = await page.evaluate(() => document.activeElement.id);
        audits.push(await page.evaluate(audit));
        await tabTo("save");
        await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
        await tabTo("saved");
        await page.keyboard.press("Space");
        await tabTo("send");
        await page.keyboard.press("Enter");
        await page.waitForSelector(".verdict");
        audits.push(await page.evaluate(audit));
        await tabTo("save-evidence");
        const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
        return { ...await shown(), audits, focused, size, shifts, evidence: download.suggestedFilename(), problems };
    }

    // Dropped from a file manager; the saved file is then looked at by the page, a wrong one first.
    async function depositDropped() {
        await open();
        await signIn(page, given.key);
        const session = await context.newCDPSession(page);
        const box = await page.locator("#documents-drop").boundingBox();
        const at = { x: box.x + box.width / 2, y: box.y + 20, data: { items: [], files: [given.folder], dragOperationsMask: 1 } };
        for (const type of ["dragEnter", "dragOver", "drop"])
            await session.send("Input.dispatchDragEvent", { type, ...at });
        await page.waitForSelector("#documents-picked > *");
        const picked = await page.innerText("#documents-picked");
        await page.click("#run");
        await page.waitForSelector("#save");
        const pending = await save("#save");
        await page.locator("details").evaluateAll(all => all.forEach(details => details.open = true));
        await page.setInputFiles("#copy", given.wrong);
        await page.waitForSelector("[data-problem=COPY]");
        const wrong = { send: await page.isEnabled("#send"), ticked: await page.isChecked("#saved") };
        await page.setInputFiles("#copy", pending);
        await page.waitForSelector("#whole");
        const right = { send: await page.isEnabled("#send"), ticked: await page.isChecked("#saved") };
        const dom = await page.evaluate(() => document.documentElement.outerHTML);
        // Whoever closes the page now is asked first.
        const asked = await page.evaluate(() => !window.dispatchEvent(new Event("beforeunload", { cancelable: true })));
        return { asked, picked, pending, wrong, right, dom, address: page.url(), posts: posts(), problems };
    }

    // The list was looked at before; it knows the deposit that is made meanwhile.
    async function listedAfterwards() {
        await open();
        await signIn(page, given.key);
        await page.click("header nav a[href$='#mine']");
        await page.waitForSelector("#again:not([hidden])");
        const before = await page.locator("#mine-rows > li").evaluateAll(all => all.map(row => row.dataset.deposit));
        await page.click("header nav a[href$='#new']");
        await choose();
        await toSaved();
        const deposit = await page.innerText("#deposit-id");
        await page.click("#send");
        await page.waitForSelector(".verdict");
        await page.click("header nav a[href$='#mine']");
        await page.waitForSelector(`#mine-rows > li[data-deposit="${deposit}"]`, { timeout: 10_000 });
        return { before, deposit, problems };
    }

    // Every state as a picture.
    async function depositPictures() {
        let number = 0;
        const shoot = async name => page.screenshot({ path: `${given.to}-${number++}-${name}.png`, fullPage: true });
        await open();
        await page.waitForTimeout(500);
        await shoot("sign-in");
        await signIn(page, given.key);
        await shoot("empty");
        await choose();
        await page.locator("details").evaluateAll(all => all.forEach(details => details.open = true));
        await shoot("form");
        await toSaved();
        await shoot("saved");
        await page.route("**/v1/deposits", route => route.abort("connectionreset"));
        await page.click("#send");
        await settled();
        await shoot("cut");
        await page.unrouteAll();
        await page.click("#send");
        await page.waitForSelector(".verdict");
        await page.click("#pdf");
        await page.waitForSelector("#save-pdf");
        await shoot("done");
        return { problems, cookies: (await context.cookies()).length };
    }

    return { deposit, refused, sealed, resumed, chosen, depositStopped, byKeyboard, depositDropped, listedAfterwards, depositPictures };
}
