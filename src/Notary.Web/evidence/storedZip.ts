import { utf8 } from "../core/bytes.ts";
import { Limits } from "../core/limits.ts";
import { crc32 } from "./crc32.ts";

const [localSignature, centralSignature, endSignature] = [0x04034B50, 0x02014B50, 0x06054B50];
const [localBytes, centralBytes, endBytes] = [30, 46, 22];
const [versionNeeded, madeByUnix, firstOfJanuary1980, regularFile0644] = [10, 3 << 8 | 20, 1 << 5 | 1, 0x81A4 * 0x10000];

/**
 * Writes a ZIP whose bytes depend on names, contents and their order alone, as Notary.Core writes it: every entry stored, dated
 * 1980-01-01 00:00, made by Unix with mode 0644, without extra fields or comments, so that equal evidence has equal bytes everywhere.
 */
export class StoredZip {
    private readonly parts: Uint8Array[] = [];
    private readonly directory: Uint8Array[] = [];
    private offset = 0;

    /**
     * @param name Printable ASCII; their order is the order in the file.
     * @param content Piece by piece.
     */
    add(name: string, content: Iterable<Uint8Array>): void {
        const pieces = [...content];
        const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
        const crc = pieces.reduce(crc32, 0);
        const rawName = utf8(name);
        const local = new DataView(new ArrayBuffer(localBytes));
        local.setUint32(0, localSignature, true);
        this.header(local, 4, crc, size, rawName.length);
        const central = new DataView(new ArrayBuffer(centralBytes));
        central.setUint32(0, centralSignature, true);
        central.setUint16(4, madeByUnix, true);
        this.header(central, 6, crc, size, rawName.length);
        central.setUint32(38, regularFile0644, true);
        central.setUint32(42, this.offset, true);
        this.parts.push(new Uint8Array(local.buffer), rawName, ...pieces);
        this.directory.push(new Uint8Array(central.buffer), rawName);
        this.offset += localBytes + rawName.length + size;
        if (this.offset > Limits.packageBytes || this.directory.length / 2 > Limits.packageEntries)
            throw new RangeError(`A package holds at most ${Limits.packageBytes} bytes in ${Limits.packageEntries} files.`);
    }

    /** The whole file; nothing can be added afterwards. */
    finish(): Uint8Array[] {
        const end = new DataView(new ArrayBuffer(endBytes));
        end.setUint32(0, endSignature, true);
        end.setUint16(8, this.directory.length / 2, true);
        end.setUint16(10, this.directory.length / 2, true);
        end.setUint32(12, this.directory.reduce((sum, piece) => sum + piece.length, 0), true);
        end.setUint32(16, this.offset, true);
        return [...this.parts, ...this.directory, new Uint8Array(end.buffer)];
    }

    /** What both headers say of an entry, and the length of its name. */
    private header(to: DataView, at: number, crc: number, size: number, nameLength: number): void {
        to.setUint16(at, versionNeeded, true);
        to.setUint16(at + 8, firstOfJanuary1980, true);
        to.setUint32(at + 10, crc, true);
        to.setUint32(at + 14, size, true);
        to.setUint32(at + 18, size, true);
        to.setUint16(at + 22, nameLength, true);
    }
}
