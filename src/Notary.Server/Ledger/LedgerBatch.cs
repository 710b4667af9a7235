using System.Diagnostics;
using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>One commit in the making: entries, the tree with them, the signed checkpoint, and what the store takes.</summary>
internal sealed class LedgerBatch
{
    private readonly NewEntry[] entries;
    private readonly TreeExtension tree;
    private readonly ulong first;

    /// <param name="before">The head it builds on; null for the first batch of a ledger.</param>
    /// <param name="entries">At least one.</param>
    /// <param name="received">The newest time that an entry carries.</param>
    /// <param name="key">Signs the checkpoint.</param>
    /// <param name="outgoing">The key that it takes over from, which signs this one checkpoint too.</param>
    public LedgerBatch(LedgerHead? before, NewEntry[] entries, DateTimeOffset received, SigningKey key, SigningKey? outgoing = null)
    {
        this.entries = entries;
        first = before?.Size ?? 0;
        var leaves = new Hash[entries.Length];
        for (var i = 0; i < entries.Length; i++)
            leaves[i] = MerkleHash.Leaf(entries[i].Entry.Span);
        var frontier = before?.Frontier ?? new CompactRange();
        tree = new TreeExtension(frontier, leaves);
        Check(frontier, leaves);
        var checkpoint = new Checkpoint(key.Verifier.Name, tree.Size, tree.Root);
        var note = Sign(checkpoint, outgoing is null ? [key] : [outgoing, key]);
        var stored = new StoredHead(tree.Size, note, received);
        var edge = EdgeGrowth.Extend(before?.Edge ?? [], tree, out var filled);
        Head = new LedgerHead(new SignedCheckpoint(checkpoint, note), stored, tree.After, edge);
        Filled = filled;
        Append = new LedgerAppend(before?.Stored, entries, [.. filled.Select(ToNewTile)], stored);
    }

    /// <summary>What the store is asked to write.</summary>
    public LedgerAppend Append { get; }

    /// <summary>The ledger's head once that is written.</summary>
    public LedgerHead Head { get; }

    /// <summary>The tiles that the batch filled.</summary>
    public IReadOnlyList<TileNodes> Filled { get; }

    /// <summary>What the signature took.</summary>
    public TimeSpan SigningTime { get; private set; }

    /// <summary>The bytes of an entry of the batch.</summary>
    public ReadOnlyMemory<byte> Entry(ulong index) => entries[(int)(index - first)].Entry;

    /// <summary>The proof of an entry of the batch, without a look at the store. Safe on any thread.</summary>
    public byte[] Proof(ulong index) => ProofText.Print(index, tree.Inclusion(index), Head.Signed.Note.Span);

    private byte[] Sign(Checkpoint checkpoint, SigningKey[] keys)
    {
        using var span = Instruments.Spans.StartActivity(Instruments.SignSpan);
        var start = Stopwatch.GetTimestamp();
        var note = Encoding.UTF8.GetBytes(SignedNote.Sign(checkpoint.ToText(), keys).ToString());
        SigningTime = Stopwatch.GetElapsedTime(start);
        return note;
    }

    /// <summary>
    /// The root once more, leaf by leaf, and one path: what is about to be signed can never be taken back. It costs one
    /// hash a leaf.
    /// </summary>
    private void Check(CompactRange frontier, Hash[] leaves)
    {
        var range = frontier.Clone();
        foreach (ref readonly var leaf in leaves.AsSpan())
            range.Append(leaf);
        if (range.Root() != tree.Root
            || !MerkleTree.VerifyInclusion(first, tree.Size, leaves[0], tree.Inclusion(first), tree.Root))
            throw new InvalidOperationException($"The tree of {tree.Size} entries came out in two ways; nothing was signed.");
    }

    private static NewTile ToNewTile(TileNodes tile) => new(tile.Level, tile.Number, tile.ToBytes(TileId.FullWidth));
}
