import { equalBytes } from "../core/bytes.ts";
import { certificateSigning, couldIssue, factsOf, findExtension, isSelfMade, type X509 } from "./certificate.ts";
import { curveOf, isOnCurve } from "./curves.ts";
import { sentence } from "../verification/report.ts";
import { Der, NotDer, Tag } from "./der.ts";
import { sameName } from "./names.ts";
import { Oids } from "./oids.ts";
import type { Trusted } from "./roots.ts";
import { familyOf, isSignedBy, isSignedWell, keyOf, type Key } from "./signatures.ts";

/**
 * How far a chain of certificates holds. `beyond`: it needs something that a page does not have, such as constraints on names or a
 * curve that is not NIST's, and so is neither trusted nor refused.
 */
export type ChainStanding = "trusted" | "no root" | "not valid then" | "weak hash" | "short key" | "broken" | "beyond";

/** Fewer can be factored. */
export const rsaBits = 2_048;

/** What a chain does that has a root, was valid then, and is no chain all the same. */
export const brokenChain = sentence(
    "does not hold: a signature in it, or what a certificate in it is for, is wrong",
    "不成立：其中有签名无效，或有证书的用途不符");

const deepest = 100;

const understood = new Set<string>([
    Oids.keyUsage, Oids.alternativeNames, Oids.basicConstraints, Oids.policies, Oids.revocationLists, Oids.extendedUsage, Oids.policyConstraints,
    Oids.nameConstraints, Oids.policyMappings, Oids.anyPolicy, Oids.addressBlocks, Oids.autonomousSystems, "2.16.840.1.113730.1.1", "1.3.6.1.5.5.7.48.1.5",
]);

// A program has them checked by its platform.
const beyond = [Oids.nameConstraints, Oids.policyConstraints, Oids.applicationPolicies, Oids.addressBlocks, Oids.autonomousSystems];

/**
 * From a signer's certificate up to a root that the verifier trusts, as of a time (RFC 5280, section 6). Revocation is not
 * checked, and nothing is fetched. Where there are several ways up, the first one at each step counts whose certificate was valid
 * then, the verifier's own before a stranger's, as OpenSSL takes them.
 * @param carried What came with the signature: it helps to build, and is not trusted.
 * @param time Milliseconds since 1970.
 * @param usage The extended key usage that is demanded; null: none. Throws NotDer when a certificate cannot be read.
 */
export function judgeChain(signer: X509, carried: readonly X509[], trusted: Trusted, time: number, usage: string | null): ChainStanding {
    const { chain, isWhole } = build(signer, [...carried, ...trusted.helpers], trusted.roots, time);
    chain.forEach(readPolicies);
    if (!isWhole)
        return "no root";
    if (!chain.every(certificate => isValidAt(certificate, time)))
        return "not valid then";
    const limits = holds(chain, usage);
    return limits !== "trusted" ? limits : strength(chain);
}

/** The chain as far as it leads; it is whole when it ends in a trusted root. */
function build(signer: X509, helpers: readonly X509[], roots: readonly X509[], time: number): { chain: X509[]; isWhole: boolean } {
    const chain = [signer];
    let isTrusted = false;
    while (chain.length <= deepest) {
        const top = chain[chain.length - 1]!;
        if (isSelfSigned(top))
            return { chain, isWhole: roots.some(root => equalBytes(root.der, top.der)) };
        const known = pick(roots, top, chain, time);
        isTrusted ||= known !== undefined;
        // Above what the verifier trusts a stranger's certificate has nothing to add.
        const issuer = known ?? (isTrusted ? undefined : pick(helpers, top, chain, time));
        if (issuer === undefined)
            break;
        chain.push(issuer);
    }
    return { chain, isWhole: false };
}

