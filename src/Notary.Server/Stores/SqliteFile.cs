namespace Notary.Server;

/// <summary>A database that this process does not have open, as a file among files.</summary>
internal static class SqliteFile
{
    // The last one is LiteDB's: a draft of either kind is deleted alike.
    private static readonly string[] Companions = ["-wal", "-shm", "-journal", "-log"];

    /// <summary>
    /// Makes the database one plain file, durable and without a log beside it, so that it can be renamed, copied or sealed.
    /// A log that stayed behind would be read into whatever file gets the name next. Opening it to write turns it back.
    /// </summary>
    /// <exception cref="StoreException">Somebody reads it, or the disk refuses.</exception>
    public static void MakePlain(string path)
    {
        try
        {
            using (var database = SqliteDatabase.Open(path, readOnly: false))
            using (var statement = database.Prepare("PRAGMA journal_mode = DELETE"))
            {
                if (!statement.Step() || statement.Text(0) != "delete")
                    throw new StoreException($"{path} is being read by another process", isFatal: false);
            }
        }
        catch (SqliteException e)
        {
            throw new StoreException($"cannot close the log of {path}: {e.Message}", isFatal: false, e);
        }

        using var file = DurableFile.Open(path, FileMode.Open, FileShare.ReadWrite);
        DurableFile.Sync(file.SafeFileHandle);
    }

    /// <summary>Copies a small database, also beside a running server, into one plain file that is not there yet; durable when this returns.</summary>
    /// <exception cref="StoreException">It cannot be read, or the copy not be written.</exception>
    public static void Copy(string path, string to)
    {
        try
        {
            // SQLite takes an empty file for none; one that it made itself would be readable for everybody.
            DurableFile.CreateEmpty(to);
            using (var database = SqliteDatabase.Open(path, readOnly: true))
            using (var statement = database.Prepare("VACUUM INTO ?1"))
                statement.Bind(1, to).Run();
        }
        catch (SqliteException e)
        {
            throw new StoreException($"{path}: {e.Message}", isFatal: false, e);
        }

        using var file = DurableFile.Open(to, FileMode.Open, FileShare.Read);
        DurableFile.Sync(file.SafeFileHandle);
    }

    /// <summary>Whether SQLite takes the file for one of its own.</summary>
    public static bool IsDatabase(string path)
    {
        try
        {
            using var database = SqliteDatabase.Open(path, readOnly: true);
            database.QueryNumber("PRAGMA schema_version");
            return true;
        }
        catch (SqliteException e)
        {
            return (e.Code & 0xFF) != SQLitePCL.raw.SQLITE_NOTADB;
        }
    }

    /// <summary>Deletes a database with all that stands beside it.</summary>
    public static void Delete(string path)
    {
        DeleteLog(path);
        File.Delete(path);
    }

    /// <summary>Deletes what SQLite keeps beside a database: in a new database of that name it would be damage.</summary>
    public static void DeleteLog(string path)
    {
        foreach (var companion in Companions)
            File.Delete(path + companion);
    }

    /// <summary>Whether a log stands there whose database is gone; empty ones, which a mere reader makes, do not count.</summary>
    public static bool HasOrphanLog(string path) =>
        !File.Exists(path) && Companions.Any(companion => companion != "-shm" && new FileInfo(path + companion) is { Exists: true, Length: > 0 });

    /// <summary>Whether the name is that of the database or of a file that SQLite keeps beside it.</summary>
    public static bool IsPartOf(string database, string path) =>
        path == database || Companions.Any(companion => path == database + companion);
}
