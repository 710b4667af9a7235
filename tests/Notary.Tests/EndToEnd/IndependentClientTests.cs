using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>
/// Clients that share no line with ours, every kind of call: grpc-js, and gRPC's C core through Debian's Python. They
/// build requests and check certificates in their own language; each check is a run of the client of its own.
/// </summary>
public sealed class IndependentClientTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly string Folder = Path.Combine(RepositoryFolder.Path, "tests", "Notary.Tests", "EndToEnd");
    private static readonly string Protos = Path.Combine(RepositoryFolder.Path, "proto");

    [Theory]
    [InlineData("deposit")]
    [InlineData("deposit_batch")]
    [InlineData("list_and_consistency")]
    [InlineData("error_details")]
    [InlineData("deadline")]
    [InlineData("cancel")]
    [InlineData("metadata")]
    [InlineData("compression")]
    [InlineData("health")]
    [InlineData("health_watch")]
    [InlineData("reflection")]
    public async Task Grpc_js_passes(string check)
    {
        var folder = Path.Combine(Folder, "js");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "@grpc", "grpc-js")))
            ExternalTool.Missing<string>("grpc-js is not installed (npm ci in tests/Notary.Tests/EndToEnd/js)");
        var run = await ExternalTool.RunAsync("node", ["client.js", server.GrpcAddress.Authority, Protos, check], folder);
        run.Succeeded();
    }

    [Theory]
    [InlineData("deposit")]
    [InlineData("deposit_batch")]
    [InlineData("list_and_consistency")]
    [InlineData("error_details")]
    [InlineData("deadline")]
    [InlineData("cancel")]
    [InlineData("metadata")]
    [InlineData("compression")]
    [InlineData("health_check")]
    [InlineData("health_watch")]
    [InlineData("reflect")]
    public async Task Python_grpcio_passes(string check)
    {
        // Debian's own interpreter: another one on PATH has other packages.
        const string Python = "/usr/bin/python3";
        if ((await ExternalTool.RunAsync(Python, ["-c", "import grpc, google.protobuf"])).ExitCode != 0)
            ExternalTool.Missing<string>("python3-grpcio or python3-protobuf is not installed");
        using var folder = new TemporaryFolder();
        var descriptors = await DescribeAsync(folder.Path);
        var run = await ExternalTool.RunAsync(
            Python,
            ["-B", "client.py", server.GrpcAddress.Authority, descriptors, check],
            Path.Combine(Folder, "python"));
        run.Succeeded();
    }

    [Fact]
    public async Task Protoc_compiles_every_proto_alone()
    {
        foreach (var proto in Directory.EnumerateFiles(Protos, "*.proto", SearchOption.AllDirectories))
            (await ExternalTool.RunAsync("protoc", ["-I", Protos, "--descriptor_set_out=/dev/null", proto])).Succeeded();
    }

    private static async Task<string> DescribeAsync(string folder)
    {
        var target = Path.Combine(folder, "protos.pb");
        string[] files = ["notary/v1/notary.proto", "grpc/health/v1/health.proto", "grpc/reflection/v1/reflection.proto", "google/rpc/error_details.proto"];
        (await ExternalTool.RunAsync("protoc", ["-I", Protos, "--include_imports", $"--descriptor_set_out={target}", .. files])).Succeeded();
        return target;
    }
}
