using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Notary.Server;

/// <summary>
/// Sends metrics and spans to an OpenTelemetry collector: the only file that knows the OpenTelemetry SDK. Configured by
/// the standard's own environment variables and started only when <see cref="Endpoint"/> is set; otherwise no listener
/// exists and no measurement is kept.
/// </summary>
internal sealed class OtlpExport : IDisposable
{
    /// <summary>The standard variable that names the collector, and here also the switch.</summary>
    public const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const string Protocol = "OTEL_EXPORTER_OTLP_PROTOCOL";
    private const string Sampler = "OTEL_TRACES_SAMPLER";
    private const string TracesExporter = "OTEL_TRACES_EXPORTER";

    /// <summary>How long the last metrics may take to leave when the server stops.</summary>
    private const int FlushMilliseconds = 3_000;

    private readonly OpenTelemetrySdk sdk;

    private OtlpExport(OpenTelemetrySdk sdk) => this.sdk = sdk;

    /// <summary>Begins to export, or returns null when the environment names no collector.</summary>
    /// <param name="origin">The ledger's name, which goes with everything that is sent.</param>
    /// <param name="time">Counts the seconds of the sampler.</param>
    /// <exception cref="ServerRefusedException">The environment names what cannot be a collector.</exception>
    public static OtlpExport? Start(string origin, TimeProvider time)
    {
        if (Read(Endpoint) is not { } endpoint)
            return null;
        Check(endpoint, Read(Protocol));
        return new OtlpExport(OpenTelemetrySdk.Create(builder =>
        {
            builder.ConfigureResource(resource => Describe(resource, origin));
            builder.WithMetrics(metrics => metrics
                .AddMeter(Instruments.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"));
            if (Read(TracesExporter) != "none")
                builder.WithTracing(traces => Trace(traces, time));
            builder.UseOtlpExporter();
        }));
    }

    /// <summary>Sends what was measured last; a collector that does not answer is not waited for longer than 3 seconds.</summary>
    public void Dispose()
    {
        sdk.MeterProvider.Shutdown(FlushMilliseconds);
        sdk.TracerProvider.Shutdown(FlushMilliseconds);
        sdk.Dispose();
    }

    private static void Describe(ResourceBuilder resource, string origin) => resource
        .AddService("notary", serviceVersion: typeof(OtlpExport).Assembly.GetName().Version?.ToString(3), autoGenerateServiceInstanceId: false, serviceInstanceId: origin)
        // Last, so that OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES have the last word.
        .AddEnvironmentVariableDetector();

    private static void Trace(TracerProviderBuilder traces, TimeProvider time)
    {
        traces.AddSource(Instruments.Name);
        if (Read(Sampler) is null)
            traces.SetSampler(new BatchSampler(time));
    }

    private static void Check(string endpoint, string? protocol)
    {
        // The SDK would fall back to a default without a word, and its user would look for metrics in vain.
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new ServerRefusedException(
                $"{Endpoint} is {endpoint}, which is no http or https URL", "name the collector, for example http://127.0.0.1:4317, or unset it");
        if (protocol is not (null or "grpc" or "http/protobuf"))
            throw new ServerRefusedException($"{Protocol} is {protocol}", "it is grpc, the default, or http/protobuf");
    }

    private static string? Read(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;

    /// <summary>One batch a second and its stages: a busy ledger has thousands, which nobody reads.</summary>
    private sealed class BatchSampler(TimeProvider time) : Sampler
    {
        private readonly long second = time.TimestampFrequency;
        private long next = time.GetTimestamp();

        public override SamplingResult ShouldSample(in SamplingParameters parameters)
        {
            if (parameters.ParentContext.TraceId != default)
                return Decide((parameters.ParentContext.TraceFlags & System.Diagnostics.ActivityTraceFlags.Recorded) != 0);
            var (now, due) = (time.GetTimestamp(), Volatile.Read(ref next));
            return Decide(now >= due && Interlocked.CompareExchange(ref next, now + second, due) == due);
        }

        private static SamplingResult Decide(bool record) => new(record ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
    }
}
