// Runs what makes and accepts deposits in the built page on cases: one JSON a line in, one a line out, files in base64.
import { createInterface } from "node:readline";
import { Bytes, decoded, workerOf } from "./worker.mjs";

const depositor = await workerOf(process.argv[2]);
for await (const line of createInterface({ input: process.stdin })) {
    const { pending, certificate, trust, documents, terms, ...question } = JSON.parse(line);
    const answer = await depositor({
        ...question, pending: new Bytes(decoded(pending ?? "")), certificate: decoded(certificate ?? ""), trust: decoded(trust ?? ""),
        documents: documents?.map(({ path, content, modified }) => ({ path, blob: new Bytes(decoded(content), { lastModified: modified }) })),
        terms: terms && { ...terms, trust: { file: decoded(trust), place: "trust" } },
    });
    console.log(JSON.stringify(answer, (_, value) => value instanceof Bytes ? value.bytes.toString("base64") : value));
}
