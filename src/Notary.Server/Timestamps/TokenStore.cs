using Notary.Core;

namespace Notary.Server;

/// <summary>A token over a checkpoint as stored.</summary>
/// <param name="Authority">The URL that gave it.</param>
/// <param name="Size">The checkpoint's tree size.</param>
/// <param name="Checkpoint">The note that it is over, byte for byte.</param>
/// <param name="Token">DER.</param>
internal sealed record StoredToken(string Authority, ulong Size, ReadOnlyMemory<byte> Checkpoint, ReadOnlyMemory<byte> Token);

/// <summary>
/// The outside authorities' tokens over the ledger's checkpoints, in a small database of their own beside the ledger's:
/// they come from outside, minutes after the entries, and an append must neither wait for them nor carry them. One token
/// dates every entry below its checkpoint's size. Safe for concurrent use.
/// </summary>
internal sealed class TokenStore : IDisposable
{
    // "TSTK", so that no other database is taken for this one.
    private const int ApplicationId = 0x5453_544B;
    private const int Version = 1;
    private const string Columns = "authority, size, checkpoint, token";

    // One connection for everybody: reads take microseconds, and a write comes once a minute.
    private readonly Lock gate = new();
    private readonly SqliteDatabase database;
    private readonly List<string> authorities = [];

    private TokenStore(SqliteDatabase database)
    {
        this.database = database;
        using var statement = database.Prepare("SELECT DISTINCT authority FROM token ORDER BY authority");
        while (statement.Step())
            authorities.Add(statement.Text(0));
    }

    /// <summary>Opens the store, made with mode 0600 if it is not there.</summary>
    /// <exception cref="StoreException">It cannot be opened, or is something else.</exception>
    public static TokenStore Open(string path) => Guard(path, () =>
    {
        DurableFile.CreateEmpty(path);
        var database = SqliteDatabase.Open(path, readOnly: false);
        try
        {
            Prepare(database, path);
            return new TokenStore(database);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    });

    /// <summary>Every token of a store, one at a time, also beside a running server; nothing where there is no store.</summary>
    /// <exception cref="SqliteException">It cannot be read.</exception>
    public static IEnumerable<StoredToken> ReadAll(string path)
    {
        if (!File.Exists(path))
            yield break;
        using var database = SqliteDatabase.Open(path, readOnly: true);
        using var statement = database.Prepare($"SELECT {Columns} FROM token ORDER BY rowid");
        while (statement.Step())
            yield return Read(statement);
    }

    /// <summary>Adds a token, durable when this returns. A second one of the same authority and size is not kept.</summary>
    /// <exception cref="StoreException">It was not written.</exception>
    public void Add(StoredToken token) => Guard("the store of time-stamps", () =>
    {
        lock (gate)
        {
            using var statement = database.Prepare($"INSERT OR IGNORE INTO token ({Columns}) VALUES (?1, ?2, ?3, ?4)");
            statement.Bind(1, token.Authority).Bind(2, checked((long)token.Size)).Bind(3, token.Checkpoint.Span).Bind(4, token.Token.Span).Run();
            if (!authorities.Contains(token.Authority))
                authorities.Add(token.Authority);
            return true;
        }
    });

    /// <summary>Of each authority the first token over a checkpoint that includes the entry, none where there is none yet.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public IReadOnlyList<StoredToken> Find(ulong index) => Guard("the store of time-stamps", () =>
    {
        lock (gate)
        {
            var tokens = new List<StoredToken>();
            using var statement = database.Prepare($"SELECT {Columns} FROM token WHERE authority = ?1 AND size > ?2 ORDER BY size LIMIT 1");
            foreach (var authority in authorities)
            {
                if (statement.Bind(1, authority).Bind(2, checked((long)index)).Step())
                    tokens.Add(Read(statement));
                statement.Reset();
            }

            return tokens;
        }
    });

    /// <summary>The largest checkpoint that the authority has stamped; 0 when none.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public ulong LastSize(string authority) => Guard("the store of time-stamps", () =>
    {
        lock (gate)
        {
            using var statement = database.Prepare("SELECT max(size) FROM token WHERE authority = ?1");
            return statement.Bind(1, authority).Step() ? (ulong)statement.Number(0) : 0;
        }
    });

    public void Dispose()
    {
        lock (gate)
            database.Dispose();
    }

    private static void Prepare(SqliteDatabase database, string path)
    {
        var version = database.QueryNumber("PRAGMA user_version");
        if (version == 0 && database.QueryNumber("PRAGMA page_count") == 0)
        {
            database.Execute("PRAGMA journal_mode = WAL");
            database.Execute("BEGIN IMMEDIATE");
            database.Execute($"PRAGMA application_id = {ApplicationId}");
            database.Execute("CREATE TABLE token (authority TEXT NOT NULL, size INTEGER NOT NULL, checkpoint BLOB NOT NULL, token BLOB NOT NULL, UNIQUE (authority, size)) STRICT");
            database.Execute($"PRAGMA user_version = {Version}");
            database.Execute("COMMIT");
        }
        else if (version == Version && database.QueryNumber("PRAGMA application_id") == ApplicationId)
        {
            // A copy is a plain file: opening it to write turns it back.
            database.Execute("PRAGMA journal_mode = WAL");
        }
        else
        {
            throw new StoreException($"{path} is no store of time-stamps that this version knows", isFatal: false);
        }

        database.Execute("PRAGMA synchronous = FULL");
    }

    private static StoredToken Read(SqliteStatement row) =>
        new(row.Text(0), (ulong)row.Number(1), row.Blob(2).ToArray(), row.Blob(3).ToArray());

    private static T Guard<T>(string place, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (SqliteException e)
        {
            throw new StoreException($"{place}: {e.Message}", isFatal: false, e);
        }
    }
}
