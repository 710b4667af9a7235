using System.Globalization;
using System.Text;
using Notary.Core;

namespace Notary.Documents;

/// <summary>
/// A document as one self-contained HTML file (no script, nothing fetched), for a screen and for A4. Equal documents give
/// equal bytes.
/// </summary>
internal sealed class HtmlPage
{
    private const string Chinese = "zh-CN";

    private readonly HtmlText html = new();

    private HtmlPage()
    {
    }

    public static byte[] Render(Document document)
    {
        var page = new HtmlPage();
        page.Write(document);
        return page.html.ToUtf8();
    }

    private void Write(Document document)
    {
        html.Markup($"<!DOCTYPE html>\n<html lang=\"{Chinese}\">\n<head>\n<meta charset=\"utf-8\">\n")
            // The page is made of other people's words: should one ever be taken for markup, it still loads and runs nothing.
            .Markup("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n")
            .Markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
            .Text($"{document.Title.Chinese} · {document.Title.English}").Markup("</title>\n<style>\n").Markup(HtmlStyle.Css).Markup(Widths(document)).Markup("\n</style>\n</head>\n<body>\n");
        WriteHead(document);
        html.Markup("<main>\n");
        foreach (var block in document.Blocks)
            Write(block);
        html.Markup("</main>\n<footer>\n");
        WriteTwo(document.Footer);
        html.Markup("</footer>\n</body>\n</html>\n");
    }

    private void WriteHead(Document document)
    {
        html.Markup("<header>\n<div>\n<h1>");
        WriteWords(document.Title);
        html.Markup("</h1>\n<p class=\"copy\">");
        WriteWords(document.Subtitle);
        html.Markup("</p>\n");
        WriteFields(document.Head);
        html.Markup("</div>\n");
        if (document.Code is { } code)
            WriteCode(code);
        html.Markup("</header>\n");
    }

    private void Write(Block block)
    {
        switch (block)
        {
            case Section section:
                WriteSection(section);
                break;
            case Prose prose:
                WriteTwo(prose.Words);
                break;
            case Points points:
                WritePoints(points);
                break;
            case Fields fields:
                WriteFields(fields.Items);
                break;
            case Table table:
                WriteTable(table);
                break;
            case Banner banner:
                WriteBanner(banner);
                break;
            case Listing listing:
                WriteCaption(listing.Caption);
                html.Markup("<pre>").Lines(listing.Commands).Markup("</pre>\n");
                if (listing.Expected is { } expected)
                    html.Markup("<pre class=\"expected\">").Lines(expected).Markup("</pre>\n");
                break;
            case Verbatim verbatim:
                html.Markup("<p class=\"label\"><code>").Text(verbatim.Name).Markup("</code></p>\n<pre>").Lines(verbatim.Text).Markup("</pre>\n");
                break;
            default:
                throw new ArgumentException($"A block of type {block.GetType().Name} has no form in HTML.", nameof(block));
        }
    }

    private void WriteSection(Section section)
    {
        html.Markup(section.NewPage ? "<section class=\"page\">\n<h2 class=\"first\">" : "<section>\n<h2>");
        if (section.Source is { } source)
        {
            html.Markup("<span class=\"source\">");
            WriteWords(source);
            html.Markup("</span>");
        }

        WriteWords(section.Heading);
        html.Markup("</h2>\n");
        foreach (var block in section.Blocks)
            Write(block);
        html.Markup("</section>\n");
    }

    private void WritePoints(Points points)
    {
        html.Markup("<ul class=\"points\">\n");
        foreach (var item in points.Items)
        {
            html.Markup("<li>");
            WriteTwo(item);
            html.Markup("</li>\n");
        }

        html.Markup("</ul>\n");
    }

    private void WriteFields(IReadOnlyList<Field> fields)
    {
        if (fields.Count == 0)
            return;
        html.Markup("<table class=\"fields\">\n<tbody>\n");
        foreach (var field in fields)
        {
            html.Markup("<tr><th scope=\"row\">");
            WriteWords(field.Label);
            html.Markup("</th><td>");
            foreach (var value in field.Values)
            {
                html.Markup("<div>");
                Write(value);
                html.Markup("</div>");
            }

            html.Markup("</td></tr>\n");
        }

        html.Markup("</tbody>\n</table>\n");
    }

