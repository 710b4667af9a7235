using Notary.Core;

namespace Notary.Server;

/// <summary>What was restored, and whether a server may go on from it.</summary>
/// <param name="Check">What the check of the restored database found: it is whole.</param>
/// <param name="Taken">When the backup was taken.</param>
/// <param name="HasKey">Whether the ledger's key is in the folder.</param>
/// <param name="MarkPath">The high-water mark that guards the folder.</param>
/// <param name="MarkExists">Whether it is there.</param>
/// <param name="MarkSize">Entries that it saw; 0: none.</param>
public sealed record RestoreReport(FsckReport Check, DateTimeOffset Taken, bool HasKey, string MarkPath, bool MarkExists, ulong MarkSize)
{
    /// <summary>Whether the ledger was further: no server starts on it before it was brought forward.</summary>
    public bool IsOlder => MarkSize > Check.Size;
}

/// <summary>
/// Puts a backup into a folder that holds no ledger. It never writes the high-water mark: what the mark knows is all
/// that keeps an old backup from signing a second history.
/// </summary>
public static class LedgerRestore
{
    /// <param name="backup">The file that <see cref="LedgerBackup"/> wrote.</param>
    /// <param name="dataDirectory">A folder that is empty or not there. The ledger's key alone may lie in it already.</param>
    /// <param name="highWaterMarkPath">The mark's file, when it is not beside the folder.</param>
    /// <param name="keyFile">The ledger's key, when it is not in the backup; null leaves it out.</param>
    /// <param name="progress">Told now and then how far it is, on the calling thread.</param>
    /// <param name="cancellation">Ends it; the folder holds no ledger then.</param>
    /// <exception cref="LedgerRefusedException">The backup is damaged, or the folder is not free.</exception>
    public static RestoreReport Run(
        string backup, string dataDirectory, string? highWaterMarkPath, string? keyFile, Action<FsckProgress>? progress, CancellationToken cancellation)
    {
        using var file = LedgerBackup.Open(backup);
        var seal = BackupSeal.Read(backup, file);
        using var folder = new DataFolder(dataDirectory, highWaterMarkPath);
        folder.RequireFree();
        folder.Lock();
        folder.RequireFree();
        var mark = KnownMark.Read(folder.Mark);
        if (mark is not null && mark.Checkpoint.Origin != seal.Origin)
            throw new LedgerRefusedException(
                $"the high-water mark {folder.Mark} is of the ledger {mark.Checkpoint.Origin}, and {backup} is of {seal.Origin}",
                "give each ledger a folder and a mark of its own");
        var key = keyFile is null ? seal.KeyFile : File.ReadAllBytes(keyFile);
        try
        {
            var check = Place(file, seal, backup, folder, key, progress, cancellation);
            return new RestoreReport(
                check, seal.Taken, File.Exists(folder.Key), folder.Mark, File.Exists(folder.Mark), mark?.Checkpoint.Size ?? 0);
        }
        catch (Exception e) when (e is StoreDamagedException or StoreException)
        {
            throw new LedgerRefusedException($"{backup} could not be restored: {e.Message}", "take another backup") { IsVerdict = e is StoreDamagedException };
        }
        finally
        {
            SqliteFile.Delete(folder.Draft);
            if (!File.Exists(folder.Database))
            {
                SqliteFile.Delete(folder.Timestamps);
                SqliteFile.Delete(folder.Accounts);
            }
        }
    }

    private static FsckReport Place(
        FileStream file, BackupSeal seal, string backup, DataFolder folder, byte[]? key, Action<FsckProgress>? progress, CancellationToken cancellation)
    {
        SqliteFile.Delete(folder.Draft);
        using (var draft = DurableFile.Open(folder.Draft, FileMode.CreateNew, FileShare.None))
        {
            LedgerBackup.CheckSeal(
                backup, file, seal,
                bytes =>
                {
                    draft.Write(bytes.Span);
                    progress?.Invoke(new FsckProgress("restore", (ulong)draft.Position, (ulong)seal.Length));
                },
                cancellation);
            DurableFile.Sync(draft.SafeFileHandle);
        }

        var check = new CheckedCopy(progress, cancellation).Check(folder.Draft);
        PlaceBeside(LedgerBackup.TimestampsOf(backup), folder.Timestamps);
        PlaceBeside(LedgerBackup.AccountsOf(backup), folder.Accounts);
        PlaceKey(folder, key);
        // A crash before this leaves a draft, which keeps every server off the folder until the restore is run again.
        folder.PlaceDraft();
        return check;
    }

    private static void PlaceBeside(string copy, string database)
    {
        // What an interrupted run left.
        SqliteFile.Delete(database);
        if (File.Exists(copy))
            SqliteFile.Copy(copy, database);
    }

    /// <summary>Puts the key there, unless one is; a key that was there is never touched, whatever is wrong with it.</summary>
    private static void PlaceKey(DataFolder folder, byte[]? key)
    {
        var isNew = key is not null && !File.Exists(folder.Key);
        if (isNew)
            DurableFile.WriteNew(folder.Key, key);
        else if (key is not null && !File.ReadAllBytes(folder.Key).AsSpan().SequenceEqual(key))
            throw new LedgerRefusedException($"{folder.Key} is another key than the one to restore", "move the one that is wrong away");
        try
        {
            RequireKeyOfDraft(folder);
        }
        catch when (isNew)
        {
            DurableFile.Delete(folder.Key);
            throw;
        }
    }

    private static void RequireKeyOfDraft(DataFolder folder)
    {
        if (LedgerKey.Load(folder.Key) is not { } placed)
            return;
        // By its name alone: the key may have changed since the backup. A server looks closer.
        using var reader = LedgerReader.OpenDatabase(folder.Draft);
        if (placed.Verifier.Name != reader.Key.Name)
            throw new LedgerRefusedException(
                $"the key is that of {placed.Verifier.Name}, and the backup is of {reader.Key.Name}", "give the key file of this ledger");
    }
}
