using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// Finds who calls by what was shown: <c>Authorization: Bearer</c> with an API key or, where an issuer is configured, with an
/// OpenID Connect token, or the client certificate of the connection. One credential decides: where a header is sent, a certificate does not stand in for it.
/// </summary>
internal sealed class SignIns(AccountBook book, AddressThrottle addresses, AuditTrail audit, bool takesTokens, TimeProvider time)
{
    private const string Scheme = "Bearer ";

    /// <returns>The caller, or the status that tells the other side what is wrong, without telling a stranger why.</returns>
    public ValueTask<(Caller? Caller, Google.Rpc.Status? Problem)> FindAsync(HttpContext context)
    {
        var header = context.Request.Headers.Authorization;
        if (header.Count > 0)
            return FromHeaderAsync(header, context);
        return context.Connection.ClientCertificate is { } certificate
            ? FoundAsync(CredentialKind.Certificate, AccountRegister.LookupOf(certificate), context)
            : new((null, AccessErrors.NobodyShown()));
    }

    private ValueTask<(Caller?, Google.Rpc.Status?)> FromHeaderAsync(StringValues header, HttpContext context)
    {
        // Two headers are two answers to one question; whoever is in between may read the other one.
        if (header is not [{ } value] || !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return new((null, Failed(context)));
        var key = value.AsSpan(Scheme.Length);
        if (ApiKey.IsKey(key))
            return FoundAsync(CredentialKind.ApiKey, ApiKey.HashOf(key), context);
        // A token has two dots; what has none is not worth the work.
        return takesTokens && key.Contains('.') ? FromTokenAsync(context) : new((null, Failed(context)));
    }

    private async ValueTask<(Caller?, Google.Rpc.Status?)> FromTokenAsync(HttpContext context) =>
        await OpenIdTokens.FindAsync(context) is { } lookup ? await FoundAsync(CredentialKind.Subject, lookup, context) : (null, Failed(context));

    private ValueTask<(Caller?, Google.Rpc.Status?)> FoundAsync(CredentialKind kind, in Hash lookup, HttpContext context)
    {
        var now = time.GetUtcNow();
        if (book.Current.Find(kind, lookup, now) is not { } caller)
            return new((null, Failed(context)));
        var recorded = audit.SignedInAsync(caller, now);
        return recorded.IsCompletedSuccessfully ? new((caller, null)) : WaitAsync(caller, recorded);
    }

    private static async ValueTask<(Caller?, Google.Rpc.Status?)> WaitAsync(Caller caller, ValueTask recorded)
    {
        try
        {
            await recorded;
            return (caller, null);
        }
        catch (StoreException)
        {
            return (null, AccessErrors.AccountsUnreadable());
        }
    }

    /// <summary>
    /// Only what fails is counted against the address: nobody guesses 256 bits, but a flood of guesses must not fill the log,
    /// and must not lock out whoever shares the address and has a key.
    /// </summary>
    private Google.Rpc.Status Failed(HttpContext context)
    {
        var wait = addresses.TakeFailure(context.Connection.RemoteIpAddress);
        if (wait > TimeSpan.Zero)
            return AccessErrors.TooMany(wait);
        audit.SignInFailed();
        return AccessErrors.NotKnown();
    }
}
