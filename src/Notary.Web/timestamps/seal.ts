import { concat, equalBytes, grouped, hex, sha256Bytes } from "../core/bytes.ts";
import { Malformed } from "../core/malformed.ts";
import { formatTime } from "../core/rules.ts";
import { nothing, sentence, type Sentence } from "../verification/report.ts";
import { extendedUsages, keyUsage, signatures, type X509 } from "./certificate.ts";
import { certificateIds, isIdOf } from "./certificateId.ts";
import { brokenChain, judgeChain, rsaBits } from "./chain.ts";
import { checkSignature, header, readSignedData, setOf, sorted, type Attribute, type SignedData, type Signer } from "./cms.ts";
import { constructed, NotDer, shapeProblem, Tag } from "./der.ts";
import { Oids, oidBytes } from "./oids.ts";
import type { Trusted } from "./roots.ts";
import { keyOf } from "./signatures.ts";
import { verifyToken, type TokenVerdict } from "./token.ts";

/**
 * A seal: CMS SignedData of one signer over bytes that are elsewhere, in the form of PAdES (ETSI EN 319 142-1) level B-B, or B-T with a
 * time-stamp of the signature. There is one way to spell it.
 */
export interface Seal {
    readonly data: SignedData;
    readonly signer: Signer;
    /** The sealer's: the one that the signed attributes name. */
    readonly certificate: X509;
    /** The RFC 3161 token over the signature. */
    readonly token: Uint8Array | null;
}

/** Everything holds up to a root that the verifier trusts for seals; it is whole, but whose it is nobody trusted says; it is broken. */
export type SealStanding = "verified" | "unknown" | "refused";

export interface SealVerdict {
    readonly standing: SealStanding;
    /** Why it is refused or unknown, as a clause that follows "the seal". */
    readonly problem: Sentence;
    /** What its time-stamp came to; null when it has none, or when it did not come to that. */
    readonly stamped: TokenVerdict | null;
}

const [mostBytes, mostCertificates] = [128 << 10, 8];

/** Reads a seal of this form; nothing of it is verified. */
export function parseSeal(der: Uint8Array): Seal {
    if (der.length > mostBytes)
        throw malformed(`has ${grouped(der.length)} bytes (limit ${grouped(mostBytes)})`);
    const problem = shapeProblem(der);
    if (problem !== null)
        throw malformed(problem);
    try {
        return read(readSignedData(der), der);
    } catch (broken) {
        if (broken instanceof NotDer)
            throw malformed("is not CMS signed data");
        throw broken;
    }
}

function read(data: SignedData, der: Uint8Array): Seal {
    const [signer] = data.signers;
    const { certificates } = data;
    if (signer === undefined || data.signers.length !== 1)
        throw malformed(`has ${data.signers.length} signers, not 1`);
    if (certificates.length === 0 || certificates.length > mostCertificates)
        throw malformed(`has ${certificates.length} certificates (1 to ${mostCertificates})`);
    const signed = signer.signed ?? [];
    const kinds = signed.map(attribute => attribute.oid).sort().join();
    if (kinds !== [Oids.contentType, Oids.messageDigest, Oids.signingCertificateV2].sort().join() || signed.some(({ values }) => values.length !== 1))
        throw malformed("signs other attributes than PAdES asks for");
    const ids = certificateIds("seal", signed.find(attribute => attribute.oid === Oids.signingCertificateV2)!.values[0]!, true, true);
    const named = ids.map(id => certificates.find(certificate => isIdOf(id, certificate))).filter(certificate => certificate !== undefined);
    const distinct = new Set(named.map(certificate => `${hex(certificate.issuer)} ${hex(certificate.serial)}`));
    if (ids.length !== certificates.length || named.length !== ids.length || distinct.size !== named.length)
        throw malformed("holds other certificates than it signs");
    const seal = { data, signer, certificate: named[0]!, token: tokenOf(signer.unsigned) };
    // What two readers could take for two things is nobody's seal: the bytes must be the ones that a sealer here would write.
    return equalBytes(spelled(seal), der) ? seal : fail("is not spelled as this program spells it");
}

function tokenOf(unsigned: readonly Attribute[]): Uint8Array | null {
    const [only] = unsigned;
    if (only === undefined)
        return null;
    return unsigned.length === 1 && only.oid === Oids.signatureTimestamp && only.values.length === 1
        ? only.values[0]!
        : fail("has more beside the signature than one time-stamp");
}

/** The bytes that a sealer here would write. Algorithms have no parameters. */
function spelled({ data, signer, certificate, token }: Seal): Uint8Array {
    const sequence = (...parts: readonly Uint8Array[]): Uint8Array => element(Tag.sequence, ...parts);
    const oid = (dotted: string): Uint8Array => element(Tag.oid, oidBytes(dotted));
    const one = Uint8Array.of(Tag.integer, 1, 1);
    const attribute = (kind: string, value: Uint8Array): Uint8Array => sequence(oid(kind), setOf([value]));
    const algorithm = certificate.keyAlgorithm.oid === Oids.rsa ? Oids.rsa : Oids.ecdsaWithSha256;
    const info = sequence(
        one,
        sequence(certificate.issuer, element(Tag.integer, certificate.serial)),
        sequence(oid(Oids.sha256)),
        setOf(sorted(signer.signed!.map(({ oid: kind, values }) => attribute(kind, values[0]!))), constructed(0)),
        sequence(oid(algorithm)),
        element(Tag.octets, signer.signature),
        ...token === null ? [] : [setOf([attribute(Oids.signatureTimestamp, token)], constructed(1))]);
    return sequence(oid(Oids.signedData), element(constructed(0), sequence(
        one,
        setOf([sequence(oid(Oids.sha256))]),
        sequence(oid(Oids.data)),
        setOf(sorted(data.certificates.map(({ der }) => der)), constructed(0)),
        setOf([info]))));
}

