namespace Notary.Core;

/// <summary>
/// Whether what the evidence shows is what the statement commits to (check 2): the manifest with its seed, or openings. The deposit's binding is recomputed from the statement, so evidence of a copied commitment under another
/// uuid or ledger does not open.
/// </summary>
internal sealed class CommitmentCheck
{
    private const string Name = CheckNames.Commitment;

    private readonly Evidence evidence;
    private readonly Statement statement;
    private readonly ulong? items;
    private readonly FileCheck files;
    private readonly Hash binding;

    private CommitmentCheck(Evidence evidence, Statement statement, ulong? items, FileCheck files)
    {
        (this.evidence, this.statement, this.items, this.files) = (evidence, statement, items, files);
        binding = Fingerprint.Binding(statement.Ledger, statement.Deposit);
    }

    public static Check Of(Evidence evidence, CertificateTexts texts, FileCheck files)
    {
        if (texts.Statement is not { } statement)
            return Check.NotChecked(Name, "There is no deposit's statement to compare with.", "没有可比对的存证记录。");
        if (evidence.Manifest is null && evidence.Openings.Count == 0)
            return Check.NotChecked(
                Name,
                "The evidence shows no document: there is neither a manifest nor an opening.",
                "证据未展示任何文件：既无文件清单，也无披露项。");
        var check = new CommitmentCheck(evidence, statement, texts.Request?.Request.Items, files);
        return check.Manifest() ?? check.Openings() ?? check.Passed();
    }

    /// <summary>What is wrong with the manifest, or null.</summary>
    private Check? Manifest()
    {
        if (evidence.Manifest is not { } manifest)
            return null;
        if (items is { } claimed && claimed != (ulong)manifest.Items.Count)
            return Check.Fail(
                Name,
                $"The manifest lists {manifest.Items.Count} items, the request said {claimed}.",
                $"文件清单列有 {manifest.Items.Count} 项，存证请求却称有 {claimed} 项。");
        var opened = Fingerprint.Create(statement.Ledger, statement.Deposit, evidence.Seed!.Value, manifest.Items).Commitment;
        return opened == statement.Commitment ? null : Check.Fail(
            Name,
            "The manifest and seed do not give the statement's commitment: these are not the documents that were deposited, or not this deposit.",
            "由文件清单与种子得不到存证记录中的承诺值：这不是所存证的文件，或不属于本次存证。");
    }

    /// <summary>What is wrong with an opening, or null.</summary>
    private Check? Openings()
    {
        foreach (var (leaf, opening) in evidence.Openings)
        {
            if (Problem(leaf, opening) is { } problem)
                return Check.Fail(Name, $"The opening {leaf} {problem.English}.", $"披露项 {leaf} {problem.Chinese}。");
        }

        if (items is { } claimed && claimed < (ulong)evidence.Openings.Count)
            return Check.Fail(
                Name,
                $"The evidence opens {evidence.Openings.Count} items, the request said that there are {claimed}.",
                $"证据披露了 {evidence.Openings.Count} 项，存证请求却称共有 {claimed} 项。");
        var paths = evidence.Openings.Values.Select(opening => opening.Item?.Path).OfType<string>().ToList();
        return paths.Distinct(StringComparer.Ordinal).Count() == paths.Count ? null : Check.Fail(
            Name, "Two openings show the same path, which no deposit has twice.", "两个披露项的路径相同，而一次存证中路径不得重复。");
    }

    private Sentence? Problem(Hash leaf, Opening opening)
    {
        var content = opening.Item?.Sha256 ?? Hidden(leaf);
        if (content is { } digest && OpeningProof.Leaf(binding, opening, digest) != leaf)
            return new Sentence("does not give the leaf that it is named after", "得不到其文件名所示的叶值");
        if (Fingerprint.Root(leaf, opening.Path) != statement.Commitment)
            return new Sentence("does not lead to the statement's commitment", "通不到存证记录中的承诺值");
        if (items is { } claimed && OpeningProof.Position(opening.Path, claimed) is null)
            return new Sentence(
                $"has a path of {opening.Path.Count} steps that no item of a deposit of {claimed} items has, as the request numbers them",
                $"的路径有 {opening.Path.Count} 步，与存证请求所称的 {claimed} 项不符");
        return null;
    }

    private Hash? Hidden(Hash leaf) => files.HiddenContents.TryGetValue(leaf, out var content) ? content : null;

    private Check Passed()
    {
        var unread = evidence.Openings.Count(opening => opening.Value.Item is null && Hidden(opening.Key) is null);
        var shown = evidence.Manifest?.Items.Count ?? evidence.Openings.Count - unread;
        // An opening without item text or file shows a leaf that anybody could have named: nothing to pass on.
        if (shown == 0)
            return Check.NotChecked(
                Name,
                $"The evidence opens {unread} {(unread == 1 ? "item" : "items")} without item text, and no given file is one of them.",
                $"证据披露了 {unread} 项但未列条目文本，所提供的文件均不是其中之一。");
        var hidden = unread == 0 ? "" : $" Of {unread} more the item text is hidden, and no given file is one of them.";
        var chineseHidden = unread == 0 ? "" : $"另有 {unread} 个披露项未列条目文本，且所提供的文件均不是其中之一。";
        var (count, chineseCount) = Count(shown);
        return Check.Pass(
            Name,
            $"The statement's commitment opens to what the evidence shows: {count}.{hidden}",
            $"存证记录中的承诺值与证据所示相符：{chineseCount}。{chineseHidden}");
    }

    private (string English, string Chinese) Count(int shown)
    {
        if (evidence.Manifest is not null)
            return (shown == 1 ? "the deposit's one item" : $"all {shown} items of the deposit", $"本次存证的全部 {shown} 项");
        return items is { } claimed
            ? ($"{shown} of {claimed} items shown; {claimed} is the depositor's claim", $"共 {claimed} 项中展示了 {shown} 项；{claimed} 为存证人所称")
            : ($"{shown} items shown, of a number that the request, which is withheld, would say", $"展示了 {shown} 项；总数见于未提供的存证请求");
    }
}
