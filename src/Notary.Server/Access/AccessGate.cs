using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// What every call of either host passes before its method runs. Where no account exists and only loopback is served, it is
/// one comparison. Otherwise: (1) the call's row in <see cref="AccessTable"/>, without which it is refused; (2) a public call
/// is counted against its address; (3) else who calls, by the one credential shown; (4) whether that role may; (5) whether
/// its rate has room. The method finds the caller with <see cref="CallerOf"/>.
/// </summary>
internal sealed class AccessGate(AccountBook book, AddressThrottle addresses, SignIns signIns, TimeProvider time)
{
    private static readonly ConcurrentDictionary<Endpoint, AccessRow?> RowOf = new();

    /// <summary>How the host answers a call that is refused.</summary>
    internal delegate Task Refuse(HttpContext context, Google.Rpc.Status status);

    public Task PassAsync(HttpContext context, RequestDelegate next, Refuse refuse) =>
        book.Rules && context.GetEndpoint() is { } endpoint ? CheckAsync(context, endpoint, next, refuse) : next(context);

    /// <summary>Who makes the call; everybody is the local account where there are no accounts.</summary>
    public Caller CallerOf(HttpContext context) =>
        context.Features.Get<Caller>() ?? (book.Rules ? throw new InvalidOperationException("A call that the gate did not pass.") : Caller.Local);

    /// <summary>The same caller by the accounts as they are now, or null where it may not deposit any more: a stream outlives a key.</summary>
    public Caller? Renew(Caller caller)
    {
        if (ReferenceEquals(caller.Snapshot, book.Current) && caller.Credential?.Expires is null)
            return caller;
        if (caller.Credential is not { } credential)
            return book.Rules ? null : caller;
        var now = book.Current.Find(credential.Kind, credential.Lookup, time.GetUtcNow());
        return now is not null && now.May(AccessTable.Deposit) ? now : null;
    }

    private async Task CheckAsync(HttpContext context, Endpoint endpoint, RequestDelegate next, Refuse refuse)
    {
        if (RowOf.GetOrAdd(endpoint, FindRow) is not { } row) // (1)
        {
            await refuse(context, AccessErrors.NotAllowed());
            return;
        }

        if (row.IsPublic) // (2)
        {
            var wait = addresses.TakeCall(context.Connection.RemoteIpAddress);
            await (wait > TimeSpan.Zero ? refuse(context, AccessErrors.TooMany(wait)) : next(context));
            return;
        }

        var (caller, problem) = await signIns.FindAsync(context); // (3)
        if (caller is null)
            await refuse(context, problem!);
        else if (!caller.May(row)) // (4)
            await refuse(context, AccessErrors.NotAllowed(caller, row));
        // A deposit is counted where it is made: a stream makes many in one call.
        else if (row.Scope != Scopes.Deposit && caller.Use!.TakeCall() is var wait && wait > TimeSpan.Zero) // (5)
            await refuse(context, AccessErrors.TooMany(wait));
        else
        {
            context.Features.Set(caller);
            await next(context);
        }
    }

    /// <summary>The row of an endpoint. The framework's own answers to methods that do not exist are everybody's.</summary>
    private static AccessRow? FindRow(Endpoint endpoint)
    {
        // What is no route is the framework's answer to a path with another method.
        if (endpoint is not RouteEndpoint { RoutePattern.RawText: { } pattern } || pattern.Contains("{unimplemented", StringComparison.Ordinal))
            return AccessTable.Unimplemented;
        return AccessTable.Find(CallOf(pattern, endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()));
    }

    /// <summary>A call's name in the table: gRPC by its path, routes with their method; HEAD is told as GET.</summary>
    internal static string CallOf(string pattern, IHttpMethodMetadata? methods)
    {
        if (!pattern.StartsWith('/'))
            pattern = "/" + pattern;
        var isGrpc = pattern.AsSpan(1).Contains('.') && pattern.AsSpan(1).Contains('/') && !pattern.Contains('{', StringComparison.Ordinal) && methods?.HttpMethods is ["POST"];
        return isGrpc ? pattern : $"{(methods is { HttpMethods: [var method, ..] } ? method : "ANY")} {pattern}";
    }
}
