using System.Globalization;
using System.Text.Json;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Notary.Server;

/// <summary>
/// A refusal over HTTP: problem details (RFC 9457) with what the status of gRPC says, so that both interfaces refuse for the
/// same reasons in the same words.
/// </summary>
internal static class ProblemDetails
{
    /// <param name="context">The request.</param>
    /// <param name="status">Why.</param>
    /// <param name="code">The status of HTTP, where that of gRPC says less.</param>
    public static Task WriteAsync(HttpContext context, Google.Rpc.Status status, int? code = null)
    {
        var response = context.Response;
        response.StatusCode = code ?? StatusOf((StatusCode)status.Code);
        response.Headers.CacheControl = "no-store";
        // A refused body is not read to its end: what of it is still to come must not pass for the next request.
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
            response.Headers.Connection = "close";
        if (response.StatusCode == StatusCodes.Status401Unauthorized)
            response.Headers.WWWAuthenticate = "Bearer";
        var (reason, retry, fields) = Read(status);
        if (retry is { } wait)
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return WebAnswer.WriteAsync(context, "application/problem+json", Print(status, response.StatusCode, reason, fields));
    }

    private static (string? Reason, TimeSpan? Retry, IReadOnlyList<BadRequest.Types.FieldViolation> Fields) Read(Google.Rpc.Status status)
    {
        (string? reason, TimeSpan? retry) = (null, null);
        IReadOnlyList<BadRequest.Types.FieldViolation> fields = [];
        foreach (var detail in status.Details)
        {
            if (detail.TryUnpack<ErrorInfo>(out var info))
                reason = info.Reason;
            else if (detail.TryUnpack<RetryInfo>(out var again))
                retry = again.RetryDelay.ToTimeSpan();
            else if (detail.TryUnpack<BadRequest>(out var bad))
                fields = bad.FieldViolations;
        }

        return (reason, retry, fields);
    }

    private static byte[] Print(Google.Rpc.Status status, int code, string? reason, IReadOnlyList<BadRequest.Types.FieldViolation> fields)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", "about:blank");
            json.WriteString("title", Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(code));
            json.WriteNumber("status", code);
            json.WriteString("detail", status.Message);
            if (reason is not null)
                json.WriteString("reason", reason);
            if (fields.Count > 0)
            {
                json.WriteStartArray("errors");
                foreach (var field in fields)
                {
                    json.WriteStartObject();
                    json.WriteString("field", field.Field);
                    json.WriteString("detail", field.Description);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    /// <summary>The status that google.rpc.Code gives for each code.</summary>
    private static int StatusOf(StatusCode code) => code switch
    {
        StatusCode.InvalidArgument or StatusCode.OutOfRange or StatusCode.FailedPrecondition => StatusCodes.Status400BadRequest,
        StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        StatusCode.NotFound => StatusCodes.Status404NotFound,
        StatusCode.AlreadyExists or StatusCode.Aborted => StatusCodes.Status409Conflict,
        StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };
}
