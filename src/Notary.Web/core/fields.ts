import { decimal, decodeUtf8, isHash, utf8Length, type Hash } from "./bytes.ts";
import { parseKey, type VerifierKey } from "./keys.ts";
import { Limits } from "./limits.ts";
import { Malformed } from "./malformed.ts";
import { escape, isAccount, isDepositId, isOrigin, parseTime, textProblem } from "./rules.ts";

/**
 * Reads the `notary.*` texts: a first line that names the format, then fields `name value` in a fixed order, each ended by
 * one LF. What is out of order, unknown or repeated is an error, so that parse then print is the identity.
 */
export class FieldReader {
    private position: number;

    /**
     * @param text The whole text.
     * @param document Its first line, `notary.request/v1`.
     * @param limit Bytes at most.
     */
    constructor(private readonly text: string, readonly document: string, limit: number) {
        const bytes = utf8Length(text);
        if (bytes > limit)
            throw this.error(null, `has ${bytes} bytes (limit ${limit})`);
        if (!text.startsWith(document + "\n"))
            throw this.error(null, `does not begin with the line '${document}'`);
        this.position = document.length + 1;
    }

    error(field: string | null, problem: string): Malformed {
        return new Malformed(this.document, field, problem);
    }

    get atEnd(): boolean {
        return this.position === this.text.length;
    }

    get rest(): string {
        return this.text.slice(this.position);
    }

    /** Consumes one empty line if it is next. */
    skipEmptyLine(): boolean {
        if (this.text[this.position] !== "\n")
            return false;
        this.position++;
        return true;
    }

    end(): void {
        if (!this.atEnd)
            throw this.error(null, `has an unknown, repeated or misplaced line: '${this.nextLine()}'`);
    }

    optional(name: string): string | null {
        const value = this.tryNext(name);
        return value === null ? null : this.checked(name, value);
    }

    required(name: string): string {
        return this.checked(name, this.next(name));
    }

    hash(name: string): Hash {
        return this.toHash(name, this.next(name));
    }

    optionalHash(name: string): Hash | null {
        const value = this.tryNext(name);
        return value === null ? null : this.toHash(name, value);
    }

    number(name: string): bigint {
        return decimal(this.next(name)) ?? this.fail(name, "is not a decimal number below 2^64 without leading zeros");
    }

    time(name: string): number {
        return this.toTime(name, this.next(name));
    }

    toTime(name: string, value: string): number {
        return parseTime(value) ?? this.fail(name, "is not a time yyyy-MM-ddTHH:mm:ss.fffZ in UTC");
    }

    origin(name = "ledger"): string {
        const value = this.required(name);
        return isOrigin(value) ? value : this.fail(name, `is not 1 to ${Limits.originBytes} characters of [a-z0-9./:-]`);
    }

    account(): string {
        const value = this.required("account");
        return isAccount(value) ? value : this.fail("account", `is not 1 to ${Limits.accountCharacters} characters of [a-z0-9-]`);
    }

    depositId(name = "deposit"): string {
        return this.toDepositId(name, this.next(name));
    }

    optionalDepositId(name: string): string | null {
        const value = this.tryNext(name);
        return value === null ? null : this.toDepositId(name, value);
    }

    key(name: string, value: string): VerifierKey {
        const key = parseKey(value);
        return typeof key === "string" ? this.fail(name, key) : key;
    }

    private toHash(name: string, value: string): Hash {
        return isHash(value) ? value : this.fail(name, "is not 64 lower-case hex digits");
    }

    private toDepositId(name: string, value: string): string {
        return isDepositId(value) ? value : this.fail(name, "is not a lower-case uuid of version 7 with its time rounded down to the minute");
    }

    private fail(field: string, problem: string): never {
        throw this.error(field, problem);
    }

    private checked(name: string, value: string): string {
        const problem = textProblem(value);
        return problem === null ? value : this.fail(name, problem);
    }

    private tryNext(name: string): string | null {
        if (!this.text.startsWith(name + " ", this.position))
            return null;
        const start = this.position + name.length + 1;
        const end = this.text.indexOf("\n", start);
        if (end < 0)
            return this.fail(name, "is not ended by a line feed");
        this.position = end + 1;
        return this.text.slice(start, end);
    }

    private next(name: string): string {
        return this.tryNext(name) ?? this.fail(name, this.atEnd ? "is missing" : `is expected where the line '${this.nextLine()}' stands`);
    }

    // Only the name: the value may be the very thing that is not to be repeated.
    private nextLine(): string {
        return escape(this.rest.split("\n", 1)[0]!.split(" ", 1)[0]!.slice(0, 40));
    }
}

/** The text of UTF-8 bytes without a byte order mark. */
export function strictText(document: string, bytes: Uint8Array): string {
    const text = decodeUtf8(bytes);
    if (text === null || text.startsWith("\ufeff"))
        throw new Malformed(document, null, text === null ? "is not UTF-8" : "begins with a byte order mark");
    return text;
}
