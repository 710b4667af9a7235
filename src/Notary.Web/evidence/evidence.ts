import { decodeUtf8, equalBytes, grouped, isHash, sha256, type Hash } from "../core/bytes.ts";
import { contextPath, parseContext, parseOpening, type ContextRecord, type Item, type Opening } from "../core/deposits.ts";
import { Limits } from "../core/limits.ts";
import { Malformed } from "../core/malformed.ts";
import { certificateFiles, parseCertificate, writeCertificate, type Certificate } from "./certificate.ts";
import { manifestItems } from "./manifest.ts";
import { Package, proofsFolder, type NamedFile } from "./package.ts";
import type { Source } from "./source.ts";
import { StrictZip, type ZipEntry } from "./zip.ts";

/** What a depositor keeps of one deposit, or what of it is shown: read, but not verified. */
export interface Evidence {
    readonly certificate: Certificate;
    /** All items with the seed; null when only some are disclosed, or none. */
    readonly manifest: { readonly items: readonly Item[]; readonly seed: Hash } | null;
    /** By the leaf in the file's name, in the order of its bytes; nobody has checked yet that the opening gives this leaf. */
    readonly openings: ReadonlyMap<Hash, Opening>;
    readonly context: ContextRecord | null;
    /** OpenTimestamps files by the leaf in their names, in the order of its bytes; each is read again when it is asked for. */
    readonly ots: readonly { readonly leaf: Hash; readonly content: () => Uint8Array }[];
    /** `certificate.html`, the page for reading that came with it; it is no evidence. */
    readonly page: Uint8Array | null;
    /** Names of files in the package that are not evidence, such as a planted report. */
    readonly unknown: readonly string[];
    /** Documents that a package carries beside the evidence. */
    readonly included: readonly NamedFile[];
}

/** Reads a package, or a bare `certificate.json`; the first byte tells which it is. */
export function readEvidence(source: Source): Evidence {
    const first = source.size === 0 ? -1 : source.read(0, 1)[0]!;
    // A ZIP begins with 'P'; JSON with '{' or white space.
    if ([0x7B, 0x20, 0x09, 0x0D, 0x0A].includes(first)) {
        if (source.size > Limits.certificateBytes)
            throw new Malformed("certificate", null, `has ${grouped(source.size)} bytes (limit ${grouped(Limits.certificateBytes)})`);
        return certificateAlone(parseCertificate(source.read(0, source.size)));
    }
    return new Reader(new StrictZip(source)).read();
}

export const certificateAlone = (certificate: Certificate): Evidence =>
    ({ certificate, manifest: null, openings: new Map(), context: null, ots: [], page: null, unknown: [], included: [] });

/** Whether an item that the evidence shows states an SM3, so that it is needed to compare. */
export const needsSm3 = (evidence: Pick<Evidence, "manifest" | "openings">): boolean => shownItems(evidence).some(item => item.sm3 !== null);

/** Every item whose text is shown. */
export const shownItems = ({ manifest, openings }: Pick<Evidence, "manifest" | "openings">): Item[] =>
    [...manifest?.items ?? [], ...[...openings.values()].flatMap(opening => opening.item ?? [])];

/** Reads a package file by file; what the files say of each other is checked here, what they prove is not. */
class Reader {
    private readonly package: Package | null;
    private readonly folder: string;
    // Entries nobody has claimed yet. Every read takes its entry out; what is left is not evidence.
    private readonly unread: Map<string, ZipEntry>;

    constructor(private readonly zip: StrictZip) {
        this.package = Package.open(zip);
        this.folder = this.package === null ? "" : proofsFolder;
        this.unread = new Map(this.package === null ? zip.entries.map(entry => [entry.name, entry]) : this.package.proofs);
    }

    read(): Evidence {
        const json = this.take("certificate.json", Limits.certificateBytes)
            ?? this.fail("certificate.json", "is missing; it must lie at the top of the package, in no folder");
        const certificate = parseCertificate(json);
        this.checkTexts(certificate);
        if (this.package !== null)
            this.checkPackaged(certificate, json);
        const seed = this.takeSeed();
        const entry = this.unread.get("manifest.txt");
        if ((entry !== undefined) === (seed === null))
            this.fail(entry === undefined ? "manifest.txt" : "seed.txt", "is missing beside the other of the two");
        const manifest = entry === undefined ? null : { items: this.takeManifest(entry), seed: seed! };
        const openings = this.takeOpenings();
        if (manifest !== null && openings.size > 0)
            this.fail("openings/", "stands beside manifest.txt, which opens every item already");
        const ots = this.takeOpenTimestamps();
        const page = this.take("certificate.html", Limits.pageBytes);
        const shown = shownItems({ manifest, openings });
        const context = this.takeContext(shown.find(item => item.path === contextPath) ?? null);
        const unknown = this.readUnknown();
        const included = this.package?.documents(needsSm3({ manifest, openings })) ?? [];
        return { certificate, manifest, openings, context, ots, page, unknown, included };
    }

