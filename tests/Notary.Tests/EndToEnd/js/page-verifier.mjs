// Runs the verifier of the built page on cases: one JSON a line in, one a line out.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { Bytes, decoded, workerOf } from "./worker.mjs";

const fonts = ["OpenSans-Regular", "DroidSansFallbackFull", "DejaVuSansMono"].map(name =>
    readFileSync(new URL(`../../../../src/Notary.Documents/Pdf/Fonts/${name}.ttf`, import.meta.url), "base64")).join(".");
const verifier = await workerOf(process.argv[2]);
const bytesOrNull = base64 => base64 === null ? null : decoded(base64);
for await (const line of createInterface({ input: process.stdin })) {
    const { evidence, trust, depositor, tsaRoots, sealRoots, now, headers, keyChanges, compromised, files } = JSON.parse(line);
    const answer = await verifier({
        evidence: new Bytes(decoded(evidence)), trust: decoded(trust), depositor, tsaRoots: bytesOrNull(tsaRoots), headers: bytesOrNull(headers),
        keyChanges: keyChanges.map(decoded), compromised, sealRoots: bytesOrNull(sealRoots), now, fonts,
        files: files?.map(({ path, content }) => ({ path, blob: new Bytes(decoded(content)) })) ?? null,
    });
    console.log(JSON.stringify(answer, (_, value) => typeof value === "bigint" ? String(value) : value));
}
