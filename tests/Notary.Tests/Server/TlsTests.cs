using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Server;

/// <summary>TLS on both ports: who is let in by a certificate, certificates that change, clients that are slow or speak something else.</summary>
public sealed class TlsTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly AccountsServer accounts = new();
    private readonly TestCertificates certificates;

    public TlsTests() => certificates = new TestCertificates(Path.Combine(folder.Path, "tls"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        certificates.MakeServer();
        var plain = RunningServer.Options(accounts.Data);
        await accounts.StartAsync(new ServerOptions
        {
            DataDirectory = plain.DataDirectory,
            Origin = plain.Origin,
            Listen = plain.Listen,
            Web = plain.Web,
            Tls = new TlsOptions(certificates.CertificateOf("server"), certificates.KeyOf("server"), certificates.Root),
            SlowClientTimeout = TimeSpan.FromMilliseconds(300),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await accounts.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_client_certificate_lets_in_the_member_that_it_was_written_down_for()
    {
        var client = certificates.MakeClient("zhang");
        Assert.Equal(StatusCode.Unauthenticated, await StatusAsync(client));
        accounts.Change(register => register.AddCertificate("test", "alpha", "reader", client, Scopes.All, null));
        Assert.Equal(StatusCode.OK, await StatusAsync(client));
        using (var channel = Open(client))
        {
            var account = await new Proto.Accounts.AccountsClient(channel).GetAccountAsync(new(), cancellationToken: Cancellation);
            Assert.Equal(("alpha", "reader", "reader"), (account.Account, account.Member, account.Role));
            // A header decides where there is one: a certificate does not stand in for a key that is none.
            var error = await Assert.ThrowsAsync<RpcException>(async () => await new Proto.Accounts.AccountsClient(channel)
                .GetAccountAsync(new(), AccountsServer.WithKey("nk_" + new string('A', 43)), cancellationToken: Cancellation));
            Assert.Equal(StatusCode.Unauthenticated, error.StatusCode);
        }

        accounts.Change(register => register.Revoke("test", register.Credentials().Single(credential => credential.Kind == CredentialKind.Certificate).Id));
        Assert.Equal(StatusCode.Unauthenticated, await StatusAsync(client));
    }

    [Fact]
    public async Task A_page_of_another_site_cannot_use_the_certificate_that_a_browser_shows()
    {
        var client = certificates.MakeClient("zhang");
        accounts.Change(register => register.AddCertificate("test", "alpha", "reader", client, Scopes.All, null));
        using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null, ClientCertificateContext = SslStreamCertificateContext.Create(client, null, offline: true) } };
        using var browser = new HttpClient(handler) { BaseAddress = accounts.Server.WebAddress };
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/v1/deposits", Cancellation)).StatusCode);
        foreach (var (name, value, expected) in new[]
        {
            ("Origin", "https://evil.example", HttpStatusCode.Forbidden), ("Origin", "null", HttpStatusCode.Forbidden), ("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden),
            ("Sec-Fetch-Site", "same-site", HttpStatusCode.Forbidden), ("Sec-Fetch-Site", "same-origin", HttpStatusCode.OK), ("Origin", accounts.Server.WebAddress.GetLeftPart(UriPartial.Authority), HttpStatusCode.OK),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/deposits");
            request.Headers.TryAddWithoutValidation(name, value);
            using var answer = await browser.SendAsync(request, Cancellation);
            Assert.Equal(expected, answer.StatusCode);
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin") || answer.Headers.Contains("Set-Cookie"));
        }
    }

    [Fact]
    public void A_certificate_lets_nobody_in_for_longer_than_it_is_valid_itself()
    {
        var client = certificates.MakeClient("zhang", days: 30);
        var id = 0L;
        accounts.Change(register => id = register.AddCertificate("test", "alpha", "reader", client, Scopes.All, TimeSpan.FromDays(365)));
        var end = accounts.Register.Credentials().Single(credential => credential.Id == id).Expires;
        Assert.Equal(client.NotAfter.ToUniversalTime(), end!.Value.UtcDateTime, TimeSpan.FromSeconds(1));
        var lookup = AccountRegister.LookupOf(client);
        Assert.NotNull(accounts.Server.Book.Current.Find(CredentialKind.Certificate, lookup, end.Value.AddSeconds(-1)));
        // On a connection that was made before, too.
        Assert.Null(accounts.Server.Book.Current.Find(CredentialKind.Certificate, lookup, end.Value));
        Assert.Null(accounts.Server.Book.Current.Find(CredentialKind.ApiKey, lookup, end.Value.AddSeconds(-1)));
    }

    [Fact]
    public async Task A_certificate_of_another_root_or_that_has_expired_does_not_get_through_the_handshake()
    {
        var foreign = new TestCertificates(Path.Combine(folder.Path, "other"), "Other").MakeClient("zhang");
        var expired = certificates.MakeClient("late", days: -1);
        foreach (var client in (X509Certificate2[])[foreign, expired])
        {
            accounts.Change(register => register.AddCertificate("test", "alpha", "reader", client, Scopes.All, null));
            Assert.NotEqual(StatusCode.OK, await StatusAsync(client));
        }

        Assert.Equal(StatusCode.Unauthenticated, await StatusAsync(null));
    }

    [Fact]
    public async Task A_renewed_certificate_is_shown_without_a_restart_and_a_broken_one_is_not()
    {
        var first = await ShownAsync(accounts.Server.GrpcAddress);
        certificates.MakeServer();
        File.SetLastWriteTimeUtc(certificates.CertificateOf("server"), new DateTime(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var second = await ChangedAsync(first);
        await File.WriteAllTextAsync(certificates.KeyOf("server"), "-----BEGIN PRIVATE KEY-----\nhalf", Cancellation);
        await Task.Delay(TimeSpan.FromSeconds(1.1), Cancellation);
        Assert.Equal(second, await ShownAsync(accounts.Server.GrpcAddress));
        Assert.Equal(second, await ShownAsync(accounts.Server.WebAddress));
    }

    [Fact]
    public async Task Plain_text_and_old_versions_get_no_answer()
    {
        foreach (var address in (Uri[])[accounts.Server.GrpcAddress, accounts.Server.WebAddress])
        {
            Assert.Equal("https", address.Scheme);
            Assert.Equal("", await SayAsync(address, "GET /checkpoint HTTP/1.1\r\nHost: localhost\r\n\r\n"));
#pragma warning disable SYSLIB0039, CA5397 // Old versions are what is tried here.
            await Assert.ThrowsAnyAsync<Exception>(() => HandshakeAsync(address, SslProtocols.Tls11));
#pragma warning restore SYSLIB0039, CA5397
        }
    }

    [Fact]
    public async Task A_client_that_says_nothing_or_not_enough_is_shown_out()
    {
        foreach (var address in (Uri[])[accounts.Server.GrpcAddress, accounts.Server.WebAddress])
        {
            // Nothing at all, and half a handshake: bytes that could begin one.
            Assert.Equal("", await SayAsync(address, ""));
            Assert.Equal("", await SayAsync(address, "\u0016\u0003\u0001"));
        }

        // Headers that never end: a line is always still to come.
        await using var stream = await HandshakeAsync(accounts.Server.WebAddress, SslProtocols.None);
        await stream.WriteAsync("GET /checkpoint HTTP/1.1\r\nHost: localhost\r\nX-A: "u8.ToArray(), Cancellation);
        var answer = await new StreamReader(stream).ReadToEndAsync(Cancellation);
        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_certificate_nothing_beyond_loopback_is_served()
    {
        foreach (var (listen, web) in new[] { ("0.0.0.0", "127.0.0.1"), ("127.0.0.1", "::"), ("192.0.2.1", "192.0.2.1") })
        {
            var open = new ServerOptions { DataDirectory = folder.Path, Listen = new(IPAddress.Parse(listen), 7070), Web = new(IPAddress.Parse(web), 7071) };
            Assert.Contains("no TLS certificate", Assert.Throws<ServerRefusedException>(open.Check).Problem, StringComparison.Ordinal);
        }
    }

    private async Task<StatusCode> StatusAsync(X509Certificate2? client)
    {
        using var channel = Open(client);
        try
        {
            await new Proto.Accounts.AccountsClient(channel).GetAccountAsync(new(), cancellationToken: Cancellation);
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }

    private GrpcChannel Open(X509Certificate2? client)
    {
        var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null } };
        if (client is not null)
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(client, null, offline: true);
        return GrpcChannel.ForAddress(accounts.Server.GrpcAddress, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }

    private async Task<string> ChangedAsync(string first)
    {
        while (true)
        {
            if (await ShownAsync(accounts.Server.GrpcAddress) is var shown && shown != first)
                return shown;
            await Task.Delay(50, Cancellation);
        }
    }

    private static async Task<string> ShownAsync(Uri address)
    {
        await using var stream = await HandshakeAsync(address, SslProtocols.None);
        return stream.RemoteCertificate!.GetSerialNumberString() + stream.RemoteCertificate.GetCertHashString();
    }

    private static async Task<SslStream> HandshakeAsync(Uri address, SslProtocols protocols)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, address.Port, Cancellation);
        var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = protocols,
                ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
            },
            Cancellation);
        return stream;
    }

    /// <summary>Everything that comes back until the other side closes.</summary>
    private static async Task<string> SayAsync(Uri address, string text)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, address.Port, Cancellation);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text), Cancellation);
        var answer = new MemoryStream();
        try
        {
            await client.GetStream().CopyToAsync(answer, Cancellation);
        }
        catch (IOException)
        {
            // A reset is an end as well.
        }

        // An alert of TLS is not an answer.
        return answer.Length > 0 && answer.GetBuffer()[0] == 0x15 ? "" : Encoding.Latin1.GetString(answer.ToArray());
    }
}
