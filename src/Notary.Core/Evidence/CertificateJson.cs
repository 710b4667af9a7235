using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Notary.Core;

/// <summary>
/// The JSON of a certificate. Read strictly: UTF-8 without BOM, no comments or trailing commas, no member twice at any
/// depth, however it is escaped (two readers would take two different values). Written by hand, because the escapes that
/// the framework's writer chooses change with its version.
/// </summary>
internal static class CertificateJson
{
    private const string Document = "certificate";
    private const string Format = "notary.certificate/v1";

    private static readonly JsonDocumentOptions Strict = new()
    {
        AllowDuplicateProperties = false,
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
        MaxDepth = 16,
    };

    public static Certificate Parse(ReadOnlyMemory<byte> json)
    {
        if (json.Length > EvidenceLimits.CertificateBytes)
            throw Malformed(null, $"has {json.Length:N0} bytes (limit {EvidenceLimits.CertificateBytes:N0})");
        if (!Utf8.IsValid(json.Span))
            throw Malformed(null, "is not UTF-8");
        using var document = Open(json);
        try
        {
            return ToCertificate(document.RootElement);
        }
        catch (InvalidOperationException)
        {
            // What the framework throws for an escape such as \ud800, half a character.
            throw Malformed(null, "holds an unpaired surrogate");
        }
    }

    public static byte[] Write(Certificate certificate)
    {
        var json = new StringBuilder();
        json.Append("{\n  \"format\": \"").Append(Format).Append("\",\n  \"statement\": ");
        AppendString(json, certificate.Statement);
        json.Append(",\n  \"claims\": ");
        AppendString(json, certificate.Claims);
        json.Append(",\n  \"request\": ");
        AppendString(json, certificate.Request);
        json.Append(",\n  \"proof\": ");
        AppendString(json, certificate.Proof);
        json.Append(",\n  \"timestamps\": [");
        AppendTimestamps(json, certificate.Timestamps);
        json.Append("]\n}\n");
        try
        {
            var bytes = TextRules.Utf8.GetBytes(json.ToString());
            Parse(bytes);
            return bytes;
        }
        catch (Exception problem) when (problem is MalformedException or EncoderFallbackException)
        {
            throw new InvalidOperationException($"This certificate cannot be written: {problem.Message}", problem);
        }
    }

    private static JsonDocument Open(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json, Strict);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            // The first one's message quotes the file, names and all. The second is half a character in a member's name.
            throw Malformed(null, "is not strict JSON, or repeats a member");
        }
    }

    private static Certificate ToCertificate(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw Malformed(null, "is not a JSON object");
        if (Text(root, "format", 64) != Format)
            throw Malformed("format", $"is not '{Format}'");
        var certificate = new Certificate
        {
            Statement = Text(root, "statement", Limits.StatementBytes),
            Claims = TextOrNull(root, "claims", Limits.ClaimsBytes),
            Request = TextOrNull(root, "request", Limits.RequestBytes),
            Proof = Text(root, "proof", EvidenceLimits.ProofBytes),
            Timestamps = ToTimestamps(Member(root, "timestamps")),
        };
        return certificate is { Request: not null, Claims: null }
            ? throw Malformed("request", "is given without claims, which alone tie it to the statement")
            : certificate;
    }

    private static TimestampToken[] ToTimestamps(JsonElement array)
    {
        if (array.ValueKind != JsonValueKind.Array)
            throw Malformed("timestamps", "is not an array");
        if (array.GetArrayLength() > EvidenceLimits.Timestamps)
            throw Malformed("timestamps", $"has {array.GetArrayLength()} elements (limit {EvidenceLimits.Timestamps})");
        return [.. array.EnumerateArray().Select(ToTimestamp)];
    }

    private static TimestampToken ToTimestamp(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Malformed("timestamps", "holds something else than objects");
        var over = Text(element, "over", 64);
        if (over is not (TimestampToken.OverCheckpoint or TimestampToken.OverCommitment))
            throw Malformed("over", $"is neither '{TimestampToken.OverCheckpoint}' nor '{TimestampToken.OverCommitment}'");
        var token = StrictBase64.Decode(Text(element, "token", (EvidenceLimits.TokenBytes + 2) / 3 * 4));
        if (token is not { Length: > 0 and <= EvidenceLimits.TokenBytes })
            throw Malformed("token", $"is not standard base64 with padding of 1 to {EvidenceLimits.TokenBytes:N0} bytes");
        // Absent means the certificate's own proof; null is not among its values.
        var proof = element.TryGetProperty("proof", out _) ? Text(element, "proof", EvidenceLimits.ProofBytes) : null;
        return new TimestampToken(over, token, proof);
    }

    private static JsonElement Member(JsonElement element, string name) =>
        element.TryGetProperty(name, out var member) ? member : throw Malformed(name, "is missing");

    private static string? TextOrNull(JsonElement element, string name, int limit) =>
        Member(element, name).ValueKind == JsonValueKind.Null ? null : Text(element, name, limit);

    private static string Text(JsonElement element, string name, int limit)
    {
        var member = Member(element, name);
        if (member.ValueKind != JsonValueKind.String)
            throw Malformed(name, "is not a string");
        var text = member.GetString()!;
        var bytes = Encoding.UTF8.GetByteCount(text);
        return bytes <= limit ? text : throw Malformed(name, $"has {bytes:N0} bytes (limit {limit:N0})");
    }

    private static void AppendTimestamps(StringBuilder json, IReadOnlyList<TimestampToken> timestamps)
    {
        for (var i = 0; i < timestamps.Count; i++)
        {
            json.Append(i == 0 ? "\n    { \"over\": " : ",\n    { \"over\": ");
            AppendString(json, timestamps[i].Over);
            json.Append(", \"token\": \"").Append(Convert.ToBase64String(timestamps[i].Token.Span)).Append('"');
            if (timestamps[i].Proof is { } proof)
            {
                json.Append(", \"proof\": ");
                AppendString(json, proof);
            }
            json.Append(i + 1 == timestamps.Count ? " }\n  " : " }");
        }
    }

    // RFC 8259 section 7: only quotation mark, backslash and U+0000-001F must be escaped.
    private static void AppendString(StringBuilder json, string? text)
    {
        if (text is null)
        {
            json.Append("null");
            return;
        }
        json.Append('"');
        foreach (var character in text)
        {
            if (character is '"' or '\\')
                json.Append('\\').Append(character);
            else if (character == '\n')
                json.Append("\\n");
            else if (character < ' ')
                json.Append($"\\u{(int)character:x4}");
            else
                json.Append(character);
        }
        json.Append('"');
    }

    private static MalformedException Malformed(string? field, string problem) => new(Document, field, problem);
}
