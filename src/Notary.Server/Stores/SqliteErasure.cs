namespace Notary.Server;

/// <summary>
/// Takes an account's private records out of a database that nobody has open. Entries, tree and the uuid index stay as they
/// are: certificates that were handed out still verify, and a uuid stays taken. One transaction; then the database is
/// written anew, which takes as long as copying it and as much room again, and the log with the old pages is gone.
/// </summary>
internal static class SqliteErasure
{
    /// <returns>How many deposits lost their claims and requests.</returns>
    /// <exception cref="StoreException">Nothing was erased.</exception>
    public static long Run(string path, string account)
    {
        try
        {
            var erased = 0L;
            using (var database = SqliteDatabase.Open(path, readOnly: false))
            {
                database.Execute("PRAGMA secure_delete = ON");
                database.Execute("PRAGMA synchronous = FULL");
                database.Execute("BEGIN IMMEDIATE");
                foreach (var index in Indexes(database, account))
                {
                    Erase(database, index);
                    erased++;
                }

                using (var delete = database.Prepare("DELETE FROM accounts WHERE account = ?1"))
                    delete.Bind(1, account).Run();
                database.Execute("COMMIT");
                // Pages keep copies of rows that were once moved between them: only a database written anew is free of them.
                database.Execute("VACUUM");
            }

            // A crash before this leaves the erased pages in the log: erasing again finds nothing to do and comes here.
            SqliteFile.MakePlain(path);
            return erased;
        }
        catch (SqliteException e)
        {
            throw new StoreException($"cannot erase from {path}: {e.Message}", isFatal: false, e);
        }
    }

    private static List<ulong> Indexes(SqliteDatabase database, string account)
    {
        var indexes = new List<ulong>();
        using var rows = database.Prepare("SELECT first, entries FROM accounts WHERE account = ?1 ORDER BY first");
        rows.Bind(1, account);
        while (rows.Step())
        {
            foreach (var offset in rows.Blob(1))
                indexes.Add((ulong)rows.Number(0) + offset);
        }

        return indexes;
    }

    private static void Erase(SqliteDatabase database, ulong index)
    {
        using var find = database.Prepare("SELECT first, count, entries, records FROM segments WHERE first <= ?1 ORDER BY first DESC LIMIT 1");
        if (!find.Bind(1, checked((long)index)).Step())
            throw new StoreException($"entry {index} is missing", isFatal: false);
        var (first, count) = ((ulong)find.Number(0), (int)find.Number(1));
        var stored = new List<StoredEntry>(count);
        SqliteSegment.Read(first, count, find.Blob(2).ToArray(), find.Blob(3).ToArray(), stored);
        if (index - first >= (ulong)count)
            throw new StoreException($"entry {index} is missing", isFatal: false);
        NewEntry[] entries = [.. stored.Select(entry => entry.Index == index
            ? new NewEntry(entry.Entry, default, default, null, null)
            : new NewEntry(entry.Entry, entry.Claims, entry.Request, null, null))];
        var records = new byte[SqliteSegment.RecordsSize(entries)];
        SqliteSegment.WriteRecords(entries, records);
        using var update = database.Prepare("UPDATE segments SET records = ?2 WHERE first = ?1");
        update.Bind(1, checked((long)first)).Bind(2, records).Run();
    }
}
