using Notary.Core;

namespace Notary.Server;

/// <summary>What a backup holds.</summary>
/// <param name="Origin">The ledger.</param>
/// <param name="Entries">How far it goes.</param>
/// <param name="Checkpoint">The last one it holds, signed.</param>
/// <param name="Length">Bytes of the file.</param>
/// <param name="HasKey">Whether the signing key is in it.</param>
/// <param name="Timestamps">The file beside it with the outside authorities' tokens; null where the ledger has none.</param>
/// <param name="Accounts">The file beside it with accounts and audit log; null where the ledger has none.</param>
public sealed record BackupReport(string Origin, ulong Entries, SignedCheckpoint Checkpoint, long Length, bool HasKey, string? Timestamps, string? Accounts);

/// <summary>
/// Writes a ledger into one file, also while a server appends to it. What lies below a head never changes, so the copy
/// reads page by page in short transactions, up to the head that it found first: no append waits, no log is held back. The
/// file is a database in its own right, made anew from the entries; before it gets its name it is checked as a whole and
/// sealed (<see cref="BackupSeal"/>).
/// </summary>
public static class LedgerBackup
{
    /// <param name="dataDirectory">The folder that a server is given.</param>
    /// <param name="path">The file; there must be none of that name.</param>
    /// <param name="withKey">Whether the signing key goes into it.</param>
    /// <param name="time">The clock of the seal.</param>
    /// <param name="progress">Told now and then how far it is, on the calling thread.</param>
    /// <param name="cancellation">Ends it; nothing stays behind.</param>
    /// <exception cref="LedgerRefusedException">The ledger is damaged, or the file cannot be written.</exception>
    public static BackupReport Write(
        string dataDirectory, string path, bool withKey, TimeProvider time, Action<FsckProgress>? progress, CancellationToken cancellation)
    {
        using var folder = new DataFolder(dataDirectory, highWaterMark: null);
        var name = Path.GetFullPath(path);
        var draft = Path.Join(Path.GetDirectoryName(name), $".{Path.GetFileName(name)}.draft");
        using var lockFile = Lock(path, draft + ".lock");
        try
        {
            foreach (var taken in new[] { path, TimestampsOf(path), AccountsOf(path) }.Where(Path.Exists))
                throw new LedgerRefusedException($"{taken} is there already, and is not overwritten", "give another name");
            using var reader = LedgerReader.Open(dataDirectory);
            var key = withKey ? ReadKey(folder, reader.Key) : null;
            var source = new CheckedCopy(progress, cancellation);
            source.Write(draft, reader.Latest, reader.ReadRecords(0));
            var length = Seal(draft, reader.Latest.Checkpoint, key, time, cancellation);
            var timestamps = CopyBeside(folder.Timestamps, TimestampsOf(path));
            var accounts = CopyBeside(folder.Accounts, AccountsOf(path));
            // A crash before this leaves a draft, which the next backup of that name begins with deleting.
            File.Move(draft, name, overwrite: false);
            DurableFile.SyncFolderOf(name);
            return new BackupReport(reader.Latest.Checkpoint.Origin, reader.Latest.Checkpoint.Size, reader.Latest, length, withKey, timestamps, accounts);
        }
        catch (Exception e) when (e is StoreDamagedException or StoreException)
        {
            throw new LedgerRefusedException(
                $"the ledger in {folder.Folder} could not be copied: {e.Message}", "nothing was written; run 'notary fsck' on the folder") { IsVerdict = e is StoreDamagedException };
        }
        finally
        {
            SqliteFile.Delete(draft);
            File.Delete(draft + ".lock");
        }
    }

    /// <summary>A backup to recover from, its seal checked over every byte.</summary>
    /// <exception cref="LedgerRefusedException">It is none, or is damaged.</exception>
    public static LedgerSource OpenSource(string path, CancellationToken cancellation)
    {
        using (var file = Open(path))
            CheckSeal(path, file, BackupSeal.Read(path, file), null, cancellation);
        return new StoredSource(path, LedgerReader.OpenDatabase(path));
    }

    /// <summary>Another data folder to recover from; it is only read.</summary>
    /// <exception cref="LedgerRefusedException">There is no ledger, or it is damaged.</exception>
    public static LedgerSource OpenFolder(string dataDirectory) => new StoredSource(dataDirectory, LedgerReader.Open(dataDirectory));

    /// <summary>Where the tokens of a backup's ledger are: beside it, since they are no part of what its seal and its check speak of.</summary>
    internal static string TimestampsOf(string backup) => backup + ".timestamps";

    /// <summary>Where accounts and audit log of a backup's ledger are: beside it too, since a person may have to be erased from them.</summary>
    internal static string AccountsOf(string backup) => backup + ".accounts";

    internal static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);

    /// <summary>Compares the database's bytes with the seal, handing them on.</summary>
    internal static void CheckSeal(
        string path, FileStream file, BackupSeal seal, Action<ReadOnlyMemory<byte>>? each, CancellationToken cancellation)
    {
        if (BackupSeal.HashOf(file, seal.Length, each, cancellation) != seal.Database)
            throw new LedgerRefusedException(
                $"{path} is damaged: its bytes do not have the SHA-256 that its seal says", "take another backup") { IsVerdict = true };
    }

    private static FileStream Lock(string path, string lockFile)
    {
        try
        {
            return DurableFile.Open(lockFile, FileMode.OpenOrCreate, FileShare.None);
        }
        catch (IOException e) when (e.GetType() == typeof(IOException))
        {
            throw new LedgerRefusedException($"another backup is being written to {path}", "wait for it, or give another name");
        }
    }

    private static string? CopyBeside(string database, string copy)
    {
        if (!File.Exists(database))
            return null;
        SqliteFile.Copy(database, copy);
        return copy;
    }

    /// <summary>The key file that the ledger's entries name: after a key change that was cut off, that is the next one still.</summary>
    private static byte[] ReadKey(DataFolder folder, VerifierKey current)
    {
        foreach (var path in (string[])[folder.Key, folder.NextKey])
        {
            if (LedgerKey.Load(path)?.Verifier == current)
                return File.ReadAllBytes(path);
        }

        throw new LedgerRefusedException(
            $"there is no key {folder.Key} to put into the backup, or it is not the one that the ledger's entries name, {current}",
            "put back the newest key file, or leave --with-key out and keep the key apart");
    }

    private static long Seal(string draft, Checkpoint checkpoint, byte[]? key, TimeProvider time, CancellationToken cancellation)
    {
        using var file = DurableFile.Open(draft, FileMode.Open, FileShare.None);
        var length = file.Length;
        var hash = BackupSeal.HashOf(file, length, null, cancellation);
        file.Write(new BackupSeal(checkpoint.Origin, checkpoint.Size, Timestamp.RoundDown(time.GetUtcNow()), length, hash, key).ToBytes());
        DurableFile.Sync(file.SafeFileHandle);
        return file.Length;
    }
}
