using System.Buffers;
using System.Runtime.InteropServices;
using Notary.Core;

namespace Notary.Server;

/// <summary>The one write connection. Owned by the thread that appends.</summary>
internal sealed class SqliteWriter : IDisposable
{
    /// <summary>Entries of a row: whoever wants one entry reads them all, some 30 KB, and a row costs an append little.</summary>
    private const int SegmentLimit = 32;

    private readonly SqliteDatabase database;
    private readonly SqliteWalKeeper wal;
    private readonly SqliteStatement begin;
    private readonly SqliteStatement beginRead;
    private readonly SqliteStatement commit;
    private readonly SqliteStatement head;
    private readonly SqliteStatement addSegment;
    private readonly SqliteStatement addTile;
    private readonly SqliteStatement addAccount;
    private readonly SqliteStatement setHead;
    private readonly SqliteUuidIndex uuids;

    /// <exception cref="StoreDamagedException">The index cannot be gone on with.</exception>
    public SqliteWriter(string path, SqliteDatabase database, SqliteRecentUuids recent)
    {
        this.database = database;
        uuids = new SqliteUuidIndex(database, recent);
        begin = database.Prepare("BEGIN IMMEDIATE");
        beginRead = database.Prepare("BEGIN");
        commit = database.Prepare("COMMIT");
        head = database.Prepare(SqliteReader.HeadQuery);
        addSegment = database.Prepare("INSERT INTO segments(first, count, entries, records) VALUES (?1, ?2, ?3, ?4)");
        addTile = database.Prepare("INSERT INTO tiles(id, hashes) VALUES (?1, ?2)");
        addAccount = database.Prepare("INSERT INTO accounts(account, first, entries) VALUES (?1, ?2, ?3)");
        setHead = database.Prepare(
            "INSERT INTO head(id, size, received, checkpoint) VALUES (1, ?1, ?2, ?3)"
            + " ON CONFLICT(id) DO UPDATE SET size = ?1, received = ?2, checkpoint = ?3");
        try
        {
            FindDeposits([], []);
            wal = new SqliteWalKeeper(path);
        }
        catch
        {
            // A connection with statements left would go on reading a database that was refused.
            DisposeStatements();
            throw;
        }
    }

    /// <summary>As <see cref="SqliteUuidIndex.AtMove"/>.</summary>
    public Action<StepMoment>? AtMove
    {
        set => uuids.AtMove = value;
    }

    public AppendOutcome Append(LedgerAppend append)
    {
        if (wal.Failure is { } failure)
            throw new StoreException("copying the write-ahead log into the database failed", isFatal: true, failure);
        try
        {
            begin.Run();
            if (!StoredHead.Same(SqliteReader.ReadHead(head), append.Expected))
            {
                Rollback();
                return AppendOutcome.Conflict;
            }

            uuids.CatchUp(append.First);
            Write(append);
            // A crash before this leaves the old head and nothing of the append; after it, all of the append.
            commit.Run();
        }
        catch (Exception e)
        {
            // A commit that fails for want of room has not written its last frame, without which no recovery takes
            // the others for committed. Whatever else it was, a damaged row say: nothing of it may be left open.
            Rollback();
            if (e is not SqliteException failed)
                throw;
            return failed.IsFull
                ? AppendOutcome.NoRoom
                : throw new StoreException($"the append of entries from {append.First} failed", failed.IsFatal, e);
        }

        uuids.Committed();
        TidyLog();
        return AppendOutcome.Appended;
    }

    public void FindDeposits(ReadOnlySpan<DepositId> deposits, Span<ulong?> entries)
    {
        try
        {
            beginRead.Run();
            var seen = SqliteReader.ReadHead(head);
            uuids.CatchUp(seen?.Size ?? 0);
            uuids.Find(deposits, entries, seen);
            commit.Run();
        }
        catch (Exception e)
        {
            // Left open, the transaction would fail every later one, and keep the log from being begun again.
            Rollback();
            if (e is not SqliteException failed)
                throw;
            throw new StoreException("cannot look up deposits", failed.IsFatal, e);
        }
    }

