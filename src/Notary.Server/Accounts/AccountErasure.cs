using System.Globalization;

namespace Notary.Server;

/// <summary>What was erased of an account.</summary>
/// <param name="Deposits">Deposits that lost claims and request.</param>
/// <param name="IsAgain">Whether the account had been erased before; then this made sure of it.</param>
public sealed record ErasureReport(long Deposits, bool IsAgain);

/// <summary>
/// Erases a person: the claims and requests of an account's deposits, with them the salts, without which nobody can connect
/// the statements with the account; then name, identity and credentials. The server is stopped meanwhile. The order is such
/// that after a crash the account is still there to be erased again. What stays is the account's id, so that nobody else gets
/// it, its public keys, and the audit record that says so. The ledger does not change.
/// </summary>
public static class AccountErasure
{
    /// <param name="dataDirectory">The folder of the ledger.</param>
    /// <param name="account">Whom.</param>
    /// <param name="actor">Who erases.</param>
    /// <param name="time">The clock.</param>
    /// <param name="progress">Told now and then how far it is, on the calling thread.</param>
    /// <param name="cancellation">Ends it before anything is erased.</param>
    /// <exception cref="AccountRefusedException">There is no such account.</exception>
    /// <exception cref="LedgerRefusedException">The folder is in use, or the ledger is damaged.</exception>
    /// <exception cref="StoreException">The disk failed, or somebody reads the accounts; run it again.</exception>
    public static ErasureReport Run(
        string dataDirectory, string account, string actor, TimeProvider time, Action<FsckProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var folder = new DataFolder(dataDirectory, highWaterMark: null);
        if (!File.Exists(folder.Accounts))
            throw new AccountRefusedException($"{folder.Folder} has no accounts", "give the folder that 'notary serve' is given") { IsMissing = true };
        folder.Lock();
        folder.RequireNoDraft();
        using var database = AccountDatabase.Open(folder.Accounts, time);
        if (database.Read(rows => AccountRows.Find(rows, account)) is null)
            throw new AccountRefusedException($"there is no account {account}", "'notary account list' shows them") { IsMissing = true };
        var deposits = (long)LedgerErasure.Run(folder, account, progress, cancellation);
        // A crash before this leaves the account with its name, and its deposits without records: erasing it again ends it.
        var report = database.Change((rows, pen) =>
        {
            var isAgain = AccountRows.Find(rows, account) is { Name: Erased, Closed: not null };
            using (var update = rows.Prepare("UPDATE account SET name = ?2, identity = '', method = '', verified = 0, closed = ?3 WHERE id = ?1"))
                update.Bind(1, account).Bind(2, Erased).Bind(3, AccountRows.Milliseconds(pen.Now)).Run();
            foreach (var table in (string[])["credential", "member", "usage"])
            {
                using var delete = rows.Prepare($"DELETE FROM {table} WHERE account = ?1");
                delete.Bind(1, account).Run();
            }

            pen.Write("account-erased", actor, account, string.Create(CultureInfo.InvariantCulture, $"deposits {deposits}"));
            return new ErasureReport(deposits, isAgain);
        });
        // A crash before this leaves the account erased, and copies of its rows in pages: erasing it again ends it.
        database.Rewrite();
        return report;
    }

    /// <summary>What stands in the place of the name.</summary>
    private const string Erased = "erased";
}
