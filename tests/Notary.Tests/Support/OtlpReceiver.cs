using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Notary.Tests.Support;

/// <summary>A collector on loopback that keeps what it is sent, over gRPC or over HTTP with protobuf bodies.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication host;
    private readonly bool overGrpc;

    private OtlpReceiver(WebApplication host, bool overGrpc) => (this.host, this.overGrpc) = (host, overGrpc);

    /// <summary>Every message as it came.</summary>
    public ConcurrentQueue<byte[]> Bodies { get; } = [];

    public ConcurrentQueue<OtlpExportMessage> Metrics { get; } = [];

    public ConcurrentQueue<OtlpExportMessage> Traces { get; } = [];

    public string Endpoint => host.Urls.Single();

    /// <summary>What a process is started with to send here; metrics go often, so that a test sees more than the last ones.</summary>
    public IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Endpoint,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = overGrpc ? "grpc" : "http/protobuf",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
        ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=test",
    };

    public static async Task<OtlpReceiver> StartAsync(bool overGrpc)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, 0, listen => listen.Protocols = overGrpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        builder.Services.AddRoutingCore();
        var receiver = new OtlpReceiver(builder.Build(), overGrpc);
        receiver.Map("metrics", "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", body => receiver.Metrics.Enqueue(OtlpMessages.Metrics(body)));
        receiver.Map("traces", "/opentelemetry.proto.collector.trace.v1.TraceService/Export", body => receiver.Traces.Enqueue(OtlpMessages.Traces(body)));
        await receiver.host.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    private void Map(string signal, string method, Action<byte[]> keep) =>
        host.MapPost(overGrpc ? method : "/v1/" + signal, async (HttpContext context) =>
        {
            using var buffer = new MemoryStream();
            await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
            var body = buffer.ToArray();
            if (overGrpc)
            {
                // One message, not compressed: a flag byte and the length before it.
                Assert.Equal((0, body.Length - 5), (body[0], BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(1))));
                body = body[5..];
            }

            Bodies.Enqueue(body);
            keep(body);
            await AnswerAsync(context);
        });

    /// <summary>An empty response message.</summary>
    private async Task AnswerAsync(HttpContext context)
    {
        context.Response.ContentType = overGrpc ? "application/grpc" : "application/x-protobuf";
        if (!overGrpc)
            return;
        await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
