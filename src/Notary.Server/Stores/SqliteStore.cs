using System.Collections.Concurrent;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The embedded default: one SQLite file with a write-ahead log and <c>synchronous=FULL</c>, so that a commit is one
/// sequential write and one fsync. An append is a row for every 32 of its entries and a few rows of indexes; half-full
/// bundles are never written again. Who may open the file for writing is the caller's to lock.
/// </summary>
public sealed class SqliteStore : ILedgerStore
{
    private const int ApplicationId = 0x4E6F7461; // "Nota"
    private const int FormatVersion = 1;
    private const int IdleReaders = 8;
    private const int LevelShift = 56;

    internal const string DamagedHint = "run 'notary fsck' on a copy of the folder, and put back the newest copy of the database that passes";

    private const string Schema = """
        CREATE TABLE head(id INTEGER PRIMARY KEY CHECK (id = 1), size INTEGER NOT NULL, received INTEGER NOT NULL, checkpoint BLOB NOT NULL) STRICT;
        CREATE TABLE segments(first INTEGER PRIMARY KEY, count INTEGER NOT NULL, entries BLOB NOT NULL, records BLOB NOT NULL) STRICT;
        CREATE TABLE tiles(id INTEGER PRIMARY KEY, hashes BLOB NOT NULL) STRICT;
        CREATE TABLE deposits(uuid BLOB PRIMARY KEY, entry INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE recent(first INTEGER PRIMARY KEY, uuids BLOB NOT NULL) STRICT;
        CREATE TABLE accounts(account TEXT NOT NULL, first INTEGER NOT NULL, entries BLOB NOT NULL, PRIMARY KEY (account, first)) STRICT, WITHOUT ROWID
        """;

    private readonly string path;
    private readonly ConcurrentBag<SqliteReader> readers = [];
    private readonly SqliteWriter? writer;
    private readonly SqliteRecentUuids recent;
    private volatile bool disposed;

    private SqliteStore(string path, SqliteWriter? writer, SqliteRecentUuids recent)
    {
        this.path = path;
        this.writer = writer;
        this.recent = recent;
    }

    /// <summary>Opens the database, or creates it with mode 0600 (its log and index files get the same).</summary>
    /// <exception cref="LedgerRefusedException">Not a ledger's database, or a newer one's, or one that is damaged.</exception>
    /// <exception cref="StoreException">It cannot be opened.</exception>
    public static SqliteStore Open(string path)
    {
        DurableFile.CreateEmpty(path);
        return Opening(path, () =>
        {
            var database = SqliteDatabase.Open(path, readOnly: false);
            try
            {
                Prepare(path, database);
                var recent = new SqliteRecentUuids();
                return new SqliteStore(path, new SqliteWriter(path, database, recent), recent);
            }
            catch
            {
                database.Dispose();
                throw;
            }
        });
    }

    /// <summary>Opens an existing database to read it, also beside a running server.</summary>
    /// <exception cref="LedgerRefusedException">There is none, or it is not a ledger's.</exception>
    /// <exception cref="StoreException">It cannot be opened.</exception>
    public static SqliteStore OpenReadOnly(string path) => Opening(path, () =>
    {
        if (!File.Exists(path))
            throw new LedgerRefusedException($"there is no ledger at {path}", "give the folder that 'notary serve' uses");
        using (var database = SqliteDatabase.Open(path, readOnly: true))
            CheckFormat(path, database);
        return new SqliteStore(path, null, new SqliteRecentUuids());
    });

    /// <inheritdoc/>
    public StoredHead? ReadHead() => Read(reader => reader.ReadHead());

    /// <inheritdoc/>
    public AppendOutcome Append(LedgerAppend append) =>
        (writer ?? throw new InvalidOperationException("This store was opened to be read.")).Append(append);

