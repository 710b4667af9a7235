using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Notary.Server;

/// <summary>
/// A text that does not change while the server runs and holds nothing secret: served as it is or packed, whichever the reader takes,
/// and not again to one who has it.
/// </summary>
/// <param name="type">Its media type; the text is UTF-8.</param>
/// <param name="text">Gives the text when it is first asked for.</param>
internal sealed class ServedText(string type, Func<string> text)
{
    private readonly Lazy<Body> made = new(() => Body.Of(Encoding.UTF8.GetBytes(text())));

    public Task WriteAsync(HttpContext context)
    {
        var (request, headers) = (context.Request.GetTypedHeaders(), context.Response.Headers);
        // It changes when the program does, or the ledger's key: a reader asks each time, and is told that nothing did.
        headers.CacheControl = "no-cache";
        headers.Vary = HeaderNames.AcceptEncoding;
        headers.ETag = made.Value.Tag.ToString();
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (request.IfNoneMatch.Any(known => known.Compare(made.Value.Tag, useStrongComparison: false)))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        var isPacked = request.AcceptEncoding.Any(one => one.Value == "gzip" && one.Quality is not 0);
        if (isPacked)
            headers.ContentEncoding = "gzip";
        return WebAnswer.WriteAsync(context, $"{type}; charset=utf-8", isPacked ? made.Value.Packed : made.Value.Plain);
    }

    /// <param name="Tag">Weak, since both have the same.</param>
    private sealed record Body(byte[] Plain, byte[] Packed, EntityTagHeaderValue Tag)
    {
        public static Body Of(byte[] plain)
        {
            using var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
                gzip.Write(plain);
            return new(plain, packed.ToArray(), new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(plain).AsSpan(..16))}\"", isWeak: true));
        }
    }
}
