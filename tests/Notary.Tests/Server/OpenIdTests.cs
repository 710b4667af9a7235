using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>Bearer tokens of an issuer that this test plays: good ones, and every kind of bad one.</summary>
public sealed class OpenIdTests : IAsyncLifetime
{
    private const string Audience = "notary";

    private readonly AccountsServer server = new();
    private readonly RSA key = RSA.Create(2048);
    private WebApplication issuer = null!;
    private string address = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        issuer = builder.Build();
        issuer.MapGet("/.well-known/openid-configuration", () => Results.Json(new Dictionary<string, string> { ["issuer"] = address, ["jwks_uri"] = address + "/keys" }));
        var parameters = key.ExportParameters(false);
        issuer.MapGet("/keys", () => Results.Json(new
        {
            keys = new[] { new { kty = "RSA", kid = "1", use = "sig", alg = "RS256", n = Base64Url.EncodeToString(parameters.Modulus), e = Base64Url.EncodeToString(parameters.Exponent) } },
        }));
        await issuer.StartAsync(Cancellation);
        address = issuer.Urls.Single();
        var plain = RunningServer.Options(server.Data);
        await server.StartAsync(new ServerOptions
        {
            DataDirectory = plain.DataDirectory, Origin = plain.Origin, Listen = plain.Listen, Web = plain.Web,
            OpenId = new OpenIdOptions(new Uri(address), Audience),
        });
        server.Change(register => register.AddSubject("test", "alpha", "reader", address, "zhang", Scopes.All, null));
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await issuer.DisposeAsync();
        key.Dispose();
    }

    [Fact]
    public async Task A_good_token_lets_its_subject_in_as_the_member_and_nobody_else()
    {
        var account = await server.Accounts.GetAccountAsync(new(), AccountsServer.WithKey(Token()), cancellationToken: Cancellation);
        Assert.Equal(("alpha", "reader"), (account.Account, account.Member));
        Assert.Equal(StatusCode.PermissionDenied, await StatusAsync(Token(), deposit: true));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/account");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {Token()}");
        using var answer = await server.Web.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        server.Change(register => register.RemoveMember("test", "alpha", "reader"));
        Assert.Equal(StatusCode.Unauthenticated, await StatusAsync(Token()));
    }

    [Fact]
    public async Task A_token_that_is_forged_expired_early_or_for_somebody_else_lets_nobody_in()
    {
        Assert.Equal(StatusCode.OK, await StatusAsync(Token()));
        using var stranger = RSA.Create(2048);
        var publicKey = Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem());
        var good = Token();
        string[] bad =
        [
            Token(subject: "li"), Token(subject: ""), Token(audience: "other"), Token(audience: null), Token(from: -7_200, until: -3_600), Token(from: 3_600, until: 7_200),
            Token(issuer: "https://login.example.org"), Token(signer: stranger),
            Unsigned("none"), Unsigned("None"), Keyed(publicKey),
            good[..^2], good + "A", good.Replace(".", "..", StringComparison.Ordinal), string.Join('.', good.Split('.')[..2]) + ".", "a.b.c", "...",
            good.Split('.')[0] + "." + Encode(Payload("zhang", Audience, address, 0, 600).Replace("zhang", "wang", StringComparison.Ordinal)) + "." + good.Split('.')[2],
        ];
        foreach (var token in bad)
            Assert.True(StatusCode.Unauthenticated == await StatusAsync(token), token);
    }

    [Fact]
    public async Task An_issuer_that_cannot_be_reached_lets_nobody_in_fills_no_log_and_keeps_no_key_out()
    {
        await issuer.StopAsync(Cancellation);
        var (log, other) = (new LogLines(), new AccountsServer());
        var plain = RunningServer.Options(other.Data);
        await other.StartAsync(new ServerOptions
        {
            DataDirectory = plain.DataDirectory, Origin = plain.Origin, Listen = plain.Listen, Web = plain.Web,
            OpenId = new OpenIdOptions(new Uri(address), Audience), Logging = logging => logging.AddProvider(log),
        });
        try
        {
            other.Change(register => register.AddSubject("test", "alpha", "reader", address, "zhang", Scopes.All, null));
            for (var i = 0; i < 5; i++)
            {
                var refused = await Assert.ThrowsAsync<RpcException>(async () => await other.Notary.ListDepositsAsync(new(), AccountsServer.WithKey(Token()), cancellationToken: Cancellation));
                Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
                using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/account");
                request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {Token()}");
                using var answer = await other.Web.SendAsync(request, Cancellation);
                Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            }

            await other.Notary.ListDepositsAsync(new(), other.As("alpha", Role.Reader), cancellationToken: Cancellation);
        }
        finally
        {
            await other.DisposeAsync();
        }

        Assert.DoesNotContain(log.Lines, line => line.Text.Contains(Token()[..40], StringComparison.Ordinal));
        Assert.InRange(log.Lines.Count(line => line.Level > LogLevel.Information), 0, 2);
    }

    private async Task<StatusCode> StatusAsync(string token, bool deposit = false)
    {
        try
        {
            if (deposit)
                await server.Notary.DepositAsync(new(), AccountsServer.WithKey(token), cancellationToken: Cancellation);
            else
                await server.Notary.ListDepositsAsync(new(), AccountsServer.WithKey(token), cancellationToken: Cancellation);
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }

    private string Token(string subject = "zhang", string? audience = Audience, string? issuer = null, int from = 0, int until = 600, RSA? signer = null)
    {
        var signed = Encode("""{"alg":"RS256","typ":"JWT","kid":"1"}""") + "." + Encode(Payload(subject, audience, issuer ?? address, from, until));
        return signed + "." + Base64Url.EncodeToString((signer ?? key).SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private string Unsigned(string algorithm) =>
        Encode($$"""{"alg":"{{algorithm}}","typ":"JWT"}""") + "." + Encode(Payload("zhang", Audience, address, 0, 600)) + ".";

    /// <summary>Signed with the public key as if it were a shared secret.</summary>
    private string Keyed(byte[] secret)
    {
        var signed = Encode("""{"alg":"HS256","typ":"JWT","kid":"1"}""") + "." + Encode(Payload("zhang", Audience, address, 0, 600));
        return signed + "." + Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(signed)));
    }

    private static string Payload(string subject, string? audience, string issuer, int from, int until)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var claims = new Dictionary<string, object> { ["iss"] = issuer, ["sub"] = subject, ["nbf"] = now + from, ["iat"] = now + from, ["exp"] = now + until };
        if (audience is not null)
            claims["aud"] = audience;
        return JsonSerializer.Serialize(claims);
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
