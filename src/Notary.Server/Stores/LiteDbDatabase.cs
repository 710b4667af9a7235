using LiteDB;
using LiteDB.Engine;

namespace Notary.Server;

/// <summary>
/// The one LiteDB engine of a process on its database. After any failure the engine is thrown away and opened again from
/// the files, whose last commit is known: nothing depends on what LiteDB can undo in memory.
/// </summary>
internal sealed class LiteDbDatabase : IDisposable
{
    /// <summary>Pages of log after which the appending thread copies it into the data file: 16 MiB.</summary>
    private const int CopyPages = 2_048;

    /// <summary>LiteDB refuses the hundredth transaction.</summary>
    private const int ReadersAtOnce = 64;

    private readonly string path;
    private readonly LiteDbDataFile data;
    private readonly LiteDbLogFile log;
    private readonly SemaphoreSlim readers = new(ReadersAtOnce);

    // Readers share it. The appending thread takes it alone to commit, so that nobody sees what is not durable, and to copy.
    private readonly ReaderWriterLockSlim gate = new(LockRecursionPolicy.NoRecursion);

    private LiteEngine engine;
    private int nextCopy = CopyPages;
    private volatile bool isBroken;
    private bool isDisposed;

    private LiteDbDatabase(string path, LiteDbDataFile data, LiteDbLogFile log)
    {
        (this.path, this.data, this.log) = (path, data, log);
        engine = OpenEngine();
    }

    /// <summary>
    /// Opens the files of a database that exists. The log beside it is made if there is none.
    /// </summary>
    /// <exception cref="LedgerRefusedException">Another process has it open.</exception>
    public static LiteDbDatabase Open(string path, bool readOnly)
    {
        var data = new LiteDbDataFile(OpenFile(path, readOnly), !readOnly);
        LiteDbLogFile? log = null;
        try
        {
            var logPath = LogOf(path);
            if (!readOnly)
                DurableFile.CreateEmpty(logPath);
            log = LiteDbLogFile.Open(logPath, File.Exists(logPath) ? OpenFile(logPath, readOnly) : null, !readOnly);
            return new LiteDbDatabase(path, data, log);
        }
        catch
        {
            log?.Dispose();
            data.Dispose();
            throw;
        }
    }

    public static string LogOf(string path) => path + "-log";

    /// <summary>A quota for the log.</summary>
    internal void LimitLog(long bytes) => log.Limit = bytes;