    // A script compares the texts with the certificate by writing it anew: there is one spelling that it can write.
    private checkPackaged(certificate: Certificate, json: Uint8Array): void {
        if (!equalBytes(writeCertificate(certificate), json))
            this.fail("certificate.json", "is not written as this format writes it");
        for (const name of ["manifest.txt", "seed.txt"]) {
            if (this.unread.has(name))
                this.fail(name, "is given, but a package discloses single items by openings");
        }
    }

    // The certificate decides. A text that differed would show a person something else than what a verifier checks.
    private checkTexts(certificate: Certificate): void {
        for (const [name, expected] of certificateFiles(certificate)) {
            const bytes = this.take(name, expected.length) ?? this.fail(name, "is missing");
            if (!equalBytes(bytes, expected))
                this.fail(name, "differs from what certificate.json holds");
        }
        for (const name of ["claims.txt", "request.txt"]) {
            if (this.unread.has(name))
                this.fail(name, "is given, but certificate.json withholds it");
        }
    }

    private takeManifest(entry: ZipEntry): Item[] {
        this.unread.delete("manifest.txt");
        if (entry.header.size > Limits.manifestBytes)
            this.fail("manifest.txt", `has ${grouped(entry.header.size)} bytes (limit ${grouped(Limits.manifestBytes)})`);
        return [...manifestItems(this.zip.content(entry))];
    }

    private takeSeed(): Hash | null {
        const bytes = this.take("seed.txt", 65);
        if (bytes === null)
            return null;
        const text = decodeUtf8(bytes) ?? "";
        return text.endsWith("\n") && isHash(text.slice(0, -1)) ? text.slice(0, -1) : this.fail("seed.txt", "is not 64 lower-case hex digits and a line feed");
    }

    private takeOpenings(): Map<Hash, Opening> {
        const openings: [Hash, Opening][] = [];
        for (const name of [...this.unread.keys()]) {
            const leaf = leafOf(name, "openings/", ".txt");
            if (leaf !== null)
                openings.push([leaf, parseOpening(this.text(name, this.take(name, Limits.openingBytes)!))]);
        }
        return new Map(openings.sort(([a], [b]) => a < b ? -1 : 1));
    }

    // A package may hold gigabytes of them: none is kept.
    private takeOpenTimestamps(): Evidence["ots"] {
        const files = [...this.unread].flatMap(([name, entry]) => {
            const leaf = leafOf(name, "ots/", ".ots");
            return leaf === null ? [] : { leaf, name, content: () => this.zip.readAll(entry, Limits.attachmentBytes) };
        });
        files.forEach(({ name }) => this.take(name, Limits.attachmentBytes));
        return files.sort((a, b) => a.leaf < b.leaf ? -1 : 1);
    }

    /**
     * The context record, if the evidence shows an item of its path and this is that item's content. Without such an item the file
     * is a planted one, and with content that cannot be read a later version's: both are told of as "not evidence".
     */
    private takeContext(item: Item | null): ContextRecord | null {
        const entry = this.unread.get("context.txt");
        if (entry === undefined || item === null)
            return null;
        const bytes = this.zip.readAll(entry, Limits.contextBytes);
        if (BigInt(bytes.length) !== item.size || sha256(bytes) !== item.sha256)
            this.fail(entry.name, `is not the content of the item ${contextPath}`);
        try {
            const context = parseContext(bytes);
            if (context.captured !== item.modified || item.sm3 !== null)
                return null;
            this.unread.delete("context.txt");
            return context;
        } catch (problem) {
            if (problem instanceof Malformed)
                return null;
            throw problem;
        }
    }

    // Unpacked too, although nobody will read it: a streaming reader that finds its end elsewhere would find other files behind it.
    private readUnknown(): string[] {
        const unknown = this.package?.others ?? [];
        for (const [name, entry] of [...this.unread].sort(([, a], [, b]) => a.start - b.start)) {
            for (const _ of this.zip.content(entry))
                ;
            if (!["openings/", "timestamps/", "ots/"].includes(name))
                unknown.push(entry.name);
        }
        return unknown;
    }

    private take(name: string, limit: number): Uint8Array | null {
        const entry = this.unread.get(name);
        if (entry === undefined)
            return null;
        this.unread.delete(name);
        return this.zip.readAll(entry, limit);
    }

    private text(name: string, bytes: Uint8Array): string {
        return decodeUtf8(bytes) ?? this.fail(name, "is not UTF-8");
    }

    private fail(file: string, problem: string): never {
        throw new Malformed("evidence", this.folder + file, problem);
    }
}

function leafOf(name: string, folder: string, ending: string): Hash | null {
    if (!name.startsWith(folder) || !name.endsWith(ending))
        return null;
    const leaf = name.slice(folder.length, -ending.length);
    return isHash(leaf) ? leaf : null;
}
