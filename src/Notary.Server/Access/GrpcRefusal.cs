using System.Globalization;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Notary.Server;

/// <summary>Answers a gRPC call that no method has seen: a response of headers alone (gRPC over HTTP/2, Trailers-Only).</summary>
internal static class GrpcRefusal
{
    public static Task WriteAsync(HttpContext context, Google.Rpc.Status status)
    {
        var response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = status.Code.ToString(CultureInfo.InvariantCulture);
        // Our own words, ASCII without '%': they need no escaping.
        response.Headers["grpc-message"] = status.Message;
        response.Headers[GrpcErrors.DetailsTrailer] = Convert.ToBase64String(status.ToByteArray()).TrimEnd('=');
        return response.CompleteAsync();
    }
}
