import { sha1 } from "@noble/hashes/legacy.js";
import { equalBytes } from "../core/bytes.ts";
import { Malformed } from "../core/malformed.ts";
import type { X509 } from "./certificate.ts";
import { constructed, Der, NotDer, Tag } from "./der.ts";
import { Oids } from "./oids.ts";
import { hashes, isHash } from "./signatures.ts";

/**
 * How signed attributes name the certificate of their signer: ESSCertID of RFC 2634 (SHA-1) or ESSCertIDv2 of RFC 5816. Without it,
 * whoever holds two certificates for one key could present either.
 */
export interface CertificateId {
    readonly hash: (bytes: Uint8Array) => Uint8Array;
    /** Of the certificate's DER. */
    readonly digest: Uint8Array;
    /** In DER; null when the id leaves it out. */
    readonly issuer: Uint8Array | null;
    readonly serial: Uint8Array | null;
}

export const isIdOf = (id: CertificateId, certificate: X509): boolean => equalBytes(id.hash(certificate.der), id.digest)
    && (id.serial === null || equalBytes(id.serial, certificate.serial)) && (id.issuer === null || equalBytes(id.issuer, certificate.issuer));

/**
 * The ids of SigningCertificate[V2] ::= SEQUENCE { certs SEQUENCE OF ESSCertID[v2], policies OPTIONAL }: of a token the first, which is the
 * signer's, and of a seal, which has no policies, all.
 */
export function certificateIds(document: string, der: Uint8Array, isNewer: boolean, isSeal: boolean): CertificateId[] {
    try {
        return Der.whole(der, whole => {
            const attribute = whole.inside();
            const certificates = attribute.inside();
            const ids: CertificateId[] = [];
            if (isSeal) {
                while (certificates.hasData)
                    ids.push(readOne(certificates.inside()));
            } else {
                // Any others only restrict the chain.
                ids.push(readOne(certificates.inside()));
                if (attribute.hasData)
                    attribute.inside();
            }
            attribute.end();
            return ids;
        });
    } catch (problem) {
        if (problem instanceof NotDer)
            throw new Malformed(document, null, "is not DER of the form that RFC 3161 gives it");
        throw problem;
    }

    function readOne(id: Der): CertificateId {
        const hash = isNewer ? readHash(id) : sha1;
        const digest = id.octets();
        const [issuer, serial] = id.optional(Tag.sequence, both => readIssuerSerial(both.inside())) ?? [null, null];
        id.end();
        return { hash, digest, issuer, serial };
    }

    function readHash(id: Der): (bytes: Uint8Array) => Uint8Array {
        const oid = id.optional(Tag.sequence, one => {
            const algorithm = one.inside();
            const name = algorithm.oid();
            algorithm.optional(Tag.none, parameters => parameters.none());
            algorithm.end();
            return name;
        }) ?? Oids.sha256;
        if (!isHash(oid))
            throw new Malformed(document, "signingCertificate", "uses a hash function that is not SHA-256, SHA-384 or SHA-512");
        return hashes[oid]!.hash;
    }
}

/** IssuerSerial ::= SEQUENCE { issuer GeneralNames, serialNumber INTEGER }. */
function readIssuerSerial(both: Der): [Uint8Array | null, Uint8Array] {
    const issuer = both.inside().optional(constructed(4), names => names.inside(constructed(4)).element().whole);
    const serial = both.integer();
    both.end();
    return [issuer, serial];
}
