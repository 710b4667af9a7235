using Notary.Core;

namespace Notary.Server;

/// <summary>An account: who deposits, and what the operator has said of it.</summary>
/// <param name="Id">The account id; never changes, never used again.</param>
/// <param name="Name">Display name; what claims call the depositor.</param>
/// <param name="Identity"><c>uscc:</c> and a checked code, or null.</param>
/// <param name="Verified">How and when the identity was verified, or null.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Closed">Since when nobody may act for it, or null.</param>
/// <param name="RequiresSignature">Whether only signed requests are taken.</param>
/// <param name="Rate">Calls and deposits a second at most; 0: no limit.</param>
/// <param name="Quota">Deposits a day (UTC) at most; 0: no limit.</param>
public sealed record Account(
    string Id, string Name, string? Identity, IdentityVerification? Verified, DateTimeOffset Created, DateTimeOffset? Closed,
    bool RequiresSignature, long Rate, long Quota);

/// <summary>Somebody or something that acts for an account.</summary>
/// <param name="Removed">Since when no more, or null.</param>
public sealed record Member(string Account, string Name, Role Role, DateTimeOffset Added, DateTimeOffset? Removed);

/// <summary>What a member shows to be let in.</summary>
public enum CredentialKind
{
    ApiKey,

    /// <summary>A client certificate of mTLS.</summary>
    Certificate,

    /// <summary>The subject of an OpenID Connect issuer.</summary>
    Subject,
}

/// <summary>A credential as it is kept: nothing in it lets anybody in.</summary>
/// <param name="Id">Its number, by which it is revoked and named in the audit log.</param>
/// <param name="Lookup">SHA-256 of the key's text, of the certificate's DER, or of <c>issuer LF subject</c>.</param>
/// <param name="Expires">From when on it is not taken, or null.</param>
/// <param name="Revoked">Since when it is not taken, or null.</param>
/// <param name="LastUsed">When it was used last, to about a minute; null: never.</param>
public sealed record Credential(
    long Id, CredentialKind Kind, Hash Lookup, string Account, string Member, Scopes Scopes,
    DateTimeOffset Created, DateTimeOffset? Expires, DateTimeOffset? Revoked, DateTimeOffset? LastUsed);

/// <summary>A depositor's signing key. Rows are never deleted: old signatures must stay attributable.</summary>
/// <param name="Registered">When its owner proved possession.</param>
/// <param name="RevokedFrom">From when on its signatures are not taken, or null; it may lie before the day it was said.</param>
public sealed record DepositorKey(string Account, VerifierKey Key, DateTimeOffset Registered, DateTimeOffset? RevokedFrom);

/// <summary>What was asked of the accounts cannot be done, for a reason of the caller's.</summary>
/// <param name="problem">What is wrong, without a full stop.</param>
/// <param name="hint">What to do next, without a full stop.</param>
public sealed class AccountRefusedException(string problem, string hint) : Exception($"{problem}; {hint}")
{
    public string Problem { get; } = problem;

    public string Hint { get; } = hint;

    /// <summary>Whether what was named is not there.</summary>
    public bool IsMissing { get; init; }

    /// <summary>Whether what was to be made is there already.</summary>
    public bool IsTaken { get; init; }
}
