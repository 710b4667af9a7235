import { compareBytes, concat, decodeUtf8, grouped, utf8 } from "../core/bytes.ts";
import { itemText, parseItem, type Item } from "../core/deposits.ts";
import { Limits } from "../core/limits.ts";
import { Malformed } from "../core/malformed.ts";

const document = "notary.manifest/v1";
const firstLine = utf8(document + "\n");

const pieceCharacters = 1 << 20;

/** The bytes of a manifest, piece by piece; the items sorted by the bytes of their paths. */
export function* manifestBytes(items: Iterable<Item>): Generator<Uint8Array> {
    let text = document + "\n";
    for (const item of items) {
        text += itemText(item) + "\n";
        if (text.length >= pieceCharacters) {
            yield utf8(text);
            text = "";
        }
    }
    yield utf8(text);
}

/** The items of a manifest, one by one: its text need not fit into one string. */
export function* manifestItems(content: Iterable<Uint8Array>): Generator<Item> {
    let rest: Uint8Array = new Uint8Array(0);
    let begun = false;
    let count = 0;
    let previous: Uint8Array = new Uint8Array(0);
    for (const piece of content) {
        rest = concat(new Uint8Array(0), rest, piece);
        let at = 0;
        if (!begun) {
            if (rest.length < firstLine.length)
                continue;
            if (compareBytes(rest.subarray(0, firstLine.length), firstLine) !== 0)
                break;
            [begun, at] = [true, firstLine.length];
        }
        for (let end = emptyLine(rest, at); end >= 0; end = emptyLine(rest, at)) {
            const item = toItem(rest.subarray(at, end + 1), ++count);
            at = end + 2;
            yield item;
        }
        rest = rest.slice(at);
        if (rest.length > Limits.itemBytes)
            throw tooLong(count + 1);
    }
    if (!begun)
        throw malformed(null, `does not begin with the line '${document}'`);
    if (rest.length > 0)
        throw tooLong(count + 1);
    if (count === 0)
        throw malformed(null, "holds no item");

    function toItem(bytes: Uint8Array, number: number): Item {
        if (number > Limits.items)
            throw malformed(null, `has more than ${grouped(Limits.items)} items`);
        if (bytes.length > Limits.itemBytes)
            throw tooLong(number);
        const text = decodeUtf8(bytes);
        if (text === null)
            throw malformed(`item ${number}`, "is not UTF-8");
        const item = parseItem(text);
        const path = utf8(item.path);
        if (compareBytes(previous, path) >= 0)
            throw malformed(`item ${number}`, "is doubled or not sorted by the bytes of its path");
        previous = path;
        return item;
    }
}

function emptyLine(bytes: Uint8Array, from: number): number {
    for (let at = bytes.indexOf(10, from); at >= 0; at = bytes.indexOf(10, at + 1)) {
        if (bytes[at + 1] === 10)
            return at;
    }
    return -1;
}

// Whichever of the two comes first with the piece at hand: the words do not depend on its size.
const tooLong = (number: number): Malformed => malformed(`item ${number}`, "is too long, or is not followed by an empty line");

const malformed = (field: string | null, problem: string): Malformed => new Malformed(document, field, problem);
