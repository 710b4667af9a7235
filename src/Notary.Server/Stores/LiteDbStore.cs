using LiteDB;
using LiteDB.Engine;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// LiteDB: one data file, and a log of our own beside it because LiteDB's does not survive a power cut (see
/// <see cref="LiteDbLogFile"/>). A commit is one write and one fsync. One process at a time has it open, to read as well;
/// a closed database is a plain LiteDB file with an empty log. Appends are half to a tenth
/// as fast as SQLite's, the more entries they hold: each uuid is a document and a node of LiteDB's index, somewhere in it.
/// </summary>
internal sealed class LiteDbStore : ILedgerStore
{
    private const int FormatVersion = 1;
    private const string DraftSuffix = ".new";

    private readonly LiteDbDatabase database;

    private LiteDbStore(LiteDbDatabase database) => this.database = database;

    /// <summary>Opens the database, or creates it with mode 0600.</summary>
    /// <exception cref="LedgerRefusedException">Not a ledger's database, a newer one's, damaged, or in use.</exception>
    /// <exception cref="StoreException">It cannot be opened.</exception>
    public static LiteDbStore Open(string path) => Opening(path, () =>
    {
        if (!File.Exists(path) || new FileInfo(path).Length == 0)
            Create(path);
        return OpenChecked(path, readOnly: false);
    });

    /// <summary>Opens an existing database to read it, while no server has it open.</summary>
    /// <exception cref="LedgerRefusedException">There is none, it is not a ledger's, or it is in use.</exception>
    /// <exception cref="StoreException">It cannot be opened.</exception>
    public static LiteDbStore OpenReadOnly(string path) => Opening(path, () => File.Exists(path)
        ? OpenChecked(path, readOnly: true)
        : throw new LedgerRefusedException($"there is no ledger at {path}", "give the folder that 'notary serve' uses"));

    public StoredHead? ReadHead() =>
        database.Read(engine => One(engine, LiteDbRows.Head, LiteDbRows.HeadId)) is { } row ? LiteDbRows.FromHead(row) : null;

    public AppendOutcome Append(LedgerAppend append)
    {
        if (!StoredHead.Same(ReadHead(), append.Expected))
            return AppendOutcome.Conflict;
        var entries = append.Entries as NewEntry[] ?? [.. append.Entries];
        return database.TryWrite(engine => Write(engine, append, entries)) ? AppendOutcome.Appended : AppendOutcome.NoRoom;
    }

