import { setUpLanguage } from "./dom.ts";

setUpLanguage(() => {});

// What the server wrote into the page, as the file that it is.
const [trust, save] = [document.getElementById("operator-trust")?.textContent ?? "", document.getElementById("save-trust") as HTMLAnchorElement | null];
if (save !== null && trust !== "") {
    save.href = URL.createObjectURL(new Blob([trust], { type: "application/octet-stream" }));
    save.hidden = false;
}
