using System.Text.RegularExpressions;
using Notary.Core;
using Notary.Documents;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Documents;

/// <summary>Chinese sentences have Chinese punctuation (GB/T 15834) wherever somebody reads them.</summary>
public sealed partial class ChinesePunctuationTests
{
    public static TheoryData<string> Sources =>
    [
        "README.md", "proto/README.zh.md", "docs/operations.zh.md", "docs/accounts.zh.md",
        .. from ending in (string[])["*.cs", "*.sh", "*.ps1", "*.txt", "*.ts"]
           from path in Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Path, "src"), ending, SearchOption.AllDirectories)
           let name = Path.GetRelativePath(RepositoryFolder.Path, path)
           where !name.Contains("node_modules", StringComparison.Ordinal)
           // An English text may name a Chinese word in brackets.
           where !name.EndsWith(".en.txt", StringComparison.Ordinal) && Han().IsMatch(File.ReadAllText(path))
           select name,
    ];

    [Theory, MemberData(nameof(Sources))]
    public void No_sign_beside_a_character_is_half_a_width(string path)
    {
        foreach (var (number, line) in File.ReadLines(Path.Combine(RepositoryFolder.Path, path)).Index())
            Assert.False(HalfWidth().IsMatch(line), $"{path}:{number + 1}: {line}");
    }

    [Fact]
    public void Neither_is_one_in_a_page_that_is_put_together()
    {
        var ledger = new TestLedger();
        var deposit = ledger.Deposit(new DepositPlan
        {
            Key = SigningKey.Create("local", TestLedger.Seed(7)),
            BendClaims = claims => claims with { Verified = new IdentityVerification("bank transfer", TestLedger.Created) },
            BendStatement = statement => statement with { Beacon = new BitcoinBeacon(1, Hash.Of([1])) },
        });
        var certificate = deposit.Certificate(null, new TestWitness("w.example").At(TestLedger.Created));
        VerificationRun[] runs =
        [
            Runs.Of(deposit.Evidence(), new VerifierInputs(ledger.Policy) { Files = deposit.Files }),
            Runs.Of(deposit.Disclose(false, deposit.Items[0].Path), new VerifierInputs(ledger.PolicyWith([new TestWitness("w.example")], "quorum none\n")) { Files = [TestDeposit.File("x", "other")] }),
        ];
        Document[] documents =
        [
            CertificatePage.SecrecyCopy(certificate), CertificatePage.DisclosureCopy(deposit.Evidence()), .. runs.Select(ReportPage.Create),
            EvidenceList.Create(certificate, [], withContext: true, withReport: true).ToDocument(),
        ];
        var chinese = documents.Select(HtmlPage.Render).SelectMany(page => Chinese().Matches(System.Text.Encoding.UTF8.GetString(page)).Select(match => System.Net.WebUtility.HtmlDecode(match.Groups[2].Value))).ToList();

        Assert.True(chinese.Count > 300, $"{chinese.Count}");
        Assert.All(chinese, sentence => Assert.DoesNotMatch(HalfWidth(), sentence));
    }

    // A sign that stands beside a Han character or a Chinese sign; a quotation mark in the source ends what is looked at.
    [GeneratedRegex(@"[\p{IsCJKUnifiedIdeographs}\u3001\u3002\uFF01-\uFF1F][,:;?!()]|[,:;?!()]\p{IsCJKUnifiedIdeographs}")]
    private static partial Regex HalfWidth();

    [GeneratedRegex(@"\p{IsCJKUnifiedIdeographs}")]
    private static partial Regex Han();

    [GeneratedRegex("""<(span|p) lang="zh-CN">(.*?)</\1>""", RegexOptions.Singleline)]
    private static partial Regex Chinese();
}
