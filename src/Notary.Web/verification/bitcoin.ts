import { display, noLaterThan, type BlockHeader, type BlockHeaders } from "../bitcoin/header.ts";
import { hex, unhex, utf8, type Hash } from "../core/bytes.ts";
import type { Statement } from "../core/deposits.ts";
import { bindingOf, Commitment, openingLeaf } from "../core/fingerprint.ts";
import { Malformed } from "../core/malformed.ts";
import { leafHash } from "../core/merkle.ts";
import { escape, formatTime } from "../core/rules.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { Kind } from "../opentimestamps/operation.ts";
import { parseDetached, type DetachedTimestamp } from "../opentimestamps/reader.ts";
import { claimsBy, type Claim } from "../opentimestamps/timestamp.ts";
import type { IndependentTime } from "./ledger.ts";
import { fail, notChecked, pass, sentence, type Check, type Sentence } from "./report.ts";
import type { CertificateTexts } from "./texts.ts";

/** Check 9, and the earliest confirmed block's time and two hours: it dates the entry, not the checkpoint's signature. */
export interface BitcoinCheck {
    readonly check: Check;
    readonly earliest: IndependentTime | null;
}

/**
 * Whether OpenTimestamps paths lead from documents of the evidence, through this deposit's entry, into Bitcoin blocks whose headers
 * the verifier knows (check 9). Each file must start from the digest of the document that its name stands for and come by the
 * entry's hash; what lies beyond dates the entry, whichever way it goes.
 */
export function checkBitcoin(evidence: Evidence, texts: CertificateTexts, headers: BlockHeaders): BitcoinCheck {
    if (evidence.ots.length === 0)
        return without("No OpenTimestamps path in the evidence.", "证据中没有 OpenTimestamps 路径。");
    if (texts.statement.value === null)
        return without("There is no deposit's statement that a path could lead through.", "没有可供路径经过的存证记录。");
    // Read twice: a stranger's package has room for thousands of large files, whose trees are not kept.
    const digests = evidence.ots.map(({ content }) => read(content)).flatMap(file => typeof file === "string" ? [] : hex(file.digest));
    const documents = new DocumentDigests(evidence, texts.statement.value, digests);
    const entry = unhex(leafHash(utf8(texts.entry)));
    const results: BlockClaims[] = [];
    for (const { leaf, content } of evidence.ots) {
        const beyond = follow(leaf, read(content), documents, entry);
        if ("en" in beyond)
            return failed(leaf, beyond);
        const claims = new BlockClaims(beyond, headers);
        if (claims.contradicted !== null)
            return failed(leaf, deny(claims.contradicted));
        results.push(claims);
    }
    const confirmed = results.flatMap(claims => claims.confirmed ?? []);
    return confirmed.length > 0 ? passed(results.length, confirmed) : undecided(results);
}

/** A message that is said to be the Merkle root of a block, with the header that the verifier knows at that height. */
interface BlockClaim {
    readonly height: bigint;
    readonly message: Uint8Array;
    readonly header: BlockHeader | null;
}

const isConfirmed = ({ header, message }: BlockClaim): boolean => header !== null && hex(message) === header.merkleRoot;

/** Shown false by the header, or by its own length. */
const isContradicted = (claim: BlockClaim): boolean => claim.message.length !== 32 || (claim.header !== null && !isConfirmed(claim));

/** The root as explorers show it. */
const rootOf = ({ message }: BlockClaim): string => message.length === 32 ? display(hex(message)) : hex(message);

/**
 * What a timestamp's Bitcoin attestations come to against the headers that a verifier trusts. Of the claims no more is kept than is
 * told: a stranger's package has room for thousands of files with thousands of claims each.
 */
class BlockClaims {
    /** Calendars that promised a better attestation, the first ones. */
    readonly pending: readonly string[];
    /** The earliest block that a header confirms, by its time. */
    readonly confirmed: (BlockClaim & { readonly header: BlockHeader }) | null;
    /** The first claim that is shown false, where none is confirmed. */
    readonly contradicted: BlockClaim | null;
    /** The lowest block whose header the verifier does not know. */
    readonly open: BlockClaim | null;

    constructor(all: readonly Claim[], headers: BlockHeaders) {
        const claims: BlockClaim[] = all.flatMap(({ message, attestation }) =>
            attestation.kind === "bitcoin" ? { height: attestation.height, message, header: headers.get(attestation.height) ?? null } : []);
        this.confirmed = first(claims.flatMap(claim => isConfirmed(claim) ? { ...claim, header: claim.header! } : []), (a, b) => a.header.time < b.header.time);
        this.contradicted = this.confirmed === null ? claims.find(isContradicted) ?? null : null;
        this.open = first(claims.filter(claim => claim.header === null && !isContradicted(claim)), (a, b) => a.height < b.height);
        this.pending = firstDistinct(all.flatMap(({ attestation }) => attestation.kind === "pending" ? escape(attestation.address) : []));
    }
}

const firstDistinct = (addresses: readonly string[]): string[] => [...new Set(addresses)].slice(0, 3);

const first = <T>(all: readonly T[], isBefore: (a: T, b: T) => boolean): T | null =>
    all.length === 0 ? null : all.reduce((least, one) => isBefore(one, least) ? one : least);

/** The file, or why it cannot be read. */
function read(content: () => Uint8Array): DetachedTimestamp | string {
    const bytes = content();
    try {
        return parseDetached(bytes);
    } catch (problem) {
        if (problem instanceof Malformed)
            return escape(problem.message);
        throw problem;
    }
}

