using System.Text;
using Notary.Core;
using Notary.Documents;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Cli;

/// <summary><c>notary law</c>: texts for counsel, and the list of evidence filled in from real evidence.</summary>
public sealed class LawTests : CliTest
{
    [Fact]
    public void Every_text_says_on_its_first_line_and_in_its_languages_that_it_is_a_draft_for_counsel()
    {
        Assert.All(LawTexts.All, text =>
        {
            var first = StrictText.Decode("law text", text.Content.Span).Split('\n')[0];
            if (!text.Name.EndsWith(".zh.txt", StringComparison.Ordinal))
                Assert.Contains("DRAFT FOR COUNSEL. NOT LEGAL ADVICE.", first, StringComparison.Ordinal);
            if (!text.Name.EndsWith(".en.txt", StringComparison.Ordinal))
                Assert.StartsWith("供律师审阅的草稿，不构成法律意见", first, StringComparison.Ordinal);
            Assert.NotEqual("", text.Title.Chinese);
        });
    }

    [Theory]
    [InlineData("articles-china.zh", "第十六条", "第十七条", "第十八条", "第十九条", "第九十三条", "第九十四条")]
    [InlineData("articles-china.en", "Art. 16", "Art. 17", "Art. 18", "Art. 19", "Art. 93", "Art. 94")]
    [InlineData("articles-us.en", "902(13)", "902(14)", "12 V.S.A. section 1913")]
    [InlineData("articles-us.zh", "第902条（13）", "第902条（14）", "第1913条")]
    [InlineData("declaration-902-13", "UNSIGNED", "[NAME: ________]", "How I know the above", "Signature: [________]")]
    [InlineData("declaration-902-14", "UNSIGNED", "[NAME: ________]", "Signature: [________]")]
    [InlineData("declaration-vermont-1913", "UNSIGNED", "[NAME: ________]", "Signature: [________]")]
    [InlineData("nda-clause", "双方同意", "The parties agree", "94(5)")]
    public void Each_names_its_articles_or_leaves_its_blanks(string name, params string[] held)
    {
        var content = StrictText.Decode("law text", LawTexts.Find(name)!.Content.Span);

        Assert.All(held, text => Assert.Contains(text, content, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_list_is_filled_in_from_evidence_as_a_table_and_as_a_page()
    {
        var deposit = new TestLedger().Deposit(("a, \"b\".txt", "alpha"), ("设计/转子.step", "beta"));
        await File.WriteAllBytesAsync(At("some.evidence.zip"), EvidenceSamples.Pack(deposit.Evidence()), Cancellation);

        var printed = await RunAsync(0, "law", "evidence-list", "--evidence", At("some.evidence.zip"));
        await RunAsync(0, "law", "evidence-list", "--evidence", At("some.evidence.zip"), "--out", At("list"));

        var rows = printed.Output.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(1 + 5 + 1, rows.Length);
        Assert.StartsWith("\"3\",\"文件 Document\",\"a, \"\"b\"\".txt; 5 bytes; SHA-256 8ed3f6ad", rows[3], StringComparison.Ordinal);
        Assert.StartsWith("\"4\",\"文件 Document\",\"设计/转子.step; 4 bytes; SHA-256 ", rows[4], StringComparison.Ordinal);
        Assert.Equal("\uFEFF" + printed.Output, Encoding.UTF8.GetString(await File.ReadAllBytesAsync(At("list/evidence-list.csv"), Cancellation)));
        var page = await File.ReadAllTextAsync(At("list/evidence-list.html"), Cancellation);
        Assert.Contains("<bdi>a, &quot;b&quot;.txt; 5 bytes", page, StringComparison.Ordinal);
        Assert.Contains("第十九条", page, StringComparison.Ordinal);
        Assert.Contains("fills in evidence-list and no other text", (await RunAsync(2, "law", "nda-clause", "--evidence", At("some.evidence.zip"))).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task They_are_listed_printed_and_written()
    {
        var listed = await RunAsync(0, "law");
        Assert.All(LawTexts.All, text => Assert.Contains(text.Name, listed.Output, StringComparison.Ordinal));
        var printed = await RunAsync(0, "law", "nda-clause");
        Assert.Equal(Encoding.UTF8.GetString(LawTexts.Find("nda-clause")!.Content.Span), printed.Output);
        await RunAsync(0, "law", "--out", At("texts"));
        Assert.Equal(LawTexts.All.Select(text => text.Name).Order(StringComparer.Ordinal), Directory.GetFiles(At("texts")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.Contains("there is no one text", (await RunAsync(2, "law", "articles")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_names_each_document_and_no_cell_of_it_is_a_formula()
    {
        var certificate = EvidenceSamples.Certificate(0);
        var list = EvidenceList.Create(certificate, [new ListedDocument("=cmd|calc", 3, Hash.Of("abc"u8)), new ListedDocument(null, 4, Hash.Of("d"u8))], withContext: false, withReport: true);
        var csv = Encoding.UTF8.GetString(list.ToCsv());
        Assert.DoesNotContain("\"=", csv, StringComparison.Ordinal);
        Assert.Contains(Hash.Of("abc"u8).ToString(), csv, StringComparison.Ordinal);
        Assert.Contains("withheld", csv, StringComparison.Ordinal);
        Assert.Contains("=cmd|calc", Encoding.UTF8.GetString(list.ToHtml()), StringComparison.Ordinal);
    }
}
