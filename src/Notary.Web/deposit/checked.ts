import { parsePolicy } from "../core/policy.ts";
import { parseRequestBytes, parseStatement } from "../core/deposits.ts";
import { parseCertificate, writeCertificate } from "../evidence/certificate.ts";
import { certificateAlone } from "../evidence/evidence.ts";
import { sentence, type CheckName, type Report, type Sentence } from "../verification/report.ts";
import { trustAlone, verify } from "../verification/verify.ts";

/** Which deposit was asked for, and whose. */
export interface Expected {
    readonly deposit: string;
    readonly account: string;
    /** Where the list says that it stands. */
    readonly index: number;
}

/** A certificate of this very deposit, in the one spelling that the format has; or why what the server sent is none. */
export type Checked =
    | { readonly certificate: Uint8Array; readonly report: Report }
    | { readonly reasons: readonly Sentence[] };

/**
 * Decides on a certificate that a server handed out again, before anybody is offered it.
 * @param answer The bytes of certificate.json, as they came.
 * @param trust The trust file that it must verify under.
 * @throws Malformed when it cannot be read.
 */
export function checkCertificate(answer: Uint8Array, expected: Expected, trust: Uint8Array): Checked {
    const certificate = parseCertificate(answer);
    if (parseStatement(certificate.statement).deposit !== expected.deposit)
        return { reasons: [sentence("It is the certificate of another deposit.", "这是另一份存证的证书。")] };
    if (certificate.request === null || parseRequestBytes(certificate.request).request.account !== expected.account)
        return { reasons: [sentence("It does not hold this account's request: who deposited, and under which title, is missing.", "其中没有本账户的请求：缺少存证人和标题。")] };
    const report = verify(certificateAlone(certificate), trustAlone(parsePolicy(trust)));
    if (report.subject?.index !== String(expected.index))
        return { reasons: [sentence("It stands at another entry than the list of deposits says.", "其条目序号与存证列表所示不同。")] };
    const needed: readonly CheckName[] = ["claims", "inclusion", "checkpoint"];
    const bad = report.checks.filter(({ name, result }) => result === "FAIL" || (result !== "PASS" && needed.includes(name)));
    return bad.length > 0 ? { reasons: bad.map(({ reason }) => reason) } : { certificate: writeCertificate(certificate), report };
}
