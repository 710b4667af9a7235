import { utf8 } from "../core/bytes.ts";
import { openingText } from "../core/deposits.ts";
import { certificateFiles, writeCertificate } from "./certificate.ts";
import type { Evidence } from "./evidence.ts";
import { manifestBytes } from "./manifest.ts";
import { StoredZip } from "./storedZip.ts";

/**
 * The evidence zip, its files in the order that equal bytes need (proto/README.md, "Evidence").
 * @param ots OpenTimestamps files.
 * @throws Malformed when the certificate's proof holds no checkpoint.
 */
export function writeEvidence(
    { certificate, manifest, context, openings, page }: Evidence, ots: readonly (readonly [name: string, content: Uint8Array])[] = []): Uint8Array[] {
    const zip = new StoredZip();
    const files = [...certificateFiles(certificate)];
    const isTimestamp = (name: string): boolean => name.startsWith("timestamps/");
    zip.add("certificate.json", [writeCertificate(certificate)]);
    for (const [name, content] of files.filter(([name]) => !isTimestamp(name)))
        zip.add(name, [content]);
    if (manifest !== null) {
        zip.add("manifest.txt", manifestBytes(manifest.items));
        zip.add("seed.txt", [utf8(`${manifest.seed}\n`)]);
    }
    if (context !== null)
        zip.add("context.txt", [context.bytes]);
    for (const [leaf, opening] of openings)
        zip.add(`openings/${leaf}.txt`, [utf8(openingText(opening))]);
    for (const [name, content] of [...files.filter(([name]) => isTimestamp(name)), ...ots])
        zip.add(name, [content]);
    if (page !== null)
        zip.add("certificate.html", [page]);
    return zip.finish();
}
