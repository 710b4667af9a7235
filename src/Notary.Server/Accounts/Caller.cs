using Notary.Core;

namespace Notary.Server;

/// <summary>Who makes a call, as the server has checked it. Immutable but for what has been used of the account.</summary>
/// <param name="depositor">The account.</param>
/// <param name="use">What has been used of its rate and quota; null where there are no accounts.</param>
/// <param name="member">Who acts for it.</param>
/// <param name="role">What that one is there for.</param>
/// <param name="credential">What was shown; null where there are no accounts.</param>
/// <param name="snapshot">The accounts that this was found in.</param>
internal sealed class Caller(
    Depositor depositor, AccountUse? use, string member, Role role, Credential? credential, AccountBook.Snapshot? snapshot)
{
    /// <summary>Everybody, where there are no accounts.</summary>
    public static Caller Local { get; } = new(Depositor.Local, null, "local", Role.Depositor, null, null);

    public Depositor Depositor { get; } = depositor;

    public AccountUse? Use { get; } = use;

    public string Account => Depositor.Account;

    public string Member { get; } = member;

    public Role Role { get; } = role;

    public Credential? Credential { get; } = credential;

    /// <summary>The accounts that this was found in; another object since, and it must be looked for again.</summary>
    public AccountBook.Snapshot? Snapshot { get; } = snapshot;

    /// <summary>How the audit log names the caller.</summary>
    public string Actor => $"{Account}/{Member}";

    /// <summary>Whether the caller may make a call of this row.</summary>
    public bool May(AccessRow row) => row.Allows(Role, Credential?.Scopes ?? Scopes.All);
}