    /// <inheritdoc/>
    public IReadOnlyList<StoredEntry> ReadEntries(ulong first, int count, bool withRecords)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return Read(reader => reader.ReadEntries(first, count, withRecords));
    }

    /// <inheritdoc/>
    public byte[]? ReadTile(int level, ulong number) => Read(reader => reader.ReadTile(level, number));

    /// <inheritdoc/>
    public ulong? FindDeposit(DepositId deposit)
    {
        CatchUp();
        return recent.Find(SqliteReader.ToNumber(deposit)) ?? Read(reader => reader.FindDeposit(deposit));
    }

    /// <inheritdoc/>
    public void FindDeposits(ReadOnlySpan<DepositId> deposits, Span<ulong?> entries) =>
        (writer ?? throw new InvalidOperationException("This store was opened to be read.")).FindDeposits(deposits, entries);

    /// <inheritdoc/>
    public IReadOnlyList<ulong> ListAccount(string account, ulong before, int count) =>
        Read(reader => reader.ListAccount(account, before, count));

    /// <inheritdoc/>
    public IReadOnlyList<DepositRow> ReadDepositRows(ReadOnlyMemory<byte> after, int count)
    {
        CatchUp();
        return recent.Merge(() => Read(reader => reader.ReadDepositRows(after, count)), after.Span, count);
    }

    /// <inheritdoc/>
    public IReadOnlyList<AccountRow> ReadAccountRows(AccountRow? after, int count) =>
        Read(reader => reader.ReadAccountRows(after, count));

    /// <inheritdoc/>
    public IReadOnlyList<TileRow> ReadTileRows(TileRow? after, int count) =>
        Read(reader => reader.ReadTileRows(after, count));

    /// <inheritdoc/>
    public void CopyLog() => writer?.CopyLog();

    /// <inheritdoc/>
    public IReadOnlyList<StoreFault> CheckDatabase(bool withPages, CancellationToken cancellation) =>
        Read(reader => reader.CheckDatabase(withPages, cancellation));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        while (readers.TryTake(out var reader))
            reader.Dispose();
        // The last connection to close copies the rest of the log into the database, without a word if it cannot.
        writer?.Dispose();
    }

    /// <summary>A quota: an append that would need more pages of 4 KiB finds no room.</summary>
    internal void LimitPages(int pages) => writer!.LimitPages(pages);

    /// <summary>Has uuids move into the index after so few deposits, and tells of it. Before the first append.</summary>
    internal void WatchMoves(int runSize, Action<StepMoment> atMove) => (recent.RunSize, writer!.AtMove) = (runSize, atMove);

    internal static long TileKey(int level, ulong number) => ((long)level << LevelShift) | checked((long)number);

    internal static TileRow TileOf(long key) =>
        new((int)(key >> LevelShift), (ulong)key & ((1UL << LevelShift) - 1));

    /// <summary>
    /// Rows that another process wrote, or that the appending thread has made durable and not yet said so: a head that can
    /// be read has its deposits found.
    /// </summary>
    private void CatchUp() => Read(reader =>
    {
        reader.CatchUp(recent);
        return true;
    });

    private T Read<T>(Func<SqliteReader, T> read)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        SqliteReader? reader = null;
        try
        {
            if (!readers.TryTake(out reader))
                reader = new SqliteReader(path, readOnly: writer is null);
            var result = read(reader);
            Return(reader);
            return result;
        }
        catch (SqliteException e)
        {
            reader?.Dispose();
            throw new StoreException($"cannot read {path}", e.IsFatal, e);
        }
        catch
        {
            reader?.Dispose();
            throw;
        }
    }

    private void Return(SqliteReader reader)
    {
        if (disposed || readers.Count >= IdleReaders)
            reader.Dispose();
        else
            readers.Add(reader);
    }

    private static SqliteStore Opening(string path, Func<SqliteStore> open)
    {
        try
        {
            return open();
        }
        catch (SqliteException e)
        {
            throw new StoreException($"cannot open {path}: {e.Message}", isFatal: true, e);
        }
        catch (StoreDamagedException e)
        {
            throw new LedgerRefusedException($"the database {path} is damaged: {e.Message}", DamagedHint);
        }
    }

    private static void Prepare(string path, SqliteDatabase database)
    {
        if (database.QueryNumber("SELECT count(*) FROM sqlite_schema") != 0)
        {
            CheckFormat(path, database);
        }
        else
        {
            database.Execute("BEGIN IMMEDIATE");
            foreach (var table in Schema.Split(';'))
                database.Execute(table);
            database.Execute($"PRAGMA application_id = {ApplicationId}");
            database.Execute($"PRAGMA user_version = {FormatVersion}");
            // A crash before this leaves an empty database, which the next start fills like a new one.
            database.Execute("COMMIT");
        }

        database.Execute("PRAGMA journal_mode = WAL");
        database.Execute("PRAGMA synchronous = FULL");
        // macOS: fsync alone leaves the bytes in the drive's cache. Without effect elsewhere.
        database.Execute("PRAGMA fullfsync = ON");
        database.Execute("PRAGMA wal_autocheckpoint = 0");
        // The log is written over from its start; what a burst or a long reader made it grow by is given back.
        database.Execute("PRAGMA journal_size_limit = 67108864");
        // 16 MiB. A larger cache costs every commit that splits a page of an index: SQLite then walks the whole of it
        // (pcache1TruncateUnsafe), while a page that is missed comes from the system's cache.
        database.Execute("PRAGMA cache_size = -16384");
    }

    private static void CheckFormat(string path, SqliteDatabase database)
    {
        if (database.QueryNumber("PRAGMA application_id") != ApplicationId)
            throw new LedgerRefusedException($"{path} is not a ledger's database", "give another folder");
        var version = database.QueryNumber("PRAGMA user_version");
        if (version != FormatVersion)
            throw new LedgerRefusedException(
                $"{path} has format {version}; this program knows {FormatVersion}", "use the version of notary that wrote it, or a newer one");
    }
}
