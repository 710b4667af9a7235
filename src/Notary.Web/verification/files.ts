import type { Hash } from "../core/bytes.ts";
import type { Item, Opening, Statement } from "../core/deposits.ts";
import { bindingOf, openingLeaf } from "../core/fingerprint.ts";
import { escape } from "../core/rules.ts";
import { shownItems, type Evidence } from "../evidence/evidence.ts";
import type { NamedFile } from "../evidence/package.ts";
import { fail, listed, listedChinese, notChecked, pass, sentence, type Check, type Sentence } from "./report.ts";

/** Whether each given file is an item that the evidence shows (check 1). Only size and digests decide: a name is a label. */
export interface FileCheck {
    readonly check: Check;
    readonly notes: readonly Sentence[];
    /** For openings that hide their item text, the digest of the given file that opens each, by leaf. */
    readonly hidden: ReadonlyMap<Hash, Hash>;
}

/** @param files Null when none was given, empty when what was given holds none. */
export function checkFiles(evidence: Evidence, statement: Statement | null, files: readonly NamedFile[] | null): FileCheck {
    if (files === null)
        return without("No file was given to compare.", "未提供可比对的文件。");
    if (files.length === 0)
        return without("What was given to compare holds no file.", "所提供的对象中没有文件。");
    const matcher = new FileMatcher(evidence, statement);
    if (matcher.shown === 0)
        return without(
            "The certificate alone does not connect a file to its commitment; that takes the evidence with its manifest or openings.",
            "仅凭证书无法将文件与承诺值对应；需要含文件清单或披露项的证据包。");
    const matches = files.map(file => matcher.match(file));
    // The evidence itself holds this one document: that nobody gave it is nothing to be told of.
    if (evidence.context !== null)
        matcher.match(evidence.context.item);
    return { check: result(matches, matcher), notes: notesOn(matches, matcher), hidden: matcher.hiddenContents };
}

const without = (en: string, zh: string): FileCheck => ({ check: notChecked("file", en, zh), notes: [], hidden: new Map() });

function result(matches: readonly FileMatch[], matcher: FileMatcher): Check {
    const all = matches.length;
    const strangers = reasons(matches, "none");
    if (strangers.length > 0)
        return fail(
            "file",
            `${given(strangers.length, all, "is", "are")} in no item that the evidence shows: ${listed(strangers, "; ")}.`,
            `所提供的 ${all} 个文件中有 ${strangers.length} 个不在证据所示的任何条目中：${listedChinese(strangers)}。`);
    const undecided = reasons(matches, "undecided");
    if (undecided.length > 0)
        return notChecked(
            "file",
            `${given(undecided.length, all, "was", "were")} not compared in full: ${listed(undecided, "; ")}.`,
            `所提供的 ${all} 个文件中有 ${undecided.length} 个未完整比对：${listedChinese(undecided)}。`);
    return pass(
        "file",
        `${all === 1 ? "The given file matches" : `All ${all} given files match`} in size and in every digest stated; checked so: ${matcher.matched} of the ${matcher.shown} documents that the evidence shows.`,
        `所提供的 ${all} 个文件的大小和所列全部摘要均相符：已核验证据所示 ${matcher.shown} 个文件中的 ${matcher.matched} 个。`);
}

const given = (some: number, all: number, one: string, many: string): string =>
    all === 1 ? `The given file ${one}` : `${some} of ${all} given files ${some === 1 ? one : many}`;

const reasons = (matches: readonly FileMatch[], kind: FileMatch["kind"]): Sentence[] =>
    matches.filter(match => match.kind === kind).map(match => match.reason);

function notesOn(matches: readonly FileMatch[], matcher: FileMatcher): Sentence[] {
    const notes: Sentence[] = [];
    const renamed = reasons(matches, "other name");
    if (renamed.length > 0)
        notes.push(sentence(
            `Deposited under another name or place: ${listed(renamed, "; ")}.`,
            `存证时的名称或位置不同：${listedChinese(renamed)}。`));
    const missing = matcher.unmatched.map(path => sentence(`'${path}'`, `“${path}”`));
    if (missing.length > 0)
        notes.push(sentence(
            `Not checked, since no given file matches: ${missing.length} ${missing.length === 1 ? "document" : "documents"} of the deposit, ${listed(missing, ", ")}.`,
            `没有所提供的文件与之相符、因而未核验：本次存证的 ${missing.length} 个文件，${listedChinese(missing)}。`));
    return notes;
}

interface FileMatch {
    readonly kind: "same" | "other name" | "undecided" | "none";
    readonly reason: Sentence;
}

// Every given file may have to be tried on every opening without an item text: a stranger's zip must not buy hours.
const mostTrials = 2_000_000;

class FileMatcher {
    readonly hiddenContents = new Map<Hash, Hash>();

