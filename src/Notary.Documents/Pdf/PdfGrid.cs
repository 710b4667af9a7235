namespace Notary.Documents;

/// <summary>Lines of text in columns, as rows.</summary>
internal static class PdfGrid
{
    /// <summary>Rows that are higher may be torn apart between their lines: a page must be able to hold what it is given.</summary>
    private const int MostTogether = 300_000;

    /// <param name="Left">Where it begins, from the page's left edge.</param>
    /// <param name="Lines">What stands in it.</param>
    public readonly record struct Column(int Left, IReadOnlyList<TextLine> Lines);

    /// <summary>Columns side by side with some room above and below, and what is drawn behind them.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="room">Above the first and below the last line.</param>
    /// <param name="behind">Given top and height of the piece that is drawn.</param>
    public static IEnumerable<PdfRow> Rows(IReadOnlyList<Column> columns, int room, Func<int, IEnumerable<PdfMark>>? behind = null)
    {
        var height = columns.Max(column => column.Lines.Sum(line => line.Height));
        if (height <= MostTogether)
            return [Row(columns, room, room, height, behind)];
        var count = columns.Max(column => column.Lines.Count);
        return Enumerable.Range(0, count).Select(i =>
        {
            List<Column> slice = [.. columns.Where(column => i < column.Lines.Count).Select(column => new Column(column.Left, [column.Lines[i]]))];
            return Row(slice, i == 0 ? room : 0, i == count - 1 ? room : 0, slice.Max(column => column.Lines[0].Height), behind);
        });
    }

    private static PdfRow Row(IReadOnlyList<Column> columns, int above, int below, int height, Func<int, IEnumerable<PdfMark>>? behind)
    {
        var whole = above + height + below;
        List<PdfMark> marks = [.. behind?.Invoke(whole) ?? []];
        foreach (var (left, lines) in columns)
        {
            var top = above;
            foreach (var line in lines)
            {
                marks.Add(new TextMark(left, top + line.Baseline, line));
                top += line.Height;
            }
        }

        return new PdfRow(whole, marks);
    }
}