/** What lies beyond the entry, or what is wrong with the file. */
function follow(leaf: Hash, file: DetachedTimestamp | string, documents: DocumentDigests, entry: Uint8Array): readonly Claim[] | Sentence {
    if (typeof file === "string")
        return sentence(`cannot be read (${file})`, `无法读取（${file}）`);
    if (file.hash !== Kind.sha256 || !documents.has(leaf, hex(file.digest)))
        return sentence("does not start from the digest of the document that it is named after", "并非从其文件名所示文件的摘要开始");
    return claimsBy(file.timestamp, file.digest, entry) ?? sentence("does not lead through this deposit's entry", "不经过本次存证的条目");
}

function passed(all: number, confirmed: readonly (BlockClaim & { readonly header: BlockHeader })[]): BitcoinCheck {
    const { height, header } = first(confirmed, (a, b) => a.header.time < b.header.time)!;
    const [hash, dated, time] = [display(header.hash), formatTime(header.time), formatTime(noLaterThan(header))];
    const check = pass(
        "bitcoin",
        `${all === 1 ? "The OpenTimestamps path leads" : `${confirmed.length} of ${all} OpenTimestamps paths lead`} from a document through this entry into the Merkle root of Bitcoin block ${height} (hash ${hash}, about 2^${header.workBits} hashes of work, dated ${dated}), whose header you trust: the entry existed no later than ${time}. A block's time is good to about a day.`,
        `${all === 1 ? "OpenTimestamps 路径" : `${all} 条 OpenTimestamps 路径中有 ${confirmed.length} 条`}自文件经本条目通至比特币区块 ${height}（哈希 ${hash}，工作量约 2^${header.workBits} 次哈希，所载时间 ${dated}）的默克尔根，该区块头受您信任：条目最晚于 ${time} 已存在。区块时间的准确度约为一天。`);
    return {
        check,
        earliest: {
            time: noLaterThan(header), names: [`Bitcoin block ${height} (good to about a day)`], chineseNames: [`比特币区块 ${height}（准确度约为一天）`],
        },
    };
}

function undecided(results: readonly BlockClaims[]): BitcoinCheck {
    const open = first(results.flatMap(claims => claims.open ?? []), (a, b) => a.height < b.height);
    if (open !== null)
        return without(
            `${results.length} OpenTimestamps ${results.length === 1 ? "path leads" : "paths lead"} from a document through this entry towards Bitcoin. It holds if the Merkle root of Bitcoin block ${open.height} is ${rootOf(open)}: give the block's header or a node that you trust, or compare the root yourself.`,
            `${results.length} 条 OpenTimestamps 路径自文件经本条目通向比特币。若比特币区块 ${open.height} 的默克尔根为 ${rootOf(open)}，则成立：请提供该区块头或您信任的节点，或自行比对该根。`);
    const pending = firstDistinct(results.flatMap(claims => claims.pending));
    return pending.length === 0
        ? without("The OpenTimestamps paths lead to no Bitcoin block.", "OpenTimestamps 路径未通至任何比特币区块。")
        : without(
            `The OpenTimestamps paths have not reached Bitcoin yet; they are pending at ${pending.join(", ")}.`,
            `OpenTimestamps 路径尚未到达比特币，仍待以下日历完成：${pending.join("、")}。`);
}

function deny(claim: BlockClaim): Sentence {
    const { height, header, message } = claim;
    return header !== null
        ? sentence(
            `leads to ${rootOf(claim)} as the Merkle root of Bitcoin block ${height}, but in the header that you trust (hash ${display(header.hash)}) it is ${display(header.merkleRoot)}`,
            `将 ${rootOf(claim)} 作为比特币区块 ${height} 的默克尔根，但在您信任的区块头（哈希 ${display(header.hash)}）中该根为 ${display(header.merkleRoot)}`)
        : sentence(
            `names Bitcoin block ${height} for ${message.length} bytes, but a Merkle root has 32`,
            `将 ${message.length} 字节的数据归于比特币区块 ${height}，而默克尔根应为 32 字节`);
}

const failed = (leaf: Hash, problem: Sentence): BitcoinCheck =>
    ({ check: fail("bitcoin", `The file ots/${leaf}.ots ${problem.en}.`, `文件 ots/${leaf}.ots ${problem.zh}。`), earliest: null });

const without = (en: string, zh: string): BitcoinCheck => ({ check: notChecked("bitcoin", en, zh), earliest: null });

/** Which document's digest belongs to a leaf. */
class DocumentDigests {
    private readonly binding: Hash;
    private readonly openings: Evidence["openings"];
    private readonly byLeaf = new Map<Hash, Hash>();

    constructor({ manifest, openings }: Evidence, statement: Statement, digests: readonly Hash[]) {
        [this.binding, this.openings] = [bindingOf(statement.ledger, statement.deposit), openings];
        if (manifest === null)
            return;
        // Each item is committed once, and only where a file could be its own: a stranger's package has a million items.
        const wanted = new Set(digests);
        const commitment = new Commitment(this.binding, manifest.seed);
        for (const item of manifest.items.filter(({ sha256 }) => wanted.has(sha256)))
            this.byLeaf.set(commitment.leafOf(item), item.sha256);
    }

    has(leaf: Hash, digest: Hash): boolean {
        const opening = this.openings.get(leaf);
        return this.byLeaf.get(leaf) === digest
            || (opening !== undefined && (opening.item?.sha256 ?? digest) === digest && openingLeaf(this.binding, opening, digest) === leaf);
    }
}
