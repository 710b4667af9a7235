using System.Text.Json.Nodes;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>The pages that are only read: the first one, help, and the expert's; and what every page of the site has in common.</summary>
public sealed class TextPageTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "zh", "light", 1100, "商业秘密存证", "32 字节的盲化承诺值")]
    [InlineData("", "en", "dark", 360, "Deposits of trade secrets", "one blinded commitment of 32 bytes")]
    [InlineData("help", "zh", "dark", 360, "帮助", "存证证明什么")]
    [InlineData("help", "en", "light", 1100, "Help", "What a deposit proves")]
    [InlineData("expert", "zh", "dark", 1100, "技术专家", "从文件到一个承诺值")]
    [InlineData("expert", "en", "light", 360, "For the technical expert", "From files to one commitment")]
    public async Task A_page_is_readable_in_both_languages_on_every_screen_and_by_the_keyboard(
        string page, string lang, string scheme, int width, string title, string words)
    {
        var found = await PageBrowser.RunAsync("text", Address($"{page}?lang={lang}"), new { scheme, viewport = new { width, height = 900 } });

        Assert.Equal(title, Text(found, "title"));
        Assert.Contains(words, Text(found, "text"), StringComparison.Ordinal);
        Assert.Single(found["requests"]!.AsArray());
        Assert.Empty(found["problems"]!.AsArray());
        Assert.InRange(found["texts"]!.GetValue<int>(), 15, 2000);
        Assert.Empty(found["faint"]!.AsArray());
        Assert.Equal(0, found["nameless"]!.GetValue<int>());
        Assert.InRange(found["overflow"]!.GetValue<int>(), -100, 0);
        Assert.InRange(found["size"]!.GetValue<int>(), 1, 300_000);
        Assert.InRange(found["shifts"]!.GetValue<double>(), 0, 0.01);
        // Every link and button is reached, in the order of the page.
        Assert.Equal(found["controls"]!.AsArray().Select(one => one!.GetValue<string>()), found["order"]!.AsArray().Select(one => one!.GetValue<string>()));
    }

    [Fact]
    public async Task The_first_page_leads_to_every_other_and_each_place_is_there()
    {
        var html = await server.Web.GetStringAsync(Address(""), Cancellation);
        foreach (var place in (string[])["verify", "ledger", "help", "expert"])
        {
            Assert.Contains($"<a href=\"{place}\">", html, StringComparison.Ordinal);
            using var response = await server.Web.GetAsync(Address(place), Cancellation);
            Assert.True(response.IsSuccessStatusCode, place);
        }
    }

    [Fact]
    public async Task The_expert_saves_the_servers_trust_file_and_finds_the_commands_of_the_README()
    {
        var found = await PageBrowser.RunAsync("saved", Address("expert?lang=en"), new { link = "#save-trust" });

        Assert.Equal("trust", Text(found, "name"));
        Assert.StartsWith($"log {server.Origin}+", Text(found, "content"), StringComparison.Ordinal);
        Assert.EndsWith("\nquorum none\n", Text(found, "content"), StringComparison.Ordinal);
        // Whoever copies the commands from the page has what a test runs from the README.
        var readme = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, "README.md"), Cancellation);
        var commands = readme.Split("```bash by-hand\n")[1].Split("```")[0].TrimEnd();
        Assert.Contains(commands, Text(found, "commands"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("verify")]
    [InlineData("ledger")]
    [InlineData("help")]
    [InlineData("expert")]
    public async Task No_site_frames_a_page_and_no_page_has_a_cookie_to_be_abused(string page)
    {
        using var response = await server.Web.GetAsync(Address(page), Cancellation);
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();

        Assert.EndsWith("; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("Set-Cookie"));
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    private string Address(string page) => new Uri(server.Web.BaseAddress!, page).ToString();

    private static string Text(JsonNode found, string name) => found[name]!.GetValue<string>();
}
