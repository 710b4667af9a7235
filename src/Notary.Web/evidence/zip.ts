import { decodeUtf8, equalBytes, grouped } from "../core/bytes.ts";
import { Limits } from "../core/limits.ts";
import { Malformed } from "../core/malformed.ts";
import { escape } from "../core/rules.ts";
import { crc32 } from "./crc32.ts";
import { Inflate, InflateError } from "./inflate.ts";
import { pieces, type Source } from "./source.ts";

/** What local and central header both say of an entry. */
interface Header {
    readonly bytes: Uint8Array;
    readonly version: number;
    readonly flags: number;
    readonly method: number;
    readonly crc: number;
    readonly packed: number;
    readonly size: number;
}

export interface ZipEntry {
    /** As stored; a folder's ends with '/'. */
    readonly name: string;
    readonly header: Header;
    /** Offset of the compressed bytes. */
    readonly start: number;
}

interface CentralEntry {
    readonly name: string;
    readonly rawName: Uint8Array;
    readonly header: Header;
    readonly offset: number;
}

const [localBytes, centralBytes, endBytes, headerBytes] = [30, 46, 22, 22];
const [encryptedFlag, descriptorFlag, utf8Flag, effortFlags] = [1, 1 << 3, 1 << 11, 0b110];
const [stored, deflated] = [0, 8];
const longestDirectory = 32 << 20;
const [freelyPacked, highestRatio] = [1 << 20, 200];
// Those of common tools that say only times and owners; all others may change what an entry is.
const harmlessExtras = new Set([0x000A, 0x5455, 0x5855, 0x7855, 0x7875, 0xCAFE]);

/**
 * Reads ZIP files that have exactly one meaning, and refuses all others: from the first byte to the last the file is entries in
 * the order of the directory without gaps, the directory, the end record; local and central headers agree; no ZIP64, comments,
 * encryption, links. The rules are those of the C# verifier's StrictZip, which says why.
 */
export class StrictZip {
    readonly entries: readonly ZipEntry[];

    constructor(private readonly source: Source) {
        const { entries, start } = readDirectory(source);
        if (entries.length === 0 && start !== 0)
            throw refuse(null, "the directory is empty, but bytes stand before it");
        let [position, unpacked] = [0, 0];
        this.entries = entries.map((entry, i) => {
            const following = Math.min(entries[i + 1]?.offset ?? start, start);
            if (entry.offset !== position)
                throw refuse(entry.name, "begins elsewhere than where the entry before it ends: a gap, an overlap or another order");
            checkHeader(entry);
            unpacked += entry.header.size;
            if (unpacked > Limits.packageBytes)
                throw refuse(null, `the entries unpack to more than ${grouped(Limits.packageBytes)} bytes`);
            position = following;
            return this.readLocal(entry, following);
        });
    }

    /** The whole content of an entry; one that is larger is refused before anything is unpacked. */
    readAll(entry: ZipEntry, limit: number): Uint8Array {
        if (entry.header.size > limit)
            throw refuse(entry.name, `has ${grouped(entry.header.size)} bytes; at most ${grouped(limit)} are allowed`);
        const all = new Uint8Array(entry.header.size);
        let at = 0;
        for (const piece of this.content(entry)) {
            all.set(piece, at);
            at += piece.length;
        }
        return all;
    }

    /**
     * The content piece by piece, each valid until the next. Only who has read to the end knows that size, CRC and the end of the
     * compressed bytes are what the header says.
     */
    *content(entry: ZipEntry): Generator<Uint8Array> {
        const { header, name } = entry;
        const packed = pieces(this.source, entry.start, entry.start + header.packed);
        const inflate = header.method === deflated ? new Inflate(packed) : null;
        const unpacked = inflate?.run() ?? packed;
        let [left, crc] = [header.size, 0];
        for (;;) {
            const piece = next();
            if (piece === null)
                break;
            if (piece.length > left)
                throw refuse(name, "unpacks to more bytes than its header says");
            left -= piece.length;
            crc = crc32(crc, piece);
            yield piece;
        }
        if (left > 0)
            throw refuse(name, "unpacks to fewer bytes than its header says");
        if (inflate !== null && inflate.taken !== header.packed)
            throw refuse(name, "its compressed data end before or behind the place its header says");
        if (crc !== header.crc)
            throw refuse(name, "its CRC-32 differs from its header: the content was damaged or changed");

        function next(): Uint8Array | null {
            try {
                const result = unpacked.next();
                return result.done ? null : result.value;
            } catch (problem) {
                throw problem instanceof InflateError ? refuse(name, "is not deflated data") : problem;
            }
        }
    }

