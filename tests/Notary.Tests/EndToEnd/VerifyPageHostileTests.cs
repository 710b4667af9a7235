using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>What strangers give to the page for verifying: a verdict or a refusal, words as text, and a page that answers meanwhile.</summary>
public sealed class VerifyPageHostileTests(RunningServer server) : IClassFixture<RunningServer>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    private Uri Page => new(server.Web.BaseAddress!, "verify");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Markup_in_titles_and_names_is_shown_and_not_run()
    {
        var ledgerOfSample = PageCases.Samples().First(sample => sample.Name == "whole");
        var evidence = Write("<img src=x onerror=alert(1)>.zip", ledgerOfSample.Evidence);
        var stranger = Write("<b>bold<b>", "x"u8.ToArray());
        var found = await PageBrowser.RunAsync(
            "verify", Page + "?lang=en", new { evidence, trust = Write("<script>", ledgerOfSample.Trust), files = new[] { stranger } });

        Assert.Equal("FAIL", Text(found, "verdict"));
        Assert.Contains("'<b>bold<b>'", Text(found, "text"), StringComparison.Ordinal);
        Assert.Contains("<img src=x onerror=alert(1)>.zip", Text(found, "text"), StringComparison.Ordinal);
        Assert.Contains("上海<b>领航</b>", Text(found, "text"), StringComparison.Ordinal);
        Assert.Equal(0, found["elements"]!.GetValue<int>());
        Assert.Empty(Strings(found, "problems"));
    }

    public static TheoryData<string> Hostile => ["bomb", "overlap", "4 GiB", "deep", "pdf", "empty"];

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task A_hostile_file_is_refused_and_the_page_answers_meanwhile(string kind)
    {
        var found = await PageBrowser.RunAsync(
            "responsive", Page.ToString(), new { evidence = MakeHostile(kind), trust = Write("trust", Trust()) });

        Assert.Equal("evidence", Text(found, "refused"));
        Assert.Contains("另存其附件 certificate.json", Text(found, "text"), StringComparison.Ordinal);
        Assert.Null(found["verdict"]);
        // A page that hashed or unpacked in its own thread would be away for seconds.
        Assert.InRange(found["slowest"]!.GetValue<double>(), 0, 2000);
    }

    [Fact]
    public async Task Paths_as_long_and_as_many_as_the_format_allows_leave_the_page_responsive()
    {
        var one = PageInputCases.All().First(one => one.Name == "whole, with long paths");
        var found = await PageBrowser.RunAsync("responsive", Page.ToString(), new { evidence = Write("long", one.Evidence), trust = Write("trust", one.Trust) });

        Assert.Equal("PASS", Text(found, "verdict"));
        Assert.InRange(found["slowest"]!.GetValue<double>(), 0, 2000);
    }

    private static byte[] Trust() => Encoding.UTF8.GetBytes(TrustPolicy.Format(new TestLedger().Key.Verifier, null));

    private string Write(string name, byte[] content)
    {
        var path = Path.Combine(folder.Path, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private string MakeHostile(string kind)
    {
        var path = Path.Combine(folder.Path, kind);
        switch (kind)
        {
            case "bomb":
                // Within every ratio that is allowed: only unpacking it tells that there is no certificate.
                File.WriteAllBytes(path, ZipBuilder.Build(BuiltEntry.Deflated("certificate.json", new byte[1 << 20]), BuiltEntry.Deflated("x", new byte[200 << 20], CompressionLevel.SmallestSize)));
                break;
            case "overlap":
                var entry = BuiltEntry.Stored("certificate.json", "{}"u8.ToArray());
                File.WriteAllBytes(path, ZipBuilder.Build(entry, BuiltEntry.Stored("b", "{}"u8.ToArray()) with { Offset = 0 }));
                break;
            case "4 GiB":
                // Sparse: a file of this length, and no bytes.
                using (var file = File.Create(path))
                {
                    file.Write("PK"u8);
                    file.SetLength(5L << 30);
                }

                break;
            case "deep":
                File.WriteAllText(path, "{\"a\":" + new string('[', 500_000));
                break;
            case "pdf":
                File.WriteAllText(path, "%PDF-1.7\n" + new string('x', 100_000));
                break;
            default:
                File.WriteAllBytes(path, []);
                break;
        }

        return path;
    }

    private static string Text(JsonNode found, string name) => found[name]!.GetValue<string>();

    private static IReadOnlyList<string> Strings(JsonNode found, string name) => [.. found[name]!.AsArray().Select(one => one!.GetValue<string>())];
}