    /// <summary>One read on any thread. It sees whole commits only, and durable ones.</summary>
    /// <exception cref="StoreException">It failed.</exception>
    public T Read<T>(Func<LiteEngine, T> read)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        readers.Wait();
        try
        {
            if (isBroken)
                Alone(() => Reopen());
            gate.EnterReadLock();
            try
            {
                return read(engine);
            }
            finally
            {
                gate.ExitReadLock();
            }
        }
        catch (Exception e) when (e is not (StoreDamagedException or ObjectDisposedException or OutOfMemoryException))
        {
            // A damaged page shows as nearly any exception; an I/O error has closed the engine.
            isBroken = true;
            throw e is IOException
                ? new StoreException($"cannot read {path}", isFatal: false, e)
                : new StoreDamagedException(path, $"cannot be read: {e.Message}", 0);
        }
        finally
        {
            readers.Release();
        }
    }

    /// <summary>One write, whole or not at all, durable when it returns.</summary>
    /// <exception cref="StoreException">It failed. If that is not fatal, the database is what it was before, or all was written.</exception>
    public bool TryWrite(Action<LiteEngine> write)
    {
        ThrowIfUnknown(null);
        if (isBroken)
            Alone(() => Reopen());
        gate.EnterUpgradeableReadLock();
        try
        {
            try
            {
                if (!engine.BeginTrans())
                    throw new InvalidOperationException("this thread has a transaction already");
                write(engine);
                gate.EnterWriteLock();
                if (!engine.Commit())
                    throw new InvalidOperationException("the transaction is gone");
                // A crash before this leaves nothing of it, after this all.
                log.Commit();
            }
            catch (Exception e)
            {
                if (!gate.IsWriteLockHeld)
                    gate.EnterWriteLock();
                ThrowIfUnknown(e);
                Reopen();
                if (LiteDbFile.IsFull(e))
                    return false;
                // LiteDB's own words for it hold the key, a depositor's uuid, and would get into the log.
                throw e is LiteException { ErrorCode: LiteException.INDEX_DUPLICATE_KEY }
                    ? new StoreException($"cannot write {path}: a key of the append is taken", isFatal: false)
                    : new StoreException($"cannot write {path}: {e.Message}", isFatal: false, e);
            }

            CopyLongLog();
            return true;
        }
        finally
        {
            if (gate.IsWriteLockHeld)
                gate.ExitWriteLock();
            gate.ExitUpgradeableReadLock();
        }
    }

    /// <summary>Copies the log into the data file, which then alone is the database.</summary>
    public void Checkpoint() => Alone(() => engine.Checkpoint());

    /// <summary>As <see cref="ILedgerStore.CopyLog"/>: what <see cref="Dispose"/> would do, and tell nobody of.</summary>
    /// <exception cref="StoreException">It failed.</exception>
    public void CopyLog()
    {
        try
        {
            CopyWhatIsKnown();
        }
        catch (Exception e) when (e is IOException or LiteException)
        {
            isBroken = true;
            throw new StoreException($"copying the log of {path} failed: {e.Message}", log.SyncFailed || data.SyncFailed, e);
        }
    }

    public void Dispose()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        try
        {
            CopyWhatIsKnown();
        }
        catch (Exception e) when (e is IOException or LiteException)
        {
            // The log has it all, and the next opening reads it.
        }

        engine.Dispose();
        log.Dispose();
        data.Dispose();
        gate.Dispose();
        readers.Dispose();
    }

    private static Microsoft.Win32.SafeHandles.SafeFileHandle OpenFile(string path, bool readOnly)
    {
        try
        {
            return readOnly
                ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read)
                : File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.GetType() == typeof(IOException))
        {
            throw new LedgerRefusedException(
                $"{path} is in use: one process at a time can open a LiteDB database",
                "stop the server that has it open, or follow it over the network with 'notary mirror'");
        }
    }

    private LiteEngine OpenEngine()
    {
        var opened = new LiteEngine(new EngineSettings
        {
            DataStream = data,
            LogStream = log,
            // Keys are bytes and numbers; a culture must not have a say in the order of anything.
            Collation = Collation.Binary,
            ReadOnly = !data.CanWrite,
            // A database that does not fit together is to be looked at, not mended by leaving out what cannot be read.
            AutoRebuild = false,
        });
        // LiteDB's own copying would happen wherever a commit happens to end.
        if (data.CanWrite && opened.Pragma("CHECKPOINT").AsInt32 != 0)
        {
            opened.Pragma("CHECKPOINT", 0);
            log.Commit();
        }

        return opened;
    }

    private void Reopen()
    {
        engine.Dispose();
        log.Reset();
        engine = OpenEngine();
        isBroken = false;
    }

    private void CopyWhatIsKnown()
    {
        if (data.CanWrite && !isBroken && !log.SyncFailed && !data.SyncFailed && log.Pages > 0)
            Checkpoint();
    }

    private void CopyLongLog()
    {
        if (log.Pages < nextCopy)
            return;
        try
        {
            engine.Checkpoint();
            nextCopy = CopyPages;
        }
        catch (Exception e) when (e is IOException or LiteException)
        {
            ThrowIfUnknown(e);
            // No room for the copy, say: the commit is durable in the log, which grows until a later try.
            nextCopy = log.Pages + CopyPages;
            Reopen();
        }
    }

    private void Alone(Action action)
    {
        gate.EnterWriteLock();
        try
        {
            action();
        }
        finally
        {
            gate.ExitWriteLock();
        }
    }

    private void ThrowIfUnknown(Exception? cause)
    {
        if (log.SyncFailed || data.SyncFailed)
            throw new StoreException($"syncing {path} failed: what it holds is not known", isFatal: true, cause);
    }
}
