import { grouped, strictBase64 } from "../core/bytes.ts";
import { Malformed } from "../core/malformed.ts";
import { isSelfMade, readCertificate, type X509 } from "./certificate.ts";
import { NotDer } from "./der.ts";

/** Certificates that a verifier trusts for one thing, given by the verifier and never found in evidence. */
export interface Trusted {
    /** Those that are issued by themselves. */
    readonly roots: readonly X509[];
    /** Any others, which only help to build a chain up to one. */
    readonly helpers: readonly X509[];
}

/** Of a file of roots; in an encoding of several bytes a character it may have fewer characters. */
export const mostRootsBytes = 1 << 20;

export const timestampRoots = (file: Uint8Array): Trusted => parseRoots("time-stamping roots", file);

export const sealRoots = (file: Uint8Array): Trusted => parseRoots("seal roots", file);

/**
 * Reads one or more PEM certificates; text between them is ignored.
 * @param document What they are, for the error.
 */
function parseRoots(document: string, file: Uint8Array): Trusted {
    // What stands between the certificates may be in any encoding.
    const pem = new TextDecoder().decode(file);
    if (pem.length > mostRootsBytes)
        throw new Malformed(document, null, `have ${grouped(pem.length)} characters (limit ${grouped(mostRootsBytes)})`);
    const all = [...blocks(pem)].map(content => {
        try {
            return readCertificate(strictBase64(content.replace(/[ \t\r\n]/g, "")) ?? fail("hold a PEM block that is no certificate"));
        } catch (problem) {
            if (problem instanceof NotDer)
                return fail("hold a PEM block that is no certificate");
            throw problem;
        }
    });
    const roots = all.filter(isSelfMade);
    return roots.length > 0 ? { roots, helpers: all.filter(one => !isSelfMade(one)) } : fail("hold no root: a PEM certificate that is issued by itself");

    function fail(problem: string): never {
        throw new Malformed(document, null, problem);
    }
}

/** What stands between the marks. A pattern would look for the end again from every beginning, of which a file may be full. */
function* blocks(pem: string): Generator<string> {
    const [begin, end] = ["-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"];
    for (let start = pem.indexOf(begin); start >= 0; start = pem.indexOf(begin, start)) {
        const stop = pem.indexOf(end, start + begin.length);
        if (stop < 0)
            return;
        yield pem.slice(start + begin.length, stop);
        start = stop + end.length;
    }
}
