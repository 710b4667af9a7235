import { decimal, isHash, type Hash } from "../core/bytes.ts";
import { sentence, type Sentence } from "../verification/report.ts";

/** What somebody copied from a certificate: an entry, and what else its QR code says of it. */
export interface Lookup {
    readonly index: bigint;
    readonly code: { readonly origin: string; readonly size: bigint; readonly root: Hash } | null;
}

/** Reads an entry's number, or the text of a certificate's QR code; else what is wrong and what to do next. */
export function parseLookup(text: string): Lookup | Sentence {
    const trimmed = text.trim();
    const index = decimal(trimmed);
    if (index !== null)
        return { index, code: null };
    const [mark, number, origin, entry, entries, root, ...more] = trimmed.toLowerCase().split(/\s+/);
    const [at, size] = [decimal(entry ?? ""), decimal(entries ?? "")];
    if (mark !== "notary1" || at === null || size === null || size === 0n || !isHash(root ?? "") || more.length > 0)
        return isNumber(trimmed) ? numbered(trimmed) : sentence(
            "This is neither an entry's number nor the text of a certificate's QR code. The entry's number stands on the certificate beside the ledger's name.",
            "这既不是条目序号，也不是证书二维码的文字。条目序号见证书上账本名称旁。");
    return isConsistent(number!) ? { index: at, code: { origin: origin!, size, root: root! } } : miscopied;
}

const miscopied = sentence("The number was copied wrongly: its last character does not fit.", "编号抄写有误：校验字符不符。");

const isNumber = (text: string): boolean => /^[0-9A-F]{4}(-[0-9A-F]{4}){4}-[0-9A-Z]$/i.test(text) || /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}-[0-9A-Z]$/i.test(text);

const numbered = (text: string): Sentence => isConsistent(text)
    ? sentence(
        "The number is well copied. The public ledger holds no numbers of certificates or names, so it cannot be searched by them: give the text of the certificate's QR code, or the entry's number beside the ledger's name.",
        "编号抄写无误。公开账本不含证书编号和名称，无法据以检索：请提供证书二维码的文字，或账本名称旁的条目序号。")
    : miscopied;

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Whether a number ends in its check character (ISO 7064 MOD 37,36). */
function isConsistent(number: string): boolean {
    const characters = number.toUpperCase().replaceAll("-", "");
    let product = 36;
    for (const character of characters.slice(0, -1)) {
        const value = alphabet.indexOf(character);
        if (value < 0)
            return false;
        const sum = (product + value) % 36;
        product = 2 * (sum === 0 ? 36 : sum) % 37;
    }
    return alphabet[(37 - product) % 36] === characters.at(-1);
}
