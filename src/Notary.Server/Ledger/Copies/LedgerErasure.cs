using System.Text;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// Takes an account's private records out of a ledger that nobody serves, whatever store it is kept in. The whole database is
/// written anew without them and checked: no page of the old one, where copies of rows may stand that were moved or deleted
/// once, comes along. Entries, tree and uuids stay as they are: certificates that were handed out still verify, and a uuid
/// stays taken. A crash before the last step leaves the old database, one after it the new one.
/// </summary>
internal static class LedgerErasure
{
    /// <param name="folder">Locked by the caller.</param>
    /// <param name="account">Whose records.</param>
    /// <param name="progress">Told now and then how far it is.</param>
    /// <param name="cancellation">Ends it; nothing is erased then.</param>
    /// <returns>How many deposits lost their claims and requests.</returns>
    /// <exception cref="LedgerRefusedException">The database is damaged, or there is no room; nothing was erased.</exception>
    public static ulong Run(DataFolder folder, string account, Action<FsckProgress>? progress, CancellationToken cancellation)
    {
        if (LedgerStores.KindOf(folder.Database) is not { } kind)
            return 0;
        var draft = folder.Database + ".erasing";
        var (erased, without) = (0UL, 0UL);
        try
        {
            FsckReport check;
            using (var reader = LedgerReader.OpenDatabase(folder.Database))
                check = new CheckedCopy(progress, cancellation).Write(draft, reader.Latest, reader.ReadRecords(0).Select(Erase), kind);
            // The check takes a deposit without records for one that was erased: none but these may be.
            if (check.Erased != erased + without)
                throw new StoreDamagedException("the copy", $"has {check.Erased} deposits without records, not {erased + without}", 0);
            LedgerStores.Replace(folder.Database, draft);
            return erased;
        }
        catch (Exception e) when (e is StoreDamagedException or StoreException)
        {
            throw new LedgerRefusedException($"nothing was erased from the ledger in {folder.Folder}: {e.Message}", "see to the disk, run 'notary fsck' on it, and run this again")
            {
                IsVerdict = e is StoreDamagedException,
            };
        }
        finally
        {
            SqliteFile.Delete(draft);
        }

        IReadOnlyList<StoredEntry> Erase(IReadOnlyList<StoredEntry> page) => [.. page.Select(entry =>
        {
            if (!Entry.IsDeposit(entry.Entry.Span))
                return entry;
            if (!IsOf(entry, account))
            {
                without += entry.Claims.IsEmpty && entry.Request.IsEmpty ? 1UL : 0;
                return entry;
            }

            erased++;
            return entry with { Claims = default, Request = default };
        })];
    }

    private static bool IsOf(in StoredEntry entry, string account)
    {
        if (entry.Claims.IsEmpty || LostRecords.Are(entry))
            return false;
        try
        {
            return Claims.Parse(Encoding.UTF8.GetString(entry.Claims.Span)).Account == account;
        }
        catch (MalformedException e)
        {
            throw new StoreDamagedException($"entry {entry.Index}", $"has claims that cannot be read: {e.Message}", entry.Index + 1);
        }
    }
}
