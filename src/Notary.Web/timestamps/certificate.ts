import { equalBytes } from "../core/bytes.ts";
import { constructed, Der, NotDer, primitive, Tag } from "./der.ts";
import { readName, sameName, type NamePart } from "./names.ts";
import { Oids } from "./oids.ts";

/** AlgorithmIdentifier; parameters in DER, null where there are none. */
export interface Algorithm {
    readonly oid: string;
    readonly parameters: Uint8Array | null;
    readonly der: Uint8Array;
}

export interface Extension {
    readonly oid: string;
    readonly critical: boolean;
    readonly value: Uint8Array;
}

/** An X.509 certificate (RFC 5280) as it stands, a stranger's: what its extensions say is read when it is asked for. */
export interface X509 {
    readonly der: Uint8Array;
    /** What is signed. */
    readonly signed: Uint8Array;
    readonly version: number;
    readonly serial: Uint8Array;
    /** In DER. */
    readonly issuer: Uint8Array;
    readonly issuerName: readonly NamePart[];
    readonly subject: Uint8Array;
    readonly subjectName: readonly NamePart[];
    /** Milliseconds since 1970; not a number where it is no time of RFC 5280. */
    readonly notBefore: number;
    readonly notAfter: number;
    /** SubjectPublicKeyInfo in DER. */
    readonly keyInfo: Uint8Array;
    readonly keyAlgorithm: Algorithm;
    readonly key: Uint8Array;
    readonly extensions: readonly Extension[];
    /** How it is signed, as the signed part says. */
    readonly algorithm: Algorithm;
    /** Whether the signature's own place says the same. */
    readonly agrees: boolean;
    /** Empty when it does not end at a byte. */
    readonly signature: Uint8Array;
}

/** Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }. Throws NotDer. */
export function readCertificate(der: Uint8Array): X509 {
    const outer = Der.whole(der, whole => whole.inside());
    const signed = outer.element(Tag.sequence);
    const unsigned = readOwnAlgorithm(outer);
    const signature = readBits(outer.content(Tag.bits));
    outer.end();
    const parts = new Der(signed.content);
    const version = parts.optional(constructed(0), explicit => Der.whole(explicit.content(constructed(0)), inside => Number(inside.number(4)))) ?? 0;
    const serial = parts.integer();
    const algorithm = readOwnAlgorithm(parts);
    const issuer = parts.element(Tag.sequence).whole;
    const [notBefore, notAfter] = readValidity(parts.inside());
    const subject = parts.element(Tag.sequence).whole;
    const keyInfo = parts.element(Tag.sequence);
    const key = new Der(keyInfo.content);
    const keyAlgorithm = readOwnAlgorithm(key);
    const bits = readBits(key.content(Tag.bits));
    key.end();
    for (const unique of [primitive(1), primitive(2)])
        parts.optional(unique, one => readBits(one.content(unique)));
    const extensions = parts.optional(constructed(3), explicit => Der.whole(explicit.content(constructed(3)), inside => inside.all(Tag.sequence, readExtension))) ?? [];
    parts.end();
    return {
        der, signed: signed.whole, version, serial, issuer, issuerName: readName(issuer), subject, subjectName: readName(subject), notBefore, notAfter,
        keyInfo: keyInfo.whole, keyAlgorithm, key: bits, extensions, algorithm, agrees: equalBytes(unsigned.der, algorithm.der), signature,
    };
}

export const isSelfMade = (certificate: X509): boolean => equalBytes(certificate.subject, certificate.issuer);

export function readAlgorithm(parent: Der): Algorithm {
    const { content, whole } = parent.element(Tag.sequence);
    const parts = new Der(content);
    const oid = parts.oid();
    const parameters = parts.hasData ? parts.element().whole : null;
    parts.end();
    return { oid, parameters, der: whole };
}

/** An algorithm of a certificate: its parameters, whatever they are, are what their type says, as OpenSSL has it. */
function readOwnAlgorithm(parent: Der): Algorithm {
    const algorithm = readAlgorithm(parent);
    if (algorithm.parameters === null)
        return algorithm;
    const value = new Der(algorithm.parameters);
    switch (algorithm.parameters[0]) {
        case Tag.boolean:
            return value.content(Tag.boolean).length === 1 ? algorithm : notDer();
        case Tag.integer:
            value.integer();
            return algorithm;
        case Tag.bits:
            readBits(value.content(Tag.bits));
            return algorithm;
        case Tag.none:
            value.none();
            return algorithm;
        case Tag.oid:
            value.oid();
            return algorithm;
        default:
            return algorithm;
    }
}

function notDer(): never {
    throw new NotDer();
}

/** A BIT STRING's bytes; none when it does not end at a byte, as no key and no signature does. */
function readBits(content: Uint8Array): Uint8Array {
    if (content.length === 0 || content[0]! > 7)
        throw new NotDer();
    return content[0] === 0 ? content.subarray(1) : new Uint8Array(0);
}

function readValidity(validity: Der): [number, number] {
    const times = [validity.element(), validity.element()].map(({ tag, content }) => {
        if (tag !== Tag.utcTime && tag !== Tag.generalizedTime)
            throw new NotDer();
        return timeOf(tag, String.fromCharCode(...content.subarray(0, 20)));
    });
    validity.end();
    return times as [number, number];
}

/** A time of whole seconds in UTC, as RFC 5280 has it written. */
function timeOf(tag: number, text: string): number {
    const form = tag === Tag.utcTime ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
    const [, year, ...rest] = form.exec(text) ?? [];
    if (year === undefined)
        return NaN;
    const full = tag === Tag.utcTime ? (Number(year) < 50 ? "20" : "19") + year : year;
    return Date.parse(`${full}-${rest[0]}-${rest[1]}T${rest[2]}:${rest[3]}:${rest[4]}Z`);
}