    private readLocal(entry: CentralEntry, following: number): ZipEntry {
        const local = this.readAt(entry.offset, localBytes, following, entry.name);
        const [nameLength, extraLength] = [u16(local, 26), u16(local, 28)];
        const rest = this.readAt(entry.offset + localBytes, nameLength + extraLength, following, entry.name);
        const header = readHeader(local, 4);
        const unstated = entry.header.bytes.slice();
        unstated.fill(0, 10);
        const agrees = equalBytes(header.bytes, entry.header.bytes)
            || ((entry.header.flags & descriptorFlag) !== 0 && equalBytes(header.bytes, unstated));
        if (u32(local, 0) !== 0x04034B50 || !equalBytes(rest.subarray(0, nameLength), entry.rawName) || !agrees)
            throw refuse(entry.name, "its local and central headers disagree");
        checkExtra(rest.subarray(nameLength), entry.name);
        const start = entry.offset + localBytes + rest.length;
        this.checkEnd(entry, start + entry.header.packed, following);
        return { name: entry.name, header: entry.header, start };
    }

    // What stands between an entry's data and the next entry: nothing, or its descriptor.
    private checkEnd(entry: CentralEntry, end: number, following: number): void {
        const { header, name } = entry;
        const [between, described] = [following - end, (header.flags & descriptorFlag) !== 0];
        if (!described && between === 0)
            return;
        if (!described || (between !== 12 && between !== 16))
            throw refuse(name, between < 0 ? "overlaps with what follows it" : "is followed by bytes that belong to no entry");
        const descriptor = this.readAt(end, between, following, name);
        if (between === 16 && u32(descriptor, 0) !== 0x08074B50)
            throw refuse(name, "is followed by bytes that are no data descriptor");
        const values = descriptor.subarray(between - 12);
        if (u32(values, 0) !== header.crc || u32(values, 4) !== header.packed || u32(values, 8) !== header.size)
            throw refuse(name, "its data descriptor and central header disagree");
    }

    private readAt(offset: number, length: number, end: number, name: string): Uint8Array {
        if (offset + length > end)
            throw refuse(name, "overlaps with what follows it");
        return this.source.read(offset, length);
    }
}

function readDirectory(source: Source): { entries: CentralEntry[]; start: number } {
    const length = source.size;
    if (length < endBytes || length > Limits.packageBytes)
        throw refuse(null, `${grouped(length)} bytes are too few or too many for a ZIP without ZIP64`);
    const end = source.read(length - endBytes, endBytes);
    // Looked for in one place: a search would let bytes follow it, or a comment hold a second one.
    if (u32(end, 0) !== 0x06054B50 || u16(end, 20) !== 0)
        throw refuse(null, "it does not end in an end record without comment: no ZIP, cut short, or followed by other bytes");
    const [count, size, start] = [u16(end, 10), u32(end, 12), u32(end, 16)];
    if (u32(end, 4) !== 0 || u16(end, 8) !== count)
        throw refuse(null, "it is one of several disks");
    if (count > Limits.packageEntries || size > longestDirectory)
        throw refuse(null, `it holds more than ${grouped(Limits.packageEntries)} entries, or ${grouped(longestDirectory)} bytes of names`);
    if (start + size + endBytes !== length)
        throw refuse(null, "bytes stand before the first entry or behind the directory, or are missing");
    return { entries: readEntries(source.read(start, size), count), start };
}

function readEntries(directory: Uint8Array, count: number): CentralEntry[] {
    const entries: CentralEntry[] = [];
    let at = 0;
    for (let i = 0; i < count; i++) {
        const fixed = take(centralBytes);
        if (u32(fixed, 0) !== 0x02014B50)
            throw refuse(null, "the directory holds something else than headers of entries");
        const header = readHeader(fixed, 6);
        const [rawName, extra] = [take(u16(fixed, 28)), take(u16(fixed, 30))];
        const name = readName(rawName, (header.flags & utf8Flag) !== 0);
        if (u32(fixed, 32) !== 0)
            throw refuse(name, "has a comment, or lies on another disk");
        checkAttributes(u32(fixed, 38), name);
        checkExtra(extra, name);
        entries.push({ name, rawName, header, offset: u32(fixed, 42) });
    }
    if (at !== directory.length)
        throw refuse(null, "bytes stand behind the directory's last header");
    checkDistinct(entries.map(entry => entry.name));
    return entries;

    function take(length: number): Uint8Array {
        if (at + length > directory.length)
            throw refuse(null, "the directory ends in the middle of a header");
        return directory.subarray(at, at += length);
    }
}

const readHeader = (from: Uint8Array, at: number): Header => ({
    bytes: from.subarray(at, at + headerBytes), version: u16(from, at), flags: u16(from, at + 2), method: u16(from, at + 4),
    crc: u32(from, at + 10), packed: u32(from, at + 14), size: u32(from, at + 18),
});

