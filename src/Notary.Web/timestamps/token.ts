import { equalBytes, grouped } from "../core/bytes.ts";
import { Limits } from "../core/limits.ts";
import { Malformed } from "../core/malformed.ts";
import { nothing, sentence, type Sentence } from "../verification/report.ts";
import { extendedUsages, findExtension, keyUsage, signatures, type X509 } from "./certificate.ts";
import { certificateIds, isIdOf, type CertificateId } from "./certificateId.ts";
import { brokenChain, judgeChain, rsaBits } from "./chain.ts";
import { checkSignature, readSignedData, type SignedData, type Signer } from "./cms.ts";
import { Der, NotDer, shapeProblem } from "./der.ts";
import { parseInfo, type TimestampInfo } from "./info.ts";
import { shownName } from "./names.ts";
import { Oids } from "./oids.ts";
import type { Trusted } from "./roots.ts";
import { isHash, keyOf } from "./signatures.ts";

/**
 * How far a token can be relied on: everything holds up to a root that the verifier trusts; it holds together, but its chain ends in
 * no root that the verifier trusts; it is not a token, is over something else, or is not what an authority may sign.
 */
export type TokenStanding = "verified" | "unknown" | "refused";

export interface TokenVerdict {
    readonly standing: TokenStanding;
    /** Why it is refused or unknown, as a clause that follows "the token". */
    readonly problem: Sentence;
    /** What it says; null when it cannot be read. */
    readonly info: TimestampInfo | null;
    /** The name in the signer's certificate, escaped. */
    readonly authority: string | null;
}

const document = "time-stamp token";
const mostCertificates = 16;

/** A token taken apart: CMS SignedData of one signer over a TSTInfo (RFC 3161, section 2.4.2). */
interface Token {
    readonly data: SignedData;
    readonly signer: Signer;
    readonly info: TimestampInfo;
    readonly ids: readonly CertificateId[];
}

/**
 * Verifies one RFC 3161 token: (1) the imprint is of the data; (2) the signer's certificate is the one that the signed attributes
 * name, and is for time-stamping alone, critically; (3) its chain was valid at the token's own time, up to a root that the verifier
 * trusts; (4) the signature is the certificate's. A chain that has expired since says nothing against a token.
 * @param der The token, a stranger's.
 * @param sha256 What it should be over.
 * @param roots Whom the verifier trusts; null: nobody, and no token is more than unknown.
 */
export function verifyToken(der: Uint8Array, sha256: Uint8Array, roots: Trusted | null): TokenVerdict {
    let token: Token;
    try {
        token = parse(der);
    } catch (problem) {
        if (problem instanceof Malformed)
            return refused(sentence(`cannot be read (${problem.message})`, `无法读取（${problem.message}）`), null, null);
        throw problem;
    }
    try {
        return judge(token, sha256, roots);
    } catch (problem) {
        // What a certificate's extensions and key say is looked at only when it is asked for.
        if (problem instanceof NotDer)
            return refused(sentence("holds a certificate that cannot be read", "所含的证书无法读取"), token.info, null);
        throw problem;
    }
}

const refused = (problem: Sentence, info: TimestampInfo | null, authority: string | null): TokenVerdict => ({ standing: "refused", problem, info, authority });

function judge({ data, signer, info, ids }: Token, sha256: Uint8Array, roots: Trusted | null): TokenVerdict {
    if (info.imprint.algorithm !== Oids.sha256 || !equalBytes(info.imprint.digest, sha256)) // (1)
        return refused(sentence("is over other data", "所盖的是其他数据"), info, null);
    const certificate = [...data.certificates, ...roots?.helpers ?? [], ...roots?.roots ?? []].find(one => ids.every(id => isIdOf(id, one)));
    if (certificate === undefined) // (2)
        return refused(sentence("does not hold the certificate that it names as its signer's", "不含其所称的签名证书"), info, null);
    const authority = shownName(certificate.subjectName);
    const unfit = signerProblem(certificate) ?? (isHash(signer.digest.oid) ? null
        : sentence("is signed under a hash function that is not SHA-256, SHA-384 or SHA-512", "的签名未使用 SHA-256、SHA-384 或 SHA-512"));
    if (unfit !== null)
        return refused(unfit, info, authority);
    const verdict = { ...chain(certificate, data.certificates, info.time, roots), info, authority }; // (3)
    if (verdict.standing === "refused")
        return verdict;
    switch (checkSignature(signer, certificate, data.content!, data.certificates)) { // (4)
        case "invalid":
            return refused(sentence("bears a signature that does not verify", "的签名无效"), info, authority);
        case "beyond":
            return { ...verdict, standing: "unknown", problem: tooMuch };
        case "valid":
            return verdict;
    }
}

const tooMuch = sentence(
    "is signed under keys or certificates of a kind that this page does not verify ('notary verify' and 'openssl ts -verify' do)",
    "所用的密钥或证书种类本页面不能核验（请用“notary verify”或“openssl ts -verify”）");

