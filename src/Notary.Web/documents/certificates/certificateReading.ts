import { sha256, type Hash } from "../../core/bytes.ts";
import { parseClaims, parseRequestBytes, parseStatement, type Claims, type RequestBytes, type Statement } from "../../core/deposits.ts";
import { parseProof, type TlogProof } from "../../core/notes.ts";
import { certificateNumber } from "../../core/numbers.ts";
import type { TrustPolicy } from "../../core/policy.ts";
import { writeCertificate, type Certificate } from "../../evidence/certificate.ts";
import type { Evidence } from "../../evidence/evidence.ts";
import type { CheckName, Result } from "../../verification/report.ts";
import { trustAlone, verify } from "../../verification/verify.ts";

/** A certificate's texts, read, and what can be recomputed from them on nobody's word. */
export interface CertificateReading {
    readonly certificate: Certificate;
    /** SHA-256 of its certificate.json. */
    readonly digest: Hash;
    readonly statement: Statement;
    readonly proof: TlogProof;
    /** Null when they are withheld. */
    readonly claims: Claims | null;
    /** Null when it is withheld. */
    readonly request: RequestBytes | null;
    /** What a check came to under a trust file that trusts nobody. */
    readonly result: (name: CheckName) => Result;
}

const nobody: TrustPolicy = { logs: [], witnesses: [], groups: [], quorum: null };

/** @throws Malformed when one of the texts breaks its format. */
export function readingOf(evidence: Evidence): CertificateReading {
    const { certificate } = evidence;
    const [statement, proof] = [parseStatement(certificate.statement), parseProof(certificate.proof)];
    const claims = certificate.claims === null ? null : parseClaims(certificate.claims);
    const request = certificate.request === null ? null : parseRequestBytes(certificate.request);
    // Of the evidence alone: a page is the same beside documents and without them.
    const { checks } = verify({ ...evidence, included: [] }, trustAlone(nobody));
    return {
        certificate, digest: sha256(writeCertificate(certificate)), statement, proof, claims, request,
        result: name => checks.find(check => check.name === name)!.result,
    };
}

export const numberOf = (reading: CertificateReading): string => certificateNumber(reading.digest);

/**
 * What a QR code carries: the number, the address on the ledger and the signed root (proto/README.md, "The evidence"). In capitals:
 * characters of a QR code's alphanumeric mode take 5.5 bits each and not 8.
 */
export const codeText = (reading: CertificateReading): string => {
    const { statement: { ledger }, proof: { index, checkpoint: { size, root } } } = reading;
    return `NOTARY1 ${numberOf(reading)} ${ledger} ${index} ${size} ${root}`.toUpperCase();
};