function checkHeader({ name, header }: CentralEntry): void {
    const { version, flags, method, size, packed } = header;
    if (version > 20)
        throw refuse(name, `needs ZIP version ${Math.floor(version / 10)}.${version % 10}; 2.0 is enough for evidence`);
    if ((flags & encryptedFlag) !== 0)
        throw refuse(name, "is encrypted");
    if ((flags & ~(descriptorFlag | utf8Flag | effortFlags)) !== 0)
        throw refuse(name, `has unknown flags 0x${hex4(flags)}`);
    if (method !== stored && method !== deflated)
        throw refuse(name, `uses compression method ${method}; only stored (0) and deflate (8) are read`);
    if (method === stored && ((flags & descriptorFlag) !== 0 || packed !== size))
        throw refuse(name, "is stored, but its sizes differ or stand behind it");
    if (method === deflated && packed < 2)
        throw refuse(name, "is deflated to fewer bytes than an empty file needs");
    if (size > freelyPacked && Math.floor(size / highestRatio) > packed)
        throw refuse(name, `unpacks to more than ${highestRatio} times its size`);
    if (name.endsWith("/") && size !== 0)
        throw refuse(name, "is a folder with content");
}

// A link would make the extracted file something else than the one that was checked.
function checkAttributes(attributes: number, name: string): void {
    const folder = name.endsWith("/");
    const type = attributes >>> 16 & 0xF000;
    if ((type !== 0 && type !== (folder ? 0x4000 : 0x8000)) || (attributes & 0x400) !== 0 || ((attributes & 0x10) !== 0 && !folder))
        throw refuse(name, "is a link, a device, or a folder in one place and a file in another");
}

function checkExtra(extra: Uint8Array, name: string): void {
    for (let at = 0; at < extra.length; at += 4 + u16(extra, at + 2)) {
        if (extra.length - at < 4 || u16(extra, at + 2) > extra.length - at - 4)
            throw refuse(name, "its extra field ends in the middle of a block");
        if (!harmlessExtras.has(u16(extra, at)))
            throw refuse(name, `has an extra field 0x${hex4(u16(extra, at))}, which may change its meaning; pack it without`);
    }
}

function readName(bytes: Uint8Array, isUtf8: boolean): string {
    if (bytes.length === 0 || bytes.length > Limits.packageNameBytes)
        throw refuse(null, `an entry's name has ${bytes.length} bytes; 1 to ${Limits.packageNameBytes} are allowed`);
    // Without the flag a name is in code page 437 or in whatever the writer's machine used: readers disagree.
    if (!isUtf8 && bytes.some(byte => byte > 0x7F))
        throw refuse(null, "an entry's name is neither ASCII nor marked as UTF-8");
    const name = decodeUtf8(bytes);
    if (name === null)
        throw refuse(null, "an entry's name is not UTF-8");
    if (/[\u0000-\u001f\u007f-\u009f]/.test(name))
        throw refuse(null, "an entry's name holds a control character");
    const shown = escape(name);
    if (/[\\:]/.test(name))
        throw refuse(null, `the name '${shown}' holds '\\' or ':', which separate folders or drives elsewhere`);
    for (const segment of withoutSlash(name).split("/")) {
        if (segment === "" || segment === "." || segment === "..")
            throw refuse(null, `the name '${shown}' has an empty, '.' or '..' segment, or begins with '/'`);
        if (/[. ]$/.test(segment))
            throw refuse(null, `the name '${shown}' has a segment that ends in '.' or ' ', which Windows drops`);
    }
    return name;
}

function checkDistinct(names: readonly string[]): void {
    const sorted = names.map(name => ({ key: fold(withoutSlash(name)), name })).sort((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
    for (let i = 1; i < sorted.length; i++) {
        const [first, second] = [sorted[i - 1]!, sorted[i]!];
        if (first.key === second.key)
            throw refuse(null, `the name '${escape(second.name)}' occurs twice, capitals and small letters counted as equal`);
        if (!first.name.endsWith("/") && second.key.startsWith(first.key + "\0"))
            throw refuse(null, `the name '${escape(second.name)}' lies in '${escape(first.name)}', which is a file`);
    }
}

// The separator sorts before every character that a name may hold, so that what lies in a folder comes directly after it. The
// Kelvin sign and long s have an ASCII letter as their other case. What upper-casing makes longer stays as it is; of it, Greek
// letters with iota below have a capital that is one character, and are found by their small one.
const fold = (path: string): string => [...path.replaceAll("/", "\0").replaceAll("\u212A", "K").replaceAll("\u017F", "S")]
    .map(character => {
        const upper = character.toUpperCase();
        return character === "\u0131" ? character : [...upper].length === 1 ? upper : character.toLowerCase();
    }).join("");

const withoutSlash = (name: string): string => name.endsWith("/") ? name.slice(0, -1) : name;

const u16 = (bytes: Uint8Array, at: number): number => bytes[at]! | bytes[at + 1]! << 8;

const u32 = (bytes: Uint8Array, at: number): number => (u16(bytes, at) | u16(bytes, at + 2) << 16) >>> 0;

const hex4 = (value: number): string => value.toString(16).toUpperCase().padStart(4, "0");

const refuse = (name: string | null, problem: string): Malformed => new Malformed("zip", name === null ? null : escape(name), problem);
