using System.Text;

namespace Notary.Server;

/// <summary>The databases that a ledger can be kept in.</summary>
public enum StoreKind
{
    Sqlite,

    /// <summary>Only in builds of the full package set.</summary>
    LiteDb,
}

/// <summary>
/// Opens whichever database is there. A folder's database has one name whatever it is, and its first bytes say what: so
/// moving a ledger from one store to the other ends with one rename, and no crash can leave two databases to choose from.
/// </summary>
public static partial class LedgerStores
{
    private const int LiteDbNameAt = 32;
    private static readonly byte[] LiteDbName = Encoding.ASCII.GetBytes("** This is a LiteDB file **");

    private static readonly StoreDriver Sqlite = new(SqliteStore.Open, SqliteStore.OpenReadOnly, SqliteFile.MakePlain);
    private static readonly StoreDriver? LiteDb = FindLiteDb();

    /// <summary>What new ledgers are kept in unless another is asked for.</summary>
    public static StoreKind Default => LiteDb is null ? StoreKind.Sqlite : StoreKind.LiteDb;

    /// <summary>The store's name, as <c>--store</c> takes it.</summary>
    public static string NameOf(StoreKind kind) => kind == StoreKind.Sqlite ? "sqlite" : "litedb";

    /// <summary>Which store has this name; null when none has.</summary>
    public static StoreKind? Parse(string name) => name switch
    {
        "sqlite" => StoreKind.Sqlite,
        "litedb" => StoreKind.LiteDb,
        _ => null,
    };

    /// <summary>The kind of the database at <paramref name="path"/>; null when there is none yet.</summary>
    internal static StoreKind? KindOf(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length == 0)
            return null;
        // SQLite is asked first and by itself: closing another handle to its file would drop the locks of this process.
        if (SqliteFile.IsDatabase(path))
            return StoreKind.Sqlite;
        var start = new byte[LiteDbNameAt + LiteDbName.Length];
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            if (RandomAccess.Read(file, start, 0) < start.Length)
                return StoreKind.Sqlite;
        }
        catch (IOException e) when (e.GetType() == typeof(IOException))
        {
            // In use, by a lock that only the LiteDB store takes. It says so itself.
            return StoreKind.LiteDb;
        }

        // What is neither is for SQLite to refuse.
        return start.AsSpan(LiteDbNameAt).SequenceEqual(LiteDbName) ? StoreKind.LiteDb : StoreKind.Sqlite;
    }

    /// <summary>What the database at <paramref name="path"/> is, or is to be made as.</summary>
    /// <param name="path">The database.</param>
    /// <param name="wanted">What was asked for; null takes what is there.</param>
    /// <exception cref="LedgerRefusedException">Something else is there, or this build does not have it.</exception>
    internal static StoreKind Choose(string path, StoreKind? wanted)
    {
        var there = KindOf(path);
        if (wanted is { } kind && there is { } other && kind != other)
            throw new LedgerRefusedException(
                $"{path} is a {NameOf(other)} database, not a {NameOf(kind)} one",
                $"leave --store out, or move the ledger with 'notary migrate --data {Path.GetDirectoryName(path)} --to {NameOf(kind)}'");
        var chosen = there ?? wanted ?? Default;
        RequireAvailable(chosen);
        return chosen;
    }

    /// <exception cref="LedgerRefusedException">This build does not have the store.</exception>
    internal static void RequireAvailable(StoreKind kind) => DriverOf(kind);

    /// <summary>Opens or creates a database of this kind.</summary>
    /// <exception cref="LedgerRefusedException">As the store says.</exception>
    internal static ILedgerStore Open(string path, StoreKind kind) => DriverOf(kind).Open(path);

    /// <summary>Opens the database that is there, to read it.</summary>
    /// <exception cref="LedgerRefusedException">There is none, or as the store says.</exception>
    internal static ILedgerStore OpenReadOnly(string path) => DriverOf(KindOf(path) ?? StoreKind.Sqlite).OpenReadOnly(path);

    /// <summary>Makes a closed database one file without a log beside it.</summary>
    internal static void MakePlain(string path) => DriverOf(KindOf(path) ?? StoreKind.Sqlite).MakePlain(path);

    /// <summary>Gives a finished database, of whichever kind, the name of a closed one, in one step; durable when this returns.</summary>
    internal static void Replace(string old, string draft)
    {
        // No log of the old database may stay behind: it would be read into the new one.
        MakePlain(old);
        File.Move(draft, old, overwrite: true);
        DurableFile.SyncFolderOf(old);
    }

    /// <summary>Set by the file of the store, which not every build has.</summary>
    static partial void AddLiteDb(ref StoreDriver? driver);

    private static StoreDriver? FindLiteDb()
    {
        StoreDriver? driver = null;
        AddLiteDb(ref driver);
        return driver;
    }

    private static StoreDriver DriverOf(StoreKind kind) =>
        kind == StoreKind.Sqlite
            ? Sqlite
            : LiteDb ?? throw new LedgerRefusedException(
                "this build of notary has no LiteDB store", "use sqlite, or a build of the full package set (-p:PackageSet=full)");

    private sealed record StoreDriver(Func<string, ILedgerStore> Open, Func<string, ILedgerStore> OpenReadOnly, Action<string> MakePlain);
}
