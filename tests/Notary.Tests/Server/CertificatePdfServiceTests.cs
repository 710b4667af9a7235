using System.Net;
using Grpc.Core;
using Notary.Core;
using Notary.Documents;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Server;

/// <summary>A server that seals: what it hands out as PDF, over gRPC and REST, to whom.</summary>
public sealed class CertificatePdfServiceTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly AccountsServer server = new();
    private SealRoots roots = null!;
    private TimestampRoots authorities = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        using var random = System.Security.Cryptography.RandomNumberGenerator.Create();
        var now = TimeProvider.System.GetUtcNow();
        var (seal, ca) = (SelfMadeSeal.Create("Operator Ltd", now, random), TimestampCa.Create("Operator", now, random));
        (roots, authorities) = (SealRoots.Parse(seal.Certificate), TimestampRoots.Parse(ca.RootCertificate));
        await server.StartAsync(new ServerOptions
        {
            DataDirectory = server.Data,
            Origin = "ledger.example.org/test",
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Web = new IPEndPoint(IPAddress.Loopback, 0),
            Seal = new SealOptions(Write("seal.pem", seal.Certificate), Write("seal.key", seal.Key), null, null),
            Authority = new AuthorityOptions(Write("tsa.pem", ca.AuthorityChain), Write("tsa.key", ca.AuthorityKey), null),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task The_secrecy_copy_is_sealed_stamped_and_the_same_over_both_interfaces()
    {
        var request = RequestBytes.Create(server.NewRequest("alpha") with { Title = "Rotor 转子" }, null);
        await server.DepositAsync(request, server.As("alpha", Role.Depositor));
        var answer = await server.Notary.GetCertificatePdfAsync(Ask(request), server.As("alpha", Role.Reader), cancellationToken: Cancellation);
        using var web = await GetAsync($"/v1/deposits/{request.Request.Deposit}/certificate.pdf", "alpha");

        Assert.True(answer.Sealed);
        Assert.Equal(("application/pdf", "certificate.pdf"), (web.Content.Headers.ContentType!.MediaType, web.Content.Headers.ContentDisposition!.FileName!.Trim('"')));
        foreach (var pdf in (byte[][])[answer.Pdf.ToByteArray(), await web.Content.ReadAsByteArrayAsync(Cancellation)])
        {
            var file = CertificatePdfFile.Read(pdf, Cancellation);
            var checks = file.Check(roots, authorities, TimeProvider.System.GetUtcNow());
            Assert.All(checks, check => Assert.Equal(CheckResult.Pass, check.Result));
            Assert.Contains("by a time-stamp of Operator time-stamping", checks[1].Reason.English, StringComparison.Ordinal);
            Assert.Contains("Rotor 转子", file.Evidence.Certificate.Request, StringComparison.Ordinal);
            var inputs = new VerifierInputs(TrustPolicy.Parse(TrustPolicy.Format(server.Server.Key, null))) { OfFile = checks };
            Assert.Equal(Verdict.Pass, Verifier.Verify(file.Evidence, inputs).Verdict);
        }
    }

    [Fact]
    public async Task Another_account_gets_the_public_entry_alone()
    {
        var request = RequestBytes.Create(server.NewRequest("alpha") with { Title = "Rotor" }, null);
        await server.DepositAsync(request, server.As("alpha", Role.Depositor));

        var answer = await server.Notary.GetCertificatePdfAsync(Ask(request), server.As("beta", Role.Reader), cancellationToken: Cancellation);

        var certificate = CertificatePdfFile.Read(answer.Pdf.ToByteArray(), Cancellation).Evidence.Certificate;
        Assert.True(certificate.Claims is null && certificate.Request is null);
        Assert.DoesNotContain("Rotor", await new PdfTools(folder).TextAsync(answer.Pdf.ToByteArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_there_and_what_is_no_uuid_are_refused_as_for_certificates()
    {
        var unknown = RequestBytes.Create(server.NewRequest("alpha"), null);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(async () => await server.Notary.GetCertificatePdfAsync(Ask(unknown), server.As("alpha", Role.Reader), cancellationToken: Cancellation))).StatusCode);
        using var missing = await GetAsync($"/v1/deposits/{unknown.Request.Deposit}/certificate.pdf", "alpha");
        using var malformed = await GetAsync("/v1/deposits/x/certificate.pdf", "alpha");
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.BadRequest), (missing.StatusCode, malformed.StatusCode));
    }

    private static Proto.GetCertificatePdfRequest Ask(RequestBytes request) => new() { Deposit = $"{request.Request.Deposit}" };

    private async Task<HttpResponseMessage> GetAsync(string path, string account)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {server.KeyOf(account, Role.Reader)}");
        return await server.Web.SendAsync(request, Cancellation);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder.Path, name);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
