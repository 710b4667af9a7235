using Google.Protobuf;

namespace Notary.Tests.Support;

/// <summary>A metric's point as the OpenTelemetry protocol has it: a gauge, a sum, a counter (a sum that only grows), or a histogram.</summary>
internal sealed record OtlpPoint(
    string Metric, string Unit, string Kind, IReadOnlyDictionary<string, object> Attributes, double Value, ulong Count, IReadOnlyList<ulong> Buckets, IReadOnlyList<double> Bounds)
{
    /// <summary>The names of its series in Prometheus, by the default translation of its OTLP receiver and of the collector.</summary>
    public IEnumerable<string> PrometheusNames
    {
        get
        {
            var unit = Unit switch { "s" => "_seconds", "By" => "_bytes", "1" when Kind == "gauge" => "_ratio", _ => "" };
            var name = Metric.Replace('.', '_') + unit;
            return Kind switch
            {
                "counter" => [name + "_total"],
                "histogram" => [name + "_bucket", name + "_sum", name + "_count"],
                _ => [name],
            };
        }
    }
}

/// <summary>A span: ids in hex, empty when there is no parent.</summary>
internal sealed record OtlpSpan(string Name, string Id, string Parent, ulong Nanoseconds, IReadOnlyDictionary<string, object> Attributes);

/// <summary>What one export carried.</summary>
internal sealed record OtlpExportMessage(
    IReadOnlyDictionary<string, object> Resource, IReadOnlyList<string> Scopes, IReadOnlyList<OtlpPoint> Points, IReadOnlyList<OtlpSpan> Spans);

/// <summary>
/// Reads ExportMetricsServiceRequest and ExportTraceServiceRequest, by the field numbers of opentelemetry-proto 1, with
/// code that shares nothing with the exporter.
/// </summary>
internal static class OtlpMessages
{
    private static readonly Dictionary<int, string> Kinds = new() { [5] = "gauge", [7] = "sum", [9] = "histogram" };

    public static OtlpExportMessage Metrics(byte[] message) => Read(message, (metric, points, _) => ReadMetric(metric, points));

    public static OtlpExportMessage Traces(byte[] message) => Read(message, (span, _, spans) => spans.Add(ReadSpan(span)));

    /// <summary>Both requests nest alike: resource (1) and scoped (2), in that scope (1) and items (2).</summary>
    private static OtlpExportMessage Read(byte[] message, Action<byte[], List<OtlpPoint>, List<OtlpSpan>> readItem)
    {
        Dictionary<string, object> resource = [];
        List<string> scopes = [];
        List<OtlpPoint> points = [];
        List<OtlpSpan> spans = [];
        foreach (var outer in Fields(message).Where(field => field.Number == 1))
        {
            foreach (var field in Fields(outer.Bytes))
            {
                if (field.Number == 1)
                    resource = Attributes(Fields(field.Bytes), 1);
                else if (field.Number == 2)
                    ReadScope(field.Bytes, scopes, item => readItem(item, points, spans));
            }
        }

        return new OtlpExportMessage(resource, scopes, points, spans);
    }

    private static void ReadScope(byte[] scope, List<string> scopes, Action<byte[]> readItem)
    {
        foreach (var field in Fields(scope))
        {
            if (field.Number == 1)
                scopes.Add(Text(Fields(field.Bytes), 1));
            else if (field.Number == 2)
                readItem(field.Bytes);
        }
    }

    private static void ReadMetric(byte[] metric, List<OtlpPoint> points)
    {
        var fields = Fields(metric);
        foreach (var data in fields.Where(field => Kinds.ContainsKey(field.Number)))
        {
            var inside = Fields(data.Bytes);
            var onlyGrows = data.Number == 7 && inside.Find(field => field.Number == 3) is { Value: 1 };
            foreach (var point in inside.Where(field => field.Number == 1))
                points.Add(ReadPoint(Text(fields, 1), Text(fields, 3), onlyGrows ? "counter" : Kinds[data.Number], Fields(point.Bytes)));
        }
    }

    private static OtlpPoint ReadPoint(string metric, string unit, string kind, List<Field> fields)
    {
        var isHistogram = kind == "histogram";
        var value = fields.Where(field => field.Number == (isHistogram ? 5 : 4)).Select(field => BitConverter.UInt64BitsToDouble(field.Value)).SingleOrDefault();
        if (!isHistogram && fields.Find(field => field.Number == 6) is { } integer)
            value = unchecked((long)integer.Value);
        return new OtlpPoint(
            metric, unit, kind, Attributes(fields, isHistogram ? 9 : 7), value,
            isHistogram ? fields.Single(field => field.Number == 4).Value : 0,
            isHistogram ? Packed(fields, 6) : [],
            isHistogram ? [.. Packed(fields, 7).Select(BitConverter.UInt64BitsToDouble)] : []);
    }

    private static OtlpSpan ReadSpan(byte[] span)
    {
        var fields = Fields(span);
        string Id(int number) => Convert.ToHexString(fields.Find(field => field.Number == number)?.Bytes ?? []);
        ulong Time(int number) => fields.Single(field => field.Number == number).Value;
        return new OtlpSpan(Text(fields, 5), Id(2), Id(4), Time(8) - Time(7), Attributes(fields, 9));
    }

    private static List<ulong> Packed(List<Field> fields, int number)
    {
        var values = new List<ulong>();
        foreach (var field in fields.Where(field => field.Number == number))
        {
            for (var at = 0; at < field.Bytes.Length; at += sizeof(ulong))
                values.Add(BitConverter.ToUInt64(field.Bytes, at));
        }

        return values;
    }

    private static Dictionary<string, object> Attributes(List<Field> fields, int number) => fields
        .Where(field => field.Number == number)
        .Select(field => Fields(field.Bytes))
        .ToDictionary(pair => Text(pair, 1), pair => Value(Fields(pair.Single(field => field.Number == 2).Bytes).Single()));

    private static object Value(Field any) => any.Number switch
    {
        1 => System.Text.Encoding.UTF8.GetString(any.Bytes),
        2 => any.Value != 0,
        3 => unchecked((long)any.Value),
        4 => BitConverter.UInt64BitsToDouble(any.Value),
        _ => any,
    };

    private static string Text(List<Field> fields, int number) =>
        fields.Find(field => field.Number == number) is { } field ? System.Text.Encoding.UTF8.GetString(field.Bytes) : "";

    private static List<Field> Fields(byte[] message)
    {
        var fields = new List<Field>();
        using var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            fields.Add(WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.Varint => new Field(WireFormat.GetTagFieldNumber(tag), input.ReadUInt64(), []),
                WireFormat.WireType.Fixed64 => new Field(WireFormat.GetTagFieldNumber(tag), input.ReadFixed64(), []),
                WireFormat.WireType.Fixed32 => new Field(WireFormat.GetTagFieldNumber(tag), input.ReadFixed32(), []),
                _ => new Field(WireFormat.GetTagFieldNumber(tag), 0, input.ReadBytes().ToByteArray()),
            });
        }

        return fields;
    }

    private sealed record Field(int Number, ulong Value, byte[] Bytes);
}
