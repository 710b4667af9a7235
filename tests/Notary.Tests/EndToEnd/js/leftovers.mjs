// What a visit finds of other ones, wherever a browser could keep it, and then leaves behind itself.

/** The scenarios of the browser itself, in one visit. */
export default function scenarios({ address, context, open, page, requests }) {
    async function leave() {
        await open();
        const found = await page.evaluate(async () => {
            const found = [
                ...Object.keys(localStorage), ...Object.keys(sessionStorage), document.cookie, ...(await indexedDB.databases()).map(database => database.name), ...await caches.keys(), window.name,
            ].filter(name => name !== "");
            localStorage["left"] = sessionStorage["left"] = document.cookie = window.name = "left=1";
            await new Promise(done => indexedDB.open("left").onsuccess = done);
            await caches.open("left");
            return found;
        });
        const pages = context.pages().length;
        await leaveAtWork();
        return { found, pages, requests };
    }

    // A second page, with a route that is still at work when the visit ends.
    async function leaveAtWork() {
        const other = await context.newPage();
        await new Promise(async asked => {
            await other.route("**", async route => {
                asked();
                await other.waitForEvent("close");
                await route.fetch();
            });
            other.goto(address).catch(() => {});
        });
    }

    // The whole browser goes, as for lack of memory.
    async function crash() {
        const session = await context.browser().newBrowserCDPSession();
        await session.send("Browser.crash");
    }

    return { leave, crash };
}
