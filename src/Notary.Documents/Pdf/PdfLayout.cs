using Notary.Core;

namespace Notary.Documents;

/// <summary>How a document's blocks become rows of A4 pages.</summary>
internal sealed class PdfLayout
{
    /// <summary>From the page's left edge to the text, and from the text to the right edge.</summary>
    public const int Margin = 42_520;

    /// <summary>Of the text.</summary>
    public const int Width = PdfCanvas.Width - 2 * Margin;

    private const int Gutter = 14_000;
    private const int Half = (Width - Gutter) / 2;
    private const int Hairline = 300;
    private const int CodeSide = 96_000;

    private static readonly TextStyle Chinese = new(8_400, PdfColour.Ink);
    private static readonly TextStyle English = new(7_900, PdfColour.Ink);
    private static readonly TextStyle Value = new(7_200, PdfColour.Ink, IsValue: true);
    private static readonly TextStyle Typed = new(6_600, PdfColour.Ink, IsValue: true);

    private readonly List<PdfRow> rows = [];

    private PdfLayout()
    {
    }

    public static IReadOnlyList<PdfRow> Of(Document document)
    {
        var layout = new PdfLayout();
        layout.AddHead(document);
        foreach (var block in document.Blocks)
            layout.Add(block);
        layout.AddFooter(document.Footer);
        return layout.rows;
    }

    private void AddHead(Document document)
    {
        rows.Add(new PdfRow(8_000, [Rule(0, 1_000, PdfColour.Navy), Rule(2_000, 1_000, PdfColour.Navy)]));
        var width = document.Code is null ? Width : Width - CodeSide - Gutter;
        List<TextLine> lines =
        [
            .. Lines(document.Title.Chinese, new TextStyle(21_000, PdfColour.Ink, IsBold: true), width),
            .. Lines(document.Title.English, new TextStyle(13_000, PdfColour.Ink), width),
            .. Inline(document.Subtitle, Chinese with { Colour = PdfColour.Navy }, English with { Colour = PdfColour.Navy }, width),
        ];
        var fields = document.Head.SelectMany(field => FieldRows(field, width, 28)).ToList();
        var title = PdfGrid.Rows([new(Margin, lines)], 0).ToList();
        if (document.Code is { } code)
            Join(title, fields, code);
        else
            rows.AddRange([.. title, PdfRow.Gap(3_000), .. fields]);
        rows.Add(new PdfRow(5_000, [Rule(2_500, 750, PdfColour.Navy)]));
    }

    /// <summary>Title and fields on the left as one row, the code beside them.</summary>
    private void Join(List<PdfRow> title, List<PdfRow> fields, QrCode code)
    {
        var (top, marks) = (0, new List<PdfMark>());
        foreach (var row in (PdfRow[])[.. title, PdfRow.Gap(3_000), .. fields])
        {
            marks.AddRange(row.Marks.Select(mark => Lowered(mark, top)));
            top += row.Height;
        }

        marks.Add(new CodeMark(Margin + Width - CodeSide, 0, CodeSide, code));
        rows.Add(new PdfRow(Math.Max(top, CodeSide), marks));
    }

    private static PdfMark Lowered(PdfMark mark, int by) => mark switch
    {
        TextMark text => text with { Baseline = text.Baseline + by },
        BoxMark box => box with { Top = box.Top + by },
        CodeMark code => code with { Top = code.Top + by },
        _ => throw new ArgumentException("A mark of an unknown kind.", nameof(mark)),
    };

