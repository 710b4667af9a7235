using System.Globalization;
using System.Security.Cryptography;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The accounts of a ledger's folder, as the operator and the services change them. Every change is durable when its method
/// returns, and stands in the audit log under the name of whoever made it. A running server sees changes of another process
/// within a second (<see cref="AccountBook"/>). Safe for concurrent use.
/// </summary>
public sealed partial class AccountRegister : IDisposable
{
    /// <summary>The actor of changes by somebody who works on the folder itself.</summary>
    public const string LocalActor = "operator-console";

    private readonly AccountDatabase database;
    private readonly RandomNumberGenerator random;

    internal AccountRegister(AccountDatabase database, RandomNumberGenerator random) => (this.database, this.random) = (database, random);

    /// <param name="dataDirectory">The folder of the ledger.</param>
    /// <param name="create">Whether to make the database where there is none.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Where keys come from.</param>
    /// <exception cref="AccountRefusedException">There is no ledger in the folder, or no accounts and none are to be made, or they were lost.</exception>
    /// <exception cref="StoreException">The database cannot be opened.</exception>
    public static AccountRegister Open(string dataDirectory, bool create, TimeProvider time, RandomNumberGenerator random)
    {
        using var folder = new DataFolder(dataDirectory, highWaterMark: null);
        if (!Directory.Exists(folder.Folder))
            throw new AccountRefusedException($"there is no folder {folder.Folder}", "give the folder that 'notary serve' is given") { IsMissing = true };
        if (!create && !File.Exists(folder.Accounts))
            throw new AccountRefusedException($"{folder.Folder} has no accounts", "make the first one with 'notary account create'") { IsMissing = true };
        if (create)
            KnownAccounts.RefuseAnew(folder);
        return new AccountRegister(AccountDatabase.Open(folder.Accounts, time), random);
    }

    /// <summary>Records that the ledger of a folder was copied; does nothing where it has no accounts, and so no audit log.</summary>
    /// <param name="dataDirectory">The folder of the ledger.</param>
    /// <param name="what">A token: <c>backup-written</c>.</param>
    /// <param name="entries">How many entries were copied.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="StoreException">It was not recorded.</exception>
    public static void RecordCopy(string dataDirectory, string what, ulong entries, TimeProvider time)
    {
        using var folder = new DataFolder(dataDirectory, highWaterMark: null);
        if (!File.Exists(folder.Accounts))
            return;
        using var database = AccountDatabase.Open(folder.Accounts, time);
        database.Change((_, pen) =>
        {
            pen.Write(what, LocalActor, null, string.Create(CultureInfo.InvariantCulture, $"entries {entries}"));
            return true;
        });
    }

    /// <summary>Every account, by id.</summary>
    public IReadOnlyList<Account> Accounts() => database.Read(AccountRows.Accounts);

    /// <summary>Every member, by account and name, those removed too.</summary>
    public IReadOnlyList<Member> Members() => database.Read(AccountRows.Members);

    /// <param name="actor">Who makes it.</param>
    /// <param name="id">The id: a-z, 0-9, '-'.</param>
    /// <param name="name">Display name.</param>
    /// <param name="code">The unified social credit code, or null.</param>
    /// <exception cref="AccountRefusedException">A value breaks a rule, or the id is or was taken.</exception>
    public void CreateAccount(string actor, string id, string name, string? code)
    {
        if (!TextRules.IsAccount(id))
            throw new AccountRefusedException($"the account id {TextRules.Escape(id)} is not 1 to {Limits.AccountCharacters} characters of a-z, 0-9, '-'", "for example linghang");
        if (AccountNames.Problem(name) is { } problem)
            throw new AccountRefusedException($"the name {problem}", "give the name that certificates shall show");
        if (code is not null && SocialCreditCode.Problem(code) is { } wrong)
            throw new AccountRefusedException($"the unified social credit code {wrong}", "copy it from the business licence");
        database.Change((rows, pen) =>
        {
            var all = AccountRows.Accounts(rows);
            if (all.Any(account => account.Id == id))
                throw new AccountRefusedException($"the account {id} is there already", "account ids are never used again") { IsTaken = true };
            if (all.FirstOrDefault(account => account.Closed is null && AccountNames.Shape(account.Name) == AccountNames.Shape(name)) is { } similar)
                throw new AccountRefusedException($"the account {similar.Id} has a name that looks the same", "add what tells them apart, such as a place or a branch") { IsTaken = true };
            using var insert = rows.Prepare("INSERT INTO account (id, name, identity, method, verified, created, closed, signed, rate, quota) VALUES (?1, ?2, ?3, '', 0, ?4, 0, 0, 0, 0)");
            insert.Bind(1, id).Bind(2, name).Bind(3, code is null ? "" : $"{SocialCreditCode.Scheme}:{code}").Bind(4, AccountRows.Milliseconds(pen.Now)).Run();
            pen.Write("account-created", actor, id, null);
            return true;
        });
    }

