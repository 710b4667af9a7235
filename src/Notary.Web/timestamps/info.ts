import { Malformed } from "../core/malformed.ts";
import { constructed, Der, NotDer, primitive, Tag } from "./der.ts";
import { hashes, isHash } from "./signatures.ts";

/** What an authority signs: TSTInfo of RFC 3161, section 2.4.2, as far as anybody here asks. */
export interface TimestampInfo {
    readonly imprint: { readonly algorithm: string; readonly digest: Uint8Array };
    /** genTime in milliseconds since 1970, rounded down. */
    readonly time: number;
    /** How far the time may be off either way, in microseconds; null when the authority does not say. */
    readonly accuracy: bigint | null;
}

const document = "time-stamp";
const [serialBytes, nonceBytes] = [32, 64];

export function parseInfo(der: Uint8Array): TimestampInfo {
    try {
        return Der.whole(der, whole => read(whole.inside()));
    } catch (problem) {
        if (problem instanceof NotDer)
            throw malformed(null, "is not DER of the form that RFC 3161 gives it");
        throw problem;
    }
}

function read(info: Der): TimestampInfo {
    const version = info.integer();
    if (version.length !== 1 || version[0] !== 1)
        throw malformed("version", "is not 1");
    info.oid();
    const imprint = readImprint(info.inside());
    if (!isHash(imprint.algorithm) || hashes[imprint.algorithm]!.size !== imprint.digest.length)
        throw malformed("messageImprint", "is not a SHA-256, SHA-384 or SHA-512");
    const serial = info.integer();
    if (serial.length > serialBytes)
        throw malformed("serialNumber", `has ${serial.length} bytes (limit ${serialBytes})`);
    const time = readTime(info.content(Tag.generalizedTime));
    const accuracy = info.optional(Tag.sequence, one => readAccuracy(one.inside()));
    // `ordering` says something of an authority's tokens among each other, which nobody here compares.
    info.optional(Tag.boolean, one => one.boolean());
    const nonce = info.optional(Tag.integer, one => one.integer());
    if (nonce !== null && nonce.length > nonceBytes)
        throw malformed("nonce", `has ${nonce.length} bytes (limit ${nonceBytes})`);
    // `tsa` is a hint for finding the certificate: the name that counts is in the certificate itself.
    for (const tag of [constructed(0), primitive(0)])
        info.optional(tag, one => one.element());
    info.optional(constructed(1), one => one.all(constructed(1), refuseCritical));
    info.end();
    return { imprint, time, accuracy };
}

function readImprint(imprint: Der): TimestampInfo["imprint"] {
    const algorithm = imprint.inside();
    const oid = algorithm.oid();
    // RFC 5754 section 2: the parameters are absent, and NULL is taken too.
    algorithm.optional(Tag.none, one => one.none());
    algorithm.end();
    const digest = imprint.octets();
    imprint.end();
    return { algorithm: oid, digest };
}

/** GeneralizedTime in UTC, with a fraction that does not end in 0. */
function readTime(content: Uint8Array): number {
    const [, year, month, day, hour, minute, second, fraction] =
        /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{0,30}[1-9]))?Z$/.exec(String.fromCharCode(...content.subarray(0, 64))) ?? [];
    const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.${(fraction ?? "").slice(0, 3).padEnd(3, "0")}Z`;
    const time = Date.parse(text);
    // The platform takes the 30th of February for the 2nd of March, and 24 o'clock for the next day.
    if (content.length > 64 || year === undefined || year === "0000" || Number.isNaN(time) || new Date(time).toISOString() !== text)
        throw new NotDer();
    return time;
}

/** Accuracy ::= SEQUENCE { seconds INTEGER, millis [0] 1..999, micros [1] 1..999 }, each optional. */
function readAccuracy(accuracy: Der): bigint {
    const [seconds, millis, micros] = [Tag.integer, primitive(0), primitive(1)]
        .map(tag => accuracy.optional(tag, one => one.integer(tag)))
        .map(number => number === null ? 0n : number.length > 4 ? -1n : Der.whole(Uint8Array.of(Tag.integer, number.length, ...number), one => one.number(4)));
    accuracy.end();
    // A bound of years bounds nothing.
    if ([seconds!, millis!, micros!].some(number => number < 0n) || millis! >= 1_000n || micros! >= 1_000n)
        throw malformed("accuracy", "is not seconds, milliseconds and microseconds");
    return seconds! * 1_000_000n + millis! * 1_000n + micros!;
}

/** None of the extensions is known, so a critical one is refused. */
function refuseCritical(list: Der): void {
    const extension = list.inside();
    extension.oid();
    if (extension.optional(Tag.boolean, flag => flag.boolean()) === true)
        throw malformed("extensions", "holds a critical extension, which is unknown here");
    extension.octets();
    extension.end();
}

const malformed = (field: string | null, problem: string): Malformed => new Malformed(document, field, problem);
