using Notary.Core;

namespace Notary.Server;

/// <summary>What was moved.</summary>
/// <param name="Check">What the check of the new database found: it is whole.</param>
/// <param name="From">What the ledger was kept in.</param>
/// <param name="To">What it is kept in now.</param>
public sealed record MigrationReport(FsckReport Check, StoreKind From, StoreKind To);

/// <summary>
/// Moves a ledger from one kind of store to another, with no server on it. The new database is written beside the old one
/// entry by entry, each compared with its leaf hash, up to the signed root; the whole of it is read back by
/// <see cref="Fsck"/>; then every row of both is compared. Only then does it get the name of the old one, in one rename: a
/// crash before that leaves the old ledger as it was, one after it the new one.
/// </summary>
public static class LedgerMigration
{
    /// <param name="dataDirectory">The folder that a server is given.</param>
    /// <param name="to">The store to move to.</param>
    /// <param name="progress">Told now and then how far it is, on the calling thread.</param>
    /// <param name="cancellation">Ends it; the old ledger stays as it was.</param>
    /// <exception cref="LedgerRefusedException">There is nothing to move, it is damaged, in use, or there already.</exception>
    public static MigrationReport Run(string dataDirectory, StoreKind to, Action<FsckProgress>? progress, CancellationToken cancellation)
    {
        using var folder = new DataFolder(dataDirectory, highWaterMark: null);
        folder.RequireExisting();
        folder.Lock();
        folder.RequireNoDraft();
        var from = LedgerStores.KindOf(folder.Database)
            ?? throw new LedgerRefusedException($"there is no ledger in {folder.Folder}", "give the folder that 'notary serve' uses");
        if (from == to)
            throw new LedgerRefusedException($"the ledger in {folder.Folder} is kept in {LedgerStores.NameOf(to)} already", "there is nothing to do");
        LedgerStores.RequireAvailable(to);
        LedgerStores.RequireAvailable(from);
        var draft = folder.Database + ".migrating";
        try
        {
            var check = Copy(folder.Database, draft, to, progress, cancellation);
            LedgerStores.Replace(folder.Database, draft);
            return new MigrationReport(check, from, to);
        }
        catch (Exception e) when (e is StoreDamagedException or StoreException)
        {
            throw new LedgerRefusedException($"the ledger in {folder.Folder} could not be moved: {e.Message}", "nothing was changed; run 'notary fsck' on it")
            {
                IsVerdict = e is StoreDamagedException,
            };
        }
        finally
        {
            SqliteFile.Delete(draft);
        }
    }

    private static FsckReport Copy(string old, string draft, StoreKind to, Action<FsckProgress>? progress, CancellationToken cancellation)
    {
        FsckReport check;
        using (var reader = LedgerReader.OpenDatabase(old))
            check = new CheckedCopy(progress, cancellation).Write(draft, reader.Latest, reader.ReadRecords(0), to);
        using var left = LedgerStores.OpenReadOnly(old);
        using var right = LedgerStores.OpenReadOnly(draft);
        new StoreComparison(left, right, progress, cancellation).Run();
        return check;
    }
}
