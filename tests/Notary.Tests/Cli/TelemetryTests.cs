using System.Text;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Cli;

/// <summary>What <c>serve</c> tells a collector: right numbers, under the promised names, and nothing of a depositor.</summary>
public sealed partial class TelemetryTests : CliTest
{
    private const string Title = "Rotor geometry, rev. C";
    private const int Deposits = 300;
    private const int Malformed = 7;
    private const int Taken = 3;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_collector_gets_every_metric_with_right_values_and_nothing_secret(bool overGrpc)
    {
        await using var collector = await OtlpReceiver.StartAsync(overGrpc);
        await using var server = NotaryProcess.StartIn(
            collector.Environment, "serve", "--data", At("data"), "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0", "--origin", "ledger.example.org/main");
        using var channel = GrpcChannel.ForAddress(await server.FieldAsync("grpc"));
        await server.FieldAsync("ready");
        var requests = Enumerable.Range(1, Deposits).Select(n => RunningServer.NewRequest("ledger.example.org/main", n) with { Title = Title }).ToList();
        await DepositAsync(new Proto.Notary.NotaryClient(channel), requests);
        Assert.Equal(0, await server.SignalAsync("TERM"));
        Assert.Empty(server.Error);

        AssertValues(collector.Metrics.Last(export => export.Scopes.Contains("Notary.Server")));
        AssertResource(collector.Metrics.Last().Resource);
        AssertSpans([.. collector.Traces.SelectMany(export => export.Spans)]);
        AssertNothingSecret(collector.Bodies, requests);
    }

    [Fact]
    public async Task What_the_operators_files_ask_for_is_what_a_server_with_everything_sends()
    {
        await using var collector = await OtlpReceiver.StartAsync(overGrpc: true);
        await using var source = new TestNtpServer(() => TimeProvider.System.GetUtcNow());
        await using var calendar = await TestCalendar.StartAsync();
        var outside = new TestAuthority();
        await using var authority = await TestTimestampServer.StartAsync(query => Task.FromResult(outside.Answer(query, TimeProvider.System.GetUtcNow())));
        await File.WriteAllTextAsync(At("outside.pem"), outside.Root.ExportCertificatePem(), Cancellation);
        await RunAsync(0, "ca", "init", "--out", At("ca"), "--name", "Example Ltd");
        await using var server = NotaryProcess.StartIn(
            collector.Environment, "serve", "--data", At("data"), "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0", "--ntp", source.Source.ToString(),
            "--calendar", calendar.Address.AbsoluteUri, "--outside-tsa", $"{authority.Address}={At("outside.pem")}", "--tsa-certificate", At("ca/tsa.pem"), "--tsa-key", At("ca/tsa.key"));
        using var channel = GrpcChannel.ForAddress(await server.FieldAsync("grpc"));
        using var http = new HttpClient();
        var request = RunningServer.NewRequest(await server.FieldAsync("ledger"), 1);
        await new Proto.Notary.NotaryClient(channel).DepositAsync(new Proto.DepositRequest { Request = Bytes(request) }, cancellationToken: Cancellation);
        await RefuseAsync(new Proto.Notary.NotaryClient(channel), Bytes(request with { Items = 2 }));
        foreach (var query in (byte[][])[new TimestampQuery(MessageImprint.Of(Hash.Of([]))).ToDer(), []])
        {
            using var content = new ByteArrayContent(query) { Headers = { ContentType = new("application/timestamp-query") } };
            (await http.PostAsync(new Uri(await server.FieldAsync("tsa")), content, Cancellation)).EnsureSuccessStatusCode();
        }

        Assert.Equal(0, await server.SignalAsync("TERM"));

        Assert.Empty(server.Error);
        foreach (var file in (string[])["deploy/grafana-dashboard.json", "deploy/prometheus-alerts.yml"])
            AssertNamesOnly(file, [.. collector.Metrics.SelectMany(export => export.Points)]);
    }

