using System.Text.Json.Nodes;
using Notary.Tests.Support;
using Xunit;

[assembly: AssemblyFixture(typeof(PageBrowser))]

namespace Notary.Tests.Support;

/// <summary>
/// Debian's Chromium, driven by Playwright, on the pages of the site: one for all tests, since a browser takes longer to start than
/// most scenarios do. A scenario has a context of its own in it, which shares nothing with another's, and its own network watch.
/// </summary>
public sealed class PageBrowser : IAsyncDisposable
{
    private static readonly string Js = Path.Combine(RepositoryFolder.Path, "tests", "Notary.Tests", "EndToEnd", "js");
    private static readonly Lock Starting = new();

    // Started by the first scenario, and again by the next one after a crash; ends with the last test.
    private static BrowserProcess? running;

    /// <summary>The committed page, as it is before a server writes its trust file into it.</summary>
    public static string VerifyPage { get; } = Path.Combine(RepositoryFolder.Path, "src", "Notary.Server", "Web", "Pages", "verify.html");

    public static string Script(string name) => Path.Combine(Js, name);

    /// <summary>Runs a scenario of pages.mjs and returns its findings.</summary>
    /// <param name="scenario">Its name there.</param>
    /// <param name="address">Of the page.</param>
    /// <param name="given">What the scenario is told.</param>
    public static Task<JsonNode> RunAsync(string scenario, string address, object given)
    {
        Require();
        BrowserProcess browser;
        lock (Starting)
        {
            if (running is null or { HasEnded: true })
                running = Start();
            browser = running;
        }

        return browser.AskAsync(scenario, address, given, TestContext.Current.CancellationToken);
    }

    /// <summary>A browser for a test that ends it.</summary>
    internal static BrowserProcess Start()
    {
        Require();
        return new BrowserProcess(Script("pages.mjs"));
    }

    public async ValueTask DisposeAsync()
    {
        if (running is { } browser)
            await browser.DisposeAsync();
    }

    private static void Require()
    {
        ExternalTool.Require("chromium");
        if (!Directory.Exists(Path.Combine(Js, "node_modules", "playwright-core")))
            ExternalTool.Missing<string>("Playwright is not installed (npm ci in tests/Notary.Tests/EndToEnd/js)");
    }
}
