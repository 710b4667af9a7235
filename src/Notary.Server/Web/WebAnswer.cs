using Microsoft.AspNetCore.Http;

namespace Notary.Server;

/// <summary>How the web port answers with bytes that it has whole.</summary>
internal static class WebAnswer
{
    public static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>The status and the caching headers are the caller's.</summary>
    public static Task WriteAsync(HttpContext context, string type, ReadOnlyMemory<byte> bytes)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    /// <summary>Answers a request that was refused before its work.</summary>
    public static Task WriteRefusal(HttpContext context, Google.Rpc.Status status) => ProblemDetails.WriteAsync(context, status);

    /// <summary>What is not there yet can be a moment later: nobody may remember that it was not.</summary>
    public static Task WriteMissing(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}
