namespace Notary.Core;

/// <summary>
/// Whether OpenTimestamps paths lead from documents of the evidence, through this deposit's entry, into Bitcoin blocks whose
/// headers the verifier knows (check 9). Each file must start from the digest of the document that its name stands for and
/// come by the entry's hash; what lies beyond dates the entry, whichever way it goes.
/// </summary>
/// <param name="Check">The result.</param>
/// <param name="Earliest">The earliest confirmed block's time and two hours. It dates the entry, not the checkpoint's
/// signature: a root can be stamped long before somebody signs it.</param>
internal sealed record BitcoinCheck(Check Check, IndependentTime? Earliest)
{
    private const string Name = CheckNames.Bitcoin;

    public static BitcoinCheck Of(Evidence evidence, CertificateTexts texts, IReadOnlyDictionary<ulong, BlockHeader> headers)
    {
        if (evidence.Attachments.Count == 0)
            return Without("No OpenTimestamps path in the evidence.", "证据中没有 OpenTimestamps 路径。");
        if (texts.Statement is not { } statement)
            return Without("There is no deposit's statement that a path could lead through.", "没有可供路径经过的存证记录。");
        // One at a time, and not kept: a stranger's package has room for thousands of large files.
        var documents = new DocumentDigests(evidence, statement, evidence.Attachments.Select(Digest));
        var entry = MerkleHash.Leaf(CertificateTexts.Bytes(texts.EntryText)).ToArray();
        var (all, confirmed, total) = (0, 0, new BlockClaims());
        foreach (var (leaf, timestamp) in Files(evidence))
        {
            if (Problem(leaf, timestamp, documents, entry, out var beyond) is { } problem)
                return Failed(leaf, problem);
            var claims = BlockClaims.Of(beyond!, headers);
            if (claims is { Confirmed: null, Contradicted: { } contradicted })
                return Failed(leaf, BlockClaims.Deny(contradicted));
            total.Take(claims);
            all++;
            confirmed += claims.Confirmed is null ? 0 : 1;
        }

        return total.Confirmed is { } earliest ? Passed(confirmed, all, earliest) : Undecided(all, total);
    }

    public static IReadOnlyList<ulong> BlocksNamed(Evidence evidence)
    {
        var files = DetachedTimestamp.BlocksNamed(Files(evidence).Select(file => file.Timestamp.Value).OfType<DetachedTimestamp>());
        return ReadText<Statement>.Read(evidence.Certificate.Statement, Statement.Parse).Value?.Beacon is BitcoinBeacon beacon
            ? [.. files.Append(beacon.Height).Distinct().Order()]
            : files;
    }

    private static IEnumerable<(Hash Leaf, ReadText<DetachedTimestamp> Timestamp)> Files(Evidence evidence)
    {
        foreach (var file in evidence.Attachments)
        {
            if (EvidenceNames.IsOpenTimestamp(file.Name, out var leaf))
                yield return (leaf, Read(file.Content));
        }
    }

    private static ReadText<DetachedTimestamp> Read(ReadOnlyMemory<byte> content)
    {
        try
        {
            return new ReadText<DetachedTimestamp>(DetachedTimestamp.Parse(content), null);
        }
        catch (MalformedException e)
        {
            return new ReadText<DetachedTimestamp>(null, TextRules.Escape(e.Message));
        }
    }

    /// <summary>What a file says that it starts from, if that is a SHA-256 digest; whether the rest can be read is seen later.</summary>
    private static Hash? Digest(Attachment file)
    {
        try
        {
            return OtsReader.ReadDigest(file.Content) is { Length: Hash.Size } digest ? new Hash(digest.Span) : null;
        }
        catch (MalformedException)
        {
            return null;
        }
    }

    private static Sentence? Problem(
        in Hash leaf, ReadText<DetachedTimestamp> read, DocumentDigests documents, byte[] entry, out IReadOnlyList<OtsClaim>? beyond)
    {
        beyond = null;
        if (read.Value is not { } file)
            return new Sentence($"cannot be read ({read.Problem})", $"无法读取（{read.Problem}）");
        if (file.FileHash.Kind != OtsOperationKind.Sha256 || !documents.Has(leaf, new Hash(file.Digest.Span)))
            return new Sentence(
                "does not start from the digest of the document that it is named after", "并非从其文件名所示文件的摘要开始");
        beyond = file.Timestamp.ClaimsBy(file.Digest, entry);
        return beyond is null
            ? new Sentence("does not lead through this deposit's entry", "不经过本次存证的条目")
            : null;
    }

