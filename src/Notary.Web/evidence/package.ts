import { isHash, type Hash } from "../core/bytes.ts";
import { Limits } from "../core/limits.ts";
import { Malformed } from "../core/malformed.ts";
import { escape } from "../core/rules.ts";
import { digestsOf, type Digests } from "./digests.ts";
import type { StrictZip, ZipEntry } from "./zip.ts";

const sumsName = "MANIFEST.sha256";
const [pageName, documentsFolder] = ["01_certificate/certificate.html", "02_files/"];
/** Where the evidence lies in a package that discloses. */
export const proofsFolder = "03_proofs/";
const innerPage = "certificate.html";

/** A document that a package carries, under its name there. */
export interface NamedFile extends Digests {
    readonly path: string;
}

/**
 * The outside of a package that discloses: every file is listed in MANIFEST.sha256 with its digest, and nothing is listed that is
 * not there. It tells damage and half-made changes, not forgery.
 */
export class Package {
    private constructor(private readonly zip: StrictZip, private readonly sums: Map<string, Hash>, private readonly files: readonly ZipEntry[]) {
    }

    /** Null when the zip is none. Everything but the documents has been read and compared. */
    static open(zip: StrictZip): Package | null {
        const sums = zip.entries.find(entry => entry.name === sumsName);
        if (sums === undefined)
            return null;
        const files = zip.entries.filter(entry => !entry.name.endsWith("/") && entry !== sums);
        const opened = new Package(zip, parseSums(zip.readAll(sums, Limits.sumsBytes)), files);
        opened.checkNames();
        // Empty, but read: who finds the end of one elsewhere finds other files behind it.
        zip.entries.filter(entry => entry.name.endsWith("/")).forEach(folder => zip.readAll(folder, 0));
        files.filter(file => !file.name.startsWith(documentsFolder)).forEach(file => opened.check(file, false));
        return opened;
    }

    /** The evidence in it, by the names that it has in evidence. */
    get proofs(): [string, ZipEntry][] {
        return [
            ...this.in(proofsFolder).map((entry): [string, ZipEntry] => [entry.name.slice(proofsFolder.length), entry]),
            ...this.files.filter(file => file.name === pageName).map((page): [string, ZipEntry] => [innerPage, page]),
        ];
    }

    /** Everything for people, and whatever somebody put beside it. */
    get others(): string[] {
        return this.files.map(file => file.name)
            .filter(name => !name.startsWith(proofsFolder) && !name.startsWith(documentsFolder) && name !== pageName);
    }

    /** Compares the documents with the list too, and says what they are. */
    documents(withSm3: boolean): NamedFile[] {
        return this.in(documentsFolder).map(file => ({ path: file.name, ...this.check(file, withSm3) }));
    }

    private in(folder: string): ZipEntry[] {
        return this.files.filter(file => file.name.startsWith(folder));
    }

    private checkNames(): void {
        for (const { name } of this.files) {
            if (!isAllowed(name))
                throw malformed(name, `is no name for a file of a package: 1 to ${Limits.sumsNameBytes} characters of [A-Za-z0-9._/-]`);
            if (!this.sums.has(name))
                throw malformed(name, `is not listed in ${sumsName}: it was put in later`);
        }
        this.checkFolders();
        if (this.sums.has(proofsFolder + innerPage))
            throw malformed(proofsFolder + innerPage, `has its place at ${pageName}`);
        if (this.sums.size !== this.files.length) {
            const present = new Set(this.files.map(file => file.name));
            throw malformed([...this.sums.keys()].find(name => !present.has(name))!, `is listed in ${sumsName}, but missing`);
        }
    }

    /** Folders that an entry names, or that a file lies in: once unpacked nobody can tell which of two that differ by case. */
    private checkFolders(): void {
        const folders = new Map<string, string>();
        for (const { name } of this.zip.entries) {
            if (name.endsWith("/") && !isAllowed(name.slice(0, -1)))
                throw malformed(name, `is no name for a folder of a package: 1 to ${Limits.sumsNameBytes} characters of [A-Za-z0-9._/-]`);
            for (let end = name.lastIndexOf("/"); end > 0; end = name.lastIndexOf("/", end - 1)) {
                const folder = name.slice(0, end);
                const other = folders.get(folder.toLowerCase()) ?? folder;
                if (other !== folder)
                    throw malformed(folder, `and ${other} are two folders that some systems take for one`);
                folders.set(folder.toLowerCase(), folder);
            }
        }
    }

    private check(file: ZipEntry, withSm3: boolean): Digests {
        const digests = digestsOf(this.zip.content(file), withSm3);
        if (digests.sha256 !== this.sums.get(file.name))
            throw malformed(file.name, `has another SHA-256 than ${sumsName} lists: the package is damaged or was altered`);
        return digests;
    }
}

/** A line `64 hex digits, two spaces, name` for every other file, sorted by the names' bytes. */
function parseSums(file: Uint8Array): Map<string, Hash> {
    const sums = new Map<string, Hash>();
    let [at, last] = [0, ""];
    while (at < file.length) {
        const end = file.indexOf(10, at);
        const line = end < 0 ? "" : String.fromCharCode(...file.subarray(at, Math.min(end, at + 1024)));
        const [hash, space, name] = [line.slice(0, 64), line.slice(64, 66), line.slice(66)];
        if (end - at > 1024 || !isHash(hash) || space !== "  " || !isAllowed(name))
            throw new Malformed(sumsName, `line ${sums.size + 1}`, "is not 64 lower-case hex digits, two spaces, a name of [A-Za-z0-9._/-] and a line feed");
        if (last >= name)
            throw new Malformed(sumsName, `line ${sums.size + 1}`, "is doubled or not sorted by the bytes of its name");
        sums.set(name, hash);
        [last, at] = [name, end + 1];
    }
    return sums;
}

const isAllowed = (name: string): boolean =>
    name.length <= Limits.sumsNameBytes && /^[A-Za-z0-9._/-]+$/.test(name) && name.split("/").every(segment => segment !== "" && !segment.endsWith("."));

const malformed = (name: string, problem: string): Malformed => new Malformed("package", escape(name), problem);