/** Why a certificate may sign no time-stamps, whoever issued it; null when it may. */
function signerProblem(certificate: X509): Sentence | null {
    const usages = extendedUsages(certificate);
    const isAlone = certificate.extensions.filter(extension => extension.oid === Oids.extendedUsage).length === 1;
    if (!isAlone || !findExtension(certificate, Oids.extendedUsage)!.critical || usages!.length !== 1 || usages![0] !== Oids.timeStamping)
        return sentence(
            "is signed under a certificate that is not for time-stamping alone (a critical extended key usage of timeStamping and no other)",
            "的签名证书并非专用于时间戳（扩展密钥用法须为关键项且仅含 timeStamping）");
    const usage = keyUsage(certificate);
    if (usage !== null && ((usage & signatures) === 0 || (usage & ~signatures) !== 0))
        return sentence("is signed under a certificate whose key is for something else than signatures", "的签名证书的密钥用途并非仅为签名");
    const key = keyOf(certificate);
    return key.kind === "rsa" && key.bits < rsaBits
        ? sentence(`is signed with an RSA key of ${key.bits} bits, fewer than ${rsaBits}`, `使用了不足 ${rsaBits} 位的 RSA 密钥（${key.bits} 位）`)
        : null;
}

function chain(signer: X509, carried: readonly X509[], time: number, roots: Trusted | null): { standing: TokenStanding; problem: Sentence } {
    if (roots === null)
        return { standing: "unknown", problem: sentence("is of an authority whose root nobody gave", "所属机构的根证书未提供") };
    switch (judgeChain(signer, carried, roots, time, Oids.timeStamping)) {
        case "trusted":
            return { standing: "verified", problem: nothing };
        case "no root":
            return { standing: "unknown", problem: sentence("leads to no time-stamping root that you trust", "的证书链通不到您所信任的时间戳根证书") };
        case "beyond":
            return { standing: "unknown", problem: tooMuch };
        case "not valid then":
            return { standing: "refused", problem: sentence("has a certificate that was not valid at the token's own time", "的证书在时间戳所载时刻不在有效期内") };
        case "weak hash":
            return { standing: "refused", problem: sentence("has a certificate that is signed under a hash function that is broken", "的证书链使用了已被攻破的摘要算法") };
        case "short key":
            return { standing: "refused", problem: sentence(`has a certificate chain with an RSA key of fewer than ${rsaBits} bits`, `的证书链含有不足 ${rsaBits} 位的 RSA 密钥`) };
        case "broken":
            return { standing: "refused", problem: sentence(`has a certificate chain that ${brokenChain.en}`, `的证书链${brokenChain.zh}`) };
    }
}

function parse(der: Uint8Array): Token {
    if (der.length > Limits.tokenBytes)
        throw malformed(null, `has ${grouped(der.length)} bytes (limit ${grouped(Limits.tokenBytes)})`);
    const problem = shapeProblem(der);
    if (problem !== null)
        throw malformed(null, problem);
    try {
        return read(readSignedData(der));
    } catch (broken) {
        if (broken instanceof NotDer)
            throw malformed(null, "is not CMS signed data of a time-stamp");
        throw broken;
    }
}

function read(data: SignedData): Token {
    if (data.contentType !== Oids.timestampInfo)
        throw malformed(null, "holds something else than a time-stamp");
    const [signer] = data.signers;
    if (signer === undefined || data.signers.length !== 1)
        throw malformed("signerInfos", `has ${data.signers.length} signers, not 1`);
    if (data.certificates.length > mostCertificates)
        throw malformed("certificates", `has ${data.certificates.length} (limit ${mostCertificates})`);
    // RFC 5652 section 11.1: without it, or with another one, the signature could be of something that is no time-stamp.
    const contentType = single(signer, Oids.contentType);
    if (contentType === null)
        throw malformed("contentType", "is missing");
    if (oidOf(contentType) !== Oids.timestampInfo)
        throw malformed("contentType", "is not a time-stamp's");
    const [older, newer] = [single(signer, Oids.signingCertificate), single(signer, Oids.signingCertificateV2)];
    const ids = [
        ...older === null ? [] : [certificateIds(document, older, false, false)[0]!],
        ...newer === null ? [] : [certificateIds(document, newer, true, false)[0]!],
    ];
    if (ids.length === 0)
        throw malformed("signingCertificate", "is missing: the token does not name its signer's certificate");
    return { data, signer, info: parseInfo(data.content ?? new Uint8Array(0)), ids };
}

function oidOf(der: Uint8Array): string {
    try {
        return Der.whole(der, value => value.oid());
    } catch (problem) {
        if (problem instanceof NotDer)
            throw malformed(null, "is not DER of the form that RFC 3161 gives it");
        throw problem;
    }
}

/** The value of a signed attribute, which may be there once and with one value; null when it is not there. */
function single({ signed }: Signer, oid: string): Uint8Array | null {
    const found = signed?.filter(attribute => attribute.oid === oid) ?? [];
    if (found.length === 0)
        return null;
    const [only] = found;
    return found.length === 1 && only!.values.length === 1 ? only!.values[0]! : fail();

    function fail(): never {
        throw malformed(oid, "is a signed attribute with more or less than one value");
    }
}

const malformed = (field: string | null, problem: string): Malformed => new Malformed(document, field, problem);
