import { decimal, isHash, type Hash } from "../core/bytes.ts";
import { isConsistent } from "../core/numbers.ts";
import { isDepositId } from "../core/rules.ts";
import { sentence, type Sentence } from "../verification/report.ts";

/** What somebody copied from a certificate, or from the address of a look-up. */
export type Lookup =
    | { readonly of: "entry"; readonly index: bigint }
    | { readonly of: "deposit"; readonly deposit: string }
    /** The text of a certificate's QR code: an entry, and the root that the certificate is under. */
    | { readonly of: "code"; readonly index: bigint; readonly origin: string; readonly size: bigint; readonly root: Hash };

/** Reads an entry's number, a deposit's, the text of a QR code, or an address that ends in one of them; else what is wrong and what to do next. */
export function parseLookup(text: string): Lookup | Sentence {
    const asked = askedIn(text);
    const index = decimal(asked);
    if (index !== null)
        return { of: "entry", index };
    if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(-[0-9a-z])?$/i.test(asked))
        return deposit(asked);
    if (/^[0-9a-f]{4}(-[0-9a-f]{4}){4}-[0-9a-z]$/i.test(asked))
        return isConsistent(asked) ? ofCertificate : miscopied;
    return code(asked) ?? sentence(
        "This is neither an entry's number, nor a deposit's, nor the text of a certificate's QR code. The deposit's number stands at the top of the certificate, the entry's number beside the ledger's name.",
        "这既不是条目序号或存证编号，也不是证书二维码的文字。存证编号见证书上方，条目序号见账本名称旁。");
}

/** What a look-up's address asks stands behind its `#`, which browsers send to no server. */
function askedIn(text: string): string {
    const fragment = text.slice(text.indexOf("#") + 1);
    try {
        return decodeURIComponent(fragment).trim();
    } catch {
        return fragment.trim();
    }
}

/** A look-up that its address repeats. */
export const addressOf = (text: string): string => `#${encodeURIComponent(askedIn(text))}`;

/** With the check character that a certificate prints, or as the bare uuid. */
function deposit(number: string): Lookup | Sentence {
    const uuid = number.slice(0, 36).toLowerCase();
    if (number.length > 36 && !isConsistent(number))
        return miscopied;
    return isDepositId(uuid) ? { of: "deposit", deposit: uuid } : sentence(
        "No deposit can have this number: it was copied wrongly, or is of something else.", "任何存证都不会有此编号：抄写有误，或属于其他事物。");
}

function code(text: string): Lookup | Sentence | null {
    const [mark, number, origin, entry, entries, root, ...more] = text.toLowerCase().split(/\s+/);
    const [index, size] = [decimal(entry ?? ""), decimal(entries ?? "")];
    if (mark !== "notary1" || index === null || size === null || size === 0n || !isHash(root ?? "") || more.length > 0)
        return null;
    return isConsistent(number!) ? { of: "code", index, origin: origin!, size, root: root! } : miscopied;
}

const miscopied = sentence(
    "The number was copied wrongly: its last character does not fit.", "编号抄写有误：校验字符不符。");

const ofCertificate = sentence(
    "This is the number of a certificate, and it is well copied. It is computed from the whole certificate, private texts included, so no public ledger can be searched by it. Enter the deposit's number, which stands below it on the certificate, or the text of the QR code.",
    "这是证书编号，抄写无误。它由整份证书（含不公开的文本）算出，公开账本无法据以检索。请输入证书上其下方的存证编号，或二维码的文字。");
