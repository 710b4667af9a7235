using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// Reads everything that a ledger consists of and hashes all of it again. Written apart from the append path: a fault
/// there is not repeated here. It only reads, in short transactions and in bounded memory, and works beside a running
/// server: what lies below the head that it reads first never changes.
/// </summary>
public sealed class Fsck
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private readonly string database;

    // Null where the database stands alone, without key and mark.
    private readonly DataFolder? folder;
    private readonly Action<FsckProgress>? progress;
    private readonly FsckFindings findings = new();

    // What has been read so far.
    private StoredHead? stored;
    private Checkpoint? checkpoint;
    private FsckEntries? entries;

    private Fsck(string database, DataFolder? folder, Action<FsckProgress>? progress)
    {
        this.database = database;
        this.folder = folder;
        this.progress = progress;
    }

    /// <summary>Checks the ledger of a data folder.</summary>
    /// <param name="dataDirectory">The folder that a server is given.</param>
    /// <param name="highWaterMarkPath">The mark's file, when it is not in the folder.</param>
    /// <param name="progress">Told now and then how far it is, on the calling thread.</param>
    /// <param name="cancellation">Ends the check.</param>
    /// <exception cref="LedgerRefusedException">There is no ledger to check.</exception>
    public static FsckReport Run(
        string dataDirectory, string? highWaterMarkPath, Action<FsckProgress>? progress, CancellationToken cancellation)
    {
        using var folder = new DataFolder(dataDirectory, highWaterMarkPath);
        return RunOn(folder.Database, folder, progress, cancellation);
    }

    /// <summary>Checks a database that has neither key nor mark beside it: a backup, a copy in the making.</summary>
    internal static FsckReport RunDatabase(string database, Action<FsckProgress>? progress, CancellationToken cancellation) =>
        RunOn(database, null, progress, cancellation);

    private static FsckReport RunOn(string database, DataFolder? folder, Action<FsckProgress>? progress, CancellationToken cancellation)
    {
        try
        {
            using var store = LedgerStores.OpenReadOnly(database);
            return new Fsck(database, folder, progress).Run(store, cancellation);
        }
        catch (StoreException e)
        {
            // Not even its format could be read.
            return new FsckReport(null, 0, 0, 0, 0, false, [new FsckFinding(FsckKind.Store, database, Describe(e))]);
        }
    }

    private FsckReport Run(ILedgerStore store, CancellationToken cancellation)
    {
        // The mark is read before the head: a running server raises the mark after the head, never before.
        var mark = folder is null ? null : ReadMark(folder);
        var key = folder is null ? null : ReadKey(folder.Key);
        Read(() => CheckLedger(store, mark, key, cancellation));
        // A database that nobody serves, or that stands alone.
        var withPages = folder?.IsInUse() != true;
        Read(() => CheckDatabase(store, withPages, cancellation));
        return new FsckReport(
            checkpoint?.Origin ?? key?.Name, stored?.Size ?? 0, entries?.Deposits ?? 0, entries?.Erased ?? 0, entries?.Lost ?? 0, withPages, findings.List);
    }

    private void Read(Action check)
    {
        try
        {
            check();
        }
        catch (StoreException e)
        {
            findings.Add(FsckKind.Store, database, Describe(e));
        }
    }

    private void CheckLedger(ILedgerStore store, Checkpoint? mark, VerifierKey? key, CancellationToken cancellation)
    {
        if (ReadHead(store) is not { } note || (checkpoint = ParseCheckpoint(note, stored!)) is null)
            return;
        var tree = new FsckTree(store, findings);
        entries = new FsckEntries(store, tree, findings, checkpoint.Origin, progress);
        var markRoot = entries.Read(checkpoint.Size, mark?.Size ?? 0, cancellation);
        if (tree.Size == checkpoint.Size)
            tree.Finish(checkpoint.Root);
        CheckKey(key, entries.Key);
        CheckHead(note, checkpoint, stored!, key, entries);
        CheckMark(mark, checkpoint, markRoot);
        if (folder is not null && tree.Size == checkpoint.Size)
            new FsckTimestamps(tree, entries.Keys, checkpoint, findings).Check(folder.Timestamps, cancellation);
        var indexes = new FsckIndexes(store, findings, checkpoint.Size, progress);
        indexes.CheckDeposits(entries.Deposits, cancellation);
        indexes.CheckAccounts(entries.AccountRows, cancellation);
        indexes.CheckTiles(cancellation);
        indexes.CheckBeyond();
    }

    private void CheckDatabase(ILedgerStore store, bool withPages, CancellationToken cancellation)
    {
        try
        {
            foreach (var fault in store.CheckDatabase(withPages, cancellation))
                findings.Add(FsckKind.Store, fault.Place, fault.Problem);
        }
        catch (StoreDamagedException e)
        {
            findings.Add(FsckKind.Store, e.Place, e.Problem);
        }
    }

    private SignedNote? ReadHead(ILedgerStore store)
    {
        try
        {
            stored = store.ReadHead();
            if (stored is not null)
                return SignedNote.Parse(Encoding.UTF8.GetString(stored.Checkpoint.Span));
            findings.Add(FsckKind.Head, "head", "is missing: no entry is covered by a checkpoint");
        }
        catch (MalformedException e)
        {
            findings.Add(FsckKind.Head, "head", e.Message);
        }
        catch (StoreDamagedException e)
        {
            findings.Add(FsckKind.Head, "head", e.Problem);
        }

        return null;
    }

    private Checkpoint? ParseCheckpoint(SignedNote note, StoredHead head)
    {
        try
        {
            var said = Checkpoint.Parse(note.Text);
            if (said.Size == head.Size)
                return said;
            findings.Add(FsckKind.Head, "head", $"says {head.Size} entries beside a checkpoint of {said.Size}");
        }
        catch (MalformedException e)
        {
            findings.Add(FsckKind.Head, "head", e.Message);
        }

        return null;
    }

    private void CheckHead(SignedNote note, Checkpoint last, StoredHead head, VerifierKey? key, FsckEntries read)
    {
        var signer = read.Key ?? key;
        if (signer is not null && note.Check(signer) != NoteCheck.Valid)
            findings.Add(FsckKind.Head, "head", "has a checkpoint without a valid signature of the ledger's key");
        if (signer is not null && signer.Name != last.Origin)
            findings.Add(FsckKind.Head, "head", $"is of the ledger {last.Origin}, not {signer.Name}");
        if (head.Received != read.Newest)
            findings.Add(FsckKind.Head, "head", "has another time than the newest entry");
    }

    private void CheckKey(VerifierKey? key, VerifierKey? named)
    {
        if (folder is null || key is null || named is null || key == named)
            return;
        // A change of the key that was interrupted after its entry: the next start puts the next key in place.
        if (!File.Exists(folder.NextKey) || ReadKey(folder.NextKey) != named)
            findings.Add(FsckKind.Key, folder.Key, "is not the key that the ledger's entries name last");
    }

    private void CheckMark(Checkpoint? mark, Checkpoint last, Hash? markRoot)
    {
        if (mark is null || folder is null)
            return;
        if (mark.Origin != last.Origin)
            findings.Add(FsckKind.Mark, folder.Mark, $"is of the ledger {mark.Origin}, not {last.Origin}");
        else if (mark.Size > last.Size)
            findings.Add(
                FsckKind.Mark, folder.Mark, $"saw {mark.Size} entries, the database holds {last.Size}: it is an older copy");
        else if (markRoot is { } root && root != mark.Root)
            findings.Add(FsckKind.Mark, folder.Mark, $"saw another history: its root at {mark.Size} entries is not the database's");
    }

    private Checkpoint? ReadMark(DataFolder folder)
    {
        try
        {
            if (!File.Exists(folder.Mark))
            {
                findings.Add(FsckKind.Mark, folder.Mark, "is missing");
                return null;
            }

            var note = HighWaterMark.Read(folder.Mark);
            if (HighWaterMark.HasDamagedSlot(folder.Mark))
                findings.Add(FsckKind.Mark, folder.Mark, "has one damaged slot of two; the next start writes it anew");
            return note.IsEmpty ? null : Checkpoint.Parse(SignedNote.Parse(Encoding.UTF8.GetString(note.Span)).Text);
        }
        catch (LedgerRefusedException e)
        {
            findings.Add(FsckKind.Mark, folder.Mark, e.Problem);
        }
        catch (Exception e) when (e is MalformedException or IOException or UnauthorizedAccessException)
        {
            findings.Add(FsckKind.Mark, folder.Mark, e.Message);
        }

        return null;
    }

    private VerifierKey? ReadKey(string path)
    {
        try
        {
            var key = LedgerKey.Load(path);
            if (key is null)
                findings.Add(FsckKind.Key, path, "is missing");
            else if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
                findings.Add(FsckKind.Key, path, "may be read or written by others than its owner");
            return key?.Verifier;
        }
        catch (LedgerRefusedException e)
        {
            findings.Add(FsckKind.Key, path, e.Problem);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            findings.Add(FsckKind.Key, path, e.Message);
        }

        return null;
    }

    private static string Describe(StoreException e) =>
        e.InnerException is null ? e.Message : $"{e.Message}: {e.InnerException.Message}";
}