/** Which certificate is taken for the issuer of another: one that was valid then, else the one that ended last. */
function pick(all: readonly X509[], subject: X509, chain: readonly X509[], time: number): X509 | undefined {
    const fitting = all.filter(issuer => couldIssue(issuer, subject) && signsAs(issuer, subject) && !chain.some(other => equalBytes(other.der, issuer.der)));
    return fitting.find(issuer => isValidAt(issuer, time))
        ?? fitting.reduce<X509 | undefined>((best, one) => best === undefined || one.notAfter > best.notAfter ? one : best, undefined);
}

/** Whether the kind of the issuer's key is that of the subject's signature; a key that cannot be read signs nothing. */
function signsAs(issuer: X509, subject: X509): boolean {
    const key = readKey(issuer);
    if (key === null || (key.kind === "ec" && !isOnCurve(curveOf(key.curve)!, key.point)))
        return false;
    const family = familyOf(subject.algorithm.oid);
    return family !== null && (key.kind === "other" || key.kind === family);
}

function readKey(certificate: X509): Key | null {
    try {
        return keyOf(certificate);
    } catch (problem) {
        if (problem instanceof NotDer)
            return null;
        throw problem;
    }
}

const isSelfSigned = (certificate: X509): boolean =>
    sameName(certificate.subjectName, certificate.issuerName) && couldIssue(certificate, certificate) && signsAs(certificate, certificate);

/** To the second; in its last one a certificate has ended, as OpenSSL counts. */
const isValidAt = ({ notBefore, notAfter }: X509, time: number): boolean => {
    const second = Math.floor(time / 1000) * 1000;
    return notBefore <= second && second < notAfter;
};

/** Signatures, and what each certificate may be used for. */
function holds(chain: readonly X509[], usage: string | null): ChainStanding {
    let below = 0;
    let isBeyond = false;
    for (const [i, certificate] of chain.entries()) {
        const facts = factsOf(certificate)!;
        if (certificate.extensions.some(({ critical, oid }) => critical && !understood.has(oid)) || findExtension(certificate, Oids.proxy) !== null)
            return "broken";
        if (i > 0 && !mayIssue(certificate, i === chain.length - 1))
            return "broken";
        if (i > 1 && facts.pathLength !== null && below > facts.pathLength)
            return "broken";
        if (i > 0 && !sameName(certificate.subjectName, certificate.issuerName))
            below++;
        if (usage !== null && facts.usages !== null && !facts.usages.includes(usage))
            return "broken";
        isBeyond ||= beyond.some(oid => findExtension(certificate, oid) !== null);
        const issuer = chain[i + 1];
        if (issuer !== undefined && !certificate.agrees)
            return "broken";
        if (issuer === undefined || !isSignedWell(certificate))
            continue;
        const key = keyOf(issuer);
        isBeyond ||= key.kind === "other";
        if (key.kind !== "other" && !isSignedBy(certificate, key))
            return "broken";
    }
    return isBeyond ? "beyond" : "trusted";
}

/** A root of version 1, or with a key usage and no constraints, is taken for what it is. */
function mayIssue(certificate: X509, isTop: boolean): boolean {
    const { usage, hasConstraints, authority } = factsOf(certificate)!;
    if (usage !== null && (usage & certificateSigning) === 0)
        return false;
    return hasConstraints ? authority : isTop && ((certificate.version === 0 && isSelfMade(certificate)) || usage !== null);
}

/** A program's platform reads these of each certificate, whether or not anybody asks for policies. */
function readPolicies(certificate: X509): void {
    for (const oid of [Oids.policies, Oids.policyMappings, Oids.policyConstraints]) {
        const extension = findExtension(certificate, oid);
        if (extension !== null)
            Der.whole(extension.value, der => der.all(Tag.sequence, list => list.element()));
    }
}

function strength(chain: readonly X509[]): ChainStanding {
    // What is signed under MD5 or SHA-1 could be signed for somebody else; a root's own signature is nobody's word.
    if (!chain.slice(0, -1).every(isSignedWell))
        return "weak hash";
    return chain.map(keyOf).some(key => key.kind === "rsa" && key.bits < rsaBits) ? "short key" : "trusted";
}
