import type { Hash } from "./bytes.ts";
import { isDepositId } from "./rules.ts";

/** The numbers that people name a deposit and a certificate by; proto/README.md, "Numbers", defines them. */
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** The uuid in capitals and its check character. */
export function depositNumber(deposit: string): string {
    const uuid = deposit.toUpperCase();
    return `${uuid}-${checkCharacter(uuid)}`;
}

/**
 * The first 20 hex digits of the SHA-256 of certificate.json, in capitals and groups of four, and the check character. A certificate
 * that is issued again has another number and names the same deposit.
 */
export function certificateNumber(digest: Hash): string {
    const digits = digest.slice(0, 20).toUpperCase();
    return `${digits.replace(/.{4}/g, "$&-")}${checkCharacter(digits)}`;
}

/** The uuid that a deposit's number names, with its check character or without; null where it was copied wrongly, or names none. */
export function depositOfNumber(number: string): string | null {
    const uuid = number.slice(0, 36).toLowerCase();
    return (number.length === 36 || (number.length === 38 && number[36] === "-" && isConsistent(number))) && isDepositId(uuid) ? uuid : null;
}

/** Whether a number ends in the check character of what stands before it; capitals and small letters count as equal. */
export function isConsistent(number: string): boolean {
    const capitals = number.toUpperCase();
    return checkCharacter(capitals.slice(0, -1)) === capitals.at(-1);
}

/** ISO 7064 MOD 37,36 over 0-9 A-Z, hyphens passed over; null where something else stands. */
function checkCharacter(text: string): string | null {
    let product = 36;
    for (const character of text.replaceAll("-", "")) {
        const value = alphabet.indexOf(character);
        if (value < 0)
            return null;
        const sum = (product + value) % 36;
        product = 2 * (sum === 0 ? 36 : sum) % 37;
    }
    return alphabet[(37 - product) % 36]!;
}
