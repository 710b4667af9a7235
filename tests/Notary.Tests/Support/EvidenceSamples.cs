using System.Text;
using System.Text.Json;
using Notary.Core;

namespace Notary.Tests.Support;

/// <summary>Certificates and evidence of the deposits in Vectors/v1.json, and ways to compare them.</summary>
internal static class EvidenceSamples
{
    private static readonly JsonElement Root = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "v1.json"))).RootElement;

    /// <summary>The deposit of 13 items, the largest of the four.</summary>
    public const int Folder = 2;

    public static string Origin => Root.GetProperty("origin").GetString()!;

    public static IReadOnlyList<JsonElement> Fingerprints => [.. Root.GetProperty("fingerprints").EnumerateArray()];

    public static Certificate Certificate(int deposit)
    {
        var vector = Root.GetProperty("deposits")[deposit];
        return new Certificate
        {
            Statement = vector.GetProperty("statement").GetString()!,
            Claims = vector.GetProperty("claims").GetString(),
            Request = vector.GetProperty("request").GetString(),
            Proof = vector.GetProperty("proof").GetString()!,
        };
    }

    public static Certificate Stamped(int deposit)
    {
        var certificate = Certificate(deposit);
        return certificate with
        {
            Timestamps =
            [
                new TimestampToken(TimestampToken.OverCheckpoint, new byte[] { 0x30, 0x03, 0x02, 0x01, 0x00 }, null),
                new TimestampToken(TimestampToken.OverCommitment, new byte[] { 0x30, 0xFB, 0xFF }, certificate.Proof),
            ],
        };
    }

    public static ItemText[] Items(int deposit) =>
        [.. Fingerprints[deposit].GetProperty("items").EnumerateArray().Select(item => ItemText.Parse(item.GetProperty("item").GetString()!))];

    public static Hash Seed(int deposit) => Hex(Fingerprints[deposit].GetProperty("seed"));

    public static Fingerprint Fingerprint(int deposit) => global::Notary.Core.Fingerprint.Create(
        Origin, DepositIdOf(deposit), Seed(deposit), Items(deposit));

    public static DepositId DepositIdOf(int deposit) =>
        DepositId.TryParse(Fingerprints[deposit].GetProperty("deposit").GetString(), out var id) ? id : throw new FormatException();

    public static Evidence Full(int deposit) =>
        Evidence.Create(Stamped(deposit), Manifest.Create(Items(deposit)), Seed(deposit)).WithAttachments(Attachments());

    /// <summary>The first item with its name, the third without.</summary>
    public static Evidence Disclosed()
    {
        var (fingerprint, items) = (Fingerprint(Folder), Items(Folder));
        return Evidence.Disclose(Certificate(Folder), new Dictionary<Hash, Opening>
        {
            [fingerprint.LeafOf(items[0])] = fingerprint.Open(items[0]),
            [fingerprint.LeafOf(items[2])] = fingerprint.Open(items[2], showMetadata: false),
        });
    }

    public static IEnumerable<Attachment> Attachments() =>
    [
        new($"ots/{Hash.Of([1])}.ots", new byte[] { 0, 1, 2 }),
        new($"ots/{Hash.Of([2])}.ots", new byte[] { 3 }),
    ];

    public static byte[] Pack(Evidence evidence)
    {
        using var stream = new MemoryStream();
        evidence.Write(stream);
        return stream.ToArray();
    }

    public static Evidence Read(byte[] package)
    {
        using var stream = new MemoryStream(package, writable: false);
        return Evidence.Read(stream, TestContextToken);
    }

    /// <summary>Everything in a package but the bytes of its container.</summary>
    public static string Describe(Evidence evidence)
    {
        var text = new StringBuilder(Encoding.UTF8.GetString(evidence.Certificate.ToJson()));
        text.Append(evidence.Manifest?.ToText()).Append(evidence.Seed);
        foreach (var (leaf, opening) in evidence.Openings)
            text.Append(leaf).Append(opening.ToText());
        foreach (var attachment in evidence.Attachments)
            text.Append(attachment.Name).Append(Convert.ToHexString(attachment.Content.Span));
        return text.AppendJoin('|', evidence.Unknown).ToString();
    }

    public static Hash Hex(JsonElement element) => Hex(element.GetString()!);

    public static Hash Hex(string hex) => Hash.TryParseHex(hex, out var hash) ? hash : throw new FormatException(hex);

    private static CancellationToken TestContextToken => Xunit.TestContext.Current.CancellationToken;
}
