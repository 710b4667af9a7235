using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Notary.Documents;

namespace Notary.Server;

/// <summary>
/// The fonts of certificates for the verify page, which renders a PDF again to compare its pages. Megabytes that few need: the page
/// asks for them as a script whose digest its policy names, so that it need not be allowed to ask anybody for anything else; the
/// page that is saved has them in it. The texts are those that src/Notary.Web/build.mjs computes its digests of.
/// </summary>
internal static class VerifierFonts
{
    public const string Path = "/verify-fonts.js";

    /// <summary>Where the page that is saved holds them.</summary>
    private const string Place = " id=\"fonts\">";

    // Both are made when first asked for, and kept.
    private static readonly Lazy<byte[]> Script = new(() => Encoding.ASCII.GetBytes($"notaryFonts=\"{Fonts()}\""));
    private static readonly Lazy<byte[]> Packed = new(() => Pack(Script.Value));

    public static void Map(WebApplication host) => host.MapMethods(Path, WebAnswer.Reading, (HttpContext context) =>
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-cache";
        headers.Vary = "Accept-Encoding";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        var takesPacked = context.Request.GetTypedHeaders().AcceptEncoding.Any(one => one.Value == "gzip" && one.Quality is not 0);
        if (takesPacked)
            headers.ContentEncoding = "gzip";
        return WebAnswer.WriteAsync(context, "text/javascript; charset=utf-8", takesPacked ? Packed.Value : Script.Value);
    });

    /// <summary>The page with the fonts in it, for a reader who saves it.</summary>
    /// <param name="html">The verify page.</param>
    public static string Within(string html)
    {
        var at = html.IndexOf(Place, StringComparison.Ordinal) + Place.Length;
        return $"{html.AsSpan(0, at)}{Fonts()}{html.AsSpan(at)}";
    }

    private static string Fonts() =>
        string.Join('.', new[] { FontFiles.Text, FontFiles.Chinese, FontFiles.Fixed }.Select(font => Convert.ToBase64String(font)));

    private static byte[] Pack(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            gzip.Write(content);
        return packed.ToArray();
    }
}
