using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// Two questions that must not be mixed up. <c>/readyz</c>: can it be trusted with a deposit now? 503 for as long as the
/// ledger refuses to issue, whatever it still answers. <c>/healthz</c>: would starting it again help? 503 only then; a
/// full disk or a clock that went back is no reason to kill a process whose reads still work, but its answer does not
/// call the ledger healthy either: it says <c>not issuing</c> and why. Both answers are one JSON object.
/// </summary>
internal static class HealthEndpoint
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <param name="host">The web host.</param>
    /// <param name="ledger">Whose health it is.</param>
    /// <param name="anchoring">How anchoring in Bitcoin stands; null where there is none. It is told, and keeps nobody from depositing.</param>
    public static void Map(WebApplication host, Ledger ledger, Func<AnchoringStanding?> anchoring)
    {
        host.MapMethods("/healthz", Methods, (HttpContext context) => WriteAsync(context, ledger, anchoring(), health => health.State != LedgerState.Failed));
        host.MapMethods("/readyz", Methods, (HttpContext context) => WriteAsync(context, ledger, anchoring(), health => health.Issuing));
    }

    private static Task WriteAsync(HttpContext context, Ledger ledger, AnchoringStanding? anchoring, Func<LedgerHealth, bool> isGood)
    {
        var health = ledger.Health;
        context.Response.StatusCode = isGood(health) ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        var body = Describe(ledger, health, anchoring);
        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static byte[] Describe(Ledger ledger, LedgerHealth health, AnchoringStanding? anchoring)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("status", health.Issuing ? "issuing" : "not issuing");
            if (!health.Issuing)
            {
                json.WriteString("cause", RefusalType.Of(health.State));
                json.WriteString("reason", health.Reason);
            }

            json.WriteString("ledger", ledger.Origin);
            json.WriteNumber("size", ledger.Latest.Checkpoint.Size);
            json.WriteString("received", Timestamp.Format(ledger.Received));
            if (anchoring is not null)
                WriteAnchoring(json, anchoring);
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    private static void WriteAnchoring(Utf8JsonWriter json, AnchoringStanding anchoring)
    {
        json.WriteStartObject("bitcoin");
        json.WriteString("status", anchoring.Alarm is null ? "good" : "alarm");
        if (anchoring.Alarm is { } alarm)
            json.WriteString("reason", alarm);
        json.WriteNumber("stamped", anchoring.Stamped);
        json.WriteNumber("in_bitcoin", anchoring.InBitcoin);
        json.WriteStartArray("calendars");
        foreach (var calendar in anchoring.Calendars)
        {
            json.WriteStartObject();
            json.WriteString("calendar", calendar.Calendar.AbsoluteUri);
            json.WriteNumber("failures", calendar.Failures);
            if (calendar.Problem is { } problem)
                json.WriteString("reason", problem);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
