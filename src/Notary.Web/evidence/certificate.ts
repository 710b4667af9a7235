import { concat, decodeUtf8, grouped, strictBase64, utf8, utf8Length, base64 } from "../core/bytes.ts";
import { parseJson, type Json } from "../core/json.ts";
import { Limits } from "../core/limits.ts";
import { Malformed } from "../core/malformed.ts";
import { checkpointOf } from "../core/notes.ts";
import { isWellFormed } from "../core/rules.ts";

/** `certificate.json`: a container of texts that nobody has parsed yet, let alone verified. */
export interface Certificate {
    readonly statement: string;
    readonly claims: string | null;
    readonly request: string | null;
    readonly proof: string;
    readonly timestamps: readonly TimestampToken[];
}

/** An RFC 3161 time-stamp; the proof is the one whose checkpoint it is over, null the certificate's own. */
export interface TimestampToken {
    readonly over: "checkpoint" | "commitment";
    readonly token: Uint8Array;
    readonly proof: string | null;
}

const format = "notary.certificate/v1";

export function parseCertificate(json: Uint8Array): Certificate {
    if (json.length > Limits.certificateBytes)
        throw malformed(null, `has ${grouped(json.length)} bytes (limit ${grouped(Limits.certificateBytes)})`);
    const text = decodeUtf8(json);
    if (text === null)
        throw malformed(null, "is not UTF-8");
    const root = parseJson(text);
    if (root === undefined)
        throw malformed(null, "is not strict JSON, or repeats a member");
    if (!(root instanceof Map))
        throw malformed(null, "is not a JSON object");
    if (textOf(root, "format", 64) !== format)
        throw malformed("format", `is not '${format}'`);
    const certificate = {
        statement: textOf(root, "statement", Limits.statementBytes),
        claims: textOrNull(root, "claims", Limits.claimsBytes),
        request: textOrNull(root, "request", Limits.requestBytes),
        proof: textOf(root, "proof", Limits.proofBytes),
        timestamps: toTimestamps(member(root, "timestamps")),
    };
    if (certificate.request !== null && certificate.claims === null)
        throw malformed("request", "is given without claims, which alone tie it to the statement");
    return certificate;
}

/** The one spelling that this format writes. */
export function writeCertificate(certificate: Certificate): Uint8Array {
    const timestamps = certificate.timestamps.map(({ over, token, proof }) =>
        `\n    { "over": ${quoted(over)}, "token": "${base64(token)}"${proof === null ? "" : `, "proof": ${quoted(proof)}`} }`);
    return utf8(`{\n  "format": "${format}",\n  "statement": ${quoted(certificate.statement)},\n  "claims": ${quoted(certificate.claims)},\n`
        + `  "request": ${quoted(certificate.request)},\n  "proof": ${quoted(certificate.proof)},\n`
        + `  "timestamps": [${timestamps.join(",")}${timestamps.length > 0 ? "\n  " : ""}]\n}\n`);
}

/** The files that repeat the certificate's texts and tokens, with what each must hold. */
export function* certificateFiles(certificate: Certificate): Generator<[name: string, content: Uint8Array]> {
    yield ["statement.txt", utf8(certificate.statement)];
    if (certificate.claims !== null)
        yield ["claims.txt", utf8(certificate.claims)];
    if (certificate.request !== null)
        yield ["request.txt", utf8(certificate.request)];
    yield ["proof.tlog-proof", utf8(certificate.proof)];
    const checkpoint = checkpointOf(certificate.proof);
    if (checkpoint === null)
        throw new Malformed("tlog-proof", null, "has no empty line before its checkpoint");
    yield ["checkpoint.txt", utf8(checkpoint)];
    for (const [n, { over, token, proof }] of certificate.timestamps.entries()) {
        yield [`timestamps/${n}.tsr`, reply(token)];
        if (over !== "checkpoint")
            continue;
        if (proof !== null)
            yield [`timestamps/${n}.tlog-proof`, utf8(proof)];
        const stamped = checkpointOf(proof ?? certificate.proof);
        if (stamped !== null)
            yield [`timestamps/${n}.checkpoint.txt`, utf8(stamped)];
    }
}

/** A token as an authority's reply: RFC 3161 TimeStampResp, status granted. */
function reply(token: Uint8Array): Uint8Array {
    const granted = Uint8Array.of(0x30, 3, 2, 1, 0);
    const length = granted.length + token.length;
    const size = length < 0x80 ? [length]
        : length < 0x100 ? [0x81, length]
        : length < 0x10000 ? [0x82, length >> 8, length & 0xFF]
        : [0x83, length >> 16, length >> 8 & 0xFF, length & 0xFF];
    return concat(Uint8Array.of(0x30, ...size), granted, token);
}

// RFC 8259 section 7: only quotation mark, backslash and U+0000-001F must be escaped.
const quoted = (text: string | null): string => text === null ? "null" : `"${text.replace(/["\\\u0000-\u001f]/g, character =>
    character === "\n" ? "\\n" : character >= " " ? `\\${character}` : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)}"`;

function toTimestamps(array: Json): TimestampToken[] {
    if (!Array.isArray(array))
        throw malformed("timestamps", "is not an array");
    if (array.length > Limits.timestamps)
        throw malformed("timestamps", `has ${array.length} elements (limit ${Limits.timestamps})`);
    return array.map(toTimestamp);
}

function toTimestamp(element: Json): TimestampToken {
    if (!(element instanceof Map))
        throw malformed("timestamps", "holds something else than objects");
    const over = textOf(element, "over", 64);
    if (over !== "checkpoint" && over !== "commitment")
        throw malformed("over", "is neither 'checkpoint' nor 'commitment'");
    const token = strictBase64(textOf(element, "token", Math.floor((Limits.tokenBytes + 2) / 3) * 4));
    if (token === null || token.length === 0 || token.length > Limits.tokenBytes)
        throw malformed("token", `is not standard base64 with padding of 1 to ${grouped(Limits.tokenBytes)} bytes`);
    // Absent means the certificate's own proof; null is not among its values.
    return { over, token, proof: element.has("proof") ? textOf(element, "proof", Limits.proofBytes) : null };
}

function member(object: Map<string, Json>, name: string): Json {
    const value = object.get(name);
    if (value === undefined)
        throw malformed(name, "is missing");
    return value;
}

const textOrNull = (object: Map<string, Json>, name: string, limit: number): string | null =>
    member(object, name) === null ? null : textOf(object, name, limit);

function textOf(object: Map<string, Json>, name: string, limit: number): string {
    const text = member(object, name);
    if (typeof text !== "string")
        throw malformed(name, "is not a string");
    if (!isWellFormed(text))
        throw malformed(null, "holds an unpaired surrogate");
    const bytes = utf8Length(text);
    return bytes <= limit ? text : tooLong();

    function tooLong(): never {
        throw malformed(name, `has ${grouped(bytes)} bytes (limit ${grouped(limit)})`);
    }
}

const malformed = (field: string | null, problem: string): Malformed => new Malformed("certificate", field, problem);
