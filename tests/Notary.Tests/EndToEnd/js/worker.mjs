// The worker of a built page, byte for byte, outside a browser: what of one it uses stands here in a few lines; the same runs in the
// page itself in a real one.
import { readFileSync } from "node:fs";
import { runInThisContext } from "node:vm";

const RealBlob = globalThis.Blob;

/** A file that is there at once. */
export class Bytes {
    constructor(parts, { lastModified } = {}) {
        this.bytes = Buffer.concat([parts].flat());
        this.lastModified = lastModified;
    }
    get size() { return this.bytes.length; }
    stream() { return new RealBlob([this.bytes]).stream(); }
    slice(start, end) { return new Bytes(this.bytes.subarray(start, end)); }
}

export const decoded = base64 => new Uint8Array(Buffer.from(base64, "base64"));

/** Asks the worker of a page, and gives its last word. */
export async function workerOf(page) {
    let answer = null;
    globalThis.Blob = Bytes;
    globalThis.FileReaderSync = class { readAsArrayBuffer({ bytes }) { return Uint8Array.from(bytes).buffer; } };
    globalThis.self = { postMessage: told => { answer = told; } };
    // The page's program is its worker where there is no document; it starts when this has ended.
    runInThisContext(/<script id="program">([^]*?)<\/script>/.exec(readFileSync(page, "utf8"))[1]);
    await new Promise(setImmediate);
    return async question => {
        await globalThis.self.onmessage({ data: question });
        return answer;
    };
}
