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
    /// <param name="host">The web host.</param>
    /// <param name="ledger">Whose health it is.</param>
    /// <param name="outside">How those stand who give independent times. It is told, and keeps nobody from depositing.</param>
    public static void Map(WebApplication host, Ledger ledger, Func<OutsideStanding> outside)
    {
        host.MapMethods("/healthz", WebAnswer.Reading, (HttpContext context) => WriteAsync(context, ledger, outside(), health => health.State != LedgerState.Failed));
        host.MapMethods("/readyz", WebAnswer.Reading, (HttpContext context) => WriteAsync(context, ledger, outside(), health => health.Issuing));
    }

    private static Task WriteAsync(HttpContext context, Ledger ledger, OutsideStanding outside, Func<LedgerHealth, bool> isGood)
    {
        var health = ledger.Health;
        context.Response.StatusCode = isGood(health) ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.CacheControl = "no-store";
        return WebAnswer.WriteAsync(context, "application/json", Describe(ledger, health, outside));
    }

    private static byte[] Describe(Ledger ledger, LedgerHealth health, OutsideStanding outside)
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
            if (outside.Clock is { } clock)
                WriteClock(json, clock);
            if (outside.Stamping.Count > 0)
                WriteStamping(json, outside.Stamping);
            if (outside.Anchoring is { } anchoring)
                WriteAnchoring(json, anchoring);
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    private static void WriteClock(Utf8JsonWriter json, ClockStanding clock)
    {
        json.WriteStartObject("clock");
        json.WriteString("status", clock.Reading.Refusal is { } refusal ? RefusalType.Of(refusal.State) : "good");
        if (clock.Reading.AccuracyMilliseconds is { } bound)
            json.WriteNumber("bound_ms", bound);
        json.WriteNumber("limit_ms", ClockGuard.MostBound.TotalMilliseconds);
        if (clock.Offset is { } offset)
            json.WriteNumber("ahead_ms", Math.Round(offset.TotalMilliseconds, 1));
        json.WriteNumber("quorum", clock.Quorum);
        json.WriteStartArray("sources");
        foreach (var source in clock.Sources)
        {
            json.WriteStartObject();
            json.WriteString("source", source.Source);
            json.WriteString("status", source.Failures == 0 ? "good" : "failing");
            WriteFailures(json, source.Failures, source.Problem);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteStamping(Utf8JsonWriter json, IReadOnlyList<StampStanding> stamping)
    {
        json.WriteStartArray("timestamps");
        foreach (var standing in stamping)
        {
            json.WriteStartObject();
            json.WriteString("authority", standing.Authority);
            json.WriteString("status", standing.Failures == 0 ? "good" : "failing");
            json.WriteNumber("stamped", standing.Size);
            WriteFailures(json, standing.Failures, standing.Problem);
            json.WriteEndObject();
        }

        json.WriteEndArray();
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
            WriteFailures(json, calendar.Failures, calendar.Problem);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteFailures(Utf8JsonWriter json, int failures, string? problem)
    {
        json.WriteNumber("failures", failures);
        if (problem is not null)
            json.WriteString("reason", problem);
    }
}
