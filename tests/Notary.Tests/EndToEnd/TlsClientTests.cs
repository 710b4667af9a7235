using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>
/// Clients and tools that are not ours, over TLS: grpc-js and Debian's Python with a key and with a client certificate, curl
/// against REST, openssl against the handshake, and an npm validator on the OpenAPI document.
/// </summary>
public sealed class TlsClientTests : IAsyncLifetime
{
    private static readonly string Folder = Path.Combine(RepositoryFolder.Path, "tests", "Notary.Tests", "EndToEnd");
    private static readonly string Protos = Path.Combine(RepositoryFolder.Path, "proto");

    private readonly TemporaryFolder folder = new();
    private readonly AccountsServer server = new();
    private readonly TestCertificates certificates;
    private X509Certificate2 client = null!;

    public TlsClientTests() => certificates = new TestCertificates(Path.Combine(folder.Path, "tls"));

    public async ValueTask InitializeAsync()
    {
        certificates.MakeServer();
        var plain = RunningServer.Options(server.Data);
        await server.StartAsync(new ServerOptions
        {
            DataDirectory = plain.DataDirectory,
            Origin = plain.Origin,
            Listen = plain.Listen,
            Web = plain.Web,
            Tls = new TlsOptions(certificates.CertificateOf("server"), certificates.KeyOf("server"), certificates.Root),
        });
        client = certificates.MakeClient("zhang");
        server.Change(register => register.AddCertificate("test", "alpha", "depositor", client, Scopes.All, null));
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData("stranger", null)]
    [InlineData("deposit", "key")]
    [InlineData("deposit_batch", "key")]
    [InlineData("deposit", "certificate")]
    public async Task Grpc_js_passes(string check, string? shown)
    {
        RequireNode("@grpc/grpc-js");
        (await ExternalTool.RunAsync("node", ["client.js", Address, Protos, check], Path.Combine(Folder, "js"), environment: Environment(shown))).Succeeded();
    }

    [Theory]
    [InlineData("stranger", null)]
    [InlineData("deposit", "key")]
    [InlineData("deposit_batch", "key")]
    [InlineData("deposit", "certificate")]
    public async Task Python_grpcio_passes(string check, string? shown)
    {
        const string Python = "/usr/bin/python3";
        if ((await ExternalTool.RunAsync(Python, ["-c", "import grpc, google.protobuf"])).ExitCode != 0)
            ExternalTool.Missing<string>("python3-grpcio or python3-protobuf is not installed");
        var descriptors = Path.Combine(folder.Path, "protos.pb");
        string[] files = ["notary/v1/notary.proto", "notary/v1/accounts.proto", "grpc/health/v1/health.proto", "grpc/reflection/v1/reflection.proto", "google/rpc/error_details.proto"];
        (await ExternalTool.RunAsync("protoc", ["-I", Protos, "--include_imports", $"--descriptor_set_out={descriptors}", .. files])).Succeeded();
        (await ExternalTool.RunAsync(Python, ["-B", "client.py", Address, descriptors, check], Path.Combine(Folder, "python"), environment: Environment(shown))).Succeeded();
    }

