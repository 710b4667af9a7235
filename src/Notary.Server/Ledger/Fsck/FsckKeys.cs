using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The ledger's keys from entry 0 on: every key entry must continue the chain, be listed for those who follow it, and have
/// beside it the checkpoint that first included it.
/// </summary>
internal sealed class FsckKeys(ILedgerStore store, FsckFindings findings)
{
    private KeyChain? chain;
    private (ulong Index, Checkpoint Checkpoint)? unproven;

    /// <summary>The key that signs after the last entry that was read; null when entry 0 does not name one.</summary>
    public VerifierKey? Current => chain?.Current;

    /// <summary>Every key that the entries name, the first one first.</summary>
    public IReadOnlyList<VerifierKey> All => chain?.Keys ?? [];

    /// <summary>Rows that the account index must have for key entries.</summary>
    public ulong Rows { get; private set; }

    public void Begin(VerifierKey first) => chain = new KeyChain(first);

    /// <summary>Checks an entry that changes the key.</summary>
    public void Check(StoredEntry entry, KeyChange change)
    {
        // Counted whatever is wrong with it: rows that are as many as they must be are not read one by one.
        Rows++;
        if (store.ListAccount(KeyHistory.Account, entry.Index + 1, 1) is not [var row] || row != entry.Index)
            findings.Add(FsckKind.AccountIndex, $"key entry {entry.Index}", "is not listed");
        if (chain?.Continue(change) is { } problem)
            findings.Entry(entry.Index, problem);
        else if (!LostRecords.Are(entry))
            CheckRecord(entry, change);
    }

    /// <summary>Compares the checkpoint beside the last key entry, once the tree has that entry.</summary>
    public void CheckRoot(FsckTree tree)
    {
        if (unproven is not { } awaited || tree.Size != awaited.Checkpoint.Size)
            return;
        if (awaited.Checkpoint.Root != tree.Root())
            findings.Record(awaited.Index, "hold a checkpoint with another root than the tree has");
        unproven = null;
    }

    private void CheckRecord(StoredEntry entry, KeyChange change)
    {
        try
        {
            var note = SignedNote.Parse(Encoding.UTF8.GetString(entry.Request.Span));
            var checkpoint = Checkpoint.Parse(note.Text);
            if (note.Check(change.New) != NoteCheck.Valid)
                findings.Record(entry.Index, "hold a checkpoint without a valid signature of the new key");
            // The old key's is absent where it was compromised: nobody is to follow it then. A line of anybody else's is damage.
            if (note.Signatures.Count != new[] { change.Old, change.New }.Count(key => note.Check(key) == NoteCheck.Valid))
                findings.Record(entry.Index, "hold a checkpoint with a signature that is neither key's");
            if (checkpoint.Origin != change.Ledger || checkpoint.Size != entry.Index + 1)
                findings.Record(entry.Index, "hold a checkpoint that is not the first one with this entry");
            else
                unproven = (entry.Index, checkpoint);
        }
        catch (MalformedException e)
        {
            findings.Record(entry.Index, $"hold no checkpoint: {e.Message}");
        }
    }
}
