using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>REST with accounts: the same rules as gRPC, and what only HTTP and JSON can be tried with.</summary>
public sealed class RestTests(AccountsServer server) : IClassFixture<AccountsServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deposit_over_rest_is_the_deposit_that_grpc_makes()
    {
        var request = RequestBytes.Create(server.NewRequest("alpha") with { Title = "Rotor \"</script>\" 转子" }, null);
        var body = Json(new { request = Encoding.UTF8.GetString(request.Bytes.Span), unknown = 1 });
        using var made = await SendAsync(HttpMethod.Post, "/v1/deposits", "alpha", body);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal($"/v1/deposits/{request.Request.Deposit}", made.Headers.Location!.OriginalString);
        Assert.Equal("nosniff", made.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains("</v1/openapi.json>; rel=\"service-desc\"", made.Headers.GetValues("Link").Single(), StringComparison.Ordinal);
        var certificate = Certificate.Parse(await made.Content.ReadAsByteArrayAsync(Cancellation));
        var over = await server.Notary.GetCertificateAsync(new() { Deposit = $"{request.Request.Deposit}" }, server.As("alpha", Role.Reader), cancellationToken: Cancellation);
        Assert.Equal((over.Certificate.Statement.ToStringUtf8(), over.Certificate.Claims.ToStringUtf8()), (certificate.Statement, certificate.Claims));
        var report = Verifier.Verify(Evidence.FromCertificate(certificate), new VerifierInputs(TrustPolicy.Parse(TrustPolicy.Format(server.Server.Key, null))));
        Assert.NotEqual(Verdict.Fail, report.Verdict);
        using var again = await SendAsync(HttpMethod.Post, "/v1/deposits", "alpha", body);
        Assert.Equal(certificate.Statement, Certificate.Parse(await again.Content.ReadAsByteArrayAsync(Cancellation)).Statement);
        using var other = await SendAsync(HttpMethod.Post, "/v1/deposits", "alpha", Json(new { request = Encoding.UTF8.GetString(RequestBytes.Create(request.Request with { Title = "x" }, null).Bytes.Span) }));
        await ProblemAsync(other, HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Another_account_reads_no_more_than_the_public_entry()
    {
        var request = RequestBytes.Create(server.NewRequest("alpha"), null);
        await server.DepositAsync(request, server.As("alpha", Role.Depositor));
        foreach (var path in (string[])[$"/v1/deposits/{request.Request.Deposit}", $"/v1/deposits/{request.Request.Deposit}?account=alpha", $"/v1/deposits/{request.Request.Deposit.ToString().ToUpperInvariant()}"])
        {
            using var foreign = await SendAsync(HttpMethod.Get, path, "beta");
            var certificate = Certificate.Parse(await foreign.Content.ReadAsByteArrayAsync(Cancellation));
            Assert.True(certificate.Claims is null && certificate.Request is null);
        }

        using var list = await SendAsync(HttpMethod.Get, "/v1/deposits?page_size=1000&account=alpha", "beta");
        Assert.DoesNotContain($"{request.Request.Deposit}", await list.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        using var posted = await SendAsync(HttpMethod.Post, "/v1/deposits", "beta", Json(new { request = Encoding.UTF8.GetString(request.Bytes.Span) }));
        Assert.Contains("request.account", await ProblemAsync(posted, HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_says_by_what_its_depositor_knows_each_deposit_again_to_the_account_alone()
    {
        var first = server.NewRequest("alpha") with { Title = "Rotor \"</script>\" 转子", Items = 7, Kind = "design" };
        await server.DepositAsync(RequestBytes.Create(first, null), server.As("alpha", Role.Depositor));
        var second = server.NewRequest("alpha") with { Previous = first.Deposit };
        await server.DepositAsync(RequestBytes.Create(second, null), server.As("alpha", Role.Depositor));

        using var list = JsonDocument.Parse(await (await SendAsync(HttpMethod.Get, "/v1/deposits?page_size=2", "alpha")).Content.ReadAsStringAsync(Cancellation));
        var listed = list.RootElement.GetProperty("deposits").EnumerateArray().ToList();
        Assert.Equal((JsonValueKind.Null, $"{first.Deposit}"), (listed[0].GetProperty("title").ValueKind, listed[0].GetProperty("previous").GetString()));
        Assert.Equal((first.Title, first.Kind, first.Items), (listed[1].GetProperty("title").GetString(), listed[1].GetProperty("kind").GetString(), listed[1].GetProperty("items").GetUInt64()));
        Assert.Equal((Timestamp.Format(first.Requested), JsonValueKind.Null), (listed[1].GetProperty("requested").GetString(), listed[1].GetProperty("previous").ValueKind));

        var reader = (await server.Notary.ListDepositsAsync(new() { PageSize = 2 }, server.As("alpha", Role.Reader), cancellationToken: Cancellation)).Deposits;
        Assert.Equal(("", second.Kind, 1UL, $"{first.Deposit}"), (reader[0].Title, reader[0].Kind, reader[0].Items, reader[0].Previous));
        Assert.Equal((first.Title, first.Kind, 7UL, Timestamp.Format(first.Requested), ""), (reader[1].Title, reader[1].Kind, reader[1].Items, reader[1].Requested, reader[1].Previous));
        using var others = await SendAsync(HttpMethod.Get, "/v1/deposits?page_size=1000", "beta");
        Assert.DoesNotContain("Rotor", await others.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"request\":1}")]
    [InlineData("{\"request\":\"a\",\"request\":\"b\"}")]
    [InlineData("{\"request\":\"\\ud800\"}")]
    [InlineData("{\"request\":\"a\"} x")]
    [InlineData("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}")]
    [InlineData("{\"request\":\"notary.request/v1\\n\"}")]
    public async Task A_body_that_is_no_deposit_is_a_problem_that_says_so(string body)
    {
        using var answer = await SendAsync(HttpMethod.Post, "/v1/deposits", "alpha", body);
        await ProblemAsync(answer, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_body_that_is_too_large_or_of_another_type_is_refused_unread()
    {
        using var large = await SendAsync(HttpMethod.Post, "/v1/deposits", "alpha", "{\"request\":\"" + new string('x', 70_000) + "\"}");
        await ProblemAsync(large, HttpStatusCode.RequestEntityTooLarge);
        using var form = await SendAsync(HttpMethod.Post, "/v1/deposits", "alpha", "request=x", "application/x-www-form-urlencoded");
        await ProblemAsync(form, HttpStatusCode.UnsupportedMediaType);
        using var elsewhere = await SendAsync(HttpMethod.Post, "/checkpoint", "alpha", "{}");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, elsewhere.StatusCode);
    }

    [Theory]
    [InlineData("/v1/deposits?page_size=0")]
    [InlineData("/v1/deposits?page_size=1001")]
    [InlineData("/v1/deposits?page_size=1&page_size=2")]
    [InlineData("/v1/deposits?page_token=-1")]
    [InlineData("/v1/deposits?page_token=%00")]
    [InlineData("/v1/deposits/x")]
    [InlineData("/v1/deposits/00000000-0000-0000-0000-000000000000")]
    [InlineData("/v1/deposits/%3Cscript%3E")]
    public async Task A_wrong_field_is_named_and_not_repeated(string path)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, "alpha");
        Assert.DoesNotContain("script", await ProblemAsync(answer, HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paths_and_headers_in_other_spellings_open_no_other_door()
    {
        foreach (var path in (string[])["/V1/Deposits", "/v1/deposits/", "//v1/deposits", "/v1/./deposits", "/tile/../v1/deposits", "/v1/%64eposits", "/v1/deposits;x", "/v1/deposits%2f", "/checkpoint/../v1/deposits"])
            Assert.Matches("^HTTP/1.1 (401|404|400)", await RawAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        var key = server.KeyOf("alpha", Role.Reader);
        foreach (var headers in (string[])[
            $"X-HTTP-Method-Override: GET\r\nAuthorization: Bearer nk_x\r\n", $"Authorization: Bearer {key}\r\nAuthorization: Bearer {key}\r\n",
            $"Authorization : Bearer {key}\r\n", $"X-Original-URL: /v1/ledger\r\n", "Forwarded: for=127.0.0.1;user=alpha\r\n"])
            Assert.Matches("^HTTP/1.1 (401|400)", await RawAsync($"GET /v1/deposits HTTP/1.1\r\nHost: localhost\r\n{headers}Connection: close\r\n\r\n"));
        // Two lengths, and a chunked body behind a length: whoever is in between may see another request than the server.
        foreach (var headers in (string[])["Content-Length: 2\r\nContent-Length: 3\r\n", "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n"])
            Assert.Matches("^HTTP/1.1 (400|401)", await RawAsync($"POST /v1/deposits HTTP/1.1\r\nHost: localhost\r\n{headers}Connection: close\r\n\r\n{{}}"));
        Assert.StartsWith("HTTP/1.1 431", await RawAsync($"GET /v1/ledger HTTP/1.1\r\nHost: localhost\r\nX: {new string('x', 20_000)}\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_of_another_site_uses_no_ledger_that_has_no_accounts()
    {
        var open = new RunningServer();
        await open.InitializeAsync();
        try
        {
            using var plain = await open.Web.GetAsync("/v1/deposits", Cancellation);
            Assert.Equal(HttpStatusCode.OK, plain.StatusCode);
            foreach (var (name, value) in new[] { ("Origin", "https://evil.example"), ("Origin", "null"), ("Origin", "http://rebound.example"), ("Sec-Fetch-Site", "cross-site"), ("Host", "rebound.example") })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/deposits");
                request.Headers.TryAddWithoutValidation(name, value);
                using var answer = await open.Web.SendAsync(request, Cancellation);
                Assert.Contains("FROM_A_PAGE", await ProblemAsync(answer, HttpStatusCode.Forbidden), StringComparison.Ordinal);
            }
        }
        finally
        {
            await open.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_account_and_the_ledger_are_told_as_the_document_describes_them()
    {
        using var account = JsonDocument.Parse(await (await SendAsync(HttpMethod.Get, "/v1/account", "beta")).Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(("beta", "depositor"), (account.RootElement.GetProperty("account").GetString(), account.RootElement.GetProperty("role").GetString()));
        Assert.Contains("href=\"v1/openapi.json\"", await server.Web.GetStringAsync("/expert", Cancellation), StringComparison.Ordinal);
        using var ledger = JsonDocument.Parse(await server.Web.GetStringAsync("/v1/ledger", Cancellation));
        Assert.Equal(NoteCheck.Valid, SignedNote.Parse(ledger.RootElement.GetProperty("checkpoint").GetString()!).Check(server.Server.Key));
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string account, string? body = null, string type = "application/json")
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {server.KeyOf(account, Role.Depositor)}");
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, type);
        return await server.Web.SendAsync(request, Cancellation);
    }

    private static string Json(object value) => JsonSerializer.Serialize(value);

    private static async Task<string> ProblemAsync(HttpResponseMessage answer, HttpStatusCode code)
    {
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(code == answer.StatusCode, $"{answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        using var json = JsonDocument.Parse(text);
        Assert.Equal((int)code, json.RootElement.GetProperty("status").GetInt32());
        Assert.NotEmpty(json.RootElement.GetProperty("detail").GetString()!);
        return text;
    }

    private async Task<string> RawAsync(string text)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Server.WebAddress.Port, Cancellation);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), Cancellation);
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync(Cancellation);
    }
}
