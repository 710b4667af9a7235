using System.Globalization;
using System.Text;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>The <c>notary.*</c> texts: what is refused and by which name, and that what parses prints back.</summary>
public sealed class TextTests
{
    public static TheoryData<string, string, string, string> BadFields => new()
    {
        { "request", "ledger notary.example/vectors", "ledger Notary.example", "ledger" },
        { "request", "deposit 01a20132-3f80-7000", "deposit 01a20132-3f80-4000", "deposit" },
        { "request", "deposit 01a20132-3f80-7000", "deposit 01a20132-3f81-7000", "deposit" },
        { "request", "deposit 01a20132-3f80-7000", "deposit 01A20132-3f80-7000", "deposit" },
        { "request", "deposit 01a20132-3f80-7000-8000", "deposit 01a20132-3f80-7000-c000", "deposit" },
        { "request", "account acct-7", "account Acct_7", "account" },
        { "request", "account acct-7", "account " + new string('a', 65), "account" },
        { "request", "items 13", "items 0", "items" },
        { "request", "items 13", "items 013", "items" },
        { "request", "items 13", "items +13", "items" },
        { "request", "items 13", "items 18446744073709551616", "items" },
        { "request", "items 13", "items 13\0", "items" },
        { "request", "deposit 01a20132-3f80-7000", "deposit 0x1a2013-3f80-7000", "deposit" },
        { "request", "deposit 01a20132-3f80-7000", "deposit \u300001a20132-3f80-7000", "deposit" },
        { "request", "previous 01a20132-3f80-7000-8000-", "previous 01a20132-3f80-7000-8000-\u00a0", "previous" },
        { "request", "nonce 66", "nonce 6G", "nonce" },
        { "request", "kind trade-secret", "kind Trade", "kind" },
        { "request", "kind trade-secret", "kind " + new string('k', 33), "kind" },
        { "request", "kind trade-secret\n", "kind trade-secret \n", "kind" },
        { "request", "previous 01a20132-3f80-7000-8000-000000000001", "previous 01a20132-3f80-7000-8000-000000000002", "previous" },
        { "request", ".902Z", ".90Z", "requested" },
        { "request", ".902Z", ".902+00:00", "requested" },
        { "request", "2026-11-22T03", "2026-13-22T03", "requested" },
        { "request", "2026-11-22T03", "2026-11-31T03", "requested" },
        { "request", "2026-11-22T03", "2025-02-29T03", "requested" },
        { "request", "2026-11-22T03", "0000-11-22T03", "requested" },
        { "request", "2026-11-22T03", "2026-11-22T24", "requested" },
        { "request", "2026-11-22T03", "2026-11-22 03", "requested" },
        { "request", "2026-11-22T03", "2026-11-2\u0662T03", "requested" },
        { "titled", "title Rotor", "title  Rotor", "title" },
        { "titled", "title Rotor", "title \u202eRotor", "title" },
        { "titled", "title Rotor", "title \u0085Rotor", "title" },
        { "titled", "title Rotor", "title \ufeffRotor", "title" },
        { "titled", "title Rotor", "title \u2028Rotor", "title" },
        { "titled", "title Rotor", "title " + new string('x', 300) + "Rotor", "title" },
        { "claims", "salt c9", "salt C9", "salt" },
        { "claims", "depositor Example Ltd", "depositor Example\u061cLtd", "depositor" },
        { "claims", "identity uscc:", "identity uscc", "identity" },
        { "claims", "identity uscc:", "identity :", "identity" },
        { "claims", "verified document-check 2026", "verified 2026", "verified" },
        { "claims", "verified document-check 2026", "verified document-check  2026", "verified" },
        { "claims", "key acct-7+", "key acct-8+", "key" },
        { "statement", "accuracy 12ms", "accuracy 012ms", "accuracy" },
        { "statement", "accuracy 12ms", "accuracy 12s", "accuracy" },
        { "statement", "accuracy 12ms", "accuracy Unknown", "accuracy" },
        { "statement", "after 4 ", "after 0 ", "after" },
        { "statement", "after 4 ", "after 4  ", "after" },
        { "statement", "beacon bitcoin 358391", "beacon bitcoin 0358391", "beacon" },
        { "statement", "beacon bitcoin", "beacon litecoin", "beacon" },
        { "genesis", "ledger notary.example/vectors", "ledger notary.example/other", "key" },
        { "clock", "ledger notary.example/vectors", "ledger Notary.example/vectors", "ledger" },
        { "clock", "at 2026", "at 26", "at" },
        { "clock", ".000Z", "Z", "at" },
        { "clock", "state synchronised", "state Synchronised", "state" },
        { "clock", "state synchronised", "state synchronized", "state" },
        { "clock", "bound 12ms", "bound 012ms", "bound" },
        { "clock", "bound 12ms", "bound 12", "bound" },
        { "clock", "bound 12ms", "bound -1ms", "bound" },
        { "clock", "bound 12ms", "bound 18446744073709551616ms", "bound" },
        { "clock", "log 1b", "log 1B", "log" },
        { "clock", "log 1b", "log b", "log" },
        { "key", "ledger notary.example/vectors", "ledger notary.example/other", "old" },
        { "key", "at 2026", "at 26", "at" },
        { "key", "old notary.example/vectors+", "old notary.example/other+", "old" },
        { "key", "new notary.example/vectors+", "new notary.example/vectors+0", "new" },
        { "key", "proof ", "proof =", "proof" },
        { "key", "proof ", "proof AAAA", "proof" },
        { "item", "path notes.txt", "path /notes.txt", "path" },
        { "item", "path notes.txt", "path a/../notes.txt", "path" },
        { "item", "path notes.txt", "path a//notes.txt", "path" },
        { "item", "path notes.txt", "path ./notes.txt", "path" },
        { "item", "path notes.txt", "path a\\notes.txt", "path" },
        { "item", "path notes.txt", "path a /notes.txt", "path" },
        { "item", "path notes.txt", "path " + new string('p', 1025), "path" },
        { "item", "size 3", "size -3", "size" },
        { "item", "size 3", "size 03", "size" },
        { "opening", "right ", "right x", "right" },
        { "context", "captured 2026", "captured 26", "captured" },
        { "context", "source CAD", "source \u202eCAD", "source" },
        { "context", "source CAD", "source " + new string('s', 1024), "source" },
        { "context", "operator zhang", "operator  zhang", "operator" },
        { "context", "operator zhang", "operator " + new string('z', 257), "operator" },
        { "context", "device ws-7", "device ws\u0007", "device" },
        { "context", "file ", "file A", "file" },
        { "context", " notary.dll", "  notary.dll", "file" },
        { "context", " notary.dll", "", "file" },
        { "context", "command notary", "command " + new string('c', 4096) + "notary", "command" },
    };

