import type { Hash } from "../core/bytes.ts";
import type { Opening, Statement } from "../core/deposits.ts";
import { bindingOf, Commitment, fitsTree, openingLeaf, openingRoot } from "../core/fingerprint.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { FileCheck } from "./files.ts";
import { fail, notChecked, pass, sentence, type Check, type Sentence } from "./report.ts";
import type { CertificateTexts } from "./texts.ts";

/**
 * Whether what the evidence shows is what the statement commits to (check 2): the manifest with its seed, or openings. The binding
 * is recomputed from the statement, so evidence of a copied commitment under another uuid or ledger does not open.
 */
export function checkCommitment(evidence: Evidence, texts: CertificateTexts, files: FileCheck): Check {
    const statement = texts.statement.value;
    if (statement === null)
        return notChecked("commitment", "There is no deposit's statement to compare with.", "没有可比对的存证记录。");
    if (evidence.manifest === null && evidence.openings.size === 0)
        return notChecked(
            "commitment",
            "The evidence shows no document: there is neither a manifest nor an opening.",
            "证据未展示任何文件：既无文件清单，也无披露项。");
    const check = new CommitmentCheck(evidence, statement, texts.request.value?.request.items ?? null, files.hidden);
    return check.manifest() ?? check.openings() ?? check.passed();
}

// Beside the evidence itself the pages of a PDF ask for them, and twenty thousand documents take seconds. What was read never changes,
// and belongs to one certificate.
const roots = new WeakMap<object, Hash>();

function once(shown: object, compute: () => Hash): Hash {
    let root = roots.get(shown);
    if (root === undefined)
        roots.set(shown, root = compute());
    return root;
}

class CommitmentCheck {
    private readonly binding: Hash;

    constructor(
        private readonly evidence: Evidence, private readonly statement: Statement, private readonly items: bigint | null,
        private readonly hidden: ReadonlyMap<Hash, Hash>) {
        this.binding = bindingOf(statement.ledger, statement.deposit);
    }

    /** What is wrong with the manifest, or null. */
    manifest(): Check | null {
        const { manifest } = this.evidence;
        if (manifest === null)
            return null;
        if (this.items !== null && this.items !== BigInt(manifest.items.length))
            return fail(
                "commitment",
                `The manifest lists ${manifest.items.length} items, the request said ${this.items}.`,
                `文件清单列有 ${manifest.items.length} 项，存证请求却称有 ${this.items} 项。`);
        const root = once(manifest, () => {
            const commitment = new Commitment(this.binding, manifest.seed);
            manifest.items.forEach(item => commitment.add(item));
            return commitment.root();
        });
        return root === this.statement.commitment ? null : fail(
            "commitment",
            "The manifest and seed do not give the statement's commitment: these are not the documents that were deposited, or not this deposit.",
            "由文件清单与种子得不到存证记录中的承诺值：这不是所存证的文件，或不属于本次存证。");
    }

    /** What is wrong with an opening, or null. */
    openings(): Check | null {
        const { openings } = this.evidence;
        for (const [leaf, opening] of openings) {
            const problem = this.problem(leaf, opening);
            if (problem !== null)
                return fail("commitment", `The opening ${leaf} ${problem.en}.`, `披露项 ${leaf} ${problem.zh}。`);
        }
        if (this.items !== null && this.items < BigInt(openings.size))
            return fail(
                "commitment",
                `The evidence opens ${openings.size} items, the request said that there are ${this.items}.`,
                `证据披露了 ${openings.size} 项，存证请求却称共有 ${this.items} 项。`);
        const paths = [...openings.values()].flatMap(opening => opening.item?.path ?? []);
        return new Set(paths).size === paths.length ? null : fail(
            "commitment", "Two openings show the same path, which no deposit has twice.", "两个披露项的路径相同，而一次存证中路径不得重复。");
    }

    passed(): Check {
        const { openings, manifest } = this.evidence;
        const unread = [...openings].filter(([leaf, opening]) => opening.item === null && !this.hidden.has(leaf)).length;
        const shown = manifest?.items.length ?? openings.size - unread;
        // An opening without item text or file shows a leaf that anybody could have named: nothing to pass on.
        if (shown === 0)
            return notChecked(
                "commitment",
                `The evidence opens ${unread} ${unread === 1 ? "item" : "items"} without item text, and no given file is one of them.`,
                `证据披露了 ${unread} 项但未列条目文本，所提供的文件均不是其中之一。`);
        const hidden = unread === 0 ? sentence("", "") : sentence(
            ` Of ${unread} more the item text is hidden, and no given file is one of them.`,
            `另有 ${unread} 个披露项未列条目文本，且所提供的文件均不是其中之一。`);
        const count = this.count(shown);
        return pass(
            "commitment",
            `The statement's commitment opens to what the evidence shows: ${count.en}.${hidden.en}`,
            `存证记录中的承诺值与证据所示相符：${count.zh}。${hidden.zh}`);
    }

    private problem(leaf: Hash, opening: Opening): Sentence | null {
        const content = opening.item?.sha256 ?? this.hidden.get(leaf);
        if (content !== undefined && openingLeaf(this.binding, opening, content) !== leaf)
            return sentence("does not give the leaf that it is named after", "得不到其文件名所示的叶值");
        if (once(opening, () => openingRoot(leaf, opening.path)) !== this.statement.commitment)
            return sentence("does not lead to the statement's commitment", "通不到存证记录中的承诺值");
        if (this.items !== null && !fitsTree(opening.path, this.items))
            return sentence(
                `has a path of ${opening.path.length} steps that no item of a deposit of ${this.items} items has, as the request numbers them`,
                `的路径有 ${opening.path.length} 步，与存证请求所称的 ${this.items} 项不符`);
        return null;
    }

    private count(shown: number): Sentence {
        if (this.evidence.manifest !== null)
            return sentence(shown === 1 ? "the deposit's one item" : `all ${shown} items of the deposit`, `本次存证的全部 ${shown} 项`);
        return this.items !== null
            ? sentence(
                `${shown} of ${this.items} items shown; ${this.items} is the depositor's claim`,
                `共 ${this.items} 项中展示了 ${shown} 项；${this.items} 为存证人所称`)
            : sentence(
                `${shown} items shown, of a number that the request, which is withheld, would say`,
                `展示了 ${shown} 项；总数见于未提供的存证请求`);
    }
}
