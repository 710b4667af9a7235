using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>A ledger that takes the place of another.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Predecessor">The old ledger's last known checkpoint, which its entry 1 names.</param>
/// <param name="Held">Entries of the old ledger that its database still holds.</param>
public sealed record SuccessorReport(VerifierKey Key, Checkpoint Predecessor, ulong Held);

/// <summary>
/// Opens a new ledger, with a name and a key of its own, whose entry 1 names the last checkpoint of an old one
/// (<see cref="SuccessionNotice"/>). The old folder is only read. Both entries are one commit under one name: no start can
/// find the new ledger without its notice.
/// </summary>
public static class SuccessorLedger
{
    /// <param name="oldDirectory">The old ledger's folder, no server on it.</param>
    /// <param name="oldMarkPath">Its high-water mark, when that is not beside the folder.</param>
    /// <param name="source">Another copy that may know a newer checkpoint; null for none.</param>
    /// <param name="options">The new ledger's: folder, origin, clock, randomness.</param>
    /// <param name="cancellation">Ends the check of what was written.</param>
    /// <exception cref="LedgerRefusedException">There is no checkpoint of the old ledger, or the new folder is not free.</exception>
    public static SuccessorReport Open(
        string oldDirectory, string? oldMarkPath, LedgerSource? source, LedgerOptions options, CancellationToken cancellation)
    {
        using var old = new DataFolder(oldDirectory, oldMarkPath);
        using var folder = new DataFolder(options.DataDirectory, options.HighWaterMarkPath);
        old.RequireExisting();
        folder.RequireFree();
        old.Lock();
        var (last, predecessor, held) = FindLast(old, source);
        if (options.Origin is not { } origin || !TextRules.IsOrigin(origin) || origin == predecessor.Name)
            throw new LedgerRefusedException(
                $"a successor of {predecessor.Name} needs an origin of its own", "give another name, such as that one with a year behind it");
        folder.Lock();
        folder.RequireFree();
        if (KnownMark.Read(folder.Mark) is { } mark)
            throw new LedgerRefusedException($"the high-water mark {folder.Mark} is of the ledger {mark.Checkpoint.Origin}", "give another folder");
        try
        {
            var key = Create(folder, options, predecessor, last, cancellation);
            return new SuccessorReport(key.Verifier, Checkpoint.Parse(last.Text), held);
        }
        catch (Exception e) when (e is StoreDamagedException or StoreException)
        {
            throw new LedgerRefusedException($"no ledger could be made in {folder.Folder}: {e.Message}", "see to the disk, and run it again");
        }
    }

    private static SigningKey Create(
        DataFolder folder, LedgerOptions options, VerifierKey predecessor, SignedNote last, CancellationToken cancellation)
    {
        // First: while the draft is there, no server takes what follows for the beginning of an ordinary ledger.
        SqliteFile.Delete(folder.Draft);
        DurableFile.CreateEmpty(folder.Draft);
        var key = OpenKey(folder, options);
        if (!File.Exists(folder.Mark))
            HighWaterMark.Create(folder.Mark);
        Write(folder.Draft, key, predecessor, last, Timestamp.RoundDown(options.TimeProvider.GetUtcNow()));
        new CheckedCopy(null, cancellation).Check(folder.Draft);
        // A crash before this leaves a folder that is refused, and a key that has signed nothing that anybody saw; the
        // next run goes on with it.
        folder.PlaceDraft();
        return key;
    }

    /// <summary>The newest checkpoint that database, mark and source know, with the ledger's own signatures alone.</summary>
    private static (SignedNote Note, VerifierKey Key, ulong Held) FindLast(DataFolder old, LedgerSource? source)
    {
        using var reader = File.Exists(old.Database) ? LedgerReader.OpenDatabase(old.Database) : null;
        // The ledger may have changed its key after the database that is left: its key file is of the newer one then.
        var keys = new[] { reader?.Key, LedgerKey.Load(old.Key)?.Verifier, LedgerKey.Load(old.NextKey)?.Verifier }.OfType<VerifierKey>().ToList();
        if (keys.Count == 0)
            throw new LedgerRefusedException(
                $"neither a database nor a key in {old.Folder} says which ledger this was", "give the folder of the old ledger");
        var known = new List<(string Place, ReadOnlyMemory<byte> Note)>();
        if (KnownMark.Read(old.Mark) is { } mark)
            known.Add((old.Mark, mark.Note));
        if (reader is not null)
            known.Add((old.Database, reader.Latest.Note));
        if (source is not null)
            known.Add((source.Place, source.Latest.Note));
        var notes = known.Select(one => Verified(one.Place, one.Note, keys)).ToList();
        return notes.MaxBy(note => Checkpoint.Parse(note.Text).Size) is { } newest
            ? (newest, keys.First(key => newest.Check(key) == NoteCheck.Valid), reader?.Latest.Checkpoint.Size ?? 0)
            : throw new LedgerRefusedException($"nothing in {old.Folder} knows a checkpoint", "give a copy that does with --from");
    }

    private static SignedNote Verified(string place, ReadOnlyMemory<byte> bytes, List<VerifierKey> keys)
    {
        try
        {
            var note = SignedNote.Parse(Encoding.UTF8.GetString(bytes.Span));
            if (Checkpoint.Parse(note.Text).Origin == keys[0].Name && keys.Exists(key => note.Check(key) == NoteCheck.Valid))
                return new SignedNote(note.Text, [.. note.Signatures.Where(signature => signature.Name == keys[0].Name)]);
        }
        catch (MalformedException)
        {
            // Told below: no checkpoint is no checkpoint of this ledger.
        }

        throw new LedgerRefusedException($"{place} holds no checkpoint that {keys[0]} signed", "leave it out, or put it back as it was") { IsVerdict = true };
    }

    private static SigningKey OpenKey(DataFolder folder, LedgerOptions options)
    {
        if (LedgerKey.Load(folder.Key) is not { } existing)
            return LedgerKey.Create(folder.Key, options.Origin, options.Randomness);
        return existing.Verifier.Name == options.Origin
            ? existing
            : throw new LedgerRefusedException(
                $"{folder.Key} is the key of {existing.Verifier.Name}, not of {options.Origin}", "give a folder that is empty or not there");
    }

    private static void Write(string path, SigningKey key, VerifierKey predecessor, SignedNote last, DateTimeOffset now)
    {
        var origin = key.Verifier.Name;
        NewEntry[] entries =
        [
            ToEntry(new Genesis(origin, now, key.Verifier).ToText()),
            ToEntry(new SuccessionNotice(origin, now, predecessor, last).ToText()),
        ];
        using (var store = SqliteStore.Open(path))
        {
            if (store.Append(new LedgerBatch(null, entries, now, key).Append) != AppendOutcome.Appended)
                throw new StoreException($"there is no room for {path}", isFatal: false);
        }

        SqliteFile.MakePlain(path);
    }

    private static NewEntry ToEntry(string text) => new(Encoding.UTF8.GetBytes(text), default, default, null, null);
}
