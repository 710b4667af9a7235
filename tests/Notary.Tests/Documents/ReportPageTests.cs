using System.Text;
using Notary.Core;
using Notary.Documents;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Documents;

/// <summary>The report for a judge shows what the verifier found, whole, and whatever strangers wrote as text.</summary>
public sealed class ReportPageTests
{
    private readonly TestLedger ledger = new();

    [Fact]
    public void The_same_run_gives_the_same_bytes()
    {
        var run = Runs.Of(ledger.Deposit().Evidence(), new VerifierInputs(ledger.Policy));

        Assert.Equal(ReportPage.Html(run), ReportPage.Html(run));
    }

    [Fact]
    public void It_shows_every_sentence_of_the_report_in_both_languages()
    {
        var deposit = ledger.Deposit(("a<b>&'\"", "1"), ("b", "2"));
        var witness = new TestWitness("witness.example/w");
        Evidence[] evidences =
        [
            deposit.Evidence(null, witness.At(TestLedger.Created.AddDays(9))), deposit.Disclose(false, "b"),
            Evidence.FromCertificate(deposit.Certificate() with { Claims = null, Request = null }), Evidence.FromCertificate(new Certificate { Statement = "<i>", Proof = "" }),
        ];
        foreach (var evidence in evidences)
        {
            var run = Runs.Of(evidence, new VerifierInputs(ledger.PolicyWith([witness], "quorum witness.example/w\n")) { Files = deposit.Files });
            var report = run.Report;
            var page = Text(run);
            var head = page[..page.IndexOf("class=\"page\"", StringComparison.Ordinal)];
            foreach (var sentence in (Sentence[])[report.VerdictSentence, report.TimeSentence, .. report.Checks.Select(check => check.Reason), .. report.Checks.Select(check => ResultWords.Of(check.Result))])
                Shows(head, Times.InBoth(sentence));
            foreach (var note in report.Notes)
                Shows(page, Times.InBoth(note));
        }
    }

    [Fact]
    public void Times_are_in_UTC_and_in_the_time_of_China()
    {
        var witness = new TestWitness("witness.example/w");
        var run = Runs.Of(
            ledger.Deposit().Evidence(null, witness.At(TestLedger.Created.AddHours(20))),
            new VerifierInputs(ledger.PolicyWith([witness], "quorum witness.example/w\n")));
        var page = Text(run);

        Assert.Contains("no later than 2026-11-22T20:00:00.000Z (2026-11-23 04:00:00.000 UTC+8), according to", page, StringComparison.Ordinal);
        Assert.Contains("2026-11-26 18:30:00.000 UTC = 2026-11-27 02:30:00.000 UTC+8", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2026, "可用", "accepted")]
    [InlineData(2034, "未知", "not known")]
    public void Algorithms_are_judged_as_of_the_day_that_the_caller_gives(int year, string chinese, string english)
    {
        var run = Runs.Of(ledger.Deposit().Evidence(), new VerifierInputs(ledger.Policy), new DateTimeOffset(year, 12, 31, 0, 0, 0, TimeSpan.Zero));

        Assert.StartsWith(chinese, AlgorithmUse.Word(run.Context.At).Words.Chinese, StringComparison.Ordinal);
        Assert.StartsWith(english, AlgorithmUse.Word(run.Context.At).Words.English, StringComparison.Ordinal);
        Assert.StartsWith("accepted", AlgorithmUse.Word(run.Report.Subject!.Received).Words.English, StringComparison.Ordinal);
    }

    [Fact]
    public void A_draft_is_called_a_draft_and_ends_nothing()
    {
        var page = Text(Runs.Of(ledger.Deposit().Evidence(), new VerifierInputs(ledger.Policy)));

        Assert.Contains("NIST IR 8547, an initial public draft of 12 November 2024, would disallow EdDSA after 2035.", page, StringComparison.Ordinal);
        Assert.Contains("征求意见稿", page, StringComparison.Ordinal);
        Assert.DoesNotContain("no longer accepted", page, StringComparison.Ordinal);
    }

    [Fact]
    public void It_says_how_many_of_how_many_items_are_shown()
    {
        var deposit = ledger.Deposit(("a", "1"), ("b", "2"), ("c", "3"));

        Assert.Contains("3 项中的 2 项", Text(Runs.Of(deposit.Disclose(true, "a", "c"), new VerifierInputs(ledger.Policy))), StringComparison.Ordinal);
        Assert.Contains("3 of 3; 3 is the depositor&#39;s claim", Text(Runs.Of(deposit.Evidence(), new VerifierInputs(ledger.Policy))), StringComparison.Ordinal);
        var withheld = Evidence.Disclose(deposit.Certificate() with { Claims = null, Request = null }, deposit.Disclose(true, "a").Openings);
        Assert.Contains("1; how many there are is not known", Text(Runs.Of(withheld, new VerifierInputs(ledger.Policy))), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_not_checked_is_never_coloured_like_a_pass()
    {
        var page = Text(Runs.Of(ledger.Deposit().Evidence(), new VerifierInputs(ledger.Policy)));

        Assert.Contains("<span class=\"open\"><span lang=\"zh-CN\">未核验</span> <span lang=\"en\">NOT CHECKED</span></span>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"good\"><span lang=\"zh-CN\">未核验", page, StringComparison.Ordinal);
    }

    private static void Shows(string page, Sentence sentence)
    {
        Assert.Contains(Encoded(sentence.English), page, StringComparison.Ordinal);
        Assert.Contains(Encoded(sentence.Chinese), page, StringComparison.Ordinal);
    }

    private static string Encoded(string text) => TextRules.Escape(text)
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal);

    private static string Text(VerificationRun run) => Encoding.UTF8.GetString(ReportPage.Html(run));
}
