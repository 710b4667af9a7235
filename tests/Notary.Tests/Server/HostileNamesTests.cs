using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Notary.Core;
using Notary.Documents;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>Script in every text that somebody may choose, followed from the deposit to every place where it is shown or handed out.</summary>
public sealed class HostileNamesTests(AccountsServer server) : IClassFixture<AccountsServer>
{
    private const string Name = "</title><script>alert('name')</script>\" onload=alert(1) x='{{7*7}}${7*7}";
    private const string Method = "<img src=x onerror=alert('method')>";
    private const string Title = "--></script><svg onload=alert('title')>=cmd|'/C calc'!A1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Script_in_names_titles_and_methods_is_text_wherever_it_comes_out()
    {
        var key = "";
        server.Change(register =>
        {
            register.CreateAccount("test", "evil", Name, "91330100799655058B");
            register.SetMember("test", "evil", "m", Role.Depositor);
            key = register.CreateApiKey("test", "evil", "m", Scopes.All, null).Key;
        });
        await server.Accounts.VerifyIdentityAsync(new() { Account = "evil", Method = Method }, server.As("alpha", Role.Registrar), cancellationToken: Cancellation);
        var request = RequestBytes.Create(server.NewRequest("evil") with { Title = Title }, null);
        await server.DepositAsync(request, AccountsServer.WithKey(key));

        foreach (var route in server.Server.WebEndpoints.OfType<RouteEndpoint>())
            await CheckRouteAsync(route, request.Request.Deposit, key);
        using var account = JsonDocument.Parse(await GetAsync("/v1/account", key));
        Assert.Equal((Name, true), (account.RootElement.GetProperty("name").GetString(), account.RootElement.GetProperty("verified").GetString()!.StartsWith(Method, StringComparison.Ordinal)));

        var certificate = Certificate.Parse(Encoding.UTF8.GetBytes(await GetAsync($"/v1/deposits/{request.Request.Deposit}", key)));
        Assert.Contains(Title, certificate.Request, StringComparison.Ordinal);
        Assert.Contains(Name, certificate.Claims, StringComparison.Ordinal);
        var run = Runs.Of(Evidence.FromCertificate(certificate), new VerifierInputs(TrustPolicy.Parse(TrustPolicy.Format(server.Server.Key, null))));
        foreach (var page in (byte[][])[CertificatePage.Secrecy(certificate), ReportPage.Html(run)])
        {
            var html = Encoding.UTF8.GetString(page);
            Assert.Contains(WebUtility.HtmlEncode("alert('title')"), html, StringComparison.Ordinal);
            Assert.DoesNotMatch("(?i)<(script|img|svg onload)", html);
            Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
        }

        using var report = JsonDocument.Parse(ReportJson.Write(run));
        var log = string.Concat((await server.Accounts.ReadAuditAsync(new() { First = 1, Count = 1_000 }, server.As("alpha", Role.Auditor), cancellationToken: Cancellation)).Records);
        Assert.Contains("identity-verified", log, StringComparison.Ordinal);
        Assert.DoesNotContain("alert", log, StringComparison.Ordinal);
    }

    /// <summary>No page has a text of a depositor's in it, and what is no page is not taken for one.</summary>
    private async Task CheckRouteAsync(RouteEndpoint route, DepositId deposit, string key)
    {
        var path = "/" + route.RoutePattern.RawText!.TrimStart('/');
        path = path.Replace("{deposit}", deposit.ToString(), StringComparison.Ordinal).Replace("{**path}", "entries/000.p/1", StringComparison.Ordinal).Replace("{id}", "00000000", StringComparison.Ordinal);
        var verb = route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0];
        using var request = new HttpRequestMessage(new HttpMethod(verb), $"{path}?page_size=<script>");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        if (verb == "POST")
            request.Content = new StringContent("{\"request\":\"<script>alert(1)</script>\"}", Encoding.UTF8, "application/json");
        using var answer = await server.Web.SendAsync(request, Cancellation);
        var body = await answer.Content.ReadAsStringAsync(Cancellation);
        if (body.Length == 0)
            return;
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        if (answer.Content.Headers.ContentType!.MediaType == "text/html")
        {
            Assert.Contains("default-src 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
            foreach (var text in (string[])["alert('name')", "alert('method')", "alert('title')"])
                Assert.DoesNotContain(text, body, StringComparison.Ordinal);
        }
        else if (!answer.IsSuccessStatusCode)
        {
            Assert.DoesNotContain("<script>", body, StringComparison.Ordinal);
        }
    }

    private async Task<string> GetAsync(string path, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        using var answer = await server.Web.SendAsync(request, Cancellation);
        Assert.Equal(("application/json", "no-store"), (answer.Content.Headers.ContentType!.MediaType, answer.Headers.CacheControl!.ToString()));
        return await answer.Content.ReadAsStringAsync(Cancellation);
    }
}
