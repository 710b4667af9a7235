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

    public static void Map(WebApplication host)
    {
        var script = new ServedText("text/javascript", () => $"notaryFonts=\"{Fonts()}\"");
        host.MapMethods(Path, WebAnswer.Reading, (HttpContext context) => script.WriteAsync(context));
    }

    /// <summary>The page with the fonts in it, for a reader who saves it.</summary>
    /// <param name="html">The verify page.</param>
    public static string Within(string html)
    {
        var at = html.IndexOf(Place, StringComparison.Ordinal) + Place.Length;
        return $"{html.AsSpan(0, at)}{Fonts()}{html.AsSpan(at)}";
    }

    private static string Fonts() =>
        string.Join('.', new[] { FontFiles.Text, FontFiles.Chinese, FontFiles.Fixed }.Select(font => Convert.ToBase64String(font)));
}