    private void Add(Block block)
    {
        switch (block)
        {
            case Section section:
                AddSection(section);
                break;
            case Prose prose:
                AddTwo(prose.Words, 0, 900);
                break;
            case Points points:
                foreach (var item in points.Items)
                    AddPoint(item);
                break;
            case Fields fields:
                rows.AddRange(fields.Items.SelectMany(field => FieldRows(field, Width, 31)));
                break;
            case Table table:
                AddTable(table);
                break;
            case Banner banner:
                AddBanner(banner);
                break;
            case Listing listing:
                AddCaption(Inline(listing.Caption, Chinese with { Colour = PdfColour.Grey }, English with { Colour = PdfColour.Grey }, Width));
                AddTyped(listing.Commands, PdfColour.Line);
                if (listing.Expected is { } expected)
                    AddTyped(expected, PdfColour.Good);
                break;
            case Verbatim verbatim:
                AddCaption(Lines(verbatim.Name, Value with { Colour = PdfColour.Grey }, Width));
                AddTyped(verbatim.Text, PdfColour.Line);
                break;
            default:
                throw new ArgumentException($"A block of type {block.GetType().Name} has no form in PDF.", nameof(block));
        }
    }

    private void AddSection(Section section)
    {
        var source = section.Source is { } words ? Inline(words, new(7_200, PdfColour.Grey), new(7_000, PdfColour.Grey), Width / 3) : [];
        var room = source.Count == 0 ? Width : Width - source.Max(line => line.Width) - Gutter;
        var heading = Inline(section.Heading, new(11_000, PdfColour.Navy, IsBold: true), new(9_600, PdfColour.Navy), room);
        var columns = new List<PdfGrid.Column> { new(Margin, heading) };
        columns.AddRange(source.Count == 0 ? [] : [new(Margin + Width - source.Max(line => line.Width), source)]);
        rows.Add(PdfRow.Gap(5_500) with { KeepWithNext = true, NewPage = section.NewPage });
        var row = PdfGrid.Rows(columns, 0).First();
        rows.Add(new PdfRow(row.Height + 2_500, [.. row.Marks, Rule(row.Height + 700, 500, PdfColour.Line)]) { KeepWithNext = true });
        foreach (var block in section.Blocks)
            Add(block);
    }

    /// <summary>Chinese and English side by side.</summary>
    private void AddTwo(Sentence words, int indent, int room) => rows.AddRange(PdfGrid.Rows(Two(words, indent), room));

    private static IReadOnlyList<PdfGrid.Column> Two(Sentence words, int indent, int room = 0) =>
    [
        new(Margin + indent, Lines(words.Chinese, Chinese, Half - indent)),
        new(Margin + Half + Gutter + indent, Lines(words.English, English, Half - indent - room)),
    ];

    private void AddPoint(Sentence words)
    {
        const int Indent = 9_000;
        IReadOnlyList<PdfGrid.Column> columns = [new(Margin + 2_500, Lines("·", Chinese, Indent)), .. Two(words, Indent)];
        rows.AddRange(PdfGrid.Rows(columns, 700, height => [Rule(height - Hairline, Hairline, PdfColour.Line)]));
    }

    private static IEnumerable<PdfRow> FieldRows(Field field, int width, int percent)
    {
        var label = width * percent / 100;
        return PdfGrid.Rows(
            [
                new(Margin + 2_500, Inline(field.Label, Chinese with { Size = 8_000, Colour = PdfColour.Grey }, English with { Size = 7_400, Colour = PdfColour.Grey }, label - 6_000)),
                new(Margin + label, [.. field.Values.SelectMany(value => Lines(value, width - label - 2_500, stacked: false))]),
            ],
            1_000,
            height => [new BoxMark(Margin, height - Hairline, width, Hairline, PdfColour.Line)]);
    }

    private void AddTable(Table table)
    {
        var lefts = new List<int>();
        var left = 0;
        foreach (var column in table.Columns)
        {
            lefts.Add(Margin + left + 2_500);
            left += Width * column.Percent / 100;
        }

        int Room(int column) => Width * table.Columns[column].Percent / 100 - 5_000;
        var head = PdfGrid.Rows(
            [.. table.Columns.Select((column, i) => new PdfGrid.Column(lefts[i], Inline(column.Heading, Chinese with { Size = 8_000 }, English with { Size = 7_400 }, Room(i))))],
            1_200,
            height => [Rule(height - 750, 750, PdfColour.Navy)]).Select(row => row with { KeepWithNext = true }).ToList();
        rows.AddRange(head);
        foreach (var cells in table.Rows)
            rows.AddRange(PdfGrid.Rows(
                [.. cells.Select((cell, i) => new PdfGrid.Column(lefts[i], [.. Lines(cell, Room(i), stacked: true)]))],
                1_200,
                height => [Rule(height - Hairline, Hairline, PdfColour.Line)]).Select(row => row with { Repeat = head }));
    }

