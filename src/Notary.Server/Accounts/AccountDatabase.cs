using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The database of accounts, their credentials and the audit log: a small one of its own beside the ledger's, so that no
/// deposit waits for it, the crash rules of the ledger stay what they are, and a person can be erased from it. The command
/// line writes to it beside a running server: every change is one immediate transaction, with its audit record in it, so
/// that neither can be there without the other. Safe for concurrent use.
/// </summary>
internal sealed class AccountDatabase : IDisposable
{
    // "NACC", so that no other database is taken for this one.
    private const int ApplicationId = 0x4E41_4343;
    private const int Version = 1;

    // Times are milliseconds since 1970, 0 for none; texts are empty for none.
    private static readonly string[] Schema =
    [
        "CREATE TABLE account (id TEXT PRIMARY KEY, name TEXT NOT NULL, identity TEXT NOT NULL, method TEXT NOT NULL, verified INTEGER NOT NULL, created INTEGER NOT NULL, closed INTEGER NOT NULL, signed INTEGER NOT NULL, rate INTEGER NOT NULL, quota INTEGER NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE TABLE member (account TEXT NOT NULL REFERENCES account, name TEXT NOT NULL, role TEXT NOT NULL, added INTEGER NOT NULL, removed INTEGER NOT NULL, PRIMARY KEY (account, name)) STRICT, WITHOUT ROWID",
        "CREATE TABLE credential (id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, lookup BLOB NOT NULL UNIQUE, account TEXT NOT NULL, member TEXT NOT NULL, scopes TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL, revoked INTEGER NOT NULL, used INTEGER NOT NULL, FOREIGN KEY (account, member) REFERENCES member) STRICT",
        "CREATE TABLE signing_key (vkey TEXT PRIMARY KEY, public BLOB NOT NULL UNIQUE, account TEXT NOT NULL REFERENCES account, registered INTEGER NOT NULL, revoked INTEGER NOT NULL, proof BLOB NOT NULL) STRICT",
        "CREATE TABLE usage (account TEXT NOT NULL, day INTEGER NOT NULL, deposits INTEGER NOT NULL, PRIMARY KEY (account, day)) STRICT, WITHOUT ROWID",
        "CREATE TABLE audit (number INTEGER PRIMARY KEY, record TEXT NOT NULL) STRICT",
    ];

    private readonly Lock gate = new();
    private readonly SqliteDatabase database;
    private readonly TimeProvider time;

    private AccountDatabase(SqliteDatabase database, TimeProvider time) => (this.database, this.time) = (database, time);

    /// <summary>Opens the database, made with mode 0600 if it is not there.</summary>
    /// <exception cref="StoreException">It cannot be opened, or is something else.</exception>
    public static AccountDatabase Open(string path, TimeProvider time) => Guard(() =>
    {
        DurableFile.CreateEmpty(path);
        var database = SqliteDatabase.Open(path, readOnly: false);
        try
        {
            Prepare(database, path);
            return new AccountDatabase(database, time);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    });

    /// <summary>Changes whenever another connection has written; cheap enough to be asked once a second.</summary>
    public long DataVersion() => Read(static rows => rows.QueryNumber("PRAGMA data_version"));

    /// <exception cref="StoreException">It cannot be read.</exception>
    public T Read<T>(Func<SqliteDatabase, T> read) => Guard(() =>
    {
        lock (gate)
            return read(database);
    });

    /// <summary>Runs a change and its audit records as one durable transaction; whatever <paramref name="change"/> throws undoes both.</summary>
    /// <exception cref="StoreException">Nothing was written.</exception>
    public T Change<T>(Func<SqliteDatabase, AuditPen, T> change) => Guard(() =>
    {
        lock (gate)
        {
            database.Execute("BEGIN IMMEDIATE");
            try
            {
                var result = change(database, new AuditPen(database, time.GetUtcNow()));
                database.Execute("COMMIT");
                return result;
            }
            catch
            {
                if (database.InTransaction)
                    database.Execute("ROLLBACK");
                throw;
            }
        }
    });

    /// <summary>Writes the database anew and empties its log: no page is left with rows that were deleted or moved.</summary>
    /// <exception cref="StoreException">It was not, or somebody still reads the old pages.</exception>
    public void Rewrite() => Guard(() =>
    {
        lock (gate)
        {
            // Not through a file in the system's own folder, which would have the rows too.
            database.Execute("PRAGMA temp_store = MEMORY");
            database.Execute("VACUUM");
            return database.QueryNumber("PRAGMA wal_checkpoint(TRUNCATE)") == 0
                ? true
                : throw new StoreException("another process reads the accounts, and their log still holds what was erased", isFatal: false);
        }
    });

    public void Dispose()
    {
        lock (gate)
            database.Dispose();
    }

    private static void Prepare(SqliteDatabase database, string path)
    {
        database.Execute("PRAGMA foreign_keys = ON");
        // What is erased must not stay readable in free pages.
        database.Execute("PRAGMA secure_delete = ON");
        database.Execute("PRAGMA synchronous = FULL");
        database.Execute("PRAGMA journal_mode = WAL");
        // Two processes may come here at once for a new database: the second finds it made.
        database.Execute("BEGIN IMMEDIATE");
        var version = database.QueryNumber("PRAGMA user_version");
        if (version == 0 && database.QueryNumber("SELECT count(*) FROM sqlite_schema") == 0)
        {
            database.Execute($"PRAGMA application_id = {ApplicationId}");
            foreach (var statement in Schema)
                database.Execute(statement);
            database.Execute($"PRAGMA user_version = {Version}");
        }
        else if (version != Version || database.QueryNumber("PRAGMA application_id") != ApplicationId)
        {
            throw new StoreException($"{path} is no database of accounts that this version knows", isFatal: false);
        }

        database.Execute("COMMIT");
    }

    private static T Guard<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (SqliteException e)
        {
            throw new StoreException($"the database of accounts: {e.Message}", isFatal: false, e);
        }
    }
}

/// <summary>Appends to the audit log within one transaction. Made by <see cref="AccountDatabase.Change"/>.</summary>
internal sealed class AuditPen(SqliteDatabase database, DateTimeOffset now)
{
    /// <summary>The time of the transaction.</summary>
    public DateTimeOffset Now { get; } = Timestamp.RoundDown(now);

    /// <param name="what">A token: <c>key-created</c>.</param>
    /// <param name="actor">Who did it.</param>
    /// <param name="account">The account that it concerns.</param>
    /// <param name="detail">Ids and numbers; no name and nothing that a person typed freely.</param>
    /// <returns>The record's number and hash.</returns>
    public (ulong Number, Hash Hash) Write(string what, string actor, string? account, string? detail)
    {
        var (number, previous, at) = (0UL, default(Hash), Now);
        using (var last = database.Prepare("SELECT record FROM audit ORDER BY number DESC LIMIT 1"))
        {
            if (last.Step())
            {
                var record = AuditRecord.Parse(last.Text(0));
                (number, previous) = (record.Number, AuditRecord.HashOf(last.Text(0)));
                // The log's own order is its order: a clock that went back does not date a record before the one it follows.
                at = record.At > at ? record.At : at;
            }
        }

        var text = new AuditRecord(number + 1, previous, at, what, actor, account, detail).ToText();
        using var insert = database.Prepare("INSERT INTO audit (number, record) VALUES (?1, ?2)");
        insert.Bind(1, checked((long)number + 1)).Bind(2, text).Run();
        return (number + 1, AuditRecord.HashOf(text));
    }
}
