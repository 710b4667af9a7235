using System.Text;
using System.Text.Json.Nodes;
using Notary.Cli;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.EndToEnd;

/// <summary>The page of deposits on a ledger without accounts: how it looks and feels, what it refuses, and who else may not use it.</summary>
public sealed class DepositPageLocalTests(RunningServer server) : IClassFixture<RunningServer>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("zh", "light", 1100)]
    [InlineData("en", "dark", 1100)]
    [InlineData("zh", "dark", 360)]
    [InlineData("en", "light", 360)]
    public async Task The_whole_way_is_walked_by_the_keyboard_and_every_state_is_readable(string lang, string scheme, int width)
    {
        var found = await RunAsync("byKeyboard", lang, new { scheme, viewport = new { width, height = 900 }, files = new[] { Write("one.txt", "1"), Write("two.txt", "2") }, @out = Out });

        Assert.Equal(["PASS"], Strings(found["verdict"]!));
        Assert.StartsWith("deposit-", Text(found, "evidence"), StringComparison.Ordinal);
        // What comes next is announced by where the keyboard is.
        Assert.Equal("sending-title", Text(found, "focused"));
        Assert.All(found["audits"]!.AsArray(), audit =>
        {
            Assert.Empty(audit!["faint"]!.AsArray());
            Assert.Empty(audit["unlabelled"]!.AsArray());
            Assert.Equal(0, audit["nameless"]!.GetValue<int>());
            Assert.InRange(audit["overflow"]!.GetValue<int>(), -100, 0);
        });
        Assert.InRange(found["size"]!.GetValue<int>(), 1, 300_000);
        Assert.InRange(found["shifts"]!.GetValue<double>(), 0, 0.01);
        Assert.Empty(Strings(found["problems"]!));
    }

    [Fact]
    public async Task A_path_that_no_deposit_takes_is_named_before_anything_is_hashed()
    {
        var bad = Directory.CreateDirectory(Path.Combine(folder.Path, "bad")).FullName;
        foreach (var name in (string[])["good.txt", "back\\slash", "tab\tin", "ends ", " begins", new string('长', 80)])
            File.WriteAllText(Path.Combine(bad, name), name);
        var found = await RunAsync("chosen", "en", new { folder = bad });
        Assert.Equal(["files"], Strings(found["problem"]!));
        Assert.Contains("'back\\slash' holds a backslash", Text(found, "text"), StringComparison.Ordinal);
        Assert.Contains("'tab\\u{9}in' holds the forbidden character U+0009", Text(found, "text"), StringComparison.Ordinal);
        Assert.Contains("'ends ' begins or ends with a space", Text(found, "text"), StringComparison.Ordinal);
        Assert.Contains("' begins' begins or ends with a space", Text(found, "text"), StringComparison.Ordinal);
        Assert.False(found["run"]!.GetValue<bool>());

        var twice = await RunAsync("chosen", "zh", new { files = new[] { Write("a/same.txt", "1"), Write("b/same.txt", "2") } });
        Assert.Contains("“same.txt”出现了两次", Text(twice, "text"), StringComparison.Ordinal);
        Assert.False(twice["run"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData("title", "has 257 characters (limit 256)")]
    [InlineData("direction", "holds the direction mark U+202E")]
    [InlineData("kind", "The kind is not 1 to 32 characters")]
    [InlineData("previous", "copy it whole")]
    public async Task Words_that_no_request_takes_are_refused_with_the_limit(string which, string words)
    {
        var found = await RunAsync("deposit", "en", new
        {
            files = new[] { Write("x.txt", "x") }, @out = Out, title = which == "title" ? new string('题', 257) : which == "direction" ? "a\u202Eb" : null,
            kind = which == "kind" ? "Trade Secret" : null, previous = which == "previous" ? "01a21ab1" : null,
        });

        Assert.Equal(["terms"], Strings(found["problem"]!));
        Assert.Contains(words, Text(found, "text"), StringComparison.Ordinal);
        Assert.Equal(0, found["posts"]!.GetValue<int>());
    }

    [Fact]
    public async Task Hashing_tells_how_far_it_is_and_stops_at_a_word()
    {
        var large = Path.Combine(folder.Path, "large");
        // Sparse: minutes of hashing.
        using (var file = File.Create(large))
            file.SetLength(8L << 30);
        var found = await RunAsync("depositStopped", "en", new { files = new[] { large } });

        Assert.Contains("Stopped: nothing was sent.", Text(found, "text"), StringComparison.Ordinal);
        Assert.True(found["run"]!.GetValue<bool>());
        Assert.Equal(0, found["posts"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_deposit_follows_the_one_that_the_address_names_and_is_judged_by_ones_own_trust_file()
    {
        var previous = server.NewRequest().Deposit.ToString();
        var trust = Write("my.trust", Encoding.UTF8.GetBytes(await TrustAsync()));
        var found = await PageBrowser.RunAsync("deposit", new Uri(server.Web.BaseAddress!, $"deposits?lang=en#new/{previous}").ToString(), new { files = new[] { Write("v2.txt", "2") }, trust, @out = Out });

        Assert.Equal(["PASS"], Strings(found["verdict"]!));
        Assert.Contains("Judged by your trust file my.trust", Text(found, "text"), StringComparison.Ordinal);
        using var stream = File.OpenRead(Text(found, "evidence"));
        Assert.Equal(previous, DepositRequest.Parse(Evidence.Read(stream, Cancellation).Certificate.Request!).Previous.ToString());

        var stranger = Write("other.trust", Encoding.UTF8.GetBytes(TrustPolicy.Format(SigningKey.Create(server.Origin, TestLedger.Seed(5)).Verifier, null)));
        var refused = await RunAsync("deposit", "en", new { files = new[] { Write("v3.txt", "3") }, trust = stranger, @out = Out });
        Assert.Equal(["LIE"], Strings(refused["problem"]!));
        Assert.Null(refused["evidence"]);
    }

    [Fact]
    public async Task A_folder_is_dropped_and_the_page_looks_at_the_saved_file_when_it_is_given_back()
    {
        Write("designs/a.txt", "one");
        Write("designs/子/b.txt", "two");
        var found = await RunAsync("depositDropped", "en", new { folder = Path.Combine(folder.Path, "designs"), wrong = Write("wrong.journal", "notary.pending/v1\n"), @out = Out });

        Assert.Contains("子/b.txt", Text(found, "picked"), StringComparison.Ordinal);
        Assert.DoesNotContain("designs/", Text(found, "picked"), StringComparison.Ordinal);
        Assert.False(found["wrong"]!["send"]!.GetValue<bool>());
        Assert.False(found["wrong"]!["ticked"]!.GetValue<bool>());
        Assert.True(found["right"]!["send"]!.GetValue<bool>());
        Assert.True(found["right"]!["ticked"]!.GetValue<bool>());
        Assert.Equal(0, found["posts"]!.GetValue<int>());
        Assert.True(found["asked"]!.GetValue<bool>());
        // No attribute and no text of the page holds what opens the deposit.
        using var journal = PendingJournal.Open(Text(found, "pending"))!;
        Assert.DoesNotContain(journal[0].Seed.ToString()!, Text(found, "dom"), StringComparison.Ordinal);
        Assert.All(journal[0].Manifest.Items, item => Assert.DoesNotContain(item.Sha256.ToString(), Text(found, "dom"), StringComparison.Ordinal));
        Assert.Empty(Strings(found["problems"]!));
    }

    [Fact]
    public async Task My_deposits_know_a_deposit_that_was_made_after_they_were_looked_at()
    {
        var found = await RunAsync("listedAfterwards", "zh", new { files = new[] { Write("listed.txt", "listed") }, @out = Out });

        Assert.DoesNotContain(Text(found, "deposit"), Strings(found["before"]!));
        Assert.Empty(Strings(found["problems"]!));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task A_page_of_another_site_deposits_nothing_reads_nothing_and_shows_no_page_in_a_frame(string host)
    {
        var before = await SizeAsync();
        var request = RequestBytes.Create(server.NewRequest(), null);
        var found = await RunAsync("crossSite", "en", new { host, request = Encoding.UTF8.GetString(request.Bytes.Span) });

        Assert.Equal(before, await SizeAsync());
        Assert.Equal(["opaque ", "refused", "refused"], Strings(found["read"]!));
        Assert.All(found["answers"]!.AsArray(), status => Assert.InRange(status!.GetValue<int>(), 403, 415));
        Assert.NotEmpty(found["answers"]!.AsArray());
        Assert.DoesNotContain("sign-in", Text(found, "framed"), StringComparison.Ordinal);
    }

    private string Out => Directory.CreateDirectory(Path.Combine(folder.Path, "out")).FullName;

    private Task<JsonNode> RunAsync(string scenario, string lang, object given) =>
        PageBrowser.RunAsync(scenario, new Uri(server.Web.BaseAddress!, $"deposits?lang={lang}").ToString(), given);

    private async Task<string> TrustAsync() => $"log {JsonNode.Parse(await server.Web.GetStringAsync("v1/ledger", Cancellation))!["vkey"]!.GetValue<string>()}\nquorum none\n";

    private async Task<string> SizeAsync() => (await server.Web.GetStringAsync("checkpoint", Cancellation)).Split('\n')[1];

    private string Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    private string Write(string name, byte[] content)
    {
        var path = Path.Combine(folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    private static string Text(JsonNode found, string name) => found[name]!.GetValue<string>();

    private static IReadOnlyList<string> Strings(JsonNode array) => [.. array.AsArray().Select(one => one!.GetValue<string>())];
}