    /// <summary>Copies all of the log that no reader holds back, on the thread that appends.</summary>
    /// <exception cref="StoreException">It failed; the log has everything.</exception>
    public void CopyLog()
    {
        try
        {
            database.Checkpoint();
        }
        catch (SqliteException e)
        {
            throw new StoreException("copying the write-ahead log into the database failed", e.IsFatal, e);
        }
    }

    public void LimitPages(int pages) =>
        database.Execute(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {pages}"));

    public void Dispose()
    {
        wal.Dispose();
        DisposeStatements();
        database.Dispose();
    }

    private void DisposeStatements()
    {
        uuids.Dispose();
        foreach (var statement in (SqliteStatement[])
            [begin, beginRead, commit, head, addSegment, addTile, addAccount, setHead])
            statement.Dispose();
    }

    private void Write(LedgerAppend append)
    {
        var entries = append.Entries as NewEntry[] ?? [.. append.Entries];
        for (var start = 0; start < entries.Length;)
        {
            var first = append.First + (ulong)start;
            var room = TileId.FullWidth - (int)(first % TileId.FullWidth);
            var count = Math.Min(room, entries.Length - start);
            WriteBundle(first, entries.AsSpan(start, count));
            start += count;
        }

        foreach (var tile in append.Tiles)
            addTile.Bind(1, SqliteStore.TileKey(tile.Level, tile.Number)).Bind(2, tile.Hashes.Span).Run();
        uuids.Write(append.First, entries);
        setHead.Bind(1, checked((long)append.Head.Size)).Bind(2, append.Head.Received.ToUnixTimeMilliseconds())
            .Bind(3, append.Head.Checkpoint.Span).Run();
    }

    /// <summary>The entries of the append that lie in one bundle.</summary>
    private void WriteBundle(ulong first, ReadOnlySpan<NewEntry> entries)
    {
        for (var start = 0; start < entries.Length; start += SegmentLimit)
            WriteSegment(first + (ulong)start, entries.Slice(start, Math.Min(SegmentLimit, entries.Length - start)));
        WriteAccounts(first, entries);
    }

    private void WriteSegment(ulong first, ReadOnlySpan<NewEntry> entries)
    {
        var (publicSize, privateSize) = (SqliteSegment.EntriesSize(entries), SqliteSegment.RecordsSize(entries));
        var buffer = ArrayPool<byte>.Shared.Rent(publicSize + privateSize);
        try
        {
            var publicPart = buffer.AsSpan(0, publicSize);
            var privatePart = buffer.AsSpan(publicSize, privateSize);
            SqliteSegment.WriteEntries(entries, publicPart);
            SqliteSegment.WriteRecords(entries, privatePart);
            addSegment.Bind(1, checked((long)first)).Bind(2, entries.Length).Bind(3, publicPart).Bind(4, privatePart).Run();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A row for each account: which of the bundle's entries from the first on are its own.</summary>
    private void WriteAccounts(ulong first, ReadOnlySpan<NewEntry> entries)
    {
        var accounts = new Dictionary<string, List<byte>>(StringComparer.Ordinal);
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i].Account is not { } account)
                continue;
            if (!accounts.TryGetValue(account, out var offsets))
                accounts.Add(account, offsets = new List<byte>(entries.Length));
            offsets.Add((byte)i);
        }

        foreach (var (account, offsets) in accounts)
            addAccount.Bind(1, account).Bind(2, checked((long)first)).Bind(3, CollectionsMarshal.AsSpan(offsets)).Run();
    }

    private void Rollback()
    {
        try
        {
            if (database.InTransaction)
                database.Execute("ROLLBACK");
        }
        catch (SqliteException e)
        {
            throw new StoreException("a failed append could not be rolled back", isFatal: true, e);
        }
    }

    private void TidyLog()
    {
        try
        {
            wal.Appended(database);
        }
        catch (SqliteException e) when (!e.IsFatal)
        {
            // The append is durable in the log; copying it is tried again.
        }
        catch (SqliteException e)
        {
            throw new StoreException("copying the write-ahead log into the database failed", isFatal: true, e);
        }
    }
}