    [Theory]
    [MemberData(nameof(BadFields))]
    public void A_bad_value_is_refused_by_the_name_of_its_field(string text, string from, string to, string field)
    {
        var original = Original(text);
        var at = original.IndexOf(from, StringComparison.Ordinal);
        Assert.True(at >= 0, "the vector holds what is to be replaced");
        var error = Assert.Throws<MalformedException>(() => Print(text, original[..at] + to + original[(at + from.Length)..]));
        Assert.Equal(field, error.Field);
        Assert.Contains(field, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("request")]
    [InlineData("titled")]
    [InlineData("claims")]
    [InlineData("statement")]
    [InlineData("genesis")]
    [InlineData("clock")]
    [InlineData("key")]
    [InlineData("item")]
    [InlineData("opening")]
    [InlineData("context")]
    public void A_line_dropped_doubled_swapped_added_or_ended_otherwise_is_refused(string text)
    {
        var original = Original(text);
        Assert.Equal(original, Print(text, original));
        var lines = original[..^1].Split('\n');
        string Join(IEnumerable<string> all) => string.Join('\n', all) + "\n";
        string[] optional = ["title", "previous", "identity", "verified", "key acct", "beacon", "sm3", "left", "right", "source", "operator", "device", "file", "folder"];
        string[] repeated = ["left", "right", "file"];
        bool IsStep(string line) => repeated.Any(name => line.StartsWith(name, StringComparison.Ordinal));
        for (var i = 0; i < lines.Length; i++)
        {
            if (!optional.Any(name => lines[i].StartsWith(name, StringComparison.Ordinal)))
                Refuse(text, Join(lines.Where((_, n) => n != i)));
            if (!IsStep(lines[i]))
                Refuse(text, Join([.. lines[..i], lines[i], .. lines[i..]]));
            if (i > 0 && !(IsStep(lines[i]) && IsStep(lines[i - 1])))
                Refuse(text, Join([.. lines[..(i - 1)], lines[i], lines[i - 1], .. lines[(i + 1)..]]));
            Refuse(text, Join([.. lines[..i], "unknown field", .. lines[i..]]));
        }

        Refuse(text, original.Replace("\n", "\r\n", StringComparison.Ordinal));
        Refuse(text, original[..^1]);
        Refuse(text, original + "\n");
        Refuse(text, "\ufeff" + original);
        Refuse(text, "");
    }

    [Theory]
    [InlineData("request")]
    [InlineData("titled")]
    [InlineData("claims")]
    [InlineData("statement")]
    [InlineData("genesis")]
    [InlineData("key")]
    [InlineData("key change")]
    [InlineData("item")]
    [InlineData("opening")]
    [InlineData("context")]
    [InlineData("proof")]
    [InlineData("manifest")]
    [InlineData("note")]
    public void Whatever_still_parses_after_a_mutation_prints_back_to_the_same_bytes(string text)
    {
        var refused = 0;
        foreach (var changed in ByteMutations.Of(Encoding.UTF8.GetBytes(Original(text)), seed: 7))
        {
            try
            {
                Assert.Equal(changed, StrictText.Encode(Print(text, StrictText.Decode(text, changed))));
            }
            catch (MalformedException)
            {
                // Any other exception fails the test.
                refused++;
            }
        }

        Assert.NotEqual(0, refused);
    }

    [Fact]
    public void A_request_over_its_limit_or_not_in_utf_8_is_refused()
    {
        var error = Assert.Throws<MalformedException>(() => RequestBytes.Parse(new byte[8_193]));
        Assert.Contains("8192", error.Message, StringComparison.Ordinal);
        Assert.Throws<MalformedException>(() => RequestBytes.Parse(new byte[] { 0xC3, 0x28 }));
        Assert.Throws<MalformedException>(() => Statement.Parse(Original("statement") + new string('x', 4_000)));
    }

    [Fact]
    public void A_title_with_an_unpaired_surrogate_cannot_be_made()
    {
        var request = DepositRequest.Parse(Original("titled"));
        Assert.Equal("title", Assert.Throws<MalformedException>(() => RequestBytes.Create(request with { Title = "a\ud800" }, null)).Field);
    }

    [Fact]
    public void Error_messages_do_not_repeat_values()
    {
        var changed = Original("request").Replace("kind ", "kand secret-value ", StringComparison.Ordinal);
        var error = Assert.Throws<MalformedException>(() => DepositRequest.Parse(changed));
        Assert.DoesNotContain("secret-value", error.Message, StringComparison.Ordinal);
        Assert.Contains("kand", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Untrusted_text_is_shown_with_its_control_and_direction_characters_escaped()
    {
        Assert.Equal("a\\u{202e}b\\u{1b}[2J", TextRules.Escape("a\u202eb\u001b[2J"));
        Assert.Equal("设计 🗎", TextRules.Escape("设计 🗎"));
        Assert.Equal("\\u{d800}x", TextRules.Escape("\ud800x"));
    }

    [Fact]
    public void Times_are_read_as_the_platform_reads_the_same_pattern()
    {
        var random = new Random(11);
        for (var i = 0; i < 400; i++)
        {
            var time = Timestamp.RoundDown(new DateTimeOffset(random.NextInt64(DateTime.MaxValue.Ticks), TimeSpan.Zero));
            var text = Timestamp.Format(time).ToCharArray();
            Assert.True(Timestamp.TryParse(text, out var again));
            Assert.Equal(time, again);
            for (var at = 0; at < text.Length; at++)
            {
                var original = text[at];
                foreach (var other in "0123456789:-TZ.+ \u0662")
                {
                    text[at] = other;
                    var accepted = DateTimeOffset.TryParseExact(
                        text, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var expected);
                    Assert.Equal(accepted, Timestamp.TryParse(text, out var read));
                    Assert.Equal(expected, read);
                }

                text[at] = original;
            }

            Assert.False(Timestamp.TryParse(text.AsSpan(1), out _));
            Assert.False(Timestamp.TryParse([.. text, ' '], out _));
        }
    }

    [Fact]
    public void A_deposit_id_hides_the_time_within_the_minute()
    {
        var now = new DateTimeOffset(2026, 11, 22, 3, 10, 59, 999, TimeSpan.Zero);
        var id = DepositId.Create(now, [255, 1, 255, 3, 4, 5, 6, 7, 8, 9]);
        Assert.Equal(DepositId.Create(now.AddSeconds(-59), [255, 1, 255, 3, 4, 5, 6, 7, 8, 9]), id);
        Assert.True(DepositId.TryParse(id.ToString(), out var again));
        Assert.Equal(id, again);
        Assert.Equal(id, DepositId.FromBytes(id.ToBytes()));
        Assert.Throws<ArgumentException>(() => DepositId.FromBytes(new byte[16]));
    }

    private static void Refuse(string text, string changed) => Assert.Throws<MalformedException>(() => Print(text, changed));

    private static string Original(string text)
    {
        var deposits = FormatVectors.V1["deposits"]!;
        var fingerprints = FormatVectors.V1["fingerprints"]!;
        return text switch
        {
            "request" => deposits[2]!.Text("request").Split("\n\n")[0] + "\n",
            "titled" => deposits[1]!.Text("request").Split("\n\n")[0] + "\n",
            "claims" => deposits[1]!.Text("claims"),
            "statement" => deposits[3]!.Text("statement"),
            "genesis" => FormatVectors.V1.Text("genesis"),
            "clock" => FormatVectors.V1["clocks"]![0]!.Text("record"),
            "key" => KeyChangeTests.Example.Change.ToText(),
            "key change" => KeyChangeTests.Example.ToText(),
            "item" => fingerprints[0]!["items"]![0]!.Text("item"),
            "opening" => fingerprints[2]!["items"]![0]!.Text("opening"),
            "proof" => deposits[1]!.Text("proof"),
            "note" => deposits[1]!.Text("request"),
            "context" => ContextRecordTests.Example.ToText(),
            "manifest" => Manifest.Create(fingerprints[1]!["items"]!.AsArray().Select(item => ItemText.Parse(item!.Text("item")))).ToText(),
            _ => throw new ArgumentException(text, nameof(text)),
        };
    }

    private static string Print(string text, string value) => text switch
    {
        "request" or "titled" => DepositRequest.Parse(value).ToText(),
        "claims" => Claims.Parse(value).ToText(),
        "statement" => Statement.Parse(value).ToText(),
        "genesis" => Genesis.Parse(value).ToText(),
        "clock" => ClockRecord.Parse(value).ToText(),
        "key" => KeyChange.Parse(value).ToText(),
        "key change" => KeyChangeProof.Parse(value).ToText(),
        "item" => ItemText.Parse(value).ToText(),
        "opening" => Opening.Parse(value).ToText(),
        "proof" => TlogProof.Parse(value).ToString(),
        "note" => SignedNote.Parse(value).ToString(),
        "context" => ContextRecord.Parse(value).ToText(),
        "manifest" => Manifest.Parse(value).ToText(),
        _ => throw new ArgumentException(text, nameof(text)),
    };
}
