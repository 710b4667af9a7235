using System.Globalization;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// Compares the database of accounts with what the ledger knows of it, before anything in it is believed. Once a head of the
/// audit log is on the ledger, a database that is gone must not bring back the days when nobody was asked who they are, and an
/// older copy must not bring back keys that have been revoked since.
/// </summary>
internal static class KnownAccounts
{
    /// <summary>How many records the newest head of the audit log covers; 0 where the ledger has none. From the first one on, calls need an account.</summary>
    /// <exception cref="LedgerRefusedException">The accounts are missing, or are not those that the newest head speaks of.</exception>
    /// <exception cref="StoreException">They cannot be read.</exception>
    public static ulong Check(Ledger ledger, TimeProvider time)
    {
        var path = ledger.Folder.Accounts;
        if (Newest(ledger) is not var (index, head))
            return 0;
        if (IsMissing(path))
            throw Refused(ledger, $"the accounts {path} are missing, and entry {index} of the ledger says that their audit log had {Count(head.Records)}");
        using var database = AccountDatabase.Open(path, time);
        if (AuditLog.Has(database, head))
            return head.Records;
        var records = AuditLog.Head(database)?.Records ?? 0;
        throw Refused(ledger, records < head.Records
            ? $"the accounts {path} are older than what the ledger knows: their audit log has {Count(records)}, and entry {index} of {Timestamp.Format(head.At)} says {head.Records}, so keys that were revoked since would be taken again"
            : $"the accounts {path} are not those of this ledger: record {head.Records} of their audit log is another than entry {index} of the ledger says");
    }

    /// <summary>Refuses to make accounts anew beside a ledger that has lost its own. Says nothing of a ledger that cannot be read just now: its next start will.</summary>
    /// <exception cref="AccountRefusedException">The ledger had accounts.</exception>
    public static void RefuseAnew(DataFolder folder)
    {
        if (!File.Exists(folder.Database) || !IsMissing(folder.Accounts))
            return;
        try
        {
            using var reader = LedgerReader.OpenDatabase(folder.Database);
            if (reader.AuditHeads().Any())
                throw new AccountRefusedException($"the accounts {folder.Accounts} are missing: this ledger had some", Hint(folder));
        }
        catch (LedgerRefusedException)
        {
            // In use by a server whose store takes one process alone, or damaged.
        }
    }

    /// <summary>Not there, or without a byte: then SQLite would make a new database of it.</summary>
    public static bool IsMissing(string path) => new FileInfo(path) is not { Exists: true, Length: > 0 };

    private static (ulong Index, AuditHead Head)? Newest(Ledger ledger)
    {
        try
        {
            foreach (var newest in ledger.AuditHeads())
                return newest;
            return null;
        }
        catch (StoreDamagedException e)
        {
            throw new LedgerRefusedException($"the database {ledger.Folder.Database} is damaged: {e.Message}", SqliteStore.DamagedHint);
        }
    }

    private static LedgerRefusedException Refused(Ledger ledger, string problem) => new(problem, Hint(ledger.Folder));

    private static string Hint(DataFolder folder) =>
        $"put back the newest copy of accounts.db (in a backup it is FILE.accounts); if none is as new as that, 'notary audit continue --data {folder.Folder}' writes onto the ledger that records are lost, and goes on";

    private static string Count(ulong records) => string.Create(CultureInfo.InvariantCulture, $"{records} {(records == 1 ? "record" : "records")}");
}
