import { compareBytes, concat, equalBytes } from "../core/bytes.ts";
import { sha1 } from "@noble/hashes/legacy.js";
import { readAlgorithm, readCertificate, subjectKey, type Algorithm, type X509 } from "./certificate.ts";
import { constructed, Der, NotDer, primitive, Tag } from "./der.ts";
import { readName } from "./names.ts";
import { Oids } from "./oids.ts";
import { hashes, isHash, keyOf, pssParameters, schemeOf, verifyDigest } from "./signatures.ts";

export interface Attribute {
    readonly oid: string;
    /** Each in DER. */
    readonly values: readonly Uint8Array[];
    readonly der: Uint8Array;
}

/** How a signer's certificate is named: by issuer and serial number, or by the identifier of its key. */
type SignerId =
    | { readonly issuer: Uint8Array; readonly serial: Uint8Array }
    | { readonly key: Uint8Array };

export interface Signer {
    readonly id: SignerId;
    readonly digest: Algorithm;
    /** Null when nothing but the content is signed. */
    readonly signed: readonly Attribute[] | null;
    readonly algorithm: Algorithm;
    readonly signature: Uint8Array;
    readonly unsigned: readonly Attribute[];
}

/** CMS SignedData (RFC 5652): taken apart, and nothing of it verified. */
export interface SignedData {
    readonly contentType: string;
    /** What is signed, out of its OCTET STRING; null when it is elsewhere. */
    readonly content: Uint8Array | null;
    readonly certificates: readonly X509[];
    readonly signers: readonly Signer[];
}

/** ContentInfo of SignedData, in DER. Throws NotDer. */
export function readSignedData(der: Uint8Array): SignedData {
    const outer = Der.whole(der, whole => whole.inside());
    if (outer.oid() !== Oids.signedData)
        throw new NotDer();
    const data = Der.whole(outer.content(constructed(0)), explicit => explicit.inside());
    outer.end();
    data.number(4);
    data.all(Tag.set, readAlgorithm);
    const held = data.inside();
    const contentType = held.oid();
    const content = held.optional(constructed(0), explicit => Der.whole(explicit.content(constructed(0)), inside => inside.element()));
    held.end();
    const certificates = data.optional(constructed(0), set => set.all(constructed(0), one => readCertificate(one.element(Tag.sequence).whole))) ?? [];
    data.optional(constructed(1), set => set.all(constructed(1), one => one.element()));
    const signers = data.all(Tag.set, readSigner);
    data.end();
    // PKCS#7 has content of other types stand there as it is.
    return { contentType, content: content === null ? null : content.tag === Tag.octets ? content.content : content.whole, certificates, signers };
}

function readSigner(all: Der): Signer {
    const parts = all.inside();
    parts.number(4);
    const id = parts.isNext(primitive(0)) ? { key: parts.octets(primitive(0)) } : readIssuerAndSerial(parts.inside());
    const digest = readAlgorithm(parts);
    const signed = parts.optional(constructed(0), set => set.all(constructed(0), readAttribute));
    const [algorithm, signature] = [readAlgorithm(parts), parts.octets()];
    const unsigned = parts.optional(constructed(1), set => set.all(constructed(1), readAttribute)) ?? [];
    parts.end();
    return { id, digest, signed, algorithm, signature, unsigned };
}

function readIssuerAndSerial(both: Der): SignerId {
    const [issuer, serial] = [both.element(Tag.sequence).whole, both.integer()];
    both.end();
    readName(issuer);
    return { issuer, serial };
}

function readAttribute(all: Der): Attribute {
    const { content, whole } = all.element(Tag.sequence);
    const parts = new Der(content);
    const [oid, values] = [parts.oid(), parts.all(Tag.set, value => value.element().whole)];
    parts.end();
    return { oid, values, der: whole };
}

const names = (id: SignerId, certificate: X509): boolean => "key" in id
    ? equalBytes(id.key, subjectKey(certificate) ?? sha1(certificate.keyInfo))
    : equalBytes(id.serial, certificate.serial) && equalBytes(id.issuer, certificate.issuer);

/** What a signature came to; `beyond`: it is under a key of a kind that a page does not know. */
export type SignatureStanding = "valid" | "invalid" | "beyond";

/**
 * Whether a certificate's key made the one signature over content and signed attributes.
 * @param content What is signed.
 * @param carried Where the signature's own way of naming a certificate is looked up: it must lead to this one.
 */
export function checkSignature(signer: Signer, certificate: X509, content: Uint8Array, carried: readonly X509[]): SignatureStanding {
    const named = carried.find(one => names(signer.id, one)) ?? (names(signer.id, certificate) ? certificate : null);
    const scheme = schemeOf(signer.algorithm.oid);
    if (named === null || !equalBytes(named.der, certificate.der) || scheme === null || !isHash(signer.digest.oid))
        return "invalid";
    const { hash, size } = hashes[signer.digest.oid]!;
    if (scheme.hash !== null && scheme.hash !== signer.digest.oid)
        return "invalid";
    const { parameters } = signer.algorithm;
    if (scheme.family === "rsa" && parameters !== null && !equalBytes(parameters, Uint8Array.of(Tag.none, 0)))
        return "invalid";
    const pss = scheme.family === "pss" ? pssParameters(parameters) : null;
    if (scheme.family === "pss" && (pss === null || pss.hash !== signer.digest.oid || pss.mask !== pss.hash || pss.salt !== size))
        return "invalid";
    const key = keyOf(certificate);
    if (key.kind === "other")
        return "beyond";
    return signedForms(signer, hash(content)).some(form => verifyDigest(key, scheme, signer.digest.oid, pss, hash(form), signer.signature)) ? "valid" : "invalid";

    /** The bytes that may have been signed: the attributes in DER's order, and as some makers sign them, in the order in which they stand. */
    function signedForms({ signed }: Signer, digest: Uint8Array): Uint8Array[] {
        if (signed === null)
            return [content];
        const digests = signed.filter(attribute => attribute.oid === Oids.messageDigest);
        const isBound = digests.length > 0 && digests.every(({ values }) => values.length === 1 && isOctets(values[0]!, digest));
        return isBound ? [setOf(sorted(signed.map(one => one.der))), setOf(signed.map(one => one.der))] : [];
    }
}

function isOctets(der: Uint8Array, expected: Uint8Array): boolean {
    try {
        return equalBytes(Der.whole(der, value => value.octets()), expected);
    } catch (problem) {
        if (problem instanceof NotDer)
            return false;
        throw problem;
    }
}

/** As DER orders what is in a set. */
export const sorted = (parts: readonly Uint8Array[]): Uint8Array[] => [...parts].sort(compareBytes);

export function setOf(parts: readonly Uint8Array[], tag: number = Tag.set): Uint8Array {
    const content = concat(new Uint8Array(0), ...parts);
    return concat(header(tag, content.length), content);
}

export function header(tag: number, length: number): Uint8Array {
    return length < 0x80 ? Uint8Array.of(tag, length)
        : length < 0x100 ? Uint8Array.of(tag, 0x81, length)
        : length < 0x10000 ? Uint8Array.of(tag, 0x82, length >> 8, length & 0xFF)
        : Uint8Array.of(tag, 0x83, length >> 16, length >> 8 & 0xFF, length & 0xFF);
}
