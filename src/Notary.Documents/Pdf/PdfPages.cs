using System.Globalization;

namespace Notary.Documents;

/// <summary>From rows to pages: what does not fit any more begins the next one.</summary>
internal static class PdfPages
{
    private const int Top = 36_000;
    private const int Bottom = PdfCanvas.Height - 42_000;
    private const int Foot = PdfCanvas.Height - 26_000;

    private static readonly TextStyle Words = new(7_000, PdfColour.Grey);

    /// <param name="document">Its rows, and what stands at the foot of every page.</param>
    /// <param name="fonts">Told what the pages use.</param>
    public static IReadOnlyList<byte[]> Draw(Document document, PdfFonts fonts)
    {
        var pages = Split(PdfLayout.Of(document));
        return [.. pages.Select((page, i) => Draw(page, Footing(document, i + 1, pages.Count), fonts))];
    }

    private static byte[] Draw(List<PdfRow> page, IReadOnlyList<PdfMark> footing, PdfFonts fonts)
    {
        var canvas = new PdfCanvas(fonts);
        var top = Top;
        foreach (var row in page)
        {
            Draw(canvas, row.Marks, top);
            top += row.Height;
        }

        Draw(canvas, footing, Foot);
        return canvas.ToStream();
    }

    private static void Draw(PdfCanvas canvas, IReadOnlyList<PdfMark> marks, int top)
    {
        foreach (var mark in marks)
        {
            switch (mark)
            {
                case TextMark text:
                    canvas.Draw(text.Left, top + text.Baseline, text.Line);
                    break;
                case BoxMark box:
                    canvas.Fill(box.Left, top + box.Top, box.Width, box.Height, box.Colour);
                    break;
                case CodeMark code:
                    canvas.Draw(code.Left, top + code.Top, code.Side, code.Code);
                    break;
            }
        }
    }

    private static List<List<PdfRow>> Split(IReadOnlyList<PdfRow> rows)
    {
        var pages = new List<List<PdfRow>> { new() };
        var used = Top;
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            if (pages[^1].Count > 0 && (row.NewPage || used + Together(rows, i) > Bottom))
            {
                pages.Add([.. row.Repeat]);
                used = Top + row.Repeat.Sum(repeated => repeated.Height);
            }

            // A gap at the top of a page separates nothing.
            if (pages[^1].Count == 0 && row.Marks.Count == 0)
                continue;
            pages[^1].Add(row);
            used += row.Height;
        }

        return pages;
    }

    /// <summary>The height of a row and of those that must stand on its page, with the first that need not.</summary>
    private static int Together(IReadOnlyList<PdfRow> rows, int first)
    {
        var height = rows[first].Height;
        for (var i = first; i + 1 < rows.Count && rows[i].KeepWithNext && height < Bottom - Top; i++)
            height += rows[i + 1].Height;
        // More than a page cannot be kept together, and is not kept waiting.
        return height <= Bottom - Top ? height : rows[first].Height;
    }

    /// <summary>What ties a lone sheet to its document: the title, the number that names it, and which of how many it is.</summary>
    private static IReadOnlyList<PdfMark> Footing(Document document, int page, int pages)
    {
        var number = document.Head is [{ Values: [.., { Kind: PhraseKind.Exact } exact] }, ..] ? exact.Words.English : "";
        var left = TextLine.Break([new($"{document.Title.Chinese} · {document.Title.English}", Words)], PdfLayout.Width / 2);
        var right = TextLine.Break(
            [new(number, Words with { Size = 6_000, IsValue = true }), new(string.Create(CultureInfo.InvariantCulture, $"   {page} / {pages}"), Words)], PdfLayout.Width);
        return
        [
            new TextMark(PdfLayout.Margin, left[0].Baseline, left[0]),
            new TextMark(PdfLayout.Margin + PdfLayout.Width - right[0].Width, right[0].Baseline, right[0]),
        ];
    }
}