    /// <summary>Writes down how and when an account's identity was verified; claims of later deposits say so.</summary>
    /// <exception cref="AccountRefusedException">There is no such account, it states no identity, or a value breaks a rule.</exception>
    public void VerifyIdentity(string actor, string account, string method, DateTimeOffset? at)
    {
        if (TextRules.TitleProblem(method, Limits.TitleCharacters) is { } problem)
            throw new AccountRefusedException($"the method {problem}", "say how it was verified: licence-seen, bank-transfer");
        database.Change((rows, pen) =>
        {
            var found = Require(rows, account);
            if (found.Identity is null)
                throw new AccountRefusedException($"the account {account} states no identity to verify", "make the account with its unified social credit code");
            var time = at ?? pen.Now;
            if (time > pen.Now)
                throw new AccountRefusedException("the time of the verification is to come", "give a time that has passed");
            using var update = rows.Prepare("UPDATE account SET method = ?2, verified = ?3 WHERE id = ?1");
            update.Bind(1, account).Bind(2, method).Bind(3, AccountRows.Milliseconds(time)).Run();
            pen.Write("identity-verified", actor, account, $"at {Timestamp.Format(time)}");
            return true;
        });
    }

    /// <param name="actor">Who changes them.</param>
    /// <param name="account">Whose.</param>
    /// <param name="requiresSignature">Whether only signed requests are taken; null leaves it.</param>
    /// <param name="rate">Calls and deposits a second at most, 0 for no limit; null leaves it.</param>
    /// <param name="quota">Deposits a day at most, 0 for no limit; null leaves it.</param>
    /// <exception cref="AccountRefusedException">There is no such account.</exception>
    public void ChangeSettings(string actor, string account, bool? requiresSignature, long? rate, long? quota) => database.Change((rows, pen) =>
    {
        if (rate is < 0 or > 1_000_000 || quota is < 0 or > 1_000_000_000)
            throw new AccountRefusedException("a rate or quota is below 0 or beyond a million a second, a thousand million a day", "0 stands for no limit");
        var found = Require(rows, account);
        var (signed, most, daily) = (requiresSignature ?? found.RequiresSignature, rate ?? found.Rate, quota ?? found.Quota);
        using var update = rows.Prepare("UPDATE account SET signed = ?2, rate = ?3, quota = ?4 WHERE id = ?1");
        update.Bind(1, account).Bind(2, signed ? 1 : 0).Bind(3, most).Bind(4, daily).Run();
        pen.Write("settings-changed", actor, account, string.Create(CultureInfo.InvariantCulture, $"signed {(signed ? "required" : "optional")}, rate {most}, quota {daily}"));
        return true;
    });

    /// <summary>Nobody acts for the account from now on. Its deposits stay on the ledger.</summary>
    /// <exception cref="AccountRefusedException">There is no such account.</exception>
    public void Close(string actor, string account) => database.Change((rows, pen) =>
    {
        Require(rows, account);
        using var update = rows.Prepare("UPDATE account SET closed = ?2 WHERE id = ?1");
        update.Bind(1, account).Bind(2, AccountRows.Milliseconds(pen.Now)).Run();
        pen.Write("account-closed", actor, account, null);
        return true;
    });

    /// <summary>Adds a member, or gives one that is there another role; one that was removed comes back.</summary>
    /// <exception cref="AccountRefusedException">There is no such account, or the name breaks a rule.</exception>
    public void SetMember(string actor, string account, string name, Role role) => database.Change((rows, pen) =>
    {
        if (!TextRules.IsAccount(name))
            throw new AccountRefusedException($"the member's name {TextRules.Escape(name)} is not 1 to {Limits.AccountCharacters} characters of a-z, 0-9, '-'", "for example zhang or erp-2");
        Require(rows, account);
        var known = AccountRows.FindMember(rows, account, name);
        using var update = rows.Prepare("INSERT INTO member (account, name, role, added, removed) VALUES (?1, ?2, ?3, ?4, 0) ON CONFLICT DO UPDATE SET role = ?3, removed = 0");
        update.Bind(1, account).Bind(2, name).Bind(3, AccessWords.Of(role)).Bind(4, AccountRows.Milliseconds(pen.Now)).Run();
        pen.Write(known is null ? "member-added" : "role-changed", actor, account, $"member {name}, role {AccessWords.Of(role)}");
        return true;
    });

    /// <summary>Nobody acts as this member from now on, whatever credentials it has.</summary>
    /// <exception cref="AccountRefusedException">There is no such member.</exception>
    public void RemoveMember(string actor, string account, string name) => database.Change((rows, pen) =>
    {
        RequireMember(rows, account, name);
        using var update = rows.Prepare("UPDATE member SET removed = ?3 WHERE account = ?1 AND name = ?2");
        update.Bind(1, account).Bind(2, name).Bind(3, AccountRows.Milliseconds(pen.Now)).Run();
        pen.Write("member-removed", actor, account, $"member {name}");
        return true;
    });

    public void Dispose() => database.Dispose();

    private static Account Require(SqliteDatabase rows, string account)
    {
        var found = AccountRows.Find(rows, account)
            ?? throw new AccountRefusedException($"there is no account {TextRules.Escape(account)}", "'notary account list' shows them") { IsMissing = true };
        return found.Closed is null ? found : throw new AccountRefusedException($"the account {account} is closed", "make another one");
    }

    private static Member RequireMember(SqliteDatabase rows, string account, string name)
    {
        Require(rows, account);
        return AccountRows.FindMember(rows, account, name) is { Removed: null } member
            ? member
            : throw new AccountRefusedException($"the account {account} has no member {TextRules.Escape(name)}", "add it with 'notary account member'") { IsMissing = true };
    }
}
