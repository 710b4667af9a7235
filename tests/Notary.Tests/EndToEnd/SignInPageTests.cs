using System.Text;
using System.Text.Json.Nodes;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>Signing in to the page of deposits, in a browser, on a ledger with accounts; and what becomes of the key.</summary>
public sealed class SignInPageTests(AccountsServer server) : IClassFixture<AccountsServer>
{
    private string Address => new Uri(server.Server.WebAddress, "deposits").ToString();

    [Fact]
    public async Task A_key_signs_in_stays_in_memory_and_goes_nowhere_but_into_the_header()
    {
        var key = server.KeyOf("alpha", Role.Depositor);
        var found = await PageBrowser.RunAsync("signedIn", Address, new { key, locale = "en" });

        Assert.True(found["first"]!["signIn"]!.GetValue<bool>());
        Assert.Empty(found["first"]!["problem"]!.AsArray());
        Assert.Contains("alpha Ltd (account alpha, member depositor, role depositor)", Text(found, "entered", "who"), StringComparison.Ordinal);
        Assert.Equal(["Deposit"], Strings(found["entered"]!["current"]!));
        Assert.Equal(["My deposits"], Strings(found["mine"]!["current"]!));
        Assert.Equal("My deposits", Text(found, "mine", "title"));
        // Going to the other view loaded nothing anew, so the key is still there.
        Assert.Contains("alpha Ltd", Text(found, "back", "who"), StringComparison.Ordinal);
        Assert.Single(Strings(found["requests"]!), request => request.StartsWith($"GET {Address}", StringComparison.Ordinal));
        Assert.Contains("has forgotten the key", Text(found, "out", "outcome"), StringComparison.Ordinal);
        Assert.Equal("", Text(found, "out", "who"));

        Assert.DoesNotContain(key, found["kept"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.DoesNotContain(key, Text(found, "address"), StringComparison.Ordinal);
        Assert.Equal(0, found["cookies"]!.GetValue<int>());
        var heads = found["heads"]!.AsArray().Select(head => head!.AsObject()).ToList();
        Assert.Contains(heads, head => head["authorization"]?.GetValue<string>() == $"Bearer {key}");
        Assert.All(heads, head => Assert.DoesNotContain(
            head, header => header.Key != "authorization" && header.Value!.GetValue<string>().Contains(key, StringComparison.Ordinal)));
        Assert.Contains("connect-src 'self'; ", Text(found, "policy"), StringComparison.Ordinal);
        // The first question, without a key, is the one that the browser complains of.
        Assert.All(Strings(found["problems"]!), problem => Assert.Contains("401", problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nk_0000000000000000000000000000000000000000000", "BAD_CREDENTIAL", "lets nobody in")]
    [InlineData("<img src=x onerror=alert(1)>", "KEY", "This is no API key")]
    public async Task A_key_that_is_none_is_refused_with_what_to_do_next(string key, string problem, string words)
    {
        var found = await PageBrowser.RunAsync("signedIn", Address, new { key, locale = "en" });

        Assert.Equal([problem], Strings(found["entered"]!["problem"]!));
        Assert.Contains(words, Text(found, "entered", "outcome"), StringComparison.Ordinal);
        Assert.Contains("key", Text(found, "entered", "outcome"), StringComparison.Ordinal);
        Assert.True(found["entered"]!["signIn"]!.GetValue<bool>());
        Assert.Equal(0, found["entered"]!["elements"]!.GetValue<int>());
        Assert.Null(found["out"]);
    }

    [Fact]
    public async Task A_key_that_was_revoked_lets_nobody_in_any_more()
    {
        var (key, id) = ("", 0L);
        server.Change(register => (key, id) = register.CreateApiKey("test", "alpha", "depositor", Scopes.All, null));
        Assert.Contains("alpha Ltd", Text(await PageBrowser.RunAsync("signedIn", Address, new { key, locale = "en" }), "entered", "who"), StringComparison.Ordinal);
        server.Change(register => register.Revoke("test", id));
        var found = await PageBrowser.RunAsync("signedIn", Address, new { key, locale = "en" });

        Assert.Equal(["BAD_CREDENTIAL"], Strings(found["entered"]!["problem"]!));
        Assert.Contains("ask your account's administrator for a new one", Text(found, "entered", "outcome"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_came_unencrypted_from_another_machine_takes_no_key()
    {
        var found = await PageBrowser.RunAsync("insecure", Address, new { key = server.KeyOf("alpha", Role.Depositor) });

        Assert.Equal(["KEY"], Strings(found["problem"]!));
        Assert.Contains("its operator has to serve TLS", Text(found, "outcome"), StringComparison.Ordinal);
        Assert.DoesNotContain(found["heads"]!.AsArray(), head => head!.AsObject().ContainsKey("authorization"));
    }

    [Fact]
    public async Task A_page_of_another_site_has_no_key_to_send()
    {
        var request = RequestBytes.Create(server.NewRequest("alpha"), null);
        var found = await PageBrowser.RunAsync("crossSite", Address, new { host = "localhost", request = Encoding.UTF8.GetString(request.Bytes.Span) });

        Assert.Equal(["opaque ", "refused", "refused"], Strings(found["read"]!));
        Assert.NotEmpty(found["answers"]!.AsArray());
        Assert.All(found["answers"]!.AsArray(), status => Assert.InRange(status!.GetValue<int>(), 401, 415));
        Assert.DoesNotContain("sign-in", found["framed"]!.GetValue<string>(), StringComparison.Ordinal);
        var deposits = await server.Notary.ListDepositsAsync(new() { PageSize = 10 }, server.As("alpha", Role.Depositor), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Empty(deposits.Deposits);
    }

    private static string Text(JsonNode found, params string[] path) => path.Aggregate(found, (node, name) => node[name]!).GetValue<string>();

    private static IReadOnlyList<string> Strings(JsonNode array) => [.. array.AsArray().Select(one => one!.GetValue<string>())];
}