    public IReadOnlyList<StoredEntry> ReadEntries(ulong first, int count, bool withRecords)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        try
        {
            return database.Read(engine => ReadEntries(engine, first, count, withRecords));
        }
        catch (StoreDamagedException e) when (e.Next <= first)
        {
            // LiteDB could not read a page. Which entries are lost with it nobody can tell; bundles are the next landmark.
            throw new StoreDamagedException($"entries from {first}", e.Problem, (first | (TileId.FullWidth - 1)) + 1);
        }
    }

    public byte[]? ReadTile(int level, ulong number) =>
        database.Read(engine => One(engine, LiteDbRows.Tiles, LiteDbRows.TileKey(level, number))) is { } row
            ? row["hashes"].RawValue as byte[] ?? []
            : null;

    public ulong? FindDeposit(DepositId deposit) => database.Read(engine => Find(engine, deposit));

    public void FindDeposits(ReadOnlySpan<DepositId> deposits, Span<ulong?> entries)
    {
        // Only this thread appends: between two reads of it nothing changes.
        for (var i = 0; i < deposits.Length; i++)
            entries[i] = FindDeposit(deposits[i]);
    }

    public IReadOnlyList<ulong> ListAccount(string account, ulong before, int count)
    {
        if (before == 0)
            return [];
        var rows = new Query { OrderBy = "_id", Order = Query.Descending };
        rows.Where.Add(BsonExpression.Create(
            "_id BETWEEN @0 AND @1", LiteDbRows.AccountKey(account, 0), LiteDbRows.AccountKey(account, before - 1)));
        return database.Read(engine => Rows(engine, LiteDbRows.Accounts, rows)
            .SelectMany(row => LiteDbRows.FromAccount(row).Reverse())
            .Where(row => row.Account == account && row.Entry < before)
            .Select(row => row.Entry)
            .Take(count)
            .ToList());
    }

    public IReadOnlyList<DepositRow> ReadDepositRows(ReadOnlyMemory<byte> after, int count)
    {
        var rows = After(after.IsEmpty ? null : after.ToArray(), count);
        return database.Read(engine => Rows(engine, LiteDbRows.Deposits, rows)
            .Select(row => new DepositRow(row["_id"].RawValue as byte[] ?? [], Number(row["entry"])))
            .ToList());
    }

    public IReadOnlyList<AccountRow> ReadAccountRows(AccountRow? after, int count)
    {
        // A document lists entries of one bundle, so those after the wanted one may be in one that begins this far before it.
        var start = after is { } last
            ? LiteDbRows.AccountKey(last.Account, last.Entry - Math.Min(last.Entry, TileId.FullWidth))
            : null;
        var rows = From(start, int.MaxValue, ">=");
        return database.Read(engine => Rows(engine, LiteDbRows.Accounts, rows)
            .SelectMany(LiteDbRows.FromAccount)
            .Where(row => after is not { } last || row.Account != last.Account || row.Entry > last.Entry)
            .Take(count)
            .ToList());
    }

    public IReadOnlyList<TileRow> ReadTileRows(TileRow? after, int count)
    {
        var rows = After(after is { } last ? LiteDbRows.TileKey(last.Level, last.Number) : null, count);
        return database.Read(engine => Rows(engine, LiteDbRows.Tiles, rows)
            .Select(row => LiteDbRows.TileOf(row["_id"].RawValue is long key ? key : -1))
            .ToList());
    }

    /// <summary>LiteDB cannot check its pages by itself: one that is damaged shows when it is read, as all of them are by then.</summary>
    public IReadOnlyList<StoreFault> CheckDatabase(bool withPages, CancellationToken cancellation) => database.Read(engine =>
        ((string[])[LiteDbRows.Segments, LiteDbRows.Tiles])
            .Where(collection => Rows(engine, collection, BelowZero()).Any())
            .Select(collection => new StoreFault(collection, "hold rows under keys that no append writes"))
            .ToList());

    public void CopyLog() => database.CopyLog();

    public void Dispose() => database.Dispose();

    /// <summary>Makes a database that nobody has open one file without a log beside it.</summary>
    /// <exception cref="StoreException">The disk refuses.</exception>
    public static void MakePlain(string path)
    {
        try
        {
            using (var database = LiteDbDatabase.Open(path, readOnly: false))
                database.Checkpoint();
            File.Delete(LiteDbDatabase.LogOf(path));
            DurableFile.SyncFolderOf(path);
        }
        catch (Exception e) when (e is IOException or LiteException)
        {
            throw new StoreException($"cannot close the log of {path}: {e.Message}", isFatal: false, e);
        }
    }

    /// <summary>A quota: an append that would make the log longer finds no room.</summary>
    internal void LimitLog(long bytes) => database.LimitLog(bytes);

    private static void Write(LiteEngine engine, LedgerAppend append, NewEntry[] entries)
    {
        for (var start = 0; start < entries.Length;)
        {
            var first = append.First + (ulong)start;
            var count = LiteDbRows.SegmentLength(first, entries.AsSpan(start));
            Insert(engine, LiteDbRows.Segments, [LiteDbRows.ToSegment(first, entries.AsSpan(start, count))]);
            Insert(engine, LiteDbRows.Accounts, LiteDbRows.ToAccounts(first, entries.AsMemory(start, count)));
            start += count;
        }

        Insert(engine, LiteDbRows.Tiles, append.Tiles.Select(tile => LiteDbRows.ToTile(tile)));
        Insert(engine, LiteDbRows.Deposits, Uuids(append.First, entries));
        engine.Upsert(LiteDbRows.Head, [LiteDbRows.ToHead(append.Head)], BsonAutoId.Int64);
    }

    private static IEnumerable<BsonDocument> Uuids(ulong first, NewEntry[] entries) =>
        entries
            .Select((entry, i) => (entry.Deposit, Entry: checked((long)first + i)))
            .Where(row => row.Deposit is not null)
            .Select(row => new BsonDocument { ["_id"] = row.Deposit!.Value.ToBytes(), ["entry"] = row.Entry });

    private static void Insert(LiteEngine engine, string collection, IEnumerable<BsonDocument> rows) =>
        engine.Insert(collection, rows, BsonAutoId.Int64);

    private static List<StoredEntry> ReadEntries(LiteEngine engine, ulong first, int count, bool withRecords)
    {
        var found = new List<StoredEntry>(Math.Min(count, 2 * TileId.FullWidth));
        // The last segment that begins at or before the wanted index may hold that index.
        var before = new Query { OrderBy = "_id", Order = Query.Descending, Limit = 1, Select = "{_id}" };
        before.Where.Add(BsonExpression.Create("_id <= @0", checked((long)first)));
        var start = Rows(engine, LiteDbRows.Segments, before).FirstOrDefault()?["_id"] ?? checked((long)first);
        foreach (var row in Rows(engine, LiteDbRows.Segments, From(start, int.MaxValue, ">=")))
        {
            LiteDbRows.FromSegment(row, first, withRecords, found);
            if (found.Count >= count)
                break;
        }

        if (found.Count > count)
            found.RemoveRange(count, found.Count - count);
        return found;
    }

    private static ulong? Find(LiteEngine engine, DepositId deposit) =>
        One(engine, LiteDbRows.Deposits, deposit.ToBytes()) is { } row ? Number(row["entry"]) : null;

    private static ulong Number(BsonValue value) => value.RawValue is long number ? unchecked((ulong)number) : ulong.MaxValue;

    private static BsonDocument? One(LiteEngine engine, string collection, BsonValue id)
    {
        var query = new Query { Limit = 1 };
        query.Where.Add(BsonExpression.Create("_id = @0", id));
        return Rows(engine, collection, query).FirstOrDefault();
    }

    private static Query BelowZero()
    {
        var query = new Query { Limit = 1 };
        query.Where.Add(BsonExpression.Create("_id < @0", 0L));
        return query;
    }

    private static Query After(BsonValue? id, int count) => From(id, count, ">");

    private static Query From(BsonValue? id, int count, string comparison)
    {
        var query = new Query { OrderBy = "_id", Limit = count };
        if (id is not null)
            query.Where.Add(BsonExpression.Create($"_id {comparison} @0", id));
        return query;
    }

    /// <summary>To be read to its end, or left, before the engine's next use on this thread.</summary>
    private static IEnumerable<BsonDocument> Rows(LiteEngine engine, string collection, Query query)
    {
        using var reader = engine.Query(collection, query);
        while (reader.Read())
            yield return reader.Current.AsDocument;
    }

    /// <summary>Under its name the database is whole: no page of the first ones can be half there.</summary>
    private static void Create(string path)
    {
        var draft = path + DraftSuffix;
        foreach (var rest in (string[])[draft, LiteDbDatabase.LogOf(draft), LiteDbDatabase.LogOf(path)])
            File.Delete(rest);
        DurableFile.CreateEmpty(draft);
        using (var database = LiteDbDatabase.Open(draft, readOnly: false))
        {
            database.TryWrite(engine =>
            {
                Insert(engine, LiteDbRows.Head, [LiteDbRows.ToFormat(FormatVersion)]);
                foreach (var name in (string[])[LiteDbRows.Segments, LiteDbRows.Tiles, LiteDbRows.Deposits, LiteDbRows.Accounts])
                    Insert(engine, name, []);
            });
            database.Checkpoint();
        }

        File.Delete(LiteDbDatabase.LogOf(draft));
        File.Move(draft, path, overwrite: true);
        DurableFile.SyncFolderOf(path);
    }

    private static LiteDbStore OpenChecked(string path, bool readOnly)
    {
        var database = LiteDbDatabase.Open(path, readOnly);
        try
        {
            var version = database.Read(engine => One(engine, LiteDbRows.Head, LiteDbRows.FormatId))?["format"].RawValue;
            if (version is FormatVersion)
                return new LiteDbStore(database);
            throw version is null
                ? new LedgerRefusedException($"{path} is not a ledger's database", "give another folder")
                : new LedgerRefusedException(
                    $"{path} has format {version}; this program knows {FormatVersion}", "use the version of notary that wrote it, or a newer one");
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private static LiteDbStore Opening(string path, Func<LiteDbStore> open)
    {
        try
        {
            return open();
        }
        catch (StoreDamagedException e)
        {
            throw new LedgerRefusedException($"the database {path} is damaged: {e.Message}", SqliteStore.DamagedHint);
        }
        catch (Exception e) when (e is not (LedgerRefusedException or StoreException or OutOfMemoryException))
        {
            // A first page that is damaged shows as nearly any exception.
            throw new StoreException($"cannot open {path}: {e.Message}", isFatal: true, e);
        }
    }
}

/// <summary>This build has the store.</summary>
public static partial class LedgerStores
{
    static partial void AddLiteDb(ref StoreDriver? driver) =>
        driver = new StoreDriver(LiteDbStore.Open, LiteDbStore.OpenReadOnly, LiteDbStore.MakePlain);
}
