using System.Globalization;
using Microsoft.Extensions.Logging;
using Notary.Core;

namespace Notary.Server;

/// <summary>How an audit log goes on that has lost records.</summary>
/// <param name="Entry">The entry of the ledger that says so.</param>
/// <param name="Kept">Records that are left of those that the ledger vouches for.</param>
/// <param name="Known">Records that the newest head before covered.</param>
/// <param name="Revoked">Credentials of the copy that are taken no more.</param>
public sealed record AuditContinuationReport(ulong Entry, ulong Kept, ulong Known, long Revoked);

/// <summary>
/// The operator's way out when the newest accounts are lost: the ledger goes on with an older copy of them, or with none, and
/// says for ever that it does. The server is stopped meanwhile. One transaction of the accounts holds the record and, if so
/// chosen, the revocation of all credentials; it is committed after the notice is on the ledger. A crash between the two
/// leaves a ledger whose notice speaks of a record that nobody has: the server refuses again, and so does this, until it is
/// run once more.
/// </summary>
public static class AuditContinuation
{
    /// <param name="options">The ledger, its server stopped.</param>
    /// <param name="keepCredentials">Whether the copy's credentials go on to be taken, some of which may have been revoked since; null where there can be none.</param>
    /// <param name="actor">Who decides it.</param>
    /// <param name="logger">For what the ledger says.</param>
    /// <exception cref="AccountRefusedException">Nothing is lost, or credentials are there and nothing is said of them.</exception>
    /// <exception cref="LedgerRefusedException">There is no ledger, it is being served, or it cannot be written.</exception>
    /// <exception cref="StoreException">The accounts cannot be written; run it again.</exception>
    public static async Task<AuditContinuationReport> RunAsync(LedgerOptions options, bool? keepCredentials, string actor, ILogger<Ledger> logger)
    {
        using (var folder = new DataFolder(options.DataDirectory, options.HighWaterMarkPath))
        {
            if (!File.Exists(folder.Key) || !File.Exists(folder.Database))
                throw new LedgerRefusedException($"there is no ledger in {folder.Folder}", "give the folder that 'notary serve' is given");
        }

        await using var ledger = Ledger.Open(options, logger);
        var path = ledger.Folder.Accounts;
        var known = ledger.AuditHeads().Select(entry => entry.Head.Records).FirstOrDefault();
        if (known == 0)
            throw new AccountRefusedException("no entry of the ledger speaks of an audit log: there is nothing to go on from", "start the server");
        using var database = AccountDatabase.Open(path, options.TimeProvider);
        var kept = Kept(ledger, database);
        if (kept >= known)
            throw new AccountRefusedException($"the accounts {path} are as new as the ledger knows: nothing is lost", "start the server");
        var live = database.Read(AccountRows.Credentials).Count(credential => credential.Revoked is null);
        if (live > 0 && keepCredentials is null)
            throw new AccountRefusedException(
                string.Create(CultureInfo.InvariantCulture, $"this copy of the accounts would take {live} credentials again, and some may have been revoked since"),
                "give --credentials revoke and hand out new keys, or --credentials keep if you know that none was");
        return database.Change((rows, pen) => Continue(ledger, rows, pen, actor, new(0, kept, known, keepCredentials == true ? 0 : live)));
    }

    private static AuditContinuationReport Continue(Ledger ledger, SqliteDatabase rows, AuditPen pen, string actor, AuditContinuationReport report)
    {
        var (number, hash) = pen.Write(
            "log-continued", actor, null, string.Create(CultureInfo.InvariantCulture, $"the ledger knows of {report.Known} records, {report.Kept} are left"));
        if (report.Revoked > 0)
        {
            using var update = rows.Prepare("UPDATE credential SET revoked = ?1 WHERE revoked = 0");
            update.Bind(1, AccountRows.Milliseconds(pen.Now)).Run();
            pen.Write("credentials-revoked", actor, null, string.Create(CultureInfo.InvariantCulture, $"credentials {report.Revoked}, all that there are"));
        }

        var entry = ledger.RecordAuditAsync(now => new AuditHead(ledger.Origin, now, number, hash) { Kept = report.Kept }).GetAwaiter().GetResult();
        return entry is { } index
            ? report with { Entry = index }
            : throw new LedgerRefusedException("the notice cannot be written onto the ledger just now", "nothing was changed; see to the disk and the clock, and run it again");
    }

    /// <summary>The most records that a head on the ledger covers and the log at hand has. Heads that a notice gave up do not count.</summary>
    private static ulong Kept(Ledger ledger, AccountDatabase database)
    {
        var limit = ulong.MaxValue;
        foreach (var (_, head) in ledger.AuditHeads())
        {
            if (head.Records <= limit && AuditLog.Has(database, head))
                return head.Records;
            limit = Math.Min(limit, head.Kept ?? limit);
        }

        return 0;
    }
}
