using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The time-stamping authority over HTTP (RFC 3161, section 3.4): <c>POST /tsa</c> with a query, <c>GET /tsa/chain.pem</c> for
/// the certificates to check with. A refusal is a reply with status 200, as clients expect it; other statuses are HTTP's own.
/// </summary>
internal sealed class TimestampEndpoints(TimestampAuthority authority, Ledger ledger, ILogger logger)
{
    private const string QueryType = "application/timestamp-query";
    private const string ReplyType = "application/timestamp-reply";

    private readonly byte[] chain = Encoding.ASCII.GetBytes(authority.ChainPem);

    public void Map(WebApplication host)
    {
        host.MapMethods("/tsa", [HttpMethods.Post], AnswerAsync);
        host.MapMethods("/tsa/chain.pem", WebAnswer.Reading, (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "no-cache";
            return WebAnswer.WriteAsync(context, "application/x-pem-file", chain);
        });
    }

    private async Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        // Every other path of this port takes no body at all. What is of another kind or a little too long is read to its end
        // all the same: a connection that is closed with bytes unread can lose its answer on the way.
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = 4 * TimestampLimits.QueryBytes;
        if (!string.Equals(context.Request.ContentType, QueryType, StringComparison.OrdinalIgnoreCase))
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        var query = new MemoryStream();
        await context.Request.Body.CopyToAsync(query, context.RequestAborted);
        if (query.Length > TimestampLimits.QueryBytes)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }

        await WebAnswer.WriteAsync(context, ReplyType, Answer(query.ToArray()).ToDer());
    }

    private TimestampReply Answer(byte[] query)
    {
        try
        {
            var reply = authority.Answer(query);
            ledger.Instruments.Answered(reply);
            return reply;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No serial number can be had: the disk is full or gone.
            LogMessages.TokenFailed(logger, ledger.Origin, e);
            return TimestampReply.Refuse(TimestampFailure.SystemFailure, "the authority cannot give out serial numbers for now");
        }
    }
}
