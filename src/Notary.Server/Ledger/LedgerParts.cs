using Microsoft.Extensions.Logging;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// An opened and verified ledger before anybody appends to it: what serving it and changing its key have in common. Whoever
/// opens it owns the parts until they are handed on.
/// </summary>
internal sealed class LedgerParts : IDisposable
{
    private readonly ILogger logger;

    private LedgerParts(
        DataFolder folder, ILedgerStore store, HighWaterMark mark, TileCache cache, TreeReader tree, OpenedHead opened, ILogger logger)
    {
        (Folder, Store, Mark, Cache, Tree) = (folder, store, mark, cache, tree);
        (Opened, this.logger) = (opened, logger);
    }

    public DataFolder Folder { get; }

    public ILedgerStore Store { get; }

    public HighWaterMark Mark { get; }

    public TileCache Cache { get; }

    public TreeReader Tree { get; }

    public OpenedHead Opened { get; }

    /// <summary>Locks, opens and verifies the ledger of the folder, or creates it.</summary>
    /// <exception cref="LedgerRefusedException">It must not or cannot be opened; the message says what to do.</exception>
    public static LedgerParts Open(LedgerOptions options, ILogger logger)
    {
        var folder = new DataFolder(options.DataDirectory, options.HighWaterMarkPath);
        ILedgerStore? store = null;
        HighWaterMark? mark = null;
        try
        {
            folder.Lock();
            folder.RequireNoDraft();
            var kind = LedgerStores.Choose(folder.Database, options.Store);
            var opening = new LedgerOpening(folder, options, logger);
            var keys = opening.OpenKeys();
            store = LedgerStores.Open(folder.Database, kind);
            store = options.WrapStore?.Invoke(store) ?? store;
            mark = HighWaterMark.Open(folder.Mark);
            var cache = new TileCache(TileCache.DefaultCapacity);
            var tree = new TreeReader(store, cache);
            return new LedgerParts(folder, store, mark, cache, tree, opening.OpenHead(store, tree, keys, mark), logger);
        }
        catch (Exception e)
        {
            mark?.Dispose();
            store?.Dispose();
            folder.Dispose();
            if (e is StoreException or IOException or UnauthorizedAccessException)
                throw new LedgerRefusedException(
                    $"the ledger in {folder.Folder} cannot be opened: {e.Message}", "check the disk and who may read and write the folder");
            throw;
        }
    }

    public void Dispose()
    {
        Mark.Dispose();
        CopyLog();
        Store.Dispose();
        // Last: whoever gets the lock next finds everything closed.
        Folder.Dispose();
    }

    /// <summary>
    /// A stop that cannot do this is an orderly one all the same, since nothing is lost; but an operator who then takes the
    /// database without its log takes an older one.
    /// </summary>
    private void CopyLog()
    {
        try
        {
            Store.CopyLog();
        }
        catch (StoreException e)
        {
            LogMessages.LogNotCopied(logger, Opened.Key.Verifier.Name, Folder.Database, e);
        }
    }
}
