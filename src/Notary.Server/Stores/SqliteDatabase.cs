using System.Diagnostics.CodeAnalysis;
using SQLitePCL;

namespace Notary.Server;

/// <summary>A call of SQLite that failed.</summary>
internal sealed class SqliteException(int code, string message) : Exception($"sqlite: {message} (result code {code})")
{
    /// <summary>The extended result code.</summary>
    public int Code { get; } = code;

    /// <summary>SQLITE_FULL: the disk, or the quota of <c>max_page_count</c>.</summary>
    public bool IsFull => (Code & 0xFF) == raw.SQLITE_FULL;

    /// <summary>What is on the disk is not known any more: an fsync failed, or the file is not what it was.</summary>
    public bool IsFatal => Code is raw.SQLITE_IOERR_FSYNC or raw.SQLITE_IOERR_DIR_FSYNC
        || (Code & 0xFF) is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;
}

/// <summary>
/// One connection to SQLite, for one thread at a time: the only file that calls its C API. ADO.NET is left out because
/// an append through it spends more on commands and parameters than on the rows.
/// </summary>
internal sealed class SqliteDatabase : IDisposable
{
    private const int WaitForLockMilliseconds = 5_000;
    private const int CacheWriteStatus = 9;

    private readonly sqlite3 handle;

    [SuppressMessage("Performance", "CA1810", Justification = "The native library is to be found before the first call, whichever that is.")]
    static SqliteDatabase() => Batteries_V2.Init();

    private SqliteDatabase(sqlite3 handle) => this.handle = handle;

    /// <param name="path">A file that exists: made here, it would be readable for everybody.</param>
    /// <param name="readOnly">Whether this connection may not write.</param>
    public static SqliteDatabase Open(string path, bool readOnly)
    {
        // Without SQLite's own mutexes: whoever holds a connection is the only one to use it.
        var flags = (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE) | raw.SQLITE_OPEN_NOMUTEX;
        var code = raw.sqlite3_open_v2(path, out var handle, flags, null);
        if (code != raw.SQLITE_OK)
        {
            handle?.Dispose();
            throw new SqliteException(code, $"cannot open {path}: {raw.sqlite3_errstr(code).utf8_to_string()}");
        }

        raw.sqlite3_extended_result_codes(handle, 1);
        raw.sqlite3_busy_timeout(handle, WaitForLockMilliseconds);
        return new SqliteDatabase(handle);
    }

    /// <summary>Whether a transaction is open.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(handle) == 0;

    /// <summary>Runs statements that return nothing, or nothing of interest.</summary>
    public void Execute(string sql)
    {
        using var statement = Prepare(sql);
        while (statement.Step())
        {
        }
    }

    /// <summary>The first column of the first row.</summary>
    public long QueryNumber(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Number(0) : 0;
    }

    public SqliteStatement Prepare(string sql)
    {
        var code = raw.sqlite3_prepare_v2(handle, sql, out var statement);
        return code == raw.SQLITE_OK ? new SqliteStatement(this, statement) : throw Error(code);
    }

    /// <summary>Pages that commits of this connection wrote to the write-ahead log since the last call.</summary>
    public int TakePagesWritten()
    {
        raw.sqlite3_db_status(handle, CacheWriteStatus, out var pages, out _, 1);
        return pages;
    }

    /// <summary>
    /// Copies what it can from the write-ahead log into the database without making anybody wait (PASSIVE).
    /// </summary>
    /// <returns>Frames in the log, and how many of them are in the database now.</returns>
    public (int Frames, int Copied) Checkpoint()
    {
        var code = raw.sqlite3_wal_checkpoint_v2(handle, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out var frames, out var copied);
        return code is raw.SQLITE_OK or raw.SQLITE_BUSY ? (frames, copied) : throw Error(code);
    }

    /// <summary>Has the statement that runs fail once this is cancelled, until what is returned is disposed of.</summary>
    public IDisposable InterruptOn(CancellationToken cancellation) => cancellation.Register(() => raw.sqlite3_interrupt(handle));

    public void Dispose() => handle.Dispose();

    internal SqliteException Error(int code) => new(code, raw.sqlite3_errmsg(handle).utf8_to_string());
}

/// <summary>
/// A prepared statement. A read transaction lasts until <see cref="Reset"/>: forgotten, it would pin the write-ahead log.
/// </summary>
internal sealed class SqliteStatement(SqliteDatabase database, sqlite3_stmt statement) : IDisposable
{
    public SqliteStatement Bind(int parameter, long value)
    {
        Check(raw.sqlite3_bind_int64(statement, parameter, value));
        return this;
    }

    public SqliteStatement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        // An empty span would be bound as NULL.
        Check(value.IsEmpty
            ? raw.sqlite3_bind_zeroblob(statement, parameter, 0)
            : raw.sqlite3_bind_blob(statement, parameter, value));
        return this;
    }

    public SqliteStatement Bind(int parameter, string value)
    {
        Check(raw.sqlite3_bind_text(statement, parameter, value));
        return this;
    }

    /// <summary>True: there is a row to read.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(statement);
        if (code == raw.SQLITE_ROW)
            return true;
        if (code == raw.SQLITE_DONE)
            return false;
        var error = database.Error(code);
        raw.sqlite3_reset(statement);
        throw error;
    }

    /// <summary>Runs a statement that returns no row, ready to be bound again.</summary>
    public void Run()
    {
        Step();
        Reset();
    }

    public void Reset() => raw.sqlite3_reset(statement);

    public long Number(int column) => raw.sqlite3_column_int64(statement, column);

    /// <summary>Valid until the next step or reset.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(statement, column);

    public string Text(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string() ?? "";

    public void Dispose() => statement.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            throw database.Error(code);
    }
}
