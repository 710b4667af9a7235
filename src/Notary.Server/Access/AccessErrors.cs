using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace Notary.Server;

/// <summary>
/// Why a call was refused before or instead of its work. A stranger learns that it was refused and what to send, never
/// whether a key is unknown, expired or revoked; a caller that is known learns which role or scope is missing.
/// </summary>
internal static class AccessErrors
{
    public static Google.Rpc.Status NobodyShown() => GrpcErrors.New(
        StatusCode.Unauthenticated, "this ledger asks who calls: send an API key as 'authorization: Bearer nk_...', or a client certificate",
        GrpcErrors.Reason("NO_CREDENTIAL"));

    public static Google.Rpc.Status NotKnown() => GrpcErrors.New(
        StatusCode.Unauthenticated, "the key or certificate lets nobody in: it is not one of this ledger's, or not any more", GrpcErrors.Reason("BAD_CREDENTIAL"));

    /// <summary>A call that has no row.</summary>
    public static Google.Rpc.Status NotAllowed() => GrpcErrors.New(
        StatusCode.PermissionDenied, "nobody may make this call", GrpcErrors.Reason("NOT_ALLOWED"));

    public static Google.Rpc.Status NotAllowed(Caller caller, AccessRow row) => GrpcErrors.New(
        StatusCode.PermissionDenied,
        row.Roles.Contains(caller.Role)
            ? $"this key's scopes are {AccessWords.Of(caller.Credential?.Scopes ?? Scopes.All)}, and the call needs {AccessWords.Of(row.Scope)}"
            : $"the role {AccessWords.Of(caller.Role)} may not make this call; it is for {string.Join(", ", row.Roles.Select(AccessWords.Of))}",
        GrpcErrors.Reason("NOT_ALLOWED"));

    /// <summary>Claims say that somebody else has looked.</summary>
    public static Google.Rpc.Status OwnIdentity() => GrpcErrors.New(
        StatusCode.PermissionDenied, "a registrar does not verify the identity of the account that it acts for", GrpcErrors.Reason("NOT_ALLOWED"));

    public static Google.Rpc.Status TooManyStreams() => GrpcErrors.New(
        StatusCode.ResourceExhausted, "too many streams of this address are open", GrpcErrors.Reason("RATE_LIMIT"));

    public static Google.Rpc.Status TooMany(TimeSpan wait) => GrpcErrors.New(
        StatusCode.ResourceExhausted, "too many calls; nothing was written",
        new RetryInfo { RetryDelay = Duration.FromTimeSpan(wait) }, GrpcErrors.Reason("RATE_LIMIT"));

    public static Google.Rpc.Status QuotaUsed(TimeSpan wait) => GrpcErrors.New(
        StatusCode.ResourceExhausted, "the account's deposits for today (UTC) are used up; nothing was written",
        new RetryInfo { RetryDelay = Duration.FromTimeSpan(wait) }, GrpcErrors.Reason("QUOTA"));

    /// <summary>A page in a browser, on a ledger that has no accounts.</summary>
    public static Google.Rpc.Status FromAPage() => GrpcErrors.New(
        StatusCode.PermissionDenied, "a page of another site may not use this ledger; programs send no Origin, and ask for localhost by name or address", GrpcErrors.Reason("FROM_A_PAGE"));

    public static Google.Rpc.Status NoAccounts() => GrpcErrors.New(
        StatusCode.FailedPrecondition, "this ledger has no accounts; its operator makes the first with 'notary account create'");

    public static Google.Rpc.Status AccountsUnreadable() => GrpcErrors.New(
        StatusCode.Unavailable, "the accounts of the ledger cannot be read or written for now", GrpcErrors.Reason("STORE_FAILED"));

    /// <summary>A key that stopped being taken while its stream went on.</summary>
    public static Google.Rpc.Status NoLonger() => GrpcErrors.New(
        StatusCode.Unauthenticated, "the key or certificate is not taken any more; nothing was written", GrpcErrors.Reason("BAD_CREDENTIAL"));

    /// <summary>What an account's change was refused for.</summary>
    public static Google.Rpc.Status Refused(AccountRefusedException e) => GrpcErrors.New(
        e.IsMissing ? StatusCode.NotFound : e.IsTaken ? StatusCode.AlreadyExists : StatusCode.FailedPrecondition, $"{e.Problem}; {e.Hint}");
}
