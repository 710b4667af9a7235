using System.Buffers;
using System.Buffers.Binary;
using Notary.Core;

namespace Notary.Server;

/// <summary>The one write connection. Owned by the thread that appends.</summary>
internal sealed class SqliteWriter : IDisposable
{
    private readonly SqliteDatabase database;
    private readonly SqliteWalKeeper wal;
    private readonly SqliteStatement begin;
    private readonly SqliteStatement beginRead;
    private readonly SqliteStatement commit;
    private readonly SqliteStatement head;
    private readonly SqliteStatement deposit;
    private readonly SqliteStatement addSegment;
    private readonly SqliteStatement addTile;
    private readonly SqliteStatement addDeposit;
    private readonly SqliteStatement addAccount;
    private readonly SqliteStatement setHead;

    public SqliteWriter(string path, SqliteDatabase database)
    {
        this.database = database;
        begin = database.Prepare("BEGIN IMMEDIATE");
        beginRead = database.Prepare("BEGIN");
        commit = database.Prepare("COMMIT");
        head = database.Prepare(SqliteReader.HeadQuery);
        deposit = database.Prepare(SqliteReader.DepositQuery);
        addSegment = database.Prepare("INSERT INTO segments(first, count, entries, records) VALUES (?1, ?2, ?3, ?4)");
        addTile = database.Prepare("INSERT INTO tiles(id, hashes) VALUES (?1, ?2)");
        addDeposit = database.Prepare("INSERT INTO deposits(uuid, entry) VALUES (?1, ?2)");
        addAccount = database.Prepare("INSERT INTO accounts(account, entry) VALUES (?1, ?2)");
        setHead = database.Prepare(
            "INSERT INTO head(id, size, received, checkpoint) VALUES (1, ?1, ?2, ?3)"
            + " ON CONFLICT(id) DO UPDATE SET size = ?1, received = ?2, checkpoint = ?3");
        wal = new SqliteWalKeeper(path);
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

            Write(append);
            // A crash before this leaves the old head and nothing of the append; after it, all of the append.
            commit.Run();
        }
        catch (SqliteException e)
        {
            // A commit that fails for want of room has not written its last frame, without which no recovery takes
            // the others for committed.
            Rollback();
            return e.IsFull
                ? AppendOutcome.NoRoom
                : throw new StoreException($"the append of entries from {append.First} failed", e.IsFatal, e);
        }

        TidyLog();
        return AppendOutcome.Appended;
    }

    public void FindDeposits(ReadOnlySpan<DepositId> deposits, Span<ulong?> entries)
    {
        try
        {
            beginRead.Run();
            for (var i = 0; i < deposits.Length; i++)
                entries[i] = SqliteReader.FindDeposit(deposit, deposits[i]);
            commit.Run();
        }
        catch (SqliteException e)
        {
            Rollback();
            throw new StoreException("cannot look up deposits", e.IsFatal, e);
        }
    }

    public void LimitPages(int pages) =>
        database.Execute(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {pages}"));

    public void Dispose()
    {
        wal.Dispose();
        foreach (var statement in (SqliteStatement[])
            [begin, beginRead, commit, head, deposit, addSegment, addTile, addDeposit, addAccount, setHead])
            statement.Dispose();
        database.Dispose();
    }

    private void Write(LedgerAppend append)
    {
        var entries = append.Entries as NewEntry[] ?? [.. append.Entries];
        for (var start = 0; start < entries.Length;)
        {
            var first = append.First + (ulong)start;
            var room = TileId.FullWidth - (int)(first % TileId.FullWidth);
            var count = Math.Min(room, entries.Length - start);
            WriteSegment(first, entries.AsSpan(start, count));
            start += count;
        }

        foreach (var tile in append.Tiles)
            addTile.Bind(1, SqliteStore.TileKey(tile.Level, tile.Number)).Bind(2, tile.Hashes.Span).Run();
        WriteIndexes(append.First, entries);
        setHead.Bind(1, checked((long)append.Head.Size)).Bind(2, append.Head.Received.ToUnixTimeMilliseconds())
            .Bind(3, append.Head.Checkpoint.Span).Run();
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

    private void WriteIndexes(ulong first, NewEntry[] entries)
    {
        var uuids = new (UInt128 Uuid, long Entry)[entries.Length];
        var count = 0;
        Span<byte> uuid = stackalloc byte[DepositId.Size];
        for (var i = 0; i < entries.Length; i++)
        {
            var index = checked((long)(first + (ulong)i));
            if (entries[i].Account is { } account)
                addAccount.Bind(1, account).Bind(2, index).Run();
            if (entries[i].Deposit is not { } id)
                continue;
            id.CopyTo(uuid);
            uuids[count++] = (BinaryPrimitives.ReadUInt128BigEndian(uuid), index);
        }

        // In the order of the index its pages are touched once each.
        uuids.AsSpan(0, count).Sort(static (left, right) => left.Uuid.CompareTo(right.Uuid));
        foreach (var (id, entry) in uuids.AsSpan(0, count))
        {
            BinaryPrimitives.WriteUInt128BigEndian(uuid, id);
            addDeposit.Bind(1, uuid).Bind(2, entry).Run();
        }
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
