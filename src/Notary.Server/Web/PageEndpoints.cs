using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// The pages for people, each one file that src/Notary.Web builds. The server writes one thing into them, whose word they would
/// judge by: its own keys, as a trust file. The verifier is also served with the fonts of certificates in it, to be saved and
/// opened from a disk.
/// </summary>
internal static class PageEndpoints
{
    private static readonly string[] Placeholders = ["<pre id=\"operator-trust\" hidden>", "<pre id=\"operator-trust\">"];
    private const string PolicyStart = "http-equiv=\"Content-Security-Policy\" content=\"";

    private const string Home = "home";
    private const string Verifier = "verify";

    private static readonly string[] Names = [Home, "deposits", Verifier, "ledger", "help", "expert"];

    public static void Map(WebApplication host, Ledger ledger)
    {
        var trust = TrustFileOf(ledger);
        foreach (var name in Names)
        {
            var html = Placeholders.Aggregate(Read(name), (page, place) => page.Replace(place, place + WebUtility.HtmlEncode(trust), StringComparison.Ordinal));
            Map(host, name == Home ? "/" : $"/{name}", PolicyOf(html), () => html);
            if (name == Verifier)
                Map(host, $"/{name}-offline", PolicyOf(html), () => VerifierFonts.Within(html));
        }

        VerifierFonts.Map(host);
    }

    private static void Map(WebApplication host, string path, string policy, Func<string> html)
    {
        var page = new ServedText("text/html", html);
        host.MapMethods(path, WebAnswer.Reading, (HttpContext context) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = policy;
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            return page.WriteAsync(context);
        });
    }

    /// <summary>Every key that the ledger has had, since older certificates need the older ones. It asks for no witnesses: those are the reader's to choose.</summary>
    private static string TrustFileOf(Ledger ledger) => $"{string.Concat(ledger.Keys.Select(key => $"log {key}\n"))}quorum none\n";

    /// <summary>What the page says of itself, and what a page cannot say: that no other site may frame it.</summary>
    private static string PolicyOf(string html)
    {
        var start = html.IndexOf(PolicyStart, StringComparison.Ordinal) + PolicyStart.Length;
        return $"{html[start..html.IndexOf('"', start)]}; frame-ancestors 'none'";
    }

    private static string Read(string name)
    {
        using var stream = typeof(PageEndpoints).Assembly.GetManifestResourceStream($"pages/{name}.html")
            ?? throw new InvalidOperationException($"The page {name} is not built into the program.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
