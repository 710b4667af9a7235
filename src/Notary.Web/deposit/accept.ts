import type { ContextRecord } from "../core/deposits.ts";
import { parsePolicy } from "../core/policy.ts";
import { secrecyPage } from "../documents/certificatePage.ts";
import { parseCertificate } from "../evidence/certificate.ts";
import { certificateAlone } from "../evidence/evidence.ts";
import { writeEvidence } from "../evidence/evidenceWriter.ts";
import { sentence, type CheckName, type Report, type Sentence } from "../verification/report.ts";
import { trustAlone, verify } from "../verification/verify.ts";
import type { PendingDeposit } from "./pending.ts";

/** Evidence of this very deposit; or why what the server sent is none. */
export type Acceptance =
    | { readonly evidence: readonly Uint8Array[]; readonly report: Report }
    | { readonly reasons: readonly Sentence[] };

/**
 * Decides whether what a server returned is the certificate of this very deposit. Only then is there evidence, and only then does
 * the page speak of success.
 * @param answer The bytes of certificate.json, as they came.
 * @param trust The trust file that it must verify under.
 * @param ots OpenTimestamps files of older evidence of it, carried on as they are.
 */
export function accept(
    deposit: PendingDeposit, context: ContextRecord | null, answer: Uint8Array, trust: Uint8Array, ots: readonly (readonly [name: string, content: Uint8Array])[] = []): Acceptance {
    const certificate = parseCertificate(answer);
    // A certificate for other bytes could be for another title, another account, or a commitment that somebody copied.
    if (certificate.request !== deposit.request)
        return { reasons: [sentence("The certificate does not hold the request that was sent.", "证书所载的请求不是所发出的请求。")] };
    const evidence = { ...certificateAlone(certificate), manifest: { items: deposit.items, seed: deposit.seed }, context };
    const policy = parsePolicy(trust);
    const report = verify(evidence, trustAlone(policy));
    const passes = (name: CheckName): boolean => report.checks.find(check => check.name === name)!.result === "PASS";
    if (report.verdict === "PASS" && passes("commitment") && passes("claims"))
        return { evidence: writeEvidence({ ...evidence, page: secrecyPage(certificate, policy) }, ots), report };
    const needed: readonly CheckName[] = ["commitment", "claims", "inclusion", "checkpoint"];
    return { reasons: report.checks.filter(({ name, result }) => result === "FAIL" || (result !== "PASS" && needed.includes(name))).map(check => check.reason) };
}
