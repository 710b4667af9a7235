using System.Text;
using System.Text.Json;
using Notary.Core;
using Notary.Documents;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Documents;

/// <summary>The report for programs, and that every sentence of it can be shown to people in two languages.</summary>
public sealed class ReportJsonTests
{
    private readonly TestLedger ledger = new();

    [Fact]
    public void The_same_report_gives_the_same_bytes_with_the_stable_names()
    {
        var deposit = ledger.Deposit();
        var run = Runs.Of(deposit.Evidence(), new VerifierInputs(ledger.Policy) { Files = deposit.Files });

        var json = ReportJson.Write(run);

        Assert.Equal(json, ReportJson.Write(run));
        Assert.Equal((byte)'\n', json[^1]);
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        Assert.Equal("notary.report/v1", root.GetProperty("format").GetString());
        Assert.Equal("1.2.3", root.GetProperty("program").GetString());
        Assert.Equal("PASS", root.GetProperty("verdict").GetString());
        Assert.Equal(1UL, root.GetProperty("subject").GetProperty("index").GetUInt64());
        Assert.Equal(deposit.Id.ToString(), root.GetProperty("subject").GetProperty("deposit").GetString());
        Assert.Equal("2026-11-26T18:30:00.000Z", root.GetProperty("verified").GetString());
        Assert.Equal("designs.evidence.zip", root.GetProperty("evidence")[0].GetProperty("name").GetString());
        Assert.Equal(Hash.Of([1]).ToString(), root.GetProperty("program_files")[0].GetProperty("sha256").GetString());
        Assert.Equal((1, 1), (root.GetProperty("items").GetProperty("shown").GetInt32(), root.GetProperty("items").GetProperty("claimed").GetInt32()));
        Assert.Equal(deposit.Statement.Commitment + "\n", root.GetProperty("checks")[1].GetProperty("by_hand")[2].GetProperty("expected").GetString());
        var checks = root.GetProperty("checks").EnumerateArray().ToDictionary(check => check.GetProperty("name").GetString()!, check => check.GetProperty("result").GetString());
        Assert.Equal(9, checks.Count);
        Assert.Equal("PASS", checks["inclusion"]);
        Assert.Equal("NOT CHECKED", checks["bitcoin"]);
        Assert.Contains("除运营方外", Encoding.UTF8.GetString(json), StringComparison.Ordinal);
        Assert.Contains("'ledger.example/test'", Encoding.UTF8.GetString(json), StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_without_a_deposit_has_no_subject()
    {
        var certificate = new Certificate { Statement = "nonsense", Proof = "nonsense" };
        var run = Runs.Of(Evidence.FromCertificate(certificate), new VerifierInputs(ledger.Policy));

        using var document = JsonDocument.Parse(ReportJson.Write(run));

        Assert.Equal("FAIL", document.RootElement.GetProperty("verdict").GetString());
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("subject").ValueKind);
    }

    [Fact]
    public void Every_sentence_has_both_languages_and_claims_to_be_no_notary_office()
    {
        var deposit = ledger.Deposit(("a", "1"), ("b", "2"));
        var witness = new TestWitness("witness.example/w");
        TrustPolicy[] policies =
        [
            ledger.Policy,
            TrustPolicy.Parse("quorum none\n"),
            ledger.PolicyWith([witness], "quorum witness.example/w\n"),
            new TestLedger("ledger.example/other", 4).Policy,
        ];
        Evidence[] evidences =
        [
            deposit.Evidence(null, witness.At(TestLedger.Created.AddDays(9))),
            deposit.Disclose(true, "a"),
            deposit.Disclose(false, "a").WithUnknown(["x"]),
            Evidence.FromCertificate(deposit.Certificate() with { Request = null }),
            Evidence.FromCertificate(deposit.Certificate() with { Claims = null, Request = null }),
            Evidence.FromCertificate(new Certificate { Statement = "", Proof = "" }),
        ];
        IReadOnlyList<GivenFile>?[] files = [null, [], deposit.Files, [TestDeposit.File("a", "2")], [TestDeposit.File("c", "3")]];
        foreach (var policy in policies)
        {
            foreach (var evidence in evidences)
            {
                foreach (var given in files)
                    CheckSentences(Runs.Of(evidence.WithPages([new Attachment(Evidence.HtmlPage, default)]), new VerifierInputs(policy) { Files = given }).Report);
            }
        }
    }

    private static void CheckSentences(Report report)
    {
        IEnumerable<Sentence> sentences = [report.VerdictSentence, report.TimeSentence, .. report.Checks.Select(check => check.Reason), .. report.Notes];
        foreach (var (english, chinese) in sentences)
        {
            Assert.EndsWith(".", english, StringComparison.Ordinal);
            Assert.EndsWith("。", chinese, StringComparison.Ordinal);
            // 公证 is what notary offices do; this is 存证.
            Assert.DoesNotContain("公证", chinese, StringComparison.Ordinal);
        }

        var (first, chineseFirst) = report.VerdictSentence;
        var alone = report.Checks[0].Reason.English == "No file was given to compare.";
        Assert.Equal(alone, first.StartsWith("No file was given, so this is about the certificate alone.", StringComparison.Ordinal));
        Assert.Equal(alone, chineseFirst.StartsWith("未提供文件，以下结论仅针对证书本身。", StringComparison.Ordinal));
        Assert.True(report.TimeSentence.English == "No one but the operator vouches for the time."
            || report.TimeSentence.English.StartsWith("The entry existed no later than ", StringComparison.Ordinal));
    }
}
