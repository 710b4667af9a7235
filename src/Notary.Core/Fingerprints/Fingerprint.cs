using System.Security.Cryptography;
using System.Text;

namespace Notary.Core;

/// <summary>What one item contributes to a commitment.</summary>
/// <param name="ContentNonce">Nc; blinds the digest of the file.</param>
/// <param name="MetadataNonce">Nm; blinds the item text.</param>
/// <param name="Content">Cc, commits to the file's bytes.</param>
/// <param name="Metadata">Cm, commits to the item text.</param>
/// <param name="Leaf">L, the item's leaf in the folder tree.</param>
public readonly record struct ItemCommitments(Hash ContentNonce, Hash MetadataNonce, Hash Content, Hash Metadata, Hash Leaf);

/// <summary>
/// From items to one blinded commitment, and back to single items.
/// <code>
/// X  = H("notary/v1/deposit\0" || "ledger origin\ndeposit uuid\n")
/// Nc = HKDF-SHA256(seed, salt empty, "notary/v1/content\0"  || H(path), 32)
/// Nm = HKDF-SHA256(seed, salt empty, "notary/v1/metadata\0" || H(path), 32)
/// Cc = H(0x02 || X || D || Nc)         D the file's SHA-256
/// Cm = H(0x03 || X || H(M) || Nm)      M the item text
/// L  = H(0x00 || Cc || Cm)
/// </code>
/// The leaves, sorted as bytes so that a position tells nothing about a name, are an RFC 6962 tree; its root is the
/// commitment. X stops a commitment copied from the public ledger from being opened under another deposit.
/// </summary>
/// <remarks>Keeps 64 bytes an item, and nothing of its text; immutable.</remarks>
public sealed class Fingerprint
{
    internal const byte ContentPrefix = 0x02;
    private const byte MetadataPrefix = 0x03;

    private readonly Hash binding;
    private readonly byte[] nonceKey;
    private readonly FolderTree tree;

    private Fingerprint(in Hash binding, byte[] nonceKey, FolderTree tree)
    {
        this.binding = binding;
        this.nonceKey = nonceKey;
        this.tree = tree;
    }

    /// <summary>C, the one thing that leaves the depositor's machine.</summary>
    public Hash Commitment => tree.Root;

    /// <summary>The leaf hashes in the order of the tree: ascending as bytes.</summary>
    public IReadOnlyList<Hash> Leaves => tree.Leaves;

    /// <summary>X of one deposit of one ledger.</summary>
    public static Hash Binding(string ledger, DepositId deposit) =>
        Hash.Of(Encoding.UTF8.GetBytes($"notary/v1/deposit\0ledger {ledger}\ndeposit {deposit}\n"));

    /// <summary>The commitments of one item, whatever the other items are.</summary>
    public static ItemCommitments Commit(in Hash binding, in Hash seed, ItemText item) =>
        CommitWith(binding, ExtractNonceKey(seed), item);

    /// <param name="ledger">The ledger's origin.</param>
    /// <param name="deposit">Chosen before, since everything is bound to it.</param>
    /// <param name="seed">32 random bytes, new for every deposit, never sent.</param>
    /// <param name="items">1 to 1,000,000, in any order; they are committed as given, in parallel.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="ArgumentException">No item, or too many.</exception>
    /// <exception cref="MalformedException">Two items with one path, or one that is not allowed.</exception>
    public static Fingerprint Create(
        string ledger, DepositId deposit, in Hash seed, IReadOnlyList<ItemText> items, CancellationToken cancellation = default)
    {
        if (items.Count is 0 or > EvidenceLimits.Items)
            throw new ArgumentException($"A deposit has 1 to {EvidenceLimits.Items:N0} files, not {items.Count:N0}: split the folder.", nameof(items));
        CheckPaths(items);
        return CreateFrom(ledger, deposit, seed, items, cancellation);
    }

    /// <summary>As <see cref="Create"/>, for items whose paths are known to be allowed and to differ; none of them is kept.</summary>
    internal static Fingerprint CreateFrom(
        string ledger, DepositId deposit, in Hash seed, IEnumerable<ItemText> items, CancellationToken cancellation)
    {
        const int atOnce = 4_096;
        var binding = Binding(ledger, deposit);
        var nonceKey = ExtractNonceKey(seed);
        var leaves = new List<Hash>();
        var options = new ParallelOptions { CancellationToken = cancellation };
        foreach (var some in items.Chunk(atOnce))
        {
            var computed = new Hash[some.Length];
            Parallel.For(0, some.Length, options, i => computed[i] = CommitWith(binding, nonceKey, some[i]).Leaf);
            leaves.AddRange(computed);
        }

        leaves.Sort();
        return new Fingerprint(binding, nonceKey, new FolderTree([.. leaves]));
    }

