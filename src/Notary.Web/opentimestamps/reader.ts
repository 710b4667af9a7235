import { equalBytes, grouped } from "../core/bytes.ts";
import { Malformed } from "../core/malformed.ts";
import { digestBytes, isKind, OtsLimits, resultBytes, takesArgument } from "./operation.ts";
import { timestampOf, type Attestation, type Branch, type Timestamp } from "./timestamp.ts";

/** A detached OpenTimestamps file: what hash function gives a file's digest, the digest, and the timestamp over it. Read, but not verified. */
export interface DetachedTimestamp {
    readonly hash: number;
    readonly digest: Uint8Array;
    readonly timestamp: Timestamp;
}

const magic = Uint8Array.of(
    0x00, 0x4F, 0x70, 0x65, 0x6E, 0x54, 0x69, 0x6D, 0x65, 0x73, 0x74, 0x61, 0x6D, 0x70, 0x73, 0x00,
    0x00, 0x50, 0x72, 0x6F, 0x6F, 0x66, 0x00, 0xBF, 0x89, 0xE2, 0xE8, 0x84, 0xE8, 0x92, 0x94);
const knownVersion = 1;
const [anotherItem, attestationItem] = [0xFF, 0x00];
const Tag = { pending: 0x83DFE30D2EF90C8En, bitcoin: 0x0588960D73D71901n, litecoin: 0x06869A0D73D71B45n };

/** @throws Malformed naming the piece at fault. */
export function parseDetached(bytes: Uint8Array): DetachedTimestamp {
    if (bytes.length > OtsLimits.fileBytes)
        throw malformed(null, `has ${grouped(bytes.length)} bytes (limit ${grouped(OtsLimits.fileBytes)})`);
    if (!equalBytes(bytes.subarray(0, magic.length), magic))
        throw malformed("magic", "is not that of a detached timestamp: this is no .ots file, or its beginning is damaged");
    const reader = new Reader(bytes, magic.length);
    const version = reader.byte("version");
    if (version !== knownVersion)
        throw malformed("version", `is ${version}; this program knows version ${knownVersion}`);
    const hash = reader.byte("file hash");
    const length = digestBytes(hash);
    if (length === null)
        throw malformed("file hash", `is operation 0x${twoDigits(hash)}, which is no hash function`);
    const digest = reader.take(length, "file digest");
    const timestamp = reader.timestamp(length, OtsLimits.pathOperations);
    reader.end();
    return { hash, digest, timestamp };
}

const malformed = (field: string | null, problem: string): Malformed => new Malformed("opentimestamps", field, problem);

const twoDigits = (tag: number): string => tag.toString(16).padStart(2, "0");

/**
 * The binary format: a timestamp is a list of items, each but the last after a byte FF: `00` and an attestation (tag 8, length,
 * payload), or an operation's tag, its argument if it takes one, and the timestamp over its result. Numbers are unsigned LEB128.
 * Only lengths are followed on the way: nothing is hashed and no message is made.
 */
class Reader {
    private itemsLeft: number = OtsLimits.items;

    constructor(private readonly bytes: Uint8Array, private position = 0) {
    }

    timestamp(messageBytes: number, operationsLeft: number): Timestamp {
        const attestations: Attestation[] = [];
        const branches: Branch[] = [];
        for (let another = true; another;) {
            let tag = this.byte("operation");
            another = tag === anotherItem;
            if (another)
                tag = this.byte("operation");
            if (--this.itemsLeft < 0)
                throw malformed("operations", `are more than ${grouped(OtsLimits.items)} with their attestations`);
            if (tag === attestationItem)
                attestations.push(...this.attestation());
            else
                branches.push(this.branch(tag, messageBytes, operationsLeft));
        }
        return timestampOf(attestations, branches);
    }

    private branch(kind: number, messageBytes: number, operationsLeft: number): Branch {
        if (!isKind(kind))
            throw malformed("operation", `0x${twoDigits(kind)} at byte ${this.position - 1} is not known`);
        if (operationsLeft === 0)
            throw malformed("operations", `follow one another more than ${OtsLimits.pathOperations} times`);
        const argument = takesArgument(kind) ? this.counted("argument", 1, OtsLimits.messageBytes) : new Uint8Array(0);
        const operation = { kind, argument };
        const length = resultBytes(operation, messageBytes);
        if (length === null)
            throw malformed("message", `would be longer than ${grouped(OtsLimits.messageBytes)} bytes after the operation at byte ${this.position}`);
        return { operation, rest: this.timestamp(length, operationsLeft - 1) };
    }

    /** One, or none where its kind says nothing here: Litecoin's, and kinds that came later. */
    private attestation(): Attestation[] {
        const tag = this.take(8, "attestation").reduce((number, byte) => number << 8n | BigInt(byte), 0n);
        const payload = new Reader(this.counted("attestation", 0, OtsLimits.payloadBytes));
        switch (tag) {
            case Tag.pending: {
                const address = String.fromCharCode(...payload.counted("pending attestation", 0, OtsLimits.addressCharacters));
                // No query, no credentials, no escapes: what a calendar says here is asked over HTTP.
                if (!/^[A-Za-z0-9\-._/:]*$/.test(address))
                    throw malformed("pending attestation", "names an address with other characters than A-Z, a-z, 0-9, '-', '.', '_', '/', ':'");
                payload.end("attestation");
                return [{ kind: "pending", address }];
            }
            case Tag.bitcoin: {
                const height = payload.number("bitcoin attestation");
                payload.end("attestation");
                return [{ kind: "bitcoin", height }];
            }
            case Tag.litecoin:
                payload.number("litecoin attestation");
                payload.end("attestation");
                return [];
            default:
                return [];
        }
    }

    private counted(what: string, least: number, most: number): Uint8Array {
        const length = this.number(what);
        if (length < BigInt(least) || length > BigInt(most))
            throw malformed(what, `has ${length} bytes, not ${grouped(least)} to ${grouped(most)}`);
        return this.take(Number(length), what);
    }

    // A number may be written with needless zero groups; the reference takes them too. Ten groups hold 64 bits.
    private number(what: string): bigint {
        let number = 0n;
        for (let shift = 0n; shift < 70n; shift += 7n) {
            const group = this.byte(what);
            const value = BigInt(group & 0x7F);
            if (shift === 63n && value > 1n)
                break;
            number |= value << shift;
            if (group < 0x80)
                return number;
        }
        throw malformed(what, "has a number of more than 64 bits");
    }

    byte(what: string): number {
        return this.take(1, what)[0]!;
    }

    take(length: number, what: string): Uint8Array {
        if (length > this.bytes.length - this.position)
            throw malformed(what, `is cut short: ${length} bytes are needed at byte ${this.position} of ${this.bytes.length}`);
        this.position += length;
        return this.bytes.slice(this.position - length, this.position);
    }

    end(what = "end"): void {
        if (this.position !== this.bytes.length)
            throw malformed(what, `is followed by ${this.bytes.length - this.position} more bytes`);
    }
}
