using Notary.Core;

namespace Notary.Server;

/// <summary>The rows of <see cref="AccountDatabase"/> as objects.</summary>
internal static class AccountRows
{
    public static long Milliseconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    public static IReadOnlyList<Account> Accounts(SqliteDatabase rows) => Read(
        rows, "SELECT id, name, identity, method, verified, created, closed, signed, rate, quota FROM account ORDER BY id", ToAccount);

    public static IReadOnlyList<Member> Members(SqliteDatabase rows) => Read(
        rows, "SELECT account, name, role, added, removed FROM member ORDER BY account, name", ToMember);

    public static IReadOnlyList<Credential> Credentials(SqliteDatabase rows) => Read(
        rows, "SELECT id, kind, lookup, account, member, scopes, created, expires, revoked, used FROM credential ORDER BY id", ToCredential);

    public static IReadOnlyList<DepositorKey> Keys(SqliteDatabase rows) => Read(
        rows, "SELECT account, vkey, registered, revoked FROM signing_key ORDER BY account, registered, vkey", ToKey);

    public static Account? Find(SqliteDatabase rows, string id) => Accounts(rows).FirstOrDefault(account => account.Id == id);

    public static Member? FindMember(SqliteDatabase rows, string account, string name) =>
        Members(rows).FirstOrDefault(member => member.Account == account && member.Name == name);

    private static Account ToAccount(SqliteStatement row) => new(
        row.Text(0), row.Text(1), Text(row, 2), Time(row, 4) is { } time ? new IdentityVerification(row.Text(3), time) : null,
        Time(row, 5)!.Value, Time(row, 6), row.Number(7) != 0, row.Number(8), row.Number(9));

    private static Member ToMember(SqliteStatement row) => new(
        row.Text(0), row.Text(1), AccessWords.ParseRole(row.Text(2)) ?? throw Damaged("a role"), Time(row, 3)!.Value, Time(row, 4));

    private static Credential ToCredential(SqliteStatement row) => new(
        row.Number(0), (CredentialKind)row.Number(1), new Hash(row.Blob(2)), row.Text(3), row.Text(4),
        AccessWords.ParseScopes(row.Text(5)) ?? throw Damaged("scopes"), Time(row, 6)!.Value, Time(row, 7), Time(row, 8), Time(row, 9));

    private static DepositorKey ToKey(SqliteStatement row) => new(
        row.Text(0), VerifierKey.TryParse(row.Text(1), out var key, out _) ? key! : throw Damaged("a signing key"), Time(row, 2)!.Value, Time(row, 3));

    private static List<T> Read<T>(SqliteDatabase rows, string sql, Func<SqliteStatement, T> convert)
    {
        var all = new List<T>();
        using var statement = rows.Prepare(sql);
        while (statement.Step())
            all.Add(convert(statement));
        return all;
    }

    private static string? Text(SqliteStatement row, int column) => row.Text(column) is { Length: > 0 } text ? text : null;

    private static DateTimeOffset? Time(SqliteStatement row, int column) =>
        row.Number(column) is var milliseconds and not 0 ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    private static StoreException Damaged(string what) => new($"the database of accounts holds {what} that this version does not know", isFatal: false);
}