    /// <summary>The leaf hash that an item of this deposit has, or would have.</summary>
    public Hash LeafOf(ItemText item) => CommitWith(binding, nonceKey, item).Leaf;

    /// <summary>What shows one item and none of the others.</summary>
    /// <param name="item">An item of this deposit, exactly as it was committed.</param>
    /// <param name="showMetadata">Whether name, size and times are shown, or only the document's digest can be checked.</param>
    /// <exception cref="ArgumentException">No item of this deposit.</exception>
    public Opening Open(ItemText item, bool showMetadata = true)
    {
        var commitments = CommitWith(binding, nonceKey, item);
        var path = tree.PathTo(commitments.Leaf)
            ?? throw new ArgumentException("This item, as given, is not part of the deposit.", nameof(item));
        return new Opening
        {
            ContentNonce = commitments.ContentNonce,
            MetadataNonce = showMetadata ? commitments.MetadataNonce : null,
            Metadata = showMetadata ? null : commitments.Metadata,
            Path = path,
            Item = showMetadata ? item : null,
        };
    }

    /// <summary>Cc: what a verifier recomputes from a document and an opening.</summary>
    public static Hash ContentCommitment(in Hash binding, in Hash sha256, in Hash nonce) =>
        Blind(ContentPrefix, binding, sha256, nonce);

    /// <summary>Cm: what a verifier recomputes from an item text and an opening.</summary>
    public static Hash MetadataCommitment(in Hash binding, ItemText item, in Hash nonce) =>
        Blind(MetadataPrefix, binding, Hash.Of(TextRules.Utf8.GetBytes(item.ToText())), nonce);

    /// <summary>L of two commitments.</summary>
    public static Hash Leaf(in Hash content, in Hash metadata)
    {
        Span<byte> both = stackalloc byte[2 * Hash.Size];
        content.CopyTo(both);
        metadata.CopyTo(both[Hash.Size..]);
        return MerkleHash.Leaf(both);
    }

    /// <summary>C, as an opening's path leads to it from a leaf.</summary>
    public static Hash Root(in Hash leaf, IReadOnlyList<PathStep> path)
    {
        var root = leaf;
        foreach (var step in path)
            root = step.Left ? MerkleHash.Node(step.Sibling, root) : MerkleHash.Node(root, step.Sibling);
        return root;
    }

    private static void CheckPaths(IReadOnlyList<ItemText> items)
    {
        var seen = new HashSet<string>(items.Count, StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (TextRules.PathProblem(item.Path) is { } problem)
                throw new MalformedException(ItemText.Document, TextRules.Escape(item.Path), problem);
            if (!seen.Add(item.Path))
                throw new MalformedException(ItemText.Document, TextRules.Escape(item.Path), "occurs twice: two files have one path");
        }
    }

    // RFC 5869: extraction depends on the seed alone and is done once; expansion gives every nonce.
    private static byte[] ExtractNonceKey(in Hash seed) => HKDF.Extract(HashAlgorithmName.SHA256, seed.ToArray(), salt: []);

    private static ItemCommitments CommitWith(in Hash binding, byte[] nonceKey, ItemText item)
    {
        var path = Hash.Of(Encoding.UTF8.GetBytes(item.Path));
        var contentNonce = Nonce(nonceKey, "notary/v1/content\0"u8, path);
        var metadataNonce = Nonce(nonceKey, "notary/v1/metadata\0"u8, path);
        var content = ContentCommitment(binding, item.Sha256, contentNonce);
        var metadata = MetadataCommitment(binding, item, metadataNonce);
        return new ItemCommitments(contentNonce, metadataNonce, content, metadata, Leaf(content, metadata));
    }

    private static Hash Blind(byte prefix, in Hash binding, in Hash digest, in Hash nonce)
    {
        Span<byte> input = stackalloc byte[1 + 3 * Hash.Size];
        input[0] = prefix;
        binding.CopyTo(input[1..]);
        digest.CopyTo(input[(1 + Hash.Size)..]);
        nonce.CopyTo(input[(1 + 2 * Hash.Size)..]);
        return Hash.Of(input);
    }

    private static Hash Nonce(byte[] nonceKey, ReadOnlySpan<byte> label, in Hash path)
    {
        Span<byte> info = stackalloc byte[64];
        label.CopyTo(info);
        path.CopyTo(info[label.Length..]);
        Span<byte> nonce = stackalloc byte[Hash.Size];
        HKDF.Expand(HashAlgorithmName.SHA256, nonceKey, nonce, info[..(label.Length + Hash.Size)]);
        return new Hash(nonce);
    }
}
