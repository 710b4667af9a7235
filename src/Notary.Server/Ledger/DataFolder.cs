using System.Globalization;
using Notary.Core;

namespace Notary.Server;

/// <summary>The files of one ledger, and the lock that keeps a second server off them.</summary>
internal sealed class DataFolder : IDisposable
{
    private const int Looks = 5;

    private FileStream? lockFile;

    public DataFolder(string path, string? highWaterMark)
    {
        Folder = Path.GetFullPath(path);
        Database = Path.Combine(Folder, "ledger.db");
        Key = Path.Combine(Folder, "ledger.key");
        Anchors = Path.Combine(Folder, "ots");
        Timestamps = Path.Combine(Folder, "timestamps.db");
        Accounts = Path.Combine(Folder, "accounts.db");
        TimestampSerials = Path.Combine(Folder, "tsa.serials");
        Draft = Database + ".draft";
        LockFile = Path.Combine(Folder, "ledger.lock");
        NextKey = Key + ".next";
        Mark = Path.GetFullPath(highWaterMark ?? LedgerOptions.DefaultHighWaterMark(path));
    }

    public string Folder { get; }

    public string Database { get; }

    public string Key { get; }

    /// <summary>Roots on their way into Bitcoin; there is none without calendars.</summary>
    public string Anchors { get; }

    /// <summary>The time-stamps over the ledger's checkpoints; there is none without authorities.</summary>
    public string Timestamps { get; }

    /// <summary>Accounts, their credentials and the audit log; there is none before the first account.</summary>
    public string Accounts { get; }

    /// <summary>Which serial numbers the server's own authority may have given out; there is none without it.</summary>
    public string TimestampSerials { get; }

    /// <summary>The key that a key change under way goes over to; there is none otherwise.</summary>
    public string NextKey { get; }

    public string Mark { get; }

    /// <summary>Where a key that has been given up is kept, if the operator wants it.</summary>
    public string OldKey(VerifierKey key) => string.Create(CultureInfo.InvariantCulture, $"{Key}.{key.KeyId:x8}");

    /// <summary>
    /// A database in the making. While it is there, a restore or recovery is at work or was interrupted, and no server
    /// starts on the folder.
    /// </summary>
    public string Draft { get; }

    private string LockFile { get; }

    /// <summary>
    /// Makes the folder if need be and locks it for the life of this process. The operating system drops the lock when the
    /// process ends, however it ends: a lock file that a crash leaves behind locks nothing.
    /// </summary>
    /// <exception cref="LedgerRefusedException">Another server has it.</exception>
    public void Lock()
    {
        DurableFile.CreateFolder(Folder);
        for (var looks = 0; lockFile is null; looks++)
        {
            try
            {
                lockFile = DurableFile.Open(LockFile, FileMode.OpenOrCreate, FileShare.None);
            }
            catch (IOException e) when (IsLocked(e))
            {
                // Only a lock: a missing folder, a refused or a read-only one are other errors and say so themselves. The
                // lock of somebody who only looks is gone in a moment.
                if (looks == Looks)
                    throw new LedgerRefusedException(
                        $"the data folder {Folder} is in use by another server", "stop that server, or give this one a folder of its own");
                Thread.Yield();
            }
        }
    }

    /// <summary>
    /// Whether a server, or a verb that wants the folder for itself, has it just now. Makes nothing. To look is to have the
    /// lock, shared, for a moment.
    /// </summary>
    public bool IsInUse()
    {
        if (!File.Exists(LockFile))
            return false;
        try
        {
            new FileStream(LockFile, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0).Dispose();
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>For what makes a ledger here: nothing may be in the folder but a key, and what an interrupted run left.</summary>
    /// <exception cref="LedgerRefusedException">Something else is.</exception>
    public void RequireFree()
    {
        if (File.Exists(Folder))
            throw new LedgerRefusedException($"{Folder} is a file, not a folder", "give a folder that is empty or not there");
        if (!Directory.Exists(Folder))
            return;
        var taken = Directory.EnumerateFileSystemEntries(Folder).FirstOrDefault(
            path => path != Key && path != Key + ".new" && path != LockFile && path != Database + "-shm" && path != Database + "-wal"
                && !SqliteFile.IsPartOf(Draft, path) && !(File.Exists(Draft) && (SqliteFile.IsPartOf(Timestamps, path) || SqliteFile.IsPartOf(Accounts, path))));
        if (taken is not null)
            throw new LedgerRefusedException(
                $"{Folder} is not empty: it holds {Path.GetFileName(taken)}", "give a folder that is empty or not there; a ledger is never written over");
        RequireNoOrphanLog();
    }

    /// <exception cref="LedgerRefusedException">The database is gone and its log is there.</exception>
    public void RequireNoOrphanLog()
    {
        if (SqliteFile.HasOrphanLog(Database))
            throw new LedgerRefusedException(
                $"the log {Database}-wal stands without its database, and would be read into whichever one comes there",
                "move it away; with its own database it may hold the newest entries");
    }

    /// <summary>
    /// Gives the draft the database's name, in the place of what has it: in one step, durable. No log of an old database
    /// may be there any more, but for the empty one that a mere reader makes.
    /// </summary>
    public void PlaceDraft()
    {
        RequireNoOrphanLog();
        if (!File.Exists(Database))
            SqliteFile.DeleteLog(Database);
        File.Move(Draft, Database, overwrite: true);
        DurableFile.SyncFolderOf(Database);
    }

    /// <exception cref="LedgerRefusedException">The folder is not there.</exception>
    public void RequireExisting()
    {
        if (!Directory.Exists(Folder))
            throw new LedgerRefusedException($"there is no folder {Folder}", "give the folder that 'notary serve' uses");
    }

    /// <exception cref="LedgerRefusedException">A restore or recovery was interrupted.</exception>
    public void RequireNoDraft()
    {
        if (File.Exists(Draft))
            throw new LedgerRefusedException(
                $"a restore or recovery of {Folder} was interrupted: {Draft} is a part of a database",
                "run the same 'notary restore' or 'notary recover' again; to give it up, delete that file");
    }

    public void Dispose() => lockFile?.Dispose();

    /// <summary>The system's code for it: EWOULDBLOCK of Linux and macOS, the sharing and lock violations of Windows.</summary>
    private static bool IsLocked(IOException e) => (e.HResult & 0xFFFF) is 11 or 35 or 32 or 33;
}
