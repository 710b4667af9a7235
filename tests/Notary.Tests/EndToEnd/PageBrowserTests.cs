using System.Text.Json.Nodes;
using Notary.Tests.Support;
using Xunit;
using Xunit.Sdk;

namespace Notary.Tests.EndToEnd;

/// <summary>The browser that all tests of pages share: no scenario has anything of another, whether before it, beside it or broken.</summary>
public sealed class PageBrowserTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_scenario_finds_nothing_of_those_before_it_and_beside_it()
    {
        JsonNode[] found =
        [
            await LeaveAsync("help"), await LeaveAsync("help"),
            .. await Task.WhenAll(LeaveAsync("help"), LeaveAsync("expert")),
        ];

        Assert.All(found, each => Assert.Empty(each["found"]!.AsArray()));
        Assert.All(found, each => Assert.Equal(1, each["pages"]!.GetValue<int>()));
        Assert.Equal([$"GET {Address("expert")}"], found[^1]["requests"]!.AsArray().Select(one => one!.GetValue<string>()));
    }

    [Fact]
    public async Task A_scenario_that_fails_tells_why_and_leaves_the_browser_to_the_others()
    {
        var beside = LeaveAsync("help");
        var failure = await Assert.ThrowsAsync<FailException>(() => PageBrowser.RunAsync("leave", "http://127.0.0.1:1/", new { }));

        Assert.Contains("ERR_UNSAFE_PORT", failure.Message, StringComparison.Ordinal);
        Assert.Empty((await beside)["found"]!.AsArray());
        await Assert.ThrowsAsync<FailException>(() => PageBrowser.RunAsync("no such scenario", Address("help"), new { }));
        Assert.Empty((await LeaveAsync("help"))["found"]!.AsArray());
    }

    [Fact]
    public async Task A_browser_that_crashes_fails_whoever_waits_and_is_known_to_have_ended()
    {
        await using var browser = PageBrowser.Start();

        var failure = await Assert.ThrowsAsync<FailException>(() => browser.AskAsync("crash", Address("help"), new { }, Cancellation));
        Assert.Contains("crash at http://", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<FailException>(() => browser.AskAsync("leave", Address("help"), new { }, Cancellation));
        Assert.True(browser.HasEnded);
    }

    private Task<JsonNode> LeaveAsync(string page) => PageBrowser.RunAsync("leave", Address(page), new { });

    private string Address(string page) => new Uri(server.Web.BaseAddress!, page).ToString();
}