    private void WriteTable(Table table)
    {
        html.Markup("<table>\n<colgroup>");
        foreach (var column in table.Columns)
            html.Markup(string.Create(CultureInfo.InvariantCulture, $"<col class=\"w{column.Percent}\">"));
        html.Markup("</colgroup>\n<thead><tr>");
        foreach (var column in table.Columns)
        {
            html.Markup("<th scope=\"col\">");
            WriteWords(column.Heading);
            html.Markup("</th>");
        }

        html.Markup("</tr></thead>\n<tbody>\n");
        foreach (var row in table.Rows)
        {
            html.Markup("<tr>");
            foreach (var cell in row)
            {
                html.Markup("<td>");
                Write(cell);
                html.Markup("</td>");
            }

            html.Markup("</tr>\n");
        }

        html.Markup("</tbody>\n</table>\n");
    }

    private void WriteBanner(Banner banner)
    {
        html.Markup($"<div class=\"banner {Class(banner.Tone)}\">\n<p class=\"word\">");
        WriteWords(banner.Word);
        html.Markup("</p>\n");
        WriteTwo(banner.First);
        WriteTwo(banner.Second);
        html.Markup("</div>\n");
    }

    private void WriteCaption(Sentence caption)
    {
        html.Markup("<p class=\"label\">");
        WriteWords(caption);
        html.Markup("</p>\n");
    }

    private void Write(Phrase phrase)
    {
        if (phrase.Tone != Tone.Plain)
            html.Markup($"<span class=\"{Class(phrase.Tone)}\">");
        switch (phrase.Kind)
        {
            case PhraseKind.Words:
                WriteWords(phrase.Words);
                break;
            case PhraseKind.Foreign:
                // Isolated: letters of a script from right to left must not reorder what stands around them.
                html.Markup("<bdi>").Text(phrase.Words.English).Markup("</bdi>");
                break;
            default:
                html.Markup("<code>").Text(phrase.Words.English).Markup("</code>");
                break;
        }

        if (phrase.Tone != Tone.Plain)
            html.Markup("</span>");
    }

    private void WriteWords(Sentence words) => html
        .Markup($"<span lang=\"{Chinese}\">").Text(words.Chinese).Markup("</span> <span lang=\"en\">").Text(words.English).Markup("</span>");

    private void WriteTwo(Sentence words) => html
        .Markup($"<div class=\"two\"><p lang=\"{Chinese}\">").Text(words.Chinese).Markup("</p><p lang=\"en\">").Text(words.English).Markup("</p></div>\n");

    // One line through the middle of each row, drawn where modules are dark: a fifth of the bytes of a rectangle each.
    private void WriteCode(QrCode code)
    {
        var path = new StringBuilder();
        for (var row = 0; row < code.Size; row++)
        {
            var drawn = -1;
            for (var column = 0; column < code.Size; column++)
            {
                var start = column;
                while (column < code.Size && code.IsDark(row, column))
                    column++;
                if (column == start)
                    continue;
                if (drawn < 0)
                    path.Append(CultureInfo.InvariantCulture, $"M{start} {row}h{column - start}");
                else
                    path.Append(CultureInfo.InvariantCulture, $"m{start - drawn} 0h{column - start}");
                drawn = column;
            }
        }

        html.Markup(string.Create(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 -.5 {code.Size} {code.Size}\" role=\"img\" aria-label=\""))
            .Text(code.Text).Markup($"\"><path d=\"{path}\"/></svg>\n");
    }

    private static string Class(Tone tone) => tone switch
    {
        Tone.Good => "good",
        Tone.Bad => "bad",
        Tone.Open => "open",
        _ => "plain",
    };

    private static string Widths(Document document)
    {
        var percents = document.Blocks
            .SelectMany(block => block is Section section ? section.Blocks : [block])
            .OfType<Table>().SelectMany(table => table.Columns).Select(column => column.Percent).Distinct().Order();
        return string.Concat(percents.Select(percent => string.Create(CultureInfo.InvariantCulture, $"\n.w{percent}{{width:{percent}%}}")));
    }
}