    [Fact]
    public async Task A_collector_that_is_not_there_disturbs_nothing()
    {
        var environment = new Dictionary<string, string?> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1", ["OTEL_METRIC_EXPORT_INTERVAL"] = "200" };
        await using var server = NotaryProcess.StartIn(environment, "serve", "--data", At("data"), "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0");
        using var channel = GrpcChannel.ForAddress(await server.FieldAsync("grpc"));
        var origin = await server.FieldAsync("ledger");
        await server.FieldAsync("ready");
        var message = new Proto.DepositRequest { Request = Bytes(RunningServer.NewRequest(origin, 1)) };
        Assert.NotNull((await new Proto.Notary.NotaryClient(channel).DepositAsync(message, cancellationToken: Cancellation)).Certificate);
        Assert.Equal(0, await server.SignalAsync("TERM"));
        Assert.Empty(server.Error);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT is collector:4317, which is no http or https URL", "collector:4317", "grpc")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL is http/json", "http://127.0.0.1:4318", "http/json")]
    public async Task What_the_exporter_would_pass_over_in_silence_is_an_error(string error, string endpoint, string protocol)
    {
        var environment = new Dictionary<string, string?> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol };
        var result = await NotaryProcess.RunInAsync(environment, "serve", "--data", At("data"), "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0");
        Assert.Contains(error, Ended(2, result).Error, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task DepositAsync(Proto.Notary.NotaryClient client, List<DepositRequest> requests)
    {
        await Task.WhenAll(requests.Select(async request =>
            await client.DepositAsync(new Proto.DepositRequest { Request = Bytes(request) }, cancellationToken: Cancellation)));
        // Sent again is neither a second deposit nor a refusal.
        await client.DepositAsync(new Proto.DepositRequest { Request = Bytes(requests[0]) }, cancellationToken: Cancellation);
        for (var i = 0; i < Malformed; i++)
            await RefuseAsync(client, ByteString.CopyFromUtf8(requests[i].ToText()[..^5]));
        for (var i = 0; i < Taken; i++)
            await RefuseAsync(client, Bytes(requests[i] with { Items = 2 }));
    }

    private static async Task RefuseAsync(Proto.Notary.NotaryClient client, ByteString request) => await Assert.ThrowsAsync<RpcException>(
        async () => await client.DepositAsync(new Proto.DepositRequest { Request = request }, cancellationToken: Cancellation));

    private static void AssertValues(OtlpExportMessage export)
    {
        OtlpPoint One(string metric, string? type = null) => Assert.Single(
            export.Points, point => point.Metric == metric && (type is null || type.Equals(point.Attributes.GetValueOrDefault("error.type"))));
        Assert.Equal(("counter", "{deposit}", (double)Deposits), (One("notary.deposits").Kind, One("notary.deposits").Unit, One("notary.deposits").Value));
        Assert.Equal(Malformed, One("notary.refusals", "malformed").Value);
        Assert.Equal(Taken, One("notary.refusals", "uuid_taken").Value);
        Assert.Equal(2, export.Points.Count(point => point.Metric == "notary.refusals"));
        Assert.Equal(Deposits + 1, One("notary.tree.size").Value);
        Assert.Equal((0, 8192), (One("notary.sequencer.queue.depth").Value, One("notary.sequencer.queue.limit").Value));
        Assert.InRange(One("notary.checkpoint.age").Value, 0, 60);
        Assert.InRange(One("notary.data.size").Value, Deposits * 500, 1e8);
        Assert.InRange(One("notary.data.available").Value, 1, 1e18);

        var sizes = One("notary.sequencer.batch.size");
        Assert.Equal(Deposits, sizes.Value);
        Assert.Equal((1, 1024, sizes.Bounds.Count + 1), (sizes.Bounds[0], sizes.Bounds[^1], sizes.Buckets.Count));
        foreach (var name in (string[])["notary.sequencer.commit.duration", "notary.sequencer.sign.duration"])
            AssertTimed(One(name), sizes.Count, sizes.Count);
        // Also the batches that wrote nothing waited.
        AssertTimed(One("notary.sequencer.queue.wait"), sizes.Count, sizes.Count + 1 + Taken);
    }

    private static void AssertTimed(OtlpPoint point, ulong least, ulong most)
    {
        Assert.Equal(("histogram", "s"), (point.Kind, point.Unit));
        Assert.InRange(point.Count, least, most);
        Assert.InRange(point.Value, 1e-7, 60);
        Assert.Equal((0.0001, 10), (point.Bounds[0], point.Bounds[^1]));
    }

    private static void AssertResource(IReadOnlyDictionary<string, object> resource)
    {
        Assert.Equal("notary", resource["service.name"]);
        Assert.Equal("ledger.example.org/main", resource["service.instance.id"]);
        Assert.Equal("test", resource["deployment.environment.name"]);
    }

    private static void AssertSpans(List<OtlpSpan> spans)
    {
        var batches = spans.Where(span => span.Name == "notary.sequencer.batch").ToList();
        Assert.NotEmpty(batches);
        Assert.InRange(batches.Count, 1, 60);
        Assert.All(batches, batch => Assert.InRange((long)batch.Attributes["notary.batch.size"], 1, Deposits));
        foreach (var stage in (string[])["notary.sequencer.sign", "notary.sequencer.commit"])
            Assert.Contains(spans, span => span.Name == stage && batches.Exists(batch => batch.Id == span.Parent && batch.Nanoseconds >= span.Nanoseconds));
    }

    /// <summary>What the operator's files ask for is what the server sends, under the names and attributes that it has there.</summary>
    private static void AssertNamesOnly(string file, List<OtlpPoint> points)
    {
        var text = File.ReadAllText(Path.Combine(RepositoryFolder.Path, file));
        var series = points.SelectMany(point => point.PrometheusNames).ToHashSet();
        var asked = SeriesName().Matches(text).Select(match => match.Value).ToHashSet();
        Assert.NotEmpty(asked);
        Assert.DoesNotContain(asked, name => !series.Contains(name));
        var types = RefusalTypes().Matches(text).SelectMany(match => match.Groups[1].Value.Split('|')).ToList();
        Assert.DoesNotContain(types, type => !AllRefusalTypes().Contains(type));
        foreach (var route in Route().Matches(text).Select(match => match.Groups[1].Value))
            Assert.Contains(points, point => route.Equals(point.Attributes.GetValueOrDefault("http.route")));
    }

    private static void AssertNothingSecret(IEnumerable<byte[]> bodies, List<DepositRequest> requests)
    {
        var sent = Encoding.Latin1.GetString([.. bodies.SelectMany(body => body)]);
        Assert.Contains("notary.deposits", sent, StringComparison.Ordinal);
        foreach (var secret in requests.SelectMany(request => (string[])[
            Title, $"{request.Deposit}", $"{request.Commitment}", request.Commitment.ToBase64(), $"{request.Nonce}",
            Encoding.Latin1.GetString(request.Commitment.ToArray()), Encoding.Latin1.GetString(request.Deposit.ToBytes())]))
            Assert.DoesNotContain(secret, sent, StringComparison.OrdinalIgnoreCase);
    }

    private static HashSet<string> AllRefusalTypes() =>
    [
        .. typeof(RefusalType).GetFields().Select(constant => (string)constant.GetRawConstantValue()!),
        .. Enum.GetValues<TimestampFailure>().Select(failure => RefusalType.Of(failure)),
    ];

    [GeneratedRegex(@"\b(notary|http|kestrel|dotnet)_[a-z0-9_]+\b(?!=)")]
    private static partial Regex SeriesName();

    [GeneratedRegex("error_type=~?\\\\?\"([^\"\\\\]+)")]
    private static partial Regex RefusalTypes();

    [GeneratedRegex("http_route=\\\\?\"([^\"\\\\]+)")]
    private static partial Regex Route();

    private static ByteString Bytes(DepositRequest request) => ByteString.CopyFrom(RequestBytes.Create(request, null).Bytes.Span);
}