    [Fact]
    public async Task Openssl_sees_a_chain_that_verifies_new_versions_alone_and_the_protocol_of_each_port()
    {
        foreach (var (address, protocol) in new[] { (server.Server.GrpcAddress, "h2"), (server.Server.WebAddress, "http/1.1") })
        {
            var shown = await ShakeAsync(address, "-alpn", protocol, "-verify_return_error", "-CAfile", certificates.Root, "-verify_hostname", "localhost");
            Assert.Contains("Verify return code: 0 (ok)", shown.Output, StringComparison.Ordinal);
            Assert.Contains($"ALPN protocol: {protocol}", shown.Output, StringComparison.Ordinal);
            Assert.Contains("TLSv1.3", shown.Output, StringComparison.Ordinal);
            Assert.Contains("Cipher is (NONE)", (await ShakeAsync(address, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")).Output, StringComparison.Ordinal);
            Assert.Contains("Cipher is ECDHE", (await ShakeAsync(address, "-tls1_2")).Output, StringComparison.Ordinal);
        }

        Task<ToolResult> ShakeAsync(Uri address, params string[] more) =>
            ExternalTool.RunAsync("openssl", ["s_client", "-connect", $"127.0.0.1:{address.Port}", "-servername", "localhost", .. more], input: "");
    }

    [Fact]
    public async Task Curl_deposits_reads_and_is_refused_over_rest()
    {
        var request = RequestBytes.Create(server.NewRequest("alpha") with { Title = "<script>alert(1)</script>" }, null);
        var body = Path.Combine(folder.Path, "body.json");
        File.WriteAllText(body, JsonSerializer.Serialize(new { request = System.Text.Encoding.UTF8.GetString(request.Bytes.Span) }));
        var made = await CurlAsync("alpha", "/v1/deposits", "-H", "Content-Type: application/json", "--data-binary", "@" + body);
        Assert.StartsWith("201 application/json", made.Status, StringComparison.Ordinal);
        var certificate = Certificate.Parse(System.Text.Encoding.UTF8.GetBytes(made.Body));
        Assert.Equal(System.Text.Encoding.UTF8.GetString(request.Bytes.Span), certificate.Request);
        Assert.Contains(request.Request.Deposit.ToString(), (await CurlAsync("alpha", "/v1/deposits")).Body, StringComparison.Ordinal);
        var other = await CurlAsync("beta", $"/v1/deposits/{request.Request.Deposit}");
        Assert.Null(Certificate.Parse(System.Text.Encoding.UTF8.GetBytes(other.Body)).Claims);
        Assert.StartsWith("401 application/problem+json", (await CurlAsync(null, "/v1/deposits")).Status, StringComparison.Ordinal);
        // By the certificate of the connection alone.
        var run = (await ExternalTool.RunAsync("curl", ["-sS", "--cacert", certificates.Root, "--cert", certificates.CertificateOf("zhang"), "--key", certificates.KeyOf("zhang"), Url("/v1/account")])).Succeeded();
        Assert.Contains("\"member\":\"depositor\"", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_program_is_told_when_it_is_given_the_port_for_browsers()
    {
        var result = await NotaryProcess.RunAsync("trust", "--server", Url(""), "--ca", certificates.Root, "--out", Path.Combine(folder.Path, "trust"));
        Assert.Equal(4, result.ExitCode);
        Assert.StartsWith($"notary: error: {Url("")} answers browsers, not programs\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_openapi_document_is_valid_and_describes_every_route_under_v1()
    {
        RequireNode("@seriousme/openapi-schema-validator");
        var path = Path.Combine(folder.Path, "openapi.json");
        File.WriteAllText(path, (await CurlAsync(null, "/v1/openapi.json")).Body);
        (await ExternalTool.RunAsync("node", ["openapi.mjs", path], Path.Combine(Folder, "js"))).Succeeded();
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var described = document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(route => route.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {route.Name}"));
        Assert.Equal(
            AccessTable.Rows.Select(row => row.Call).Where(call => call.Contains(" /v1/", StringComparison.Ordinal)).Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    private string Address => $"localhost:{server.Server.GrpcAddress.Port}";

    private string Url(string path) => $"https://localhost:{server.Server.WebAddress.Port}{path}";

    private Dictionary<string, string?> Environment(string? shown) => new()
    {
        ["NOTARY_CA"] = certificates.Root,
        ["NOTARY_ACCOUNT"] = "alpha",
        ["NOTARY_API_KEY"] = shown == "key" ? server.KeyOf("alpha", Role.Depositor) : null,
        ["NOTARY_CLIENT_CERTIFICATE"] = shown == "certificate" ? certificates.CertificateOf("zhang") : null,
        ["NOTARY_CLIENT_KEY"] = shown == "certificate" ? certificates.KeyOf("zhang") : null,
    };

    private async Task<(string Status, string Body)> CurlAsync(string? account, string path, params string[] more)
    {
        string[] key = account is null ? [] : ["-H", $"Authorization: Bearer {server.KeyOf(account, Role.Depositor)}"];
        var run = (await ExternalTool.RunAsync("curl", ["-sS", "--cacert", certificates.Root, "-w", "\n%{http_code} %{content_type}", .. key, .. more, Url(path)])).Succeeded();
        var end = run.Output.LastIndexOf('\n');
        return (run.Output[(end + 1)..], run.Output[..end]);
    }

    private static void RequireNode(string package)
    {
        if (!Directory.Exists(Path.Combine([Folder, "js", "node_modules", .. package.Split('/')])))
            ExternalTool.Missing<string>($"{package} is not installed (npm ci in tests/Notary.Tests/EndToEnd/js)");
    }
}
