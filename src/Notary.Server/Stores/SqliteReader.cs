using System.Buffers.Binary;
using System.Globalization;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// A read connection with its prepared statements, for one thread at a time. Each method is one short read transaction
/// of its own: a long one would keep the write-ahead log from being used again from its start.
/// </summary>
internal sealed class SqliteReader : IDisposable
{
    public const string HeadQuery = "SELECT size, received, checkpoint FROM head WHERE id = 1";
    public const string DepositQuery = "SELECT entry FROM deposits WHERE uuid = ?1";
    public const string RecentQuery = "SELECT first, uuids FROM recent WHERE first >= ?1 ORDER BY first";

    // From the last segment that begins at or before the wanted index: it may hold that index.
    private const string SegmentsFrom =
        " FROM segments WHERE first >= coalesce((SELECT max(first) FROM segments WHERE first <= ?1), ?1) ORDER BY first";

    private const int FaultsListed = 100;

    // Rows under keys that no append writes: no read by index or key comes across them. Each is one step into a table.
    private static readonly (string Place, string Count)[] StrayRows =
    [
        ("segments", "SELECT count(*) FROM segments WHERE first < 0"),
        ("tiles", "SELECT count(*) FROM tiles WHERE id < 0"),
        ("recent uuids", "SELECT count(*) FROM recent WHERE first < 0"),
        ("uuid index", "SELECT count(*) FROM deposits WHERE uuid = x''"),
        ("account index", "SELECT count(*) FROM accounts WHERE account = ''"),
    ];

    private readonly SqliteDatabase database;
    private readonly SqliteStatement head;
    private readonly SqliteStatement deposit;
    private readonly SqliteStatement entries;
    private readonly SqliteStatement entriesAndRecords;
    private readonly SqliteStatement tile;
    private readonly SqliteStatement account;
    private readonly SqliteStatement recentRows;

