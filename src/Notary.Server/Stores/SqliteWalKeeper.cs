namespace Notary.Server;

/// <summary>
/// Keeps the write-ahead log short. A thread of its own copies the log into the database while appends go on; since it
/// can never catch up with a busy writer, the appending thread copies the last few frames itself, and the next append
/// begins the log again. So the log's size is bounded and nobody waits for the bulk of the copying.
/// </summary>
internal sealed class SqliteWalKeeper : IDisposable
{
    /// <summary>Pages of log after which copying begins: 16 MiB.</summary>
    private const int StartPages = 4_096;

    /// <summary>Frames that the appending thread copies at most in one go, as long as the keeper keeps up.</summary>
    private const int TailFrames = 1_024;

    /// <summary>Pages of log at which the appending thread copies whatever is left, and so waits for it: 64 MiB.</summary>
    private const int HardPages = 16_384;

    private readonly SqliteDatabase database;
    private readonly Thread thread;
    private readonly AutoResetEvent wake = new(initialState: false);
    private readonly Lock copying = new();

    // Owned by the appending thread.
    private int pagesSinceStart;
    private int pagesInLog;
    private int hardLimit = HardPages;

    private volatile bool tailIsShort;
    private volatile bool stopping;
    private volatile SqliteException? failure;

    public SqliteWalKeeper(string path)
    {
        database = SqliteDatabase.Open(path, readOnly: false);
        database.Execute("PRAGMA wal_autocheckpoint = 0");
        // Until a connection has read, it does not know that there is a log, and copies nothing without saying so.
        database.QueryNumber("PRAGMA user_version");
        thread = new Thread(Run) { IsBackground = true, Name = "ledger log keeper" };
        thread.Start();
    }

    /// <summary>
    /// Why copying failed for good. The log still holds everything, but what the database file holds is not known, so
    /// nothing may rely on the log being begun again.
    /// </summary>
    public SqliteException? Failure => failure;

    /// <summary>Called by the appending thread after a commit.</summary>
    public void Appended(SqliteDatabase writer)
    {
        var pages = writer.TakePagesWritten();
        pagesSinceStart += pages;
        pagesInLog += pages;
        if (tailIsShort || pagesInLog >= hardLimit)
        {
            CopyTail(writer);
        }
        else if (pagesSinceStart >= StartPages)
        {
            pagesSinceStart = 0;
            wake.Set();
        }
    }

    public void Dispose()
    {
        stopping = true;
        wake.Set();
        thread.Join();
        wake.Dispose();
        database.Dispose();
    }

    private void CopyTail(SqliteDatabase writer)
    {
        tailIsShort = false;
        pagesSinceStart = 0;
        // Nothing is appended meanwhile, so everything is copied unless a reader still needs an old frame; in that case
        // it is tried again after as much as begins a copy, not at every append.
        var (frames, copied) = Copy(writer);
        pagesInLog = frames > copied ? frames : 0;
        hardLimit = Math.Max(HardPages, pagesInLog + StartPages);
    }

    private void Run()
    {
        while (wake.WaitOne() && !stopping)
        {
            try
            {
                CopyBulk();
            }
            catch (SqliteException e) when (!e.IsFatal)
            {
                // No room for the copy, say: the log goes on growing and the next turn tries again.
            }
            catch (SqliteException e)
            {
                failure = e;
                return;
            }
        }
    }

    /// <summary>SQLite lets one connection copy at a time and turns the other away: here it waits instead.</summary>
    private (int Frames, int Copied) Copy(SqliteDatabase connection)
    {
        lock (copying)
            return connection.Checkpoint();
    }

    private void CopyBulk()
    {
        // Each pass leaves what was appended during it: the passes get shorter, unless a reader holds an old frame.
        for (var pass = 0; pass < 4 && !stopping; pass++)
        {
            var (frames, copied) = Copy(database);
            if (frames - copied > TailFrames)
                continue;
            tailIsShort = true;
            return;
        }
    }
}
