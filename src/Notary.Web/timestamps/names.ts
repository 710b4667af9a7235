import { escape } from "../core/rules.ts";
import { Der, NotDer, Tag } from "./der.ts";

/** One attribute of a distinguished name. */
export interface NamePart {
    readonly oid: string;
    /** Of its string type. */
    readonly tag: number;
    readonly content: Uint8Array;
    /** Number of the relative name that it stands in. */
    readonly relative: number;
}

// Those that X.520 knows, and the ones that OpenSSL takes for unknown strings.
const stringTags = new Set([0x03, 0x07, 0x09, 0x0A, 0x0C, 0x0D, 0x0E, 0x0F, 0x12, 0x13, 0x14, 0x16, 0x1C, 0x1D, 0x1E, Tag.sequence]);

const [commonName, organisation, unit, email] = ["2.5.4.3", "2.5.4.10", "2.5.4.11", "1.2.840.113549.1.9.1"];

/** Name ::= SEQUENCE OF SET OF SEQUENCE { type, value }. */
export function readName(der: Uint8Array): NamePart[] {
    let relative = -1;
    return Der.whole(der, name => name.all(Tag.sequence, one => {
        relative++;
        return one.all(Tag.set, set => {
            const both = set.inside();
            const [oid, value] = [both.oid(), both.element()];
            both.end();
            if (!stringTags.has(value.tag) || text(value.tag, value.content) === null)
                throw new NotDer();
            return { oid, tag: value.tag, content: value.content, relative };
        });
    })).flat();
}

/** Whether two names are one: RFC 5280, 7.1, without regard to case, string type and runs of spaces. */
export const sameName = (a: readonly NamePart[], b: readonly NamePart[]): boolean => canonical(a) === canonical(b);

const canonical = (name: readonly NamePart[]): string => JSON.stringify(name.map(({ oid, tag, content, relative }) => [
    relative, oid, folded(text(tag, content)!),
]).sort((x, y) => Number(x[0]) - Number(y[0]) || (JSON.stringify(x) < JSON.stringify(y) ? -1 : 1)));

const folded = (value: string): string => value.replace(/^[ \t-\r]+|[ \t-\r]+$/g, "").replace(/[ \t-\r]+/g, " ").replace(/[A-Z]/g, letter => letter.toLowerCase());

const longestShown = 120;

/** Whose name it is, for people: escaped, and cut where it is too long to be shown. The last common name counts, else what there is. */
export function shownName(name: readonly NamePart[]): string {
    const backwards = [...name].reverse();
    const other = backwards.find(part => ![commonName, organisation, unit, email].includes(part.oid));
    const first = (oid: string): NamePart | undefined => name.find(part => part.oid === oid);
    const part = backwards.find(one => one.oid === commonName) ?? (other === undefined ? undefined : first(unit) ?? first(organisation) ?? first(email) ?? other);
    const shown = part === undefined ? "" : escape(text(part.tag, part.content)!);
    // Not through the middle of a character.
    return shown.length <= longestShown ? shown : shown.slice(0, longestShown).replace(/[\ud800-\udbff]$/, "") + "...";
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A string of any of X.520's types; null when it is not of its type. */
function text(tag: number, content: Uint8Array): string | null {
    switch (tag) {
        case Tag.utf8:
            try {
                return strict.decode(content);
            } catch {
                return null;
            }
        case 0x1E:
            return wide(content, 2);
        case 0x1C:
            return wide(content, 4);
        default:
            return wide(content, 1);
    }
}

function wide(content: Uint8Array, size: number): string | null {
    if (content.length % size !== 0)
        return null;
    let value = "";
    for (let at = 0; at < content.length; at += size) {
        const code = content.subarray(at, at + size).reduce((sum, byte) => sum * 256 + byte, 0);
        if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
            return null;
        value += String.fromCodePoint(code);
    }
    return value;
}
