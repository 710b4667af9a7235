using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Notary.Server;

/// <summary>
/// /healthz for load balancers and monitors: 200 while the ledger issues, 503 with the reason while it refuses to. A
/// ledger that only answers reads is not healthy.
/// </summary>
internal static class HealthEndpoint
{
    public static void Map(WebApplication host, Ledger ledger) =>
        host.MapMethods("/healthz", [HttpMethods.Get, HttpMethods.Head], (HttpContext context) => Write(context, ledger.Health));

    private static Task Write(HttpContext context, LedgerHealth health)
    {
        context.Response.StatusCode = health.Issuing ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(health.Issuing ? "ok\n" : $"not issuing: {health.Reason}\n", context.RequestAborted);
    }
}
