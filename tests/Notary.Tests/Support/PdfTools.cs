using Notary.Core;
using Notary.Documents;

namespace Notary.Tests.Support;

/// <summary>PDFs through other people's programs: poppler and qpdf.</summary>
internal sealed class PdfTools(TemporaryFolder folder)
{
    private int files;

    public string Save(byte[] pdf)
    {
        var path = Path.Combine(folder.Path, $"{++files}.pdf");
        File.WriteAllBytes(path, pdf);
        return path;
    }

    /// <summary>What a program prints of a PDF; it must succeed, and must not complain.</summary>
    public async Task<string> RunAsync(string program, params IEnumerable<string> arguments)
    {
        var result = (await ExternalTool.RunAsync(program, arguments, folder.Path)).Succeeded();
        Xunit.Assert.Equal("", result.Error);
        return result.Output;
    }

    /// <summary>The text of a page in the order in which it is drawn, without any white space.</summary>
    public async Task<string> TextAsync(byte[] pdf) => Squeezed(await RunAsync("pdftotext", "-raw", Save(pdf), "-"));

    /// <summary>A file that is attached.</summary>
    public async Task<byte[]> DetachAsync(byte[] pdf, int number)
    {
        var target = Path.Combine(folder.Path, $"{++files}.attachment");
        await RunAsync("pdfdetach", "-save", $"{number}", "-o", target, Save(pdf));
        return File.ReadAllBytes(target);
    }

    public static string Squeezed(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    /// <summary>Every text of a document, each as one piece.</summary>
    public static IEnumerable<string> TextsOf(Document document) =>
    [
        .. Both(document.Title), .. Both(document.Subtitle), .. document.Head.SelectMany(TextsOf),
        .. document.Blocks.SelectMany(TextsOf), .. Both(document.Footer),
    ];

    private static IEnumerable<string> TextsOf(Block block) => block switch
    {
        Section section => [.. Both(section.Heading), .. section.Source is { } source ? Both(source) : [], .. section.Blocks.SelectMany(TextsOf)],
        Prose prose => Both(prose.Words),
        Points points => points.Items.SelectMany(Both),
        Fields fields => fields.Items.SelectMany(TextsOf),
        Table table => [.. table.Columns.SelectMany(column => Both(column.Heading)), .. table.Rows.SelectMany(row => row.SelectMany(cell => Both(cell.Words)))],
        Banner banner => [.. Both(banner.Word), .. Both(banner.First), .. Both(banner.Second)],
        Listing listing => [.. Both(listing.Caption), .. Lines(listing.Commands), .. Lines(listing.Expected ?? "")],
        Verbatim verbatim => [verbatim.Name, .. Lines(verbatim.Text)],
        _ => throw new ArgumentException(block.GetType().Name, nameof(block)),
    };

    private static IEnumerable<string> TextsOf(Field field) => [.. Both(field.Label), .. field.Values.SelectMany(value => Both(value.Words))];

    private static IEnumerable<string> Both(Sentence words) => [words.Chinese, words.English];

    private static string[] Lines(string text) => text.Split('\n');
}
