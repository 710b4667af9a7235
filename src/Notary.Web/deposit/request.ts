import { hex, type Hash } from "../core/bytes.ts";
import type { DepositRequest } from "../core/deposits.ts";
import { formatTime } from "../core/rules.ts";

/** Bytes from a cryptographic generator, so many. */
export type Random = (count: number) => Uint8Array;

const minute = 60_000;

/** A new uuid of version 7 (RFC 9562), its time rounded down to the minute: the depositor's clock would leak otherwise. */
export function newDepositId(now: number, random: Random): string {
    const bytes = new Uint8Array(16);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(now - now % minute) << 16n);
    bytes.set(random(10), 6);
    bytes[6] = 0x70 | bytes[6]! & 0x0F;
    bytes[8] = 0x80 | bytes[8]! & 0x3F;
    return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/**
 * `notary.request/v1`, without a signature. What breaks a rule is found by the parser, which reads each text before it is used.
 * @param nonce 32 random bytes: a title can be guessed.
 */
export const requestText = (request: DepositRequest, nonce: Hash): string =>
    `notary.request/v1\nledger ${request.ledger}\ndeposit ${request.deposit}\naccount ${request.account}\ncommitment ${request.commitment}\n`
    + `items ${request.items}\nnonce ${nonce}\nkind ${request.kind}\n`
    + (request.title === null ? "" : `title ${request.title}\n`)
    + (request.previous === null ? "" : `previous ${request.previous}\n`)
    + `requested ${formatTime(request.requested)}\n`;
