// Bundles the pages: each becomes one file that needs no other. `--check` compares with the committed files instead of writing.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { byHand, formats } from "./documents.mjs";

const folder = fileURLToPath(new URL(".", import.meta.url));
const output = new URL("../Notary.Server/Web/Pages/", import.meta.url);
const pages = ["home", "deposits", "verify", "ledger", "help", "expert"];

// Pages that are only read share one script.
const scripts = { home: "text", help: "text", expert: "text" };

// Pages that ask their own server for something; the others may ask nobody.
const connected = ["deposits", "ledger"];

// What runs beside a page and may end without it: the same program, so that what both need is in it once.
const workers = { deposits: "depositWorker", verify: "worker" };

const places = [
    [".", "首页", "Home"],
    ["deposits#new", "存证", "Deposit"],
    ["deposits#mine", "我的存证", "My deposits"],
    ["verify", "核验", "Verify"],
    ["ledger", "账本", "Ledger"],
    ["help", "帮助", "Help"],
];

const source = name => readFileSync(new URL(`page/${name}`, import.meta.url), "utf8");

// The fonts of certificates, in the order and spelling in which the server hands them out (Notary.Server, VerifierFonts).
const fonts = ["OpenSans-Regular", "DroidSansFallbackFull", "DejaVuSansMono"]
    .map(name => readFileSync(new URL(`../Notary.Documents/Pdf/Fonts/${name}.ttf`, import.meta.url), "base64")).join(".");

const bundle = async (page, worker) => (await build({
    stdin: { resolveDir: folder, contents: worker === undefined ? `import "./page/${page}.ts"` : `"document" in globalThis ? import("./page/${page}.ts") : import("./page/${worker}.ts")` },
    bundle: true, write: false, minify: true, format: "iife", target: "es2022", charset: "utf8", legalComments: "none", logLevel: "error",
    loader: { ".css": "text" }, define: { fontsDigest: JSON.stringify(sha256(fonts).toString("hex")) },
})).outputFiles[0].text.trim();

const sha256 = text => createHash("sha256").update(text).digest();

const digest = text => `sha256-${sha256(text).toString("base64")}`;

const fontsScript = digest(`notaryFonts="${fonts}"`);

// Nothing in a script may end the element that holds it.
const contained = code => /<\/script|<!--/i.test(code) ? fail("a bundle holds the end of a script element") : code;

function fail(problem) {
    console.error(`error: ${problem}`);
    process.exit(1);
}

const navigation = current => places.map(([place, zh, en]) =>
    `<a href="${place}"${place === current ? ' aria-current="page"' : ""}><span lang="zh-CN">${zh}</span><span lang="en">${en}</span></a>`).join("");

async function page(name) {
    const body = source(`${name}.html`);
    const html = body.replace("{{head}}", source("head.html").trimEnd().replace("{{title}}", /data-zh="([^"]+)"/.exec(body)[1]));
    const style = source("style.css").replaceAll("\n", "");
    const [early, script] = [contained(await bundle("early")), contained(await bundle(scripts[name] ?? name, workers[name]))];
    const allowed = [digest(early), digest(script), ...html.includes("{{fontsScript}}") ? [fontsScript] : []];
    // What the page may do: run these scripts and no other, read what it is given, and send nothing anywhere.
    const policy = [
        "default-src 'none'", `script-src ${allowed.map(one => `'${one}'`).join(" ")}`, `style-src '${digest(style)}'`,
        ...name in workers ? ["worker-src blob:"] : [], ...connected.includes(name) ? ["connect-src 'self'"] : [], "base-uri 'none'", "form-action 'none'",
    ].join("; ");
    const parts = { policy, style, early, script, fontsScript, header: source("header.html").trim().replace("{{navigation}}", navigation(name === "home" ? "." : name)) };
    if (name === "expert")
        Object.assign(parts, { byHand: byHand(), formatsChinese: formats("proto/README.zh.md"), formatsEnglish: formats("proto/README.md") });
    return html.replace(/\{\{(\w+)\}\}/g, (_, part) => parts[part] ?? fail(`${name}.html asks for ${part}`));
}

for (const name of pages) {
    const file = new URL(`${name}.html`, output);
    const built = await page(name);
    if (!process.argv.includes("--check")) {
        writeFileSync(file, built);
        console.log(`${name}.html ${Buffer.byteLength(built)} bytes`);
    } else if (readFileSync(file, "utf8") !== built)
        fail(`${fileURLToPath(file)} is not what its sources give: run 'npm run build' in src/Notary.Web`);
}
