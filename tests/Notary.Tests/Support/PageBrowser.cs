using System.Text.Json;
using System.Text.Json.Nodes;

namespace Notary.Tests.Support;

/// <summary>Debian's Chromium, driven by Playwright, on the pages of the site.</summary>
internal static class PageBrowser
{
    private static readonly string Js = Path.Combine(RepositoryFolder.Path, "tests", "Notary.Tests", "EndToEnd", "js");

    /// <summary>The committed page, as it is before a server writes its trust file into it.</summary>
    public static string VerifyPage { get; } = Path.Combine(RepositoryFolder.Path, "src", "Notary.Server", "Web", "Pages", "verify.html");

    public static string Script(string name) => Path.Combine(Js, name);

    /// <summary>Runs a scenario of pages.mjs and returns its findings.</summary>
    /// <param name="scenario">Its name there.</param>
    /// <param name="address">Of the page.</param>
    /// <param name="given">What the scenario is told.</param>
    public static async Task<JsonNode> RunAsync(string scenario, string address, object given)
    {
        ExternalTool.Require("chromium");
        if (!Directory.Exists(Path.Combine(Js, "node_modules", "playwright-core")))
            ExternalTool.Missing<string>("Playwright is not installed (npm ci in tests/Notary.Tests/EndToEnd/js)");
        var run = await ExternalTool.RunAsync(
            "node", [Script("pages.mjs"), scenario, address, JsonSerializer.Serialize(given)], Js, timeout: TimeSpan.FromMinutes(2));
        return JsonNode.Parse(run.Succeeded().Output)!;
    }
}
