// Runs the verifier of the built page, byte for byte, on cases: one JSON a line in, one a line out. What of a browser it uses
// stands here in a few lines; the same cases run in the page itself in a real one.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { runInThisContext } from "node:vm";

class Bytes {
    constructor(bytes) { this.bytes = bytes; }
    get size() { return this.bytes.length; }
    stream() { return new Blob([this.bytes]).stream(); }
    slice(start, end) { return new Bytes(this.bytes.subarray(start, end)); }
}

let answer = null;
globalThis.FileReaderSync = class { readAsArrayBuffer({ bytes }) { return bytes.slice().buffer; } };
globalThis.self = { postMessage: told => { answer = told; } };

const page = readFileSync(process.argv[2], "utf8");
runInThisContext(/<script type="text\/plain" id="verifier">([^]*?)<\/script>/.exec(page)[1]);

const blob = base64 => new Bytes(new Uint8Array(Buffer.from(base64, "base64")));

for await (const line of createInterface({ input: process.stdin })) {
    const { evidence, trust, depositor, tsaRoots, headers, keyChanges, compromised, files } = JSON.parse(line);
    await globalThis.self.onmessage({ data: {
        evidence: blob(evidence), trust: blob(trust).bytes, depositor, tsaRoots: tsaRoots === null ? null : blob(tsaRoots).bytes, headers: headers === null ? null : blob(headers).bytes,
        keyChanges: keyChanges.map(change => blob(change).bytes), compromised, files: files?.map(({ path, content }) => ({ path, blob: blob(content) })) ?? null,
    } });
    console.log(JSON.stringify(answer, (_, value) => typeof value === "bigint" ? String(value) : value));
}
