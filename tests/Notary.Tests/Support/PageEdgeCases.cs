using System.Globalization;
using System.IO.Compression;
using System.Text;
using Notary.Core;

namespace Notary.Tests.Support;

/// <summary>Certificates and packages at the edges of what their readers take, where two readers come apart most easily.</summary>
internal static class PageEdgeCases
{
    private static readonly byte[] Trust = Encoding.UTF8.GetBytes($"log {FormatVectors.V1.Text("vkey")}\nquorum none\n");

    public static IReadOnlyList<PageCase> All() => [.. Members(), .. LongItems(), .. LongFiles(), .. Names()];

    /// <summary>Members that are no part of the format: half characters in names and values, repeated names, depth.</summary>
    private static IEnumerable<PageCase> Members()
    {
        string[] members =
        [
            """
            "\ud800":1
            """, """
            "\ud800":1,"\ud800":2
            """, """
            "\ud800":1,"\udc00":2
            """, """
            "x":{"\udc00":1}
            """, """
            "x":"\ud800"
            """, """
            "\ud83d\ude00":1,"😀":2
            """, """
            "a":1,"\u0061":2
            """, """
            "x":[{"a":1,"a":2}]
            """, """
            "__proto__":{"format":1}
            """, """
            "":1,"":2
            """, "\"x\":1e400", "\"x\":01", "\"x\":-", "\"x\":\"\t\"", "\"x\":NaN", "\"x\":1,", "/**/\"x\":1", $"\"x\":{Deep(14)}", $"\"x\":{Deep(15)}", $"\"x\":{Deep(16)}", $"\"x\":{Deep(100_000)}",
        ];
        var json = Encoding.UTF8.GetString(EvidenceSamples.Certificate(0).ToJson());
        foreach (var (i, member) in members.Index())
            yield return new(Name("member", i), Encoding.UTF8.GetBytes($"{{{member},{json[1..]}"), Trust);
        foreach (var (i, value) in ((string[])["\"\\ud800\"", "\"\\u0000\"", "null", "1", "[]", $"\"{new string('é', 4_097)}\""]).Index())
            yield return new(Name("request", i), Encoding.UTF8.GetBytes($"{{\"request\":{value},{json[1..].Replace("\"request\"", "\"other\"", StringComparison.Ordinal)}"), Trust);
    }

    /// <summary>Items longer than allowed, in front and at the end, and longer than what any reader holds at a time.</summary>
    private static IEnumerable<PageCase> LongItems()
    {
        var files = Whole();
        var manifest = files.First(file => file.Name == "manifest.txt").Content;
        var first = "notary.manifest/v1\n".Length;
        foreach (var length in (int[])[1_900, 2_049, 3_000, 65_536, 70_000, 262_144, 1_100_000])
        {
            var item = Encoding.UTF8.GetBytes($"notary.item/v1\npath {new string('a', length)}\nsize 1\n");
            yield return With([.. manifest[..first], .. item, (byte)'\n', .. manifest[first..]], "in front");
            yield return With([.. manifest, .. item, (byte)'\n'], "at the end");
            yield return With([.. manifest, .. item], "cut off");

            PageCase With(byte[] content, string where) => new(
                string.Create(CultureInfo.InvariantCulture, $"item of {length} {where}"),
                ZipBuilder.Build([.. files.Select(file => BuiltEntry.Stored(file.Name, file.Name == "manifest.txt" ? content : file.Content))]),
                Trust);
        }
    }

    /// <summary>Files of more than is unpacked at a time: a certificate with time-stamps, and a page.</summary>
    private static IEnumerable<PageCase> LongFiles()
    {
        var random = new Random(20261127);
        var certificate = EvidenceSamples.Certificate(0) with
        {
            Timestamps = [.. Enumerable.Range(0, 8).Select(_ => new TimestampToken(TimestampToken.OverCommitment, Random(random, 60_000), null))],
        };
        var evidence = Evidence.FromCertificate(certificate).WithPages([new Attachment(Evidence.HtmlPage, Random(random, 1_000_000))]);
        foreach (var level in Enum.GetValues<CompressionLevel>())
        {
            yield return new(
                $"long files, {level}",
                ZipBuilder.Build([.. ZipBuilder.Entries(EvidenceSamples.Pack(evidence)).Select(file => BuiltEntry.Deflated(file.Name, file.Content, level))]),
                Trust);
        }
    }

    /// <summary>Two names that may be one to a file system, or only look so.</summary>
    private static IEnumerable<PageCase> Names()
    {
        var files = ZipBuilder.Entries(EvidenceSamples.Pack(Evidence.FromCertificate(EvidenceSamples.Certificate(0))))
            .Select(file => BuiltEntry.Stored(file.Name, file.Content)).ToList();
        (string One, string Other)[] pairs =
        [
            ("a", "A"), ("é", "É"), ("ß", "ẞ"), ("ß", "SS"), ("ſ", "s"), ("ſ", "S"), ("K", "k"), ("Å", "å"), ("ı", "I"), ("İ", "i"), ("İ", "I"), ("ǅ", "Ǆ"), ("ǅ", "ǆ"),
            ("ᾀ", "ᾈ"), ("ᾳ", "ᾼ"), ("ͅ", "Ι"), ("ς", "σ"), ("ς", "Σ"), ("ﬀ", "FF"), ("ŉ", "ʼN"), ("𐐨", "𐐀"), ("𞤢", "𞤀"), ("ა", "Ა"), ("ꭰ", "Ꭰ"), ("ⓐ", "Ⓐ"), ("é", "e\u0301"), ("ａ", "Ａ"),
        ];
        foreach (var (one, other) in pairs)
            yield return new($"names '{one}' and '{other}'", ZipBuilder.Build([.. files, BuiltEntry.Stored("x" + one, []), BuiltEntry.Stored("x" + other, [])]), Trust);
    }

    private static List<(string Name, byte[] Content)> Whole() =>
        [.. ZipBuilder.Entries(EvidenceSamples.Pack(Evidence.Create(EvidenceSamples.Certificate(0), Manifest.Create(EvidenceSamples.Items(0)), EvidenceSamples.Seed(0))))];

    private static string Deep(int depth) => new string('[', depth) + new string(']', depth);

    private static byte[] Random(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Name(string what, int number) => string.Create(CultureInfo.InvariantCulture, $"{what} {number}");
}