    private static BitcoinCheck Passed(int confirmed, int all, BlockClaim earliest)
    {
        var block = BlockClaims.Describe(earliest);
        var time = Timestamp.Format(earliest.Header!.NoLaterThan);
        var check = Check.Pass(
            Name,
            $"{(all == 1 ? "The OpenTimestamps path leads" : $"{confirmed} of {all} OpenTimestamps paths lead")} from a document through this entry into the Merkle root of {block.English}, whose header you trust: the entry existed no later than {time}. A block's time is good to about a day.",
            $"{(all == 1 ? "OpenTimestamps 路径" : $"{all} 条 OpenTimestamps 路径中有 {confirmed} 条")}自文件经本条目通至{block.Chinese}的默克尔根，该区块头受您信任：条目最晚于 {time} 已存在。区块时间的准确度约为一天。");
        return new BitcoinCheck(check, new IndependentTime(earliest.Header.NoLaterThan, [$"Bitcoin block {earliest.Height} (good to about a day)"])
        {
            ChineseNames = [$"比特币区块 {earliest.Height}（准确度约为一天）"],
        });
    }

    private static BitcoinCheck Undecided(int all, BlockClaims total)
    {
        if (total.Open is { } open)
        {
            var ask = BlockClaims.Ask(open);
            return Without(
                $"{all} OpenTimestamps {(all == 1 ? "path leads" : "paths lead")} from a document through this entry towards Bitcoin. {ask.English}",
                $"{all} 条 OpenTimestamps 路径自文件经本条目通向比特币。{ask.Chinese}");
        }

        return total.Pending.Count == 0
            ? Without("The OpenTimestamps paths lead to no Bitcoin block.", "OpenTimestamps 路径未通至任何比特币区块。")
            : Without(
                $"The OpenTimestamps paths have not reached Bitcoin yet; they are pending at {string.Join(", ", total.Pending)}.",
                $"OpenTimestamps 路径尚未到达比特币，仍待以下日历完成：{string.Join("、", total.Pending)}。");
    }

    private static BitcoinCheck Failed(in Hash leaf, Sentence problem) => new(
        Check.Fail(Name, $"The file {EvidenceNames.OpenTimestamp(leaf)} {problem.English}.", $"文件 {EvidenceNames.OpenTimestamp(leaf)} {problem.Chinese}。"),
        null);

    private static BitcoinCheck Without(string english, string chinese) => new(Check.NotChecked(Name, english, chinese), null);

    /// <summary>Which document's digest belongs to a leaf.</summary>
    private sealed class DocumentDigests
    {
        private readonly Hash binding;
        private readonly IReadOnlyDictionary<Hash, Opening> openings;
        private readonly Dictionary<Hash, Hash> byLeaf = [];

        public DocumentDigests(Evidence evidence, Statement statement, IEnumerable<Hash?> digests)
        {
            (binding, openings) = (Fingerprint.Binding(statement.Ledger, statement.Deposit), evidence.Openings);
            if (evidence is not { Manifest: { } manifest, Seed: { } seed })
                return;
            // Each item is committed once, and only where a file could be its own: a stranger's package has a million items.
            var wanted = digests.OfType<Hash>().ToHashSet();
            foreach (var item in manifest.Items.Where(item => wanted.Contains(item.Sha256)))
                byLeaf[Fingerprint.Commit(binding, seed, item).Leaf] = item.Sha256;
        }

        public bool Has(in Hash leaf, in Hash digest) =>
            (byLeaf.TryGetValue(leaf, out var known) && known == digest)
            || (openings.TryGetValue(leaf, out var opening) && (opening.Item is null || opening.Item.Sha256 == digest) && OpeningProof.Leaf(binding, opening, digest) == leaf);
    }
}
