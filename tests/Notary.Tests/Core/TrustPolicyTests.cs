using System.Text;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>C2SP tlog-policy: who is trusted, and what two readers could understand differently.</summary>
public sealed class TrustPolicyTests
{
    private static readonly TestWitness[] Witnesses =
        [.. new[] { "x1", "x2", "x3", "y1", "y2", "y3" }.Select(name => new TestWitness($"witness.example/{name}"))];

    private static string Log { get; } = SigningKey.Create("ledger.example/test", TestLedger.Seed(1)).Verifier.ToString();

    private static string Six { get; } =
        string.Concat(Witnesses.Select(witness => $"witness {ShortName(witness)} {witness.Verifier}\n"));

    private static string TwoLevels { get; } = $"""
        # a policy of two organisations
        log {Log} https://ledger.example/test

        {Six}group X-witnesses 2 x1 x2 x3
        group Y-witnesses any y1 y2 y3
        group X-and-Y all X-witnesses Y-witnesses
        quorum X-and-Y

        """;

    [Theory]
    [InlineData("", false)]
    [InlineData("x1 x2", false)]
    [InlineData("x1 y1", false)]
    [InlineData("y1 y2 y3", false)]
    [InlineData("x1 x2 y1", true)]
    [InlineData("x1 x3 y3", true)]
    [InlineData("x1 x2 x3 y1 y2 y3", true)]
    public void A_quorum_of_groups_counts_thresholds_at_each_level(string cosigners, bool met)
    {
        var policy = TrustPolicy.Parse(TwoLevels);
        var text = new Checkpoint("ledger.example/test", 1, Hash.Of([1])).ToText();
        var signatures = Witnesses.Where(witness => cosigners.Contains(ShortName(witness), StringComparison.Ordinal))
            .Select(witness => witness.Sign(text, 1));
        var note = new SignedNote(text, [SigningKey.Create("ledger.example/test", TestLedger.Seed(1)).Sign(text), .. signatures]);

        Assert.Equal(met, policy.QuorumMet(note));
        Assert.Equal(met, policy.QuorumMet(cosigners.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public void The_lines_are_read_as_written()
    {
        var policy = TrustPolicy.Parse(TwoLevels);

        Assert.Equal("https://ledger.example/test", Assert.Single(policy.Logs).Url);
        Assert.Equal(6, policy.Witnesses.Count);
        Assert.Equal([2, 1, 2], policy.Groups.Select(group => group.Threshold));
        Assert.Equal("X-and-Y", policy.Quorum);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("x1")]
    public void A_quorum_is_none_or_a_single_witness(string quorum)
    {
        var policy = TrustPolicy.Parse($"{Six}quorum {quorum}\n");

        Assert.Equal(quorum == "none", policy.QuorumMet([]));
        Assert.True(policy.QuorumMet(["x1"]));
        Assert.Equal(quorum == "none", policy.QuorumMet(["x2", "x3"]));
    }

    [Fact]
    public void A_witness_does_not_count_twice_for_two_cosignatures()
    {
        var policy = TrustPolicy.Parse($"{Six}group two 2 x1 x2\nquorum two\n");
        var text = new Checkpoint("ledger.example/test", 1, Hash.Of([1])).ToText();
        var note = new SignedNote(text, [Witnesses[0].Sign(text, 1), Witnesses[0].Sign(text, 2)]);

        Assert.False(policy.QuorumMet(note));
    }

    [Fact]
    public void A_known_witness_with_a_bad_cosignature_condemns_the_note()
    {
        var text = new Checkpoint("ledger.example/test", 1, Hash.Of([1])).ToText();
        var note = new SignedNote(text, [Witnesses[0].Sign(text, 1), Witnesses[1].Sign(text + "x", 1)]);

        Assert.False(TrustPolicy.Parse($"{Six}quorum x1\n").QuorumMet(note));
        Assert.False(TrustPolicy.Parse($"{Six}quorum none\n").QuorumMet(note));
        // To somebody who does not know the second witness, its line says nothing.
        Assert.True(TrustPolicy.Parse($"witness x1 {Witnesses[0].Verifier}\nquorum x1\n").QuorumMet(note));
    }

    [Fact]
    public void White_space_comments_and_names_in_any_script_are_allowed()
    {
        var vkey = Witnesses[0].Verifier;
        var policy = TrustPolicy.Parse($"\t # comment\n\n  log\t{Log}  \nwitness 见证 {vkey} http://w.example/\n quorum 见证\t\n");

        Assert.Equal("见证", policy.Quorum);
        Assert.Equal("http://w.example/", policy.Witnesses[0].Url);
    }

    [Fact]
    public void A_printed_policy_parses_to_one_log_and_no_quorum()
    {
        var key = VerifierKey.Parse(Log);

        Assert.Equal($"log {Log}\nquorum none\n", TrustPolicy.Format(key, null));
        var policy = TrustPolicy.Parse(TrustPolicy.Format(key, "http://127.0.0.1:7070"));
        Assert.Equal(new PolicyLog(key, "http://127.0.0.1:7070"), Assert.Single(policy.Logs));
        Assert.Null(policy.Quorum);
        Assert.Throws<ArgumentException>(() => TrustPolicy.Format(key, "a b"));
        Assert.Throws<ArgumentException>(() => TrustPolicy.Format(key, "a\nquorum x"));
        Assert.Throws<ArgumentException>(() => TrustPolicy.Format(Witnesses[0].Verifier, null));
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "", "line feed" },
        { "quorum none", "line feed" },
        { "log {log}\n", "quorum: is missing" },
        { "quorum none\nquorum none\n", "line 2: quorum: is the second" },
        { "quorum none\r\n", "carriage return" },
        { "quorum \u0001none\n", "U+0001" },
        { "quorum none # comment\n", "line 1: is not of the form" },
        { "Quorum none\n", "line 1: begins with none of" },
        { "quorum\u00a0none\n", "line 1: begins with none of" },
        { "quorum nobody\n", "is no witness or group of a line above" },
        { "quorum x1\n{x1}", "is no witness or group of a line above" },
        { "log {log}\nlog {log} http://elsewhere\nquorum none\n", "is the key of a log above" },
        { "log {log}\nlog {log-renamed}\nquorum none\n", "is the key of a log above" },
        { "log {x1-key}\nquorum none\n", "0x01" },
        { "log {log} a b\nquorum none\n", "is not of the form" },
        { "log {log}x\nquorum none\n", "line 1: key" },
        { "log {log-upper}\nquorum none\n", "origin" },
        { "witness w {log}\nquorum none\n", "0x04" },
        { "witness w\nquorum none\n", "is not of the form" },
        { "witness none {x1-key}\nquorum none\n", "reserved" },
        { "{x1}witness w {x1-key}\nquorum none\n", "is the key of a witness above" },
        { "{x1}witness w {x1-renamed}\nquorum none\n", "is the key of a witness above" },
        { "{x1}witness x1 {x2-key}\nquorum none\n", "is defined above already" },
        { "log {log}\nwitness w {log-as-witness}\nquorum none\n", "no witness of itself" },
        { "witness w {log-as-witness}\nlog {log}\nquorum none\n", "no witness of itself" },
        { "{x1}group g any\nquorum g\n", "is not of the form" },
        { "{x1}group g 0 x1\nquorum g\n", "threshold" },
        { "{x1}group g 2 x1\nquorum g\n", "threshold" },
        { "{x1}group g 01 x1\nquorum g\n", "threshold" },
        { "{x1}group g -1 x1\nquorum g\n", "threshold" },
        { "{x1}group g some x1\nquorum g\n", "threshold" },
        { "{x1}group g any x1 x1\nquorum g\n", "is a member already" },
        { "{x1}group g any x1\ngroup h any x1\nquorum g\n", "is a member already" },
        { "{x1}group g any none\nquorum g\n", "is no witness or group of a line above" },
        { "{x1}group g any g\nquorum g\n", "is no witness or group of a line above" },
        { "{x1}group g any h\ngroup h any x1\nquorum g\n", "is no witness or group of a line above" },
        { "{x1}group x1 any x1\nquorum x1\n", "is defined above already" },
        { "{x1}group none any x1\nquorum none\n", "reserved" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_two_readers_could_read_differently_is_refused(string policy, string problem)
    {
        var renamed = SigningKey.Create("ledger.example/other", TestLedger.Seed(1)).Verifier.ToString();
        var upper = SigningKey.Create("Ledger.example", TestLedger.Seed(7)).Verifier.ToString();
        var text = policy.Replace("{log}", Log, StringComparison.Ordinal)
            .Replace("{log-renamed}", renamed, StringComparison.Ordinal)
            .Replace("{log-upper}", upper, StringComparison.Ordinal)
            .Replace("{log-as-witness}", TestWitness.With(TestLedger.Seed(1), "w").Verifier.ToString(), StringComparison.Ordinal)
            .Replace("{x1}", $"witness x1 {Witnesses[0].Verifier}\n", StringComparison.Ordinal)
            .Replace("{x1-key}", Witnesses[0].Verifier.ToString(), StringComparison.Ordinal)
            .Replace("{x1-renamed}", TestWitness.With(Witnesses[0].Seed, "other").Verifier.ToString(), StringComparison.Ordinal)
            .Replace("{x2-key}", Witnesses[1].Verifier.ToString(), StringComparison.Ordinal);

        var error = Assert.Throws<MalformedException>(() => TrustPolicy.Parse(text));

        Assert.Equal("trust policy", error.Document);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sixty_four_of_a_kind_are_read_and_one_more_is_refused()
    {
        static string Lines(int count) => string.Concat(
            Enumerable.Range(0, count).Select(i => $"witness w{i} {new TestWitness($"w{i}").Verifier}\ngroup g{i} any w{i}\n"));

        Assert.Equal(64, TrustPolicy.Parse($"{Lines(64)}quorum g63\n").Witnesses.Count);
        Assert.Throws<MalformedException>(() => TrustPolicy.Parse($"{Lines(65)}quorum none\n"));
        Assert.Throws<MalformedException>(() => TrustPolicy.Parse("#" + new string('x', TrustPolicy.MaxBytes) + "\nquorum none\n"));
    }

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_refused()
    {
        Assert.Throws<MalformedException>(() => TrustPolicy.Parse([0xFF, (byte)'\n']));
        Assert.Null(TrustPolicy.Parse("quorum none\n"u8).Quorum);
    }

    [Fact]
    public void A_mutated_policy_is_read_or_refused_and_nothing_else()
    {
        foreach (var bytes in ByteMutations.Of(Encoding.UTF8.GetBytes(TwoLevels), seed: 5))
        {
            try
            {
                TrustPolicy.Parse(bytes);
            }
            catch (MalformedException)
            {
                // Refused.
            }
        }
    }

    private static string ShortName(TestWitness witness) => witness.Verifier.Name[^2..];
}