    public SqliteReader(string path, bool readOnly)
    {
        database = SqliteDatabase.Open(path, readOnly);
        try
        {
            database.Execute("PRAGMA query_only = ON");
            head = database.Prepare(HeadQuery);
            deposit = database.Prepare(DepositQuery);
            entries = database.Prepare("SELECT first, count, entries" + SegmentsFrom);
            entriesAndRecords = database.Prepare("SELECT first, count, entries, records" + SegmentsFrom);
            tile = database.Prepare("SELECT hashes FROM tiles WHERE id = ?1");
            account = database.Prepare("SELECT first, entries FROM accounts WHERE account = ?1 AND first < ?2 ORDER BY first DESC");
            recentRows = database.Prepare(RecentQuery);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public static StoredHead? ReadHead(SqliteStatement head)
    {
        try
        {
            return head.Step()
                ? new StoredHead(
                    (ulong)head.Number(0), head.Blob(2).ToArray(), DateTimeOffset.FromUnixTimeMilliseconds(head.Number(1)))
                : null;
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            throw new StoreDamagedException("head row", "holds a size or time that is out of range", 0);
        }
        finally
        {
            head.Reset();
        }
    }

    public static UInt128 ToNumber(DepositId id)
    {
        Span<byte> uuid = stackalloc byte[DepositId.Size];
        id.CopyTo(uuid);
        return BinaryPrimitives.ReadUInt128BigEndian(uuid);
    }

    public static ulong? FindDeposit(SqliteStatement deposit, DepositId id)
    {
        Span<byte> uuid = stackalloc byte[DepositId.Size];
        id.CopyTo(uuid);
        try
        {
            return deposit.Bind(1, uuid).Step() ? unchecked((ulong)deposit.Number(0)) : null;
        }
        finally
        {
            deposit.Reset();
        }
    }

    public StoredHead? ReadHead() => ReadHead(head);

    public ulong? FindDeposit(DepositId id) => FindDeposit(deposit, id);

    public List<StoredEntry> ReadEntries(ulong first, int count, bool withRecords)
    {
        var found = new List<StoredEntry>(Math.Min(count, 2 * TileId.FullWidth));
        var statement = withRecords ? entriesAndRecords : entries;
        try
        {
            statement.Bind(1, checked((long)first));
            while (found.Count < count && statement.Step())
                ReadSegment(statement, withRecords, first, found);
        }
        finally
        {
            statement.Reset();
        }

        if (found.Count > count)
            found.RemoveRange(count, found.Count - count);
        return found;
    }

    public byte[]? ReadTile(int level, ulong number)
    {
        try
        {
            return tile.Bind(1, SqliteStore.TileKey(level, number)).Step() ? tile.Blob(0).ToArray() : null;
        }
        finally
        {
            tile.Reset();
        }
    }

    public List<ulong> ListAccount(string name, ulong before, int count)
    {
        var found = new List<ulong>();
        try
        {
            account.Bind(1, name).Bind(2, (long)Math.Min(before, long.MaxValue));
            while (found.Count < count && account.Step())
            {
                var first = unchecked((ulong)account.Number(0));
                var offsets = account.Blob(1);
                for (var i = offsets.Length - 1; i >= 0 && found.Count < count; i--)
                {
                    var entry = unchecked(first + offsets[i]);
                    if (entry < before)
                        found.Add(entry);
                }
            }
        }
        finally
        {
            account.Reset();
        }

        return found;
    }

    /// <summary>
    /// Brings <paramref name="recent"/> up to this snapshot. Rows of a damaged table are taken as they are: whoever misses
    /// a uuid names it.
    /// </summary>
    public void CatchUp(SqliteRecentUuids recent)
    {
        var hasMore = Rows(recentRows.Bind(1, unchecked((long)recent.End)), row =>
        {
            recent.Add(unchecked((ulong)row.Number(0)), row.Blob(1));
            return true;
        });
        if (hasMore.Count > 0)
            recent.Forget(unchecked((ulong)database.QueryNumber("SELECT min(first) FROM recent")));
    }

    public List<DepositRow> ReadDepositRows(ReadOnlyMemory<byte> after, int count)
    {
        using var statement = database.Prepare("SELECT uuid, entry FROM deposits WHERE uuid > ?1 ORDER BY uuid LIMIT ?2");
        return Rows(
            statement.Bind(1, after.Span).Bind(2, count), row => new DepositRow(row.Blob(0).ToArray(), unchecked((ulong)row.Number(1))));
    }

    public List<AccountRow> ReadAccountRows(AccountRow? after, int count)
    {
        // A row lists entries of one bundle, so those after the wanted one may be in a row that begins this far before it.
        using var statement = database.Prepare(
            "SELECT account, first, entries FROM accounts WHERE (account, first) > (?1, ?2) ORDER BY account, first");
        var start = after ?? new AccountRow("", 0);
        statement.Bind(1, start.Account).Bind(2, unchecked((long)start.Entry - TileId.FullWidth));
        var found = new List<AccountRow>();
        while (found.Count < count && statement.Step())
        {
            var (account, first) = (statement.Text(0), unchecked((ulong)statement.Number(1)));
            foreach (var offset in statement.Blob(2))
            {
                var row = new AccountRow(account, unchecked(first + offset));
                if (after is { } last && row.Account == last.Account && row.Entry <= last.Entry)
                    continue;
                // Counted, such a row would stand for an entry that is missing.
                if (found is [.., var before] && row.Account == before.Account && row.Entry <= before.Entry)
                    throw new StoreDamagedException($"account's entries from {first}", "are listed twice or out of order", unchecked(first + 1));
                if (found.Count < count)
                    found.Add(row);
            }
        }

        return found;
    }

    public List<TileRow> ReadTileRows(TileRow? after, int count)
    {
        using var statement = database.Prepare("SELECT id FROM tiles WHERE id > ?1 ORDER BY id LIMIT ?2");
        var start = after is { } row ? SqliteStore.TileKey(row.Level, row.Number) : -1;
        return Rows(statement.Bind(1, start).Bind(2, count), row => SqliteStore.TileOf(row.Number(0)));
    }

    /// <summary>As <see cref="ILedgerStore.CheckDatabase"/>.</summary>
    public List<StoreFault> CheckDatabase(bool withPages, CancellationToken cancellation)
    {
        var faults = new List<StoreFault>();
        foreach (var (place, count) in StrayRows)
        {
            if (database.QueryNumber(count) is > 0 and var rows)
                faults.Add(new StoreFault(place, $"hold {rows} under keys that no append writes"));
        }

        if (withPages)
            CheckPages(faults, cancellation);
        return faults;
    }

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[head, deposit, entries, entriesAndRecords, tile, account, recentRows])
            statement.Dispose();
        database.Dispose();
    }

    /// <summary>SQLite's own look at its pages: trees, free pages, types. One transaction, as long as it takes to read the file.</summary>
    private void CheckPages(List<StoreFault> faults, CancellationToken cancellation)
    {
        using var check = database.Prepare(string.Create(CultureInfo.InvariantCulture, $"PRAGMA quick_check({FaultsListed})"));
        using var interruption = database.InterruptOn(cancellation);
        try
        {
            faults.AddRange(Rows(check, row => row.Text(0)).Where(said => said != "ok").Select(said => new StoreFault("pages", said)));
        }
        catch (SqliteException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
    }

    private static void ReadSegment(SqliteStatement row, bool withRecords, ulong wanted, List<StoredEntry> found)
    {
        var (first, count) = (row.Number(0), row.Number(1));
        if (first < 0 || count is < 1 or > TileId.FullWidth)
            throw SqliteSegment.Damaged((ulong)Math.Max(first, 0), 1, $"says that it holds {count} entries");
        var before = found.Count;
        SqliteSegment.Read(
            (ulong)first, (int)count, row.Blob(2).ToArray(), withRecords ? row.Blob(3).ToArray() : null, found);
        var skipped = 0;
        while (before + skipped < found.Count && found[before + skipped].Index < wanted)
            skipped++;
        found.RemoveRange(before, skipped);
    }

    private static List<T> Rows<T>(SqliteStatement statement, Func<SqliteStatement, T> read)
    {
        var rows = new List<T>();
        try
        {
            while (statement.Step())
                rows.Add(read(statement));
        }
        finally
        {
            statement.Reset();
        }

        return rows;
    }
}
