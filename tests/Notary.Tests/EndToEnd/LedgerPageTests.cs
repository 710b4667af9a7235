using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Notary.Core;
using Notary.Documents;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.EndToEnd;

/// <summary>The page of the public ledger in a browser, against an honest server and through one that lies.</summary>
public sealed class LedgerPageTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Address => AddressIn("en");

    [Fact]
    public async Task It_shows_the_checkpoint_the_growth_and_an_entry_that_a_certificates_code_names()
    {
        var certificate = await DepositAsync(3);
        // The ledger has gone on since: the code's root is compared by a consistency proof.
        await DepositAsync(4);
        var lookup = CodeOf(certificate);
        var found = await PageBrowser.RunAsync("ledger", Address, new { lookup });

        Assert.Contains("this page has checked the signature", Text(found, "checkpoint"), StringComparison.Ordinal);
        Assert.Contains(certificate.Statement.Split('\n')[2], Text(found, "outcome"), StringComparison.Ordinal);
        Assert.Contains("is of the beginning of this same ledger", Text(found, "outcome"), StringComparison.Ordinal);
        Assert.InRange(found["points"]!.GetValue<int>(), 2, 12);
        Assert.Contains("Time (UTC, operator's clock)", found["axes"]!.AsArray().Select(axis => axis!.GetValue<string>()));
        Assert.Equal("#" + lookup, Text(found, "hash"));
        Assert.Equal(0, found["errors"]!.GetValue<int>());
        AssertPlain(found);
    }

    [Fact]
    public async Task It_leads_entries_through_full_tiles_to_the_root_in_Chinese_as_well()
    {
        // More than one full tile and a part of the next: two rows of tiles, and two bundles of entries.
        await DepositAsync(300);
        var found = await PageBrowser.RunAsync("ledger", AddressIn("zh"), new { lookup = "290" });

        Assert.Contains("本页面已核验该签名", Text(found, "checkpoint"), StringComparison.Ordinal);
        Assert.Contains("notary.statement/v1", Text(found, "outcome"), StringComparison.Ordinal);
        Assert.InRange(found["good"]!.GetValue<int>(), 1, 10);
        Assert.Equal(0, found["errors"]!.GetValue<int>());
        Assert.Contains(found["requests"]!.AsArray(), request => request!.GetValue<string>().Contains("/tile/entries/001.p/", StringComparison.Ordinal));
        Assert.Contains(found["requests"]!.AsArray(), request => request!.GetValue<string>().EndsWith("/tile/0/000", StringComparison.Ordinal));
        AssertPlain(found);
    }

    [Theory]
    [InlineData("zh", "light", 1100)]
    [InlineData("en", "dark", 360)]
    [InlineData("zh", "dark", 360)]
    public async Task An_address_asks_for_a_deposit_and_nothing_jumps_on_any_screen(string lang, string scheme, int width)
    {
        var certificate = await DepositAsync(1);
        var number = CertificateNumbers.OfDeposit(Statement.Parse(certificate.Statement).Deposit);
        var found = await PageBrowser.RunAsync(
            "ledger", $"{AddressIn(lang)}#{number}", new { scheme, viewport = new { width, height = 800 }, tabs = true });

        Assert.Equal(number, Text(found, "asked"));
        Assert.Contains(number, Text(found, "outcome"), StringComparison.Ordinal);
        Assert.Contains(certificate.Statement.Split('\n')[2], Text(found, "outcome"), StringComparison.Ordinal);
        Assert.InRange(found["shifts"]!.GetValue<double>(), 0, 0.01);
        Assert.InRange(found["size"]!.GetValue<int>(), 1, 300_000);
        AssertPlain(found);
        // Nothing of what an address asks goes out but the number of a deposit; the answer has the focus, and all else is reached from it.
        var asked = found["requests"]!.AsArray().Select(request => request!.GetValue<string>()).Where(request => request.Contains("deposit", StringComparison.Ordinal));
        Assert.EndsWith($"/deposit/{number[..36].ToLowerInvariant()}", Assert.Single(asked), StringComparison.Ordinal);
        Assert.Equal("help", found["order"]!.AsArray().Select(one => one!.GetValue<string>()).Last(place => place != "BODY" && place.Length > 0 && !place.Contains('\n', StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_text_of_a_code_in_an_address_is_compared_and_stays_in_the_browser()
    {
        var certificate = await DepositAsync(2);
        await DepositAsync(1);
        var found = await PageBrowser.RunAsync("ledger", $"{Address}#{Uri.EscapeDataString(CodeOf(certificate))}", new { tabs = true });

        Assert.Contains("is of the beginning of this same ledger", Text(found, "outcome"), StringComparison.Ordinal);
        Assert.DoesNotContain("NOTARY1", found["requests"]!.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        AssertPlain(found);
    }

    [Fact]
    public async Task Everything_is_reached_by_the_keyboard_in_the_order_of_the_page()
    {
        var found = await PageBrowser.RunAsync("ledger", Address, new { tabs = true });

        string[] expected = [".", "verify", "ledger", "help", "zh", "en", "The checkpoint itself", "Judge by a trust file of your own", "lookup", "run", "The same as a table", "help"];
        var order = found["order"]!.AsArray().Select(one => one!.GetValue<string>()).ToList();
        Assert.Equal(expected, order.Where(expected.Contains));
        Assert.InRange(found["shifts"]!.GetValue<double>(), 0, 0.01);
    }

    [Fact]
    public async Task A_server_that_names_another_deposits_entry_or_denies_one_is_caught()
    {
        var mine = Statement.Parse((await DepositAsync(2)).Statement).Deposit;
        var index = await server.Web.GetStringAsync(new Uri($"deposit/{mine}", UriKind.Relative), Cancellation);
        var other = ulong.Parse(index, CultureInfo.InvariantCulture) - 1;
        var found = await PageBrowser.RunAsync("ledger", $"{Address}#{mine}", new { answers = Answers("deposit/*", 200, $"{other}\n") });
        Assert.Contains($"named entry {other}, but that is of another deposit", Text(found, "outcome"), StringComparison.Ordinal);

        found = await PageBrowser.RunAsync("ledger", $"{Address}#{mine}", new { answers = Answers("deposit/*", 200, "1e3") });
        Assert.Contains("is not under the checkpoint", Text(found, "outcome"), StringComparison.Ordinal);

        found = await PageBrowser.RunAsync("ledger", $"{Address}#{mine}", new { answers = Answers("deposit/*", 404, "{}"), search = true });
        Assert.Contains("The server denied this entry, and it is there", Text(found, "outcome"), StringComparison.Ordinal);
        Assert.Contains($"deposit {mine}\n", Text(found, "outcome"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deposit_that_is_nowhere_is_denied_by_the_server_and_then_looked_for_in_every_entry()
    {
        await DepositAsync(2);
        var unknown = $"{server.NewRequest().Deposit}";
        var found = await PageBrowser.RunAsync("ledger", Address, new { lookup = unknown });
        Assert.Contains("This server says that it has no deposit", Text(found, "outcome"), StringComparison.Ordinal);
        Assert.Contains("That is its word only", Text(found, "outcome"), StringComparison.Ordinal);

        found = await PageBrowser.RunAsync("ledger", Address, new { lookup = unknown, search = true });
        Assert.Matches("This page has read all \\d+ entries .* none is of this deposit", Text(found, "outcome"));

        // Whoever searches is lied to as well: what was read must be under the root.
        found = await PageBrowser.RunAsync("ledger", Address, new { lookup = unknown, search = true, lie = "tile/entries/**" });
        Assert.Contains("is not under the checkpoint", Text(found, "outcome"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_looked_up_says_what_to_enter_instead()
    {
        (string Lookup, string Words)[] cases =
        [
            ("838D-F08C-55EA-5976-9FF1-F", "This is the number of a certificate"),
            ("838D-F08C-55EA-5976-9FF1-G", "copied wrongly"),
            ("01A20132-3F80-7000-8000-000000000000-V", "copied wrongly"),
            ("01A20132-3F80-4000-8000-000000000000", "No deposit can have this number"),
            ("https://ledger.example.org/ledger#838D-F08C-55EA-5976-9FF1-F", "This is the number of a certificate"),
            ("999999999", "there is none of this number"),
            ("%", "neither an entry's number, nor"),
            (new string('9', 100_000), "neither an entry's number, nor"),
        ];
        var found = await PageBrowser.RunAsync("ledger", Address, new { lookups = cases.Select(one => one.Lookup) });
        foreach (var (one, answer) in cases.Zip(found["answers"]!.AsArray()))
            Assert.Contains(one.Words, answer!.GetValue<string>(), StringComparison.Ordinal);
        AssertPlain(found);
    }

    [Fact]
    public async Task Markup_in_the_address_the_look_up_and_an_authoritys_name_is_shown_and_not_run()
    {
        const string Markup = "<img src=x onerror=alert(1)>";
        var standing = new { status = "issuing", timestamps = new[] { new { authority = Markup, status = "ok", stamped = 1 } } };
        var found = await PageBrowser.RunAsync("ledger", $"{Address}&q={Markup}#{Markup}", new { lookup = $"0 {Markup}", answers = new Dictionary<string, object> { ["readyz"] = new { json = standing } } });

        Assert.Contains($"Time-stamps of {Markup} (ok)", Text(found, "outside"), StringComparison.Ordinal);
        Assert.Contains("neither an entry's number, nor", Text(found, "outcome"), StringComparison.Ordinal);
        Assert.Equal(0, found["elements"]!.GetValue<int>());
        Assert.Empty(found["problems"]!.AsArray());
    }

    [Fact]
    public async Task The_ages_of_anchors_and_time_stamps_are_those_of_the_newest_entry_that_they_cover()
    {
        var received = Statement.Parse((await DepositAsync(1)).Statement).Received;
        var size = Checkpoint.Parse(SignedNote.Parse(await CheckpointAsync()).Text).Size;
        var standing = new
        {
            status = "not issuing",
            timestamps = new[] { new { authority = "tsa.example.org", status = "good", stamped = size } },
            bitcoin = new { stamped = size, in_bitcoin = 0 },
        };
        var found = await PageBrowser.RunAsync("ledger", Address, new { answers = new Dictionary<string, object> { ["readyz"] = new { json = standing } } });

        var outside = Text(found, "outside");
        Assert.Matches($@"Time-stamps of tsa\.example\.org \(good\): entries\s+{size}, the newest of {received:yyyy-MM-dd HH:mm} UTC, \d+ min ago", outside);
        Assert.Matches($@"Sent to calendars: entries\s+{size}, the newest of {received:yyyy-MM-dd HH:mm} UTC, \d+ min ago", outside);
        Assert.Matches(@"In Bitcoin: entries\s+0(\n|$)", outside);
        Assert.Contains("takes no deposits for now", outside, StringComparison.Ordinal);
        AssertPlain(found);
    }

    [Fact]
    public async Task A_witness_is_checked_under_a_trust_file_that_names_it_and_its_age_is_else_marked_as_unchecked()
    {
        await DepositAsync(1);
        var note = SignedNote.Parse(await CheckpointAsync());
        TestWitness[] witnesses = [new("witness.example.org"), new("silent.example.org")];
        var seen = TimeProvider.System.GetUtcNow().AddHours(-50);
        var cosigned = new SignedNote(note.Text, [.. note.Signatures, witnesses[0].At(seen).Sign(note.Text)]).ToString();
        var answers = new Dictionary<string, object> { ["checkpoint"] = new { body = cosigned, contentType = "text/plain; charset=utf-8" } };
        var key = await KeyAsync();
        string Trust(string quorum) => $"log {key}\nwitness near {witnesses[0].Verifier}\nwitness silent {witnesses[1].Verifier}\n{quorum}\n";

        var found = await PageBrowser.RunAsync("ledger", Address, new { answers });
        Assert.Matches($@"witness\.example\.org\s+{seen:yyyy-MM-dd HH:mm} UTC, 2 days ago\s+NOT CHECKED: this page has no key for it", Assert.Single(Witnesses(found)));

        found = await PageBrowser.RunAsync("ledger", Address, new { answers, trust = Trust("quorum near"), scheme = "dark", viewport = new { width = 360, height = 800 } });
        Assert.Contains("my-trust", Text(found, "trust"), StringComparison.Ordinal);
        Assert.Matches($@"near\s+{seen:yyyy-MM-dd HH:mm} UTC, 2 days ago\s+checked", Witnesses(found)[0]);
        Assert.Matches(@"silent\s+—\s+has not cosigned", Witnesses(found)[1]);
        Assert.Contains("make up the quorum", Text(found, "checkpoint"), StringComparison.Ordinal);
        AssertPlain(found);

        found = await PageBrowser.RunAsync("ledger", AddressIn("zh"), new { answers, trust = Trust("quorum silent") });
        Assert.Matches(@"near\s+.*2 天前\s+已核验", Witnesses(found)[0]);
        Assert.Contains("未达到信任文件所要求的见证门槛", Text(found, "checkpoint"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cosignature_that_is_forged_and_a_ledger_that_the_trust_file_does_not_name_are_told()
    {
        await DepositAsync(1);
        var note = SignedNote.Parse(await CheckpointAsync());
        var witness = new TestWitness("witness.example.org");
        var bent = witness.At(TimeProvider.System.GetUtcNow()).Sign(note.Text + "x");
        var answers = new Dictionary<string, object> { ["checkpoint"] = new { body = new SignedNote(note.Text, [.. note.Signatures, bent]).ToString(), contentType = "text/plain" } };

        var found = await PageBrowser.RunAsync("ledger", Address, new { answers, trust = $"log {await KeyAsync()}\nwitness near {witness.Verifier}\nquorum none\n" });
        Assert.Matches(@"near\s+—\s+bad: do not rely on this checkpoint", Assert.Single(Witnesses(found)));

        var stranger = SigningKey.Create("other.example.org", new byte[32]).Verifier;
        found = await PageBrowser.RunAsync("ledger", Address, new { trust = $"log {stranger}\nquorum none\n", lookup = "1" });
        Assert.Contains("no good signature of a key", Text(found, "checkpoint"), StringComparison.Ordinal);
        Assert.Contains("is not signed under a key that you trust", Text(found, "outcome"), StringComparison.Ordinal);

        found = await PageBrowser.RunAsync("ledger", Address, new { trust = "log nonsense\n" });
        Assert.Contains("line 1", Text(found, "trust"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_says_when_a_certificates_code_is_not_of_this_ledger()
    {
        var certificate = await DepositAsync(2);
        var proof = TlogProof.Parse(certificate.Proof);
        var lookup = string.Create(CultureInfo.InvariantCulture, $"NOTARY1 {CertificateNumbers.OfCertificate(certificate)} {proof.Checkpoint.Origin} {proof.Index} {proof.Checkpoint.Size} {Hash.Of([1])}").ToUpperInvariant();
        var found = await PageBrowser.RunAsync("ledger", Address, new { lookup });
        Assert.Contains("is NOT of this ledger's beginning", Text(found, "outcome"), StringComparison.Ordinal);

        found = await PageBrowser.RunAsync("ledger", Address, new { lookup = lookup.Replace("EXAMPLE", "OTHER", StringComparison.Ordinal) });
        Assert.Contains("The certificate is of ledger 'ledger.other.org/test'", Text(found, "outcome"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tile/entries/**", "is not under the checkpoint that it signed")]
    [InlineData("tile/0/**", "is not under the checkpoint that it signed")]
    public async Task A_server_that_lies_of_its_entries_is_caught_by_the_page(string lie, string words)
    {
        await DepositAsync(2);
        var found = await PageBrowser.RunAsync("ledger", Address, new { lie, lookup = "1" });

        Assert.Contains(words, Text(found, "growth") + Text(found, "outcome"), StringComparison.Ordinal);
        Assert.Equal(0, found["points"]!.GetValue<int>());
    }

    private static void AssertPlain(JsonNode found)
    {
        Assert.Empty(found["problems"]!.AsArray());
        Assert.Empty(found["faint"]!.AsArray());
        Assert.Empty(found["unlabelled"]!.AsArray());
        Assert.Equal(0, found["nameless"]!.GetValue<int>());
        Assert.InRange(found["overflow"]!.GetValue<int>(), -100, 0);
    }

    private async Task<Certificate> DepositAsync(int deposits)
    {
        Certificate? last = null;
        for (var i = 0; i < deposits; i++)
        {
            var request = RequestBytes.Create(server.NewRequest(), null);
            var answer = (await server.Client.DepositAsync(
                new Proto.DepositRequest { Request = ByteString.CopyFrom(request.Bytes.Span) }, cancellationToken: Cancellation)).Certificate;
            last = new Certificate
            {
                Statement = answer.Statement.ToStringUtf8(),
                Claims = answer.Claims.ToStringUtf8(),
                Request = answer.Request.ToStringUtf8(),
                Proof = answer.Proof.ToStringUtf8(),
            };
        }

        return last!;
    }

    private string AddressIn(string lang) => new Uri(server.Web.BaseAddress!, $"ledger?lang={lang}").ToString();

    private async Task<string> KeyAsync() => (await server.Client.GetLedgerInfoAsync(new Proto.GetLedgerInfoRequest(), cancellationToken: Cancellation)).Vkey;

    private Task<string> CheckpointAsync() => server.Web.GetStringAsync("/checkpoint", Cancellation);

    private static string CodeOf(Certificate certificate) => CertificateReading.Of(Evidence.FromCertificate(certificate)).CodeText;

    private static Dictionary<string, object> Answers(string path, int status, string body) => new() { [path] = new { status, body, contentType = "text/plain" } };

    private static List<string> Witnesses(JsonNode found) => [.. found["witnesses"]!.AsArray().Select(row => row!.GetValue<string>())];

    private static string Text(JsonNode found, string name) => found[name]!.GetValue<string>();
}