function readExtension(all: Der): Extension {
    const parts = all.inside();
    const oid = parts.oid();
    // A flag is any byte but zero: BER's, as others take it too.
    const flag = parts.optional(Tag.boolean, one => one.content(Tag.boolean));
    if (flag !== null && flag.length !== 1)
        throw new NotDer();
    const value = parts.octets();
    parts.end();
    return { oid, critical: flag !== null && flag[0] !== 0, value };
}

export const findExtension = (certificate: X509, oid: string): Extension | null => certificate.extensions.find(extension => extension.oid === oid) ?? null;

/** What the extensions that a chain is built by say; null where there is none of that kind. */
export interface Facts {
    readonly authority: boolean;
    readonly hasConstraints: boolean;
    readonly pathLength: number | null;
    readonly usage: KeyUsage | null;
    readonly usages: readonly string[] | null;
    readonly subjectKey: Uint8Array | null;
    readonly issuerKey: IssuerKey | null;
}

/** AuthorityKeyIdentifier: which of an issuer's keys signed. */
interface IssuerKey {
    readonly key: Uint8Array | null;
    readonly issuer: readonly NamePart[] | null;
    readonly serial: Uint8Array | null;
}

/** Bits of KeyUsage, the first the lowest. */
export type KeyUsage = number;
export const signatures: KeyUsage = 0b11;
export const certificateSigning: KeyUsage = 1 << 5;

const read = <T>(certificate: X509, oid: string, value: (der: Der) => T): T | null => {
    const extension = findExtension(certificate, oid);
    return extension === null ? null : value(new Der(extension.value));
};

/** The extended key usages, in the one extension that there may be. Throws NotDer. */
export const extendedUsages = (certificate: X509): string[] | null => read(certificate, Oids.extendedUsage, der => der.all(Tag.sequence, list => list.oid()));

/** Throws NotDer. */
export const keyUsage = (certificate: X509): KeyUsage | null => read(certificate, Oids.keyUsage, der => {
    const content = der.content(Tag.bits);
    if (content.length === 0 || content[0]! > 7 || (content.length === 1 && content[0] !== 0))
        throw new NotDer();
    const bits = content.subarray(1, 3);
    return [...bits].reduce((all, byte, i) => all | reversed(byte) << 8 * i, 0);
});

const reversed = (byte: number): number => [...Array(8).keys()].reduce((all, bit) => all | (byte >> bit & 1) << 7 - bit, 0);

export const subjectKey = (certificate: X509): Uint8Array | null => read(certificate, Oids.subjectKey, der => der.octets());

const known = new WeakMap<X509, { readonly facts: Facts | null }>();

/** Null when an extension that matters cannot be read or is there twice: such a certificate issues nothing, and nobody issued it. */
export function factsOf(certificate: X509): Facts | null {
    let found = known.get(certificate);
    if (found === undefined)
        known.set(certificate, found = { facts: readFacts(certificate) });
    return found.facts;
}

const once = [
    Oids.subjectKey, Oids.keyUsage, Oids.alternativeNames, Oids.basicConstraints, Oids.nameConstraints, Oids.revocationLists, Oids.authorityKey, Oids.extendedUsage,
] as const;

function readFacts(certificate: X509): Facts | null {
    if (once.some(oid => certificate.extensions.filter(extension => extension.oid === oid).length > 1))
        return null;
    try {
        for (const oid of [Oids.alternativeNames, Oids.nameConstraints, Oids.revocationLists])
            read(certificate, oid, der => der.all(Tag.sequence, list => list.element()));
        const constraints = read(certificate, Oids.basicConstraints, readConstraints);
        const usage = keyUsage(certificate);
        return usage === 0 ? null : {
            authority: constraints?.authority ?? false,
            hasConstraints: constraints !== null,
            pathLength: constraints?.pathLength ?? null,
            usage,
            usages: extendedUsages(certificate),
            subjectKey: subjectKey(certificate),
            issuerKey: read(certificate, Oids.authorityKey, readIssuerKey),
        };
    } catch (problem) {
        if (problem instanceof NotDer)
            return null;
        throw problem;
    }
}

function readConstraints(der: Der): { authority: boolean; pathLength: number | null } {
    const parts = der.inside();
    const authority = parts.optional(Tag.boolean, flag => flag.content(Tag.boolean)[0] !== 0) ?? false;
    const length = parts.optional(Tag.integer, number => Number(number.number(4)));
    parts.end();
    if (length !== null && length < 0)
        throw new NotDer();
    return { authority, pathLength: length };
}

function readIssuerKey(der: Der): IssuerKey {
    const parts = der.inside();
    const key = parts.optional(primitive(0), one => one.octets(primitive(0)));
    const names = parts.optional(constructed(1), one => one.all(constructed(1), name => name.element()));
    const serial = parts.optional(primitive(2), one => one.integer(primitive(2)));
    parts.end();
    const directory = names?.find(name => name.tag === constructed(4));
    return { key, issuer: directory === undefined ? null : readName(directory.content), serial };
}

/** Whether one certificate could have issued another, by names and key identifiers; its signature is looked at later. */
export function couldIssue(issuer: X509, subject: X509): boolean {
    const [above, below] = [factsOf(issuer), factsOf(subject)];
    if (above === null || below === null || !sameName(issuer.subjectName, subject.issuerName))
        return false;
    const named = below.issuerKey;
    return named === null || !(
        (named.key !== null && above.subjectKey !== null && !equalBytes(named.key, above.subjectKey))
        || (named.serial !== null && !equalBytes(named.serial, issuer.serial))
        || (named.issuer !== null && !sameName(named.issuer, issuer.issuerName)));
}