    private readonly byDigest = new Map<Hash, Item[]>();
    private readonly byPath = new Map<string, Item>();
    private readonly matchedPaths = new Set<string>();
    private readonly hidden: readonly [Hash, Opening][];
    private readonly binding: Hash;
    private trials = 0;

    constructor(evidence: Evidence, statement: Statement | null) {
        for (const item of shownItems(evidence)) {
            if (!this.byPath.has(item.path))
                this.byPath.set(item.path, item);
            const alike = this.byDigest.get(item.sha256);
            if (alike === undefined)
                this.byDigest.set(item.sha256, [item]);
            else
                alike.push(item);
        }
        // Without a statement nothing says which deposit an opening is bound to, and none can be tried.
        this.hidden = statement === null ? [] : [...evidence.openings].filter(([, opening]) => opening.item === null);
        this.binding = statement === null ? "" : bindingOf(statement.ledger, statement.deposit);
    }

    /** Documents that the evidence shows, with or without their names. */
    get shown(): number {
        return this.byPath.size + this.hidden.length;
    }

    /** Documents shown that a given file matched. */
    get matched(): number {
        return this.matchedPaths.size + this.hiddenContents.size;
    }

    /** Paths of items that no given file matched, escaped for display. */
    get unmatched(): string[] {
        return [...this.byPath.keys()].filter(path => !this.matchedPaths.has(path)).map(escape);
    }

    match(file: NamedFile): FileMatch {
        // First by name: a folder of ten thousand empty files is not compared each with each.
        const named = this.byPath.get(file.path);
        if (named !== undefined && isEqual(named, file))
            return this.matching(file, [named]);
        const alike = (this.byDigest.get(file.sha256) ?? []).filter(item => item.size === file.size);
        const equal = alike.filter(item => isEqual(item, file));
        if (equal.length > 0)
            return this.matching(file, equal);
        const shown = escape(file.path);
        if (this.opensHidden(file))
            return { kind: "same", reason: sentence(`'${shown}'`, `“${shown}”`) };
        if (this.hidden.length > 0 && this.trials > mostTrials)
            return { kind: "undecided", reason: sentence(
                `'${shown}': too many openings without names to try; give fewer files at a time`,
                `“${shown}”：未列名称的披露项过多，无法逐一尝试；请减少一次提供的文件`) };
        // The item states more than was computed: taking it for equal would let the SM3 of another document pass.
        if (file.sm3 === null && alike.length > 0)
            return { kind: "undecided", reason: sentence(
                `'${shown}': the item also states an SM3 digest, which was not computed`,
                `“${shown}”：该条目另列有 SM3 摘要，尚未计算`) };
        return { kind: "none", reason: this.difference(file, shown) };
    }

    private matching(file: NamedFile, equal: readonly Item[]): FileMatch {
        const item = equal.find(item => item.path === file.path) ?? equal.find(item => !this.matchedPaths.has(item.path)) ?? equal[0]!;
        this.matchedPaths.add(item.path);
        const [shown, deposited] = [escape(file.path), escape(item.path)];
        return item.path === file.path
            ? { kind: "same", reason: sentence(`'${shown}'`, `“${shown}”`) }
            : { kind: "other name", reason: sentence(`'${shown}' was deposited as '${deposited}'`, `“${shown}”存证时为“${deposited}”`) };
    }

    /** Whether the file is the document of an opening that hides its item text: then its own digest gives the leaf. */
    private opensHidden(file: NamedFile): boolean {
        for (const [leaf, opening] of this.hidden) {
            if (++this.trials > mostTrials)
                return false;
            if (openingLeaf(this.binding, opening, file.sha256) !== leaf)
                continue;
            this.hiddenContents.set(leaf, file.sha256);
            return true;
        }
        return false;
    }

    private difference(file: NamedFile, shown: string): Sentence {
        const named = this.byPath.get(file.path);
        if (named !== undefined && named.size !== file.size)
            return sentence(
                `'${shown}' has ${file.size} bytes, the item of that name ${named.size}`,
                `“${shown}”为 ${file.size} 字节，同名条目为 ${named.size} 字节`);
        if (this.byDigest.has(file.sha256))
            return sentence(
                `'${shown}' has the SHA-256 of an item, but another size or SM3 than that item states`,
                `“${shown}”的 SHA-256 与某条目相同，但大小或 SM3 与该条目所列不同`);
        return named === undefined
            ? sentence(`'${shown}'`, `“${shown}”`)
            : sentence(`'${shown}' has another content than the item of that name`, `“${shown}”的内容与同名条目不同`);
    }
}

// Every digest that the item states: else the SHA-256 of one document and the SM3 of another would pass as one.
const isEqual = (item: Item, file: NamedFile): boolean =>
    item.size === file.size && item.sha256 === file.sha256 && (item.sm3 === null || item.sm3 === file.sm3);
