using System.Text.Json.Nodes;

namespace Notary.Tests.Support;

/// <summary>The worked examples of the formats, computed by a second implementation (Vectors/make.py).</summary>
internal static class FormatVectors
{
    public static JsonNode V1 { get; } =
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Vectors", "v1.json")))!;

    public static string Text(this JsonNode node, string name) => node[name]!.GetValue<string>();

    public static ulong Number(this JsonNode node, string name) => node[name]!.GetValue<ulong>();
}