    private void AddBanner(Banner banner)
    {
        var colour = PdfColour.Of(banner.Tone);
        rows.Add(PdfRow.Gap(6_000));
        var word = PdfGrid.Rows(
            [new(Margin + 12_000, Inline(banner.Word, new(15_000, colour, IsBold: true), new(13_000, colour, IsBold: true), Width - 24_000))],
            3_000, height => [.. Sides(height), Rule(0, 700, colour)]).First();
        rows.Add(word with { KeepWithNext = true });
        rows.AddRange(PdfGrid.Rows(Two(banner.First, 12_000, 8_000), 1_500, Sides).Select(row => row with { KeepWithNext = true }));
        rows.AddRange(PdfGrid.Rows(Two(banner.Second, 12_000, 8_000), 2_500, height => [.. Sides(height), Rule(height - 700, 700, colour)]));
        rows.Add(PdfRow.Gap(5_000));

        IEnumerable<PdfMark> Sides(int height) =>
            [new BoxMark(Margin, 0, 4_000, height, colour), new BoxMark(Margin + Width - 700, 0, 700, height, colour)];
    }

    private void AddCaption(IReadOnlyList<TextLine> lines)
    {
        rows.Add(PdfRow.Gap(4_000) with { KeepWithNext = true });
        rows.AddRange(PdfGrid.Rows([new(Margin, lines)], 500).Select(row => row with { KeepWithNext = true }));
    }

    /// <summary>A text line by line, on a shade with a bar at its side.</summary>
    private void AddTyped(string text, PdfColour bar)
    {
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            // An empty line keeps its height.
            var lines = Lines(line.Length == 0 ? " " : line, Typed, Width - 12_000);
            foreach (var one in lines)
                rows.Add(PdfGrid.Rows(
                    [new(Margin + 7_000, [one])], 0,
                    height => [new BoxMark(Margin, 0, Width, height, PdfColour.Shade), new BoxMark(Margin, 0, 1_500, height, bar)]).First());
        }

        rows.Add(PdfRow.Gap(2_500));
    }

    private void AddFooter(Sentence footer)
    {
        rows.Add(PdfRow.Gap(8_000) with { KeepWithNext = true });
        rows.Add(new PdfRow(3_500, [Rule(0, 500, PdfColour.Line)]) { KeepWithNext = true });
        AddTwo(footer, 0, 500);
    }

    /// <summary>A value; words stand in both languages one below the other, or one behind the other.</summary>
    private static IEnumerable<TextLine> Lines(Phrase phrase, int width, bool stacked)
    {
        var (colour, bold) = (PdfColour.Of(phrase.Tone), phrase.Tone != Tone.Plain);
        if (phrase.Kind == PhraseKind.Exact)
            return Lines(phrase.Words.English, Value with { Colour = colour, IsBold = bold }, width);
        if (phrase.Kind == PhraseKind.Foreign)
            return Lines(phrase.Words.English, Chinese with { Colour = colour, IsBold = bold }, width);
        var (chinese, english) = (Chinese with { Colour = colour, IsBold = bold }, English with { Colour = colour, IsBold = bold });
        return stacked
            ? [.. Lines(phrase.Words.Chinese, chinese, width), .. Lines(phrase.Words.English, english, width)]
            : Inline(phrase.Words, chinese, english, width);
    }

    private static IReadOnlyList<TextLine> Inline(Sentence words, TextStyle chinese, TextStyle english, int width) =>
        TextLine.Break([new(words.Chinese, chinese), new(" ", english), new(words.English, english)], width);

    private static IReadOnlyList<TextLine> Lines(string text, TextStyle style, int width) => TextLine.Break([new(text, style)], width);

    private static BoxMark Rule(int top, int height, PdfColour colour) => new(Margin, top, Width, height, colour);
}
