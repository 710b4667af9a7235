using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// A ledger's keys as its own entries name them. Key entries are found by the account index, which lists them under a name
/// that no account can have. The record beside a key entry is the first checkpoint that includes it, with the signatures
/// of both keys: the next append replaces it as the head, and the old key is gone, but whoever trusts only that key needs
/// it for ever. Immutable.
/// </summary>
internal sealed class KeyHistory
{
    /// <summary>What the account index lists key entries under: an account has no '.'.</summary>
    public const string Account = "notary.key";

    private const int PageSize = 256;

    private readonly List<(ulong Index, KeyChange Change)> changes = [];

    private KeyHistory(KeyChain chain) => Chain = chain;

    public KeyChain Chain { get; }

    /// <summary>The last change, or null while the first key signs.</summary>
    public (ulong Index, KeyChange Change)? Last => changes is [.., var last] ? last : null;

    /// <summary>
    /// What the store says below <paramref name="size"/>, before any of it can be verified: this is how the key is learned
    /// that must have signed the head. <see cref="Verify"/> comes next.
    /// </summary>
    /// <exception cref="StoreDamagedException">Entries that are no key chain.</exception>
    public static KeyHistory Read(ILedgerStore store, ulong size)
    {
        var history = new KeyHistory(new KeyChain(Parse(0, Entry(store, 0), Genesis.Parse).Key));
        foreach (var index in Indexes(store, size))
        {
            var change = Parse(index, Entry(store, index), KeyChange.Parse);
            if (history.Chain.Continue(change) is { } problem)
                throw Damaged(index, problem);
            history.changes.Add((index, change));
        }

        return history;
    }

    /// <summary>The same once more from entries that are compared with the signed tree.</summary>
    /// <exception cref="StoreDamagedException">An entry is not what was signed.</exception>
    public void Verify(TreeReader tree, LedgerHead head)
    {
        if (Parse(0, Read(tree, head, 0).Entry, Genesis.Parse).Key != Chain.Keys[0])
            throw Damaged(0, "was read in two ways");
        foreach (var (index, change) in changes)
        {
            if (Parse(index, Read(tree, head, index).Entry, KeyChange.Parse) != change)
                throw Damaged(index, "was read in two ways");
        }
    }

    /// <summary>
    /// The proof by which whoever trusts a key follows the ledger to the next one; null when there is none: the key is the
    /// current one or none of the ledger's, or it was compromised when it was given up, or the database was recovered from a
    /// copy that does not have it.
    /// </summary>
    /// <exception cref="StoreDamagedException">What is kept is not what was signed.</exception>
    public KeyChangeProof? Find(TreeReader tree, LedgerHead head, Func<VerifierKey, bool> isOld)
    {
        var at = changes.FindIndex(known => isOld(known.Change.Old));
        if (at < 0)
            return null;
        var (index, change) = changes[at];
        var entry = Read(tree, head, index);
        if (LostRecords.Are(entry))
            return null;
        var note = Parse(index, entry.Request, SignedNote.Parse);
        if (note.Check(change.Old) == NoteCheck.Absent && note.Check(change.New) == NoteCheck.Valid && note.Signatures.Count == 1)
            return null;
        var size = Parse(index, StrictText.Encode(note.Text), Checkpoint.Parse).Size;
        var proof = size > index && size <= head.Size
            ? new KeyChangeProof(change, new TlogProof(index, MerkleTree.Inclusion(index, size, tree.At(head)), note))
            : throw Damaged(index, "has a checkpoint beside it that does not include it");
        // Nothing is handed out that nobody could accept.
        return proof.WhyNot(TrustPolicy.Parse(TrustPolicy.Format(change.Old, null))) is { } problem
            ? throw Damaged(index, $"has a checkpoint beside it with which the key change {problem}")
            : proof;
    }

    private static List<ulong> Indexes(ILedgerStore store, ulong size)
    {
        var indexes = new List<ulong>();
        var before = size;
        while (store.ListAccount(Account, before, PageSize) is { Count: > 0 } page)
        {
            indexes.AddRange(page);
            before = page[^1];
        }

        indexes.Reverse();
        return indexes;
    }

    private static ReadOnlyMemory<byte> Entry(ILedgerStore store, ulong index) =>
        store.ReadEntries(index, 1, withRecords: false) is [var entry] && entry.Index == index
            ? entry.Entry
            : throw Damaged(index, "is missing");

    private static StoredEntry Read(TreeReader tree, LedgerHead head, ulong index) =>
        tree.Entries(head, index, 1, withRecords: true)[0];

    private static T Parse<T>(ulong index, ReadOnlyMemory<byte> text, Func<string, T> parse)
    {
        try
        {
            return parse(Encoding.UTF8.GetString(text.Span));
        }
        catch (MalformedException e)
        {
            throw Damaged(index, e.Message);
        }
    }

    private static StoreDamagedException Damaged(ulong index, string problem) => new($"entry {index}", problem, index + 1);
}
