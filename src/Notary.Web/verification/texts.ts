import { parseClaims, parseRequestBytes, parseStatement, type Claims, type RequestBytes, type Statement } from "../core/deposits.ts";
import { Malformed } from "../core/malformed.ts";
import { parseProof, type TlogProof } from "../core/notes.ts";
import { escape, formatTime } from "../core/rules.ts";
import type { Certificate } from "../evidence/certificate.ts";
import type { Subject } from "./report.ts";

/** A text of a certificate: what it says, or why it cannot be read, or neither when it is withheld. */
export interface ReadText<T> {
    readonly value: T | null;
    readonly problem: string | null;
    readonly withheld: boolean;
}

/** A certificate's four texts, each read for itself, so that one bad text does not hide what the others show. */
export interface CertificateTexts {
    readonly entry: string;
    readonly claimsSource: string | null;
    readonly statement: ReadText<Statement>;
    readonly claims: ReadText<Claims>;
    readonly request: ReadText<RequestBytes>;
    readonly proof: ReadText<TlogProof>;
}

export const readTexts = (certificate: Certificate): CertificateTexts => ({
    entry: certificate.statement,
    claimsSource: certificate.claims,
    statement: read(certificate.statement, parseStatement),
    claims: read(certificate.claims, parseClaims),
    request: read(certificate.request, parseRequestBytes),
    proof: read(certificate.proof, parseProof),
});

export const subjectOf = ({ statement: { value: statement }, proof: { value: proof } }: CertificateTexts): Subject | null => statement === null ? null : {
    ledger: statement.ledger,
    deposit: statement.deposit,
    commitment: statement.commitment,
    received: formatTime(statement.received),
    index: proof === null ? null : String(proof.index),
    treeSize: proof === null ? null : String(proof.checkpoint.size),
};

/** What breaks a format is a value here, since a check reports it. */
export function read<T>(text: string | null, parse: (text: string) => T): ReadText<T> {
    if (text === null)
        return { value: null, problem: null, withheld: true };
    try {
        return { value: parse(text), problem: null, withheld: false };
    } catch (problem) {
        if (problem instanceof Malformed)
            return { value: null, problem: escape(problem.message), withheld: false };
        throw problem;
    }
}
