namespace Notary.Server;

/// <summary>What a member of an account is there for. <see cref="AccessTable"/> says what each may call.</summary>
public enum Role
{
    /// <summary>Deposits, reads the account's deposits, and registers its signing keys.</summary>
    Depositor,

    /// <summary>A machine that deposits and can read nothing back but its own answers.</summary>
    Batch,

    /// <summary>Reads the account's deposits.</summary>
    Reader,

    /// <summary>Reads the audit log, and the ledger that everybody may read.</summary>
    Auditor,

    /// <summary>Says how and when an account's identity was verified.</summary>
    Registrar,

    /// <summary>Changes accounts' settings; never deposits or reads for others.</summary>
    Operator,
}

/// <summary>What one credential may be used for: it narrows its member's role and never widens it.</summary>
[Flags]
public enum Scopes
{
    None = 0,
    Deposit = 1,
    Read = 2,
    Keys = 4,
    Audit = 8,
    Identity = 16,
    Settings = 32,
    All = Deposit | Read | Keys | Audit | Identity | Settings,
}

/// <summary>The words for roles and scopes, as the command line, the database and the documents have them.</summary>
public static class AccessWords
{
    private static readonly Scopes[] Single = [Scopes.Deposit, Scopes.Read, Scopes.Keys, Scopes.Audit, Scopes.Identity, Scopes.Settings];

    /// <summary>Every role's word, in the order of the table.</summary>
    public static IReadOnlyList<string> Roles { get; } = [.. Enum.GetValues<Role>().Select(Of)];

    public static string Of(Role role) => role.ToString().ToLowerInvariant();

    public static Role? ParseRole(string word) => Enum.GetValues<Role>().Cast<Role?>().FirstOrDefault(role => Of(role!.Value) == word);

    /// <summary>The scopes' words with commas between: <c>deposit,read</c>; <c>all</c> for all.</summary>
    public static string Of(Scopes scopes) => scopes == Scopes.All
        ? "all"
        : string.Join(',', Single.Where(scope => scopes.HasFlag(scope)).Select(scope => scope.ToString().ToLowerInvariant()));

    /// <summary>Reads what <see cref="Of(Scopes)"/> prints; null where a word is none of them or there is none.</summary>
    public static Scopes? ParseScopes(string words)
    {
        if (words == "all")
            return Scopes.All;
        var scopes = Scopes.None;
        foreach (var word in words.Split(','))
        {
            var scope = Array.Find(Single, scope => Of(scope) == word);
            if (scope == Scopes.None)
                return null;
            scopes |= scope;
        }

        return scopes;
    }
}
