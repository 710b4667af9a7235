using System.Text;
using Microsoft.Extensions.Logging;
using Notary.Core;

namespace Notary.Server;

/// <summary>How a key is given up.</summary>
/// <param name="KeepOldKey">Whether its file is kept, under another name that no server opens.</param>
/// <param name="OldKeyIsCompromised">
/// Whether somebody else may hold it. Then no proof is kept by which clients would follow on their own: whoever holds the
/// old key can make such a proof too, for a key of theirs, so clients must learn the new key from the operator.
/// </param>
public sealed record KeyRotationChoice(bool KeepOldKey, bool OldKeyIsCompromised);

/// <summary>What a change came to.</summary>
/// <param name="Old">The key given up.</param>
/// <param name="New">The key that signs now.</param>
/// <param name="Index">The entry that says so.</param>
/// <param name="KeptAt">The old key's file, when it is kept.</param>
/// <param name="IsResumed">Whether this was an earlier, interrupted change that was finished now, and no new one was made.</param>
public sealed record KeyRotationResult(VerifierKey Old, VerifierKey New, ulong Index, string? KeptAt, bool IsResumed);

/// <summary>
/// Changes the key of a ledger that nobody serves meanwhile. (1) If the old key is to be kept, its copy is written; (2) the
/// new key is written beside it; (3) the key entry is appended, with the one checkpoint that both keys sign, in one atomic
/// step; (4) the high-water mark is raised; (5) the new key's file takes the old one's place. Until (3) nothing has
/// happened: the next opening undoes it. From (3) on the ledger itself says which key signs, and the next opening finishes.
/// Later checkpoints have the new key's signature alone: followers need no more than the first one, which the store keeps,
/// and a key that still signs is not given up.
/// </summary>
public static class KeyRotation
{
    /// <exception cref="LedgerRefusedException">There is no ledger, it is being served, or it must not or cannot be opened.</exception>
    public static KeyRotationResult Run(LedgerOptions options, KeyRotationChoice choice, ILogger<Ledger> logger)
    {
        var folder = new DataFolder(options.DataDirectory, options.HighWaterMarkPath);
        if (!File.Exists(folder.Key) || !File.Exists(folder.Database))
            throw new LedgerRefusedException($"there is no ledger in {folder.Folder}", "give the folder that 'notary serve' is given");
        using var parts = LedgerParts.Open(options, logger);
        if (parts.Opened is { Settled: true, Keys.Last: ({ } index, { } change) })
            return new KeyRotationResult(change.Old, change.New, index, Kept(parts.Folder, change.Old), IsResumed: true);
        try
        {
            return Change(parts, options, choice, logger);
        }
        catch (Exception e) when (e is StoreException or IOException or UnauthorizedAccessException)
        {
            throw new LedgerRefusedException(
                $"the key change of the ledger in {folder.Folder} was interrupted: {e.Message}",
                "check the disk, then run it again or start the server: either finishes or undoes what was begun");
        }
    }

    private static KeyRotationResult Change(LedgerParts parts, LedgerOptions options, KeyRotationChoice choice, ILogger logger)
    {
        var (head, old, keys, _) = parts.Opened;
        var at = ReadClock(head, options.TimeProvider);
        if (choice.KeepOldKey)
        {
            // Made anew: an earlier change that was interrupted here may have left it.
            DurableFile.Delete(parts.Folder.OldKey(old.Verifier));
            LedgerKey.Write(parts.Folder.OldKey(old.Verifier), old); // (1)
        }

        var next = CreateKey(parts.Folder, keys.Chain, options); // (2)
        var change = KeyChange.Create(at, old.Verifier, next);
        var batch = Build(head, change, next, old, choice);
        var outcome = parts.Store.Append(batch.Append); // (3)
        if (outcome != AppendOutcome.Appended)
        {
            new KeyFiles(old, next).Settle(parts.Folder, old.Verifier);
            throw new LedgerRefusedException(
                outcome == AppendOutcome.NoRoom ? $"there is no room in {parts.Folder.Folder}" : "another server writes to this ledger",
                outcome == AppendOutcome.NoRoom ? "free some space; the key is unchanged" : "stop it; the key is unchanged");
        }

        // A crash from here on leaves a ledger whose last entry names the next key: opening it goes on from (4).
        parts.Mark.Write(batch.Head.Signed.Note.Span); // (4)
        parts.Mark.Sync();
        new KeyFiles(old, next).Settle(parts.Folder, next.Verifier); // (5)
        LogMessages.KeyChanged(logger, change.Ledger, change.Old, change.New, head.Size);
        return new KeyRotationResult(change.Old, change.New, head.Size, Kept(parts.Folder, change.Old), IsResumed: false);
    }

    private static LedgerBatch Build(LedgerHead head, KeyChange change, SigningKey next, SigningKey old, KeyRotationChoice choice)
    {
        NewEntry[] entries = [new(Encoding.UTF8.GetBytes(change.ToText()), default, default, null, KeyHistory.Account)];
        var batch = new LedgerBatch(head, entries, change.At, next, outgoing: old);
        var note = SignedNote.Parse(Encoding.UTF8.GetString(batch.Head.Signed.Note.Span));
        var kept = choice.OldKeyIsCompromised
            ? new SignedNote(note.Text, [.. note.Signatures.Where(signature => signature.KeyId == next.Verifier.KeyId)])
            : note;
        // The record is no part of the tree, so it can hold the checkpoint that the tree leads to.
        entries[0] = entries[0] with { Request = Encoding.UTF8.GetBytes(kept.ToString()) };
        return batch;
    }

    private static SigningKey CreateKey(DataFolder folder, KeyChain chain, LedgerOptions options)
    {
        while (true)
        {
            var key = LedgerKey.Create(folder.NextKey, chain.Current.Name, options.Randomness);
            if (chain.Keys.All(known => known.KeyId != key.Verifier.KeyId))
                return key;
            // One in four thousand million a key; such a key could not be told apart in a note.
            DurableFile.Delete(folder.NextKey);
        }
    }

    private static DateTimeOffset ReadClock(LedgerHead head, TimeProvider time)
    {
        var now = Timestamp.RoundDown(time.GetUtcNow());
        return now >= head.Stored.Received ? now : throw new LedgerRefusedException(
            $"the clock is behind the ledger's newest entry, which is of {Timestamp.Format(head.Stored.Received)}",
            "set the clock right: times on a ledger never go backwards");
    }

    private static string? Kept(DataFolder folder, VerifierKey old) => File.Exists(folder.OldKey(old)) ? folder.OldKey(old) : null;
}
