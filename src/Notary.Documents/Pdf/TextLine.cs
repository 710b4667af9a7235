namespace Notary.Documents;

/// <summary>How text looks. Lengths everywhere in a page are whole thousandths of a point: equal on every machine.</summary>
/// <param name="Size">Type size.</param>
/// <param name="Colour">Its colour.</param>
/// <param name="IsValue">Compared or typed, not read.</param>
/// <param name="IsBold">Drawn with an outline as well.</param>
internal readonly record struct TextStyle(int Size, PdfColour Colour, bool IsValue = false, bool IsBold = false)
{
    /// <summary>From one line's baseline to the next.</summary>
    public int Leading => Size * 134 / 100;
}

/// <summary>Text of one look.</summary>
internal readonly record struct TextSpan(string Text, TextStyle Style);

/// <summary>A line of text that fits where it was broken for.</summary>
/// <param name="Spans">From left to right.</param>
/// <param name="Width">Their width.</param>
/// <param name="Height">From the top of the line to the top of the next.</param>
/// <param name="Baseline">From the top of the line to where letters stand.</param>
internal sealed record TextLine(IReadOnlyList<TextSpan> Spans, int Width, int Height, int Baseline)
{
    /// <summary>Breaks text into lines: at spaces, between Chinese characters, and elsewhere only where nothing else fits.</summary>
    /// <param name="spans">The text; every character in it can be drawn.</param>
    /// <param name="width">Of the place for it.</param>
    public static IReadOnlyList<TextLine> Break(IEnumerable<TextSpan> spans, int width)
    {
        var letters = Letters(spans);
        var lines = new List<TextLine>();
        var start = 0;
        while (start < letters.Count)
        {
            var end = EndOfLine(letters, start, width);
            lines.Add(Of(letters, start, end));
            start = end;
            // The space at a line's end has done its work.
            while (start < letters.Count && letters[start].CodePoint == ' ' && start > 0)
                start++;
        }

        return lines;
    }

    private static List<Letter> Letters(IEnumerable<TextSpan> spans)
    {
        var letters = new List<Letter>();
        foreach (var (text, style) in spans)
        {
            foreach (var rune in Characters.Shown(text).EnumerateRunes())
            {
                var font = Characters.FontOf(rune.Value, style.IsValue)
                    ?? throw new InvalidOperationException($"No font has U+{rune.Value:X4}.");
                letters.Add(new Letter(rune.Value, font.WidthOf(rune.Value) * style.Size / 1000, style));
            }
        }

        return letters;
    }

    private static int EndOfLine(List<Letter> letters, int start, int width)
    {
        var (at, used, lastChance) = (start, 0, start);
        for (; at < letters.Count; at++)
        {
            if (at > start && (letters[at - 1].CodePoint == ' ' || Characters.MayBreak(letters[at - 1].CodePoint, letters[at].CodePoint)))
                lastChance = at;
            used += letters[at].Width;
            // A space that hangs over the edge is not seen.
            if (used > width && letters[at].CodePoint != ' ')
                return lastChance > start ? lastChance : Math.Max(at, start + 1);
        }

        return at;
    }

    private static TextLine Of(List<Letter> letters, int start, int end)
    {
        while (end > start + 1 && letters[end - 1].CodePoint == ' ')
            end--;
        var spans = new List<TextSpan>();
        var (width, size, leading) = (0, 0, 0);
        var at = start;
        while (at < end)
        {
            var style = letters[at].Style;
            var text = new System.Text.StringBuilder();
            for (; at < end && letters[at].Style == style; at++)
            {
                text.Append(char.ConvertFromUtf32(letters[at].CodePoint));
                width += letters[at].Width;
            }

            spans.Add(new TextSpan(text.ToString(), style));
            (size, leading) = (Math.Max(size, style.Size), Math.Max(leading, style.Leading));
        }

        return new TextLine(spans, width, leading, (leading - size) / 2 + size * 88 / 100);
    }

    private readonly record struct Letter(int CodePoint, int Width, TextStyle Style);
}
