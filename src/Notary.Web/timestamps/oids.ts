/** The object identifiers of RFC 3161, 5280, 5652 and 5816 that are read here. */
export const Oids = {
    signedData: "1.2.840.113549.1.7.2",
    data: "1.2.840.113549.1.7.1",
    timestampInfo: "1.2.840.113549.1.9.16.1.4",
    contentType: "1.2.840.113549.1.9.3",
    messageDigest: "1.2.840.113549.1.9.4",
    /** ESSCertID: names the signer's certificate by its SHA-1. */
    signingCertificate: "1.2.840.113549.1.9.16.2.12",
    /** ESSCertIDv2: by SHA-256 or better. */
    signingCertificateV2: "1.2.840.113549.1.9.16.2.47",
    signatureTimestamp: "1.2.840.113549.1.9.16.2.14",
    timeStamping: "1.3.6.1.5.5.7.3.8",
    anyUsage: "2.5.29.37.0",
    rsa: "1.2.840.113549.1.1.1",
    pss: "1.2.840.113549.1.1.10",
    mgf1: "1.2.840.113549.1.1.8",
    ec: "1.2.840.10045.2.1",
    ecdsaWithSha256: "1.2.840.10045.4.3.2",
    sha256: "2.16.840.1.101.3.4.2.1",
    p256: "1.2.840.10045.3.1.7",
    subjectKey: "2.5.29.14",
    keyUsage: "2.5.29.15",
    alternativeNames: "2.5.29.17",
    basicConstraints: "2.5.29.19",
    nameConstraints: "2.5.29.30",
    revocationLists: "2.5.29.31",
    policies: "2.5.29.32",
    policyMappings: "2.5.29.33",
    authorityKey: "2.5.29.35",
    policyConstraints: "2.5.29.36",
    extendedUsage: "2.5.29.37",
    anyPolicy: "2.5.29.54",
    applicationPolicies: "1.3.6.1.4.1.311.21.10",
    proxy: "1.3.6.1.5.5.7.1.14",
    addressBlocks: "1.3.6.1.5.5.7.1.7",
    autonomousSystems: "1.3.6.1.5.5.7.1.8",
} as const;

/** The content of an OBJECT IDENTIFIER, of small numbers. */
export function oidBytes(dotted: string): Uint8Array {
    const [first, second, ...rest] = dotted.split(".").map(Number);
    return Uint8Array.from([40 * first! + second!, ...rest].flatMap(arc => {
        const digits = [arc & 0x7F];
        for (let left = arc >>> 7; left > 0; left >>>= 7)
            digits.unshift(0x80 | left & 0x7F);
        return digits;
    }));
}
