using System.Net.Http.Headers;
using System.Security.Cryptography;
using Notary.Core;

namespace Notary.Server;

/// <summary>An outside authority gave no token that holds: it refused, lied, or cannot be reached.</summary>
/// <param name="problem">What went wrong, one clause without a full stop; nothing in it is secret.</param>
public sealed class StampFailedException(string problem) : Exception(problem);

/// <summary>Asks one outside authority, and believes nothing of what it answers that it has not checked.</summary>
internal sealed class TimestampClient(HttpClient http, OutsideAuthority authority, TimeProvider time, RandomNumberGenerator randomness)
{
    /// <summary>
    /// How far the token's time may be from this machine's. An authority whose clock is further off is out of order, and so
    /// may this machine's be: either way an operator must look, and no token is kept.
    /// </summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromHours(1);

    private const int NonceSize = 16;
    private const string QueryType = "application/timestamp-query";
    private const string ReplyType = "application/timestamp-reply";

    /// <summary>A token over the data, verified up to a root of the authority's.</summary>
    /// <exception cref="StampFailedException">There is none.</exception>
    public async Task<ReadOnlyMemory<byte>> StampAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        var nonce = new byte[NonceSize];
        randomness.GetBytes(nonce);
        // A positive INTEGER in its shortest form: the first byte is neither 0 nor has its high bit set.
        nonce[0] = (byte)(nonce[0] & 0x3F | 0x40);
        var query = new TimestampQuery(MessageImprint.Of(Hash.Of(data.Span))) { Nonce = nonce, WantsCertificate = true };
        var reply = Parse(await PostAsync(query.ToDer(), cancellation).ConfigureAwait(false));
        if (reply.Token is not { } token)
            throw new StampFailedException($"it refused ({reply.Failure?.ToString() ?? "no reason"}: {TextRules.Escape(Cut(reply.Text))})");
        Check(token, query);
        if (await TimestampRevocation.IsRevokedAsync(token, authority.Roots, time.GetUtcNow(), cancellation).ConfigureAwait(false))
            throw new StampFailedException("a certificate of its chain has been revoked");
        return token;
    }

    private void Check(ReadOnlyMemory<byte> token, TimestampQuery query)
    {
        var verdict = TimestampVerification.Verify(token, query.Imprint, authority.Roots);
        if (verdict.Standing != TokenStanding.Verified)
            throw new StampFailedException($"its token {verdict.Problem!.Value.English}");
        // Without the nonce an old token over the same data could be sent again.
        if (verdict.Info!.Nonce is not { } echo || !echo.Span.SequenceEqual(query.Nonce!.Value.Span))
            throw new StampFailedException("its token does not echo the nonce");
        var off = verdict.Info.Time - time.GetUtcNow();
        if (off.Duration() > Tolerance)
            throw new StampFailedException($"its time is {off.Duration().TotalHours:N0} hours {(off > TimeSpan.Zero ? "ahead of" : "behind")} this machine's");
    }

    private async Task<byte[]> PostAsync(byte[] query, CancellationToken cancellation)
    {
        // The client's own time limit ends with the headers; a body may come a byte a minute.
        using var limit = new CancellationTokenSource(http.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            using var content = new ByteArrayContent(query) { Headers = { ContentType = new MediaTypeHeaderValue(QueryType) } };
            using var request = new HttpRequestMessage(HttpMethod.Post, authority.Url) { Content = content };
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                throw new StampFailedException($"it answered HTTP {(int)response.StatusCode}");
            if (response.Content.Headers.ContentType?.MediaType is { } type && !string.Equals(type, ReplyType, StringComparison.OrdinalIgnoreCase))
                throw new StampFailedException("it answered with something else than a time-stamp reply");
            return await ReadAsync(response.Content, both.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new StampFailedException($"it cannot be reached ({e.Message})");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new StampFailedException($"it did not answer within {http.Timeout}");
        }
    }

    private static async Task<byte[]> ReadAsync(HttpContent content, CancellationToken cancellation)
    {
        // Not by its announced length: that may be missing, or a lie.
        using var stream = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var buffer = new byte[TimestampLimits.ReplyBytes + 1];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        return length < buffer.Length ? buffer[..length] : throw new StampFailedException($"its reply has more than {TimestampLimits.ReplyBytes:N0} bytes");
    }

    private static TimestampReply Parse(byte[] reply)
    {
        try
        {
            return TimestampReply.Parse(reply);
        }
        catch (MalformedException e)
        {
            throw new StampFailedException($"its answer cannot be read ({e.Message})");
        }
    }

    private static string Cut(string text) => text.Length <= 200 ? text : text[..200] + "...";
}
