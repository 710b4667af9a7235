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
    public void Every_text_says_that_it_is_a_draft_for_counsel()
    {
        Assert.All(LawTexts.All, text =>
        {
            var content = StrictText.Decode("law text", text.Content.Span);
            Assert.True(
                content.Contains("draft", StringComparison.OrdinalIgnoreCase) || content.Contains("草稿", StringComparison.Ordinal), $"{text.Name} does not say that it is a draft");
        });
        Assert.All(LawTexts.All, text => Assert.NotEqual("", text.Title.Chinese));
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