const element = (tag: number, ...parts: readonly Uint8Array[]): Uint8Array => {
    const content = concat(new Uint8Array(0), ...parts);
    return concat(header(tag, content.length), content);
};

// RFC 9336 documentSigning, e-mail, any, and those of Adobe and Microsoft: what CAs put into certificates for documents.
const documentUsages = ["1.3.6.1.5.5.7.3.36", "1.3.6.1.5.5.7.3.4", Oids.anyUsage, "1.2.840.113583.1.1.5", "1.3.6.1.4.1.311.10.3.12"];

/**
 * Verifies a seal: (1) its certificate is for signing documents; (2) the signature is that certificate's; (3) a time-stamp, if it has
 * one, is over this signature; (4) the chain leads to a root that the verifier trusts, as of the time that a time-stamp of a trusted
 * authority shows, and without one as of now: a key that was lost since could have been used to seal at any time.
 */
export function verifySeal(seal: Seal, covered: Uint8Array, roots: Trusted | null, authorities: Trusted | null, now: number): SealVerdict {
    try {
        return judge(seal, covered, roots, authorities, now);
    } catch (problem) {
        // What a certificate's extensions and key say is looked at only when it is asked for.
        if (problem instanceof NotDer)
            return refused(sentence("holds a certificate that cannot be read", "所含的证书无法读取"));
        throw problem;
    }
}

const refused = (problem: Sentence, stamped: TokenVerdict | null = null): SealVerdict => ({ standing: "refused", problem, stamped });

function judge({ data, signer, certificate, token }: Seal, covered: Uint8Array, roots: Trusted | null, authorities: Trusted | null, now: number): SealVerdict {
    const unfit = certificateProblem(certificate); // (1)
    if (unfit !== null)
        return refused(unfit);
    if (checkSignature(signer, certificate, covered, data.certificates) !== "valid") // (2)
        return refused(sentence("does not fit this file: it was changed after it was sealed", "与本文件不符：文件在加盖签章后被改动"));
    const stamped = token === null ? null : verifyToken(token, sha256Bytes(signer.signature), authorities); // (3)
    if (stamped?.standing === "refused")
        return refused(sentence(`bears a time-stamp that ${stamped.problem.en}`, `所附时间戳${stamped.problem.zh}`), stamped);
    if (roots === null)
        return { standing: "unknown", problem: sentence("is of a sealer whose root nobody gave", "所属签章人的根证书未提供"), stamped };
    return { ...chain(certificate, data.certificates, roots, stamped?.standing === "verified" ? stamped.info!.time : now), stamped }; // (4)
}

/** Why nobody may seal under a certificate, as a clause that follows "the seal"; null when it may. */
function certificateProblem(certificate: X509): Sentence | null {
    if (!isStrong(certificate))
        return sentence(
            `is made with a key that is neither ECDSA P-256 nor RSA of ${rsaBits} bits or more`, `所用密钥既非 ECDSA P-256，也非 ${rsaBits} 位以上的 RSA`);
    const usage = keyUsage(certificate);
    if (usage !== null && (usage & signatures) === 0)
        return sentence("is made under a certificate whose key is not for signatures", "的证书的密钥用途不含签名");
    const usages = extendedUsages(certificate);
    return usages !== null && !usages.some(oid => documentUsages.includes(oid))
        ? sentence("is made under a certificate that is for something else than documents", "的证书并非用于签署文件")
        : null;
}

function isStrong(certificate: X509): boolean {
    try {
        const key = keyOf(certificate);
        return key.kind === "rsa" ? key.bits >= rsaBits : key.kind === "ec" && key.curve === Oids.p256;
    } catch (problem) {
        if (problem instanceof NotDer)
            return false;
        throw problem;
    }
}

function chain(certificate: X509, carried: readonly X509[], roots: Trusted, time: number): { standing: SealStanding; problem: Sentence } {
    switch (judgeChain(certificate, carried, roots, time, null)) {
        case "trusted":
            return { standing: "verified", problem: nothing };
        case "no root":
            return { standing: "unknown", problem: sentence("leads to no root that you trust for seals", "的证书链通不到您所信任的签章根证书") };
        case "beyond":
            return { standing: "unknown", problem: sentence(
                "is made under certificates of a kind that this page does not verify ('notary verify' does)", "所用的证书种类本页面不能核验（请用“notary verify”）") };
        case "not valid then":
            return { standing: "unknown", problem: sentence(
                `has a certificate that is not valid as of ${formatTime(time)}, and no time-stamp that you trust shows a time when it was`,
                `的证书在 ${formatTime(time)} 不在有效期内，且没有您所信任的时间戳表明签章时其有效`) };
        case "weak hash":
            return { standing: "refused", problem: sentence("has a certificate that is signed under a hash function that is broken", "的证书链使用了已被攻破的摘要算法") };
        case "short key":
            return { standing: "refused", problem: sentence(`has a certificate chain with an RSA key of fewer than ${rsaBits} bits`, `的证书链含有不足 ${rsaBits} 位的 RSA 密钥`) };
        case "broken":
            return { standing: "refused", problem: sentence(`has a certificate chain that ${brokenChain.en}`, `的证书链${brokenChain.zh}`) };
    }
}

const malformed = (problem: string): Malformed => new Malformed("seal", null, problem);

function fail(problem: string): never {
    throw malformed(problem);
}
