// Signing in to the page of deposits, for whoever comes behind it.

/** Signs in by the key, or without one where none is asked for; ends when a view or a refusal is shown. */
export async function signIn(page, key) {
    await page.waitForFunction(() => !document.getElementById("enter").disabled);
    if (await page.isHidden("#sign-in"))
        return;
    if (key) {
        await page.fill("#key", key);
        await page.press("#key", "Enter");
    }
    await page.waitForSelector("#signed-in:not([hidden]), #sign-in-outcome .error");
}
