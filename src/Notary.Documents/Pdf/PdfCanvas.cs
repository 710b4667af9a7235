using System.Globalization;
using System.Text;

namespace Notary.Documents;

/// <summary>
/// One page as it is drawn (ISO 32000-1, 8 and 9). Places are given from the top left corner, as pages are laid out; the
/// content stream counts from the bottom.
/// </summary>
internal sealed class PdfCanvas(PdfFonts fonts)
{
    /// <summary>A4.</summary>
    public const int Width = 595_276;

    public const int Height = 841_890;

    private readonly StringBuilder content = new();

    public byte[] ToStream() => Encoding.ASCII.GetBytes(content.ToString());

    /// <summary>A filled rectangle; lines are thin ones, so that no printer draws them at a width of its own.</summary>
    public void Fill(int left, int top, int width, int height, PdfColour colour) =>
        content.Append(CultureInfo.InvariantCulture, $"{Colour(colour)} rg {Number(left)} {Number(Height - top - height)} {Number(width)} {Number(height)} re f\n");

    /// <param name="left">Where the line begins.</param>
    /// <param name="baseline">Where its letters stand.</param>
    /// <param name="line">The line.</param>
    public void Draw(int left, int baseline, TextLine line)
    {
        content.Append(CultureInfo.InvariantCulture, $"BT 1 0 0 1 {Number(left)} {Number(Height - baseline)} Tm\n");
        foreach (var (text, style) in line.Spans)
        {
            content.Append(CultureInfo.InvariantCulture, $"{Colour(style.Colour)} rg ");
            if (style.IsBold)
                content.Append(CultureInfo.InvariantCulture, $"2 Tr {Colour(style.Colour)} RG {Number(style.Size / 36)} w ");
            Show(text, style);
            content.Append(style.IsBold ? " 0 Tr\n" : "\n");
        }

        content.Append("ET\n");
    }

    /// <summary>A QR code as one path of rectangles, a run of dark modules each.</summary>
    public void Draw(int left, int top, int side, QrCode code)
    {
        var module = side / code.Size;
        content.Append("0 0 0 rg\n");
        for (var row = 0; row < code.Size; row++)
        {
            for (var column = 0; column < code.Size; column++)
            {
                var start = column;
                while (column < code.Size && code.IsDark(row, column))
                    column++;
                if (column > start)
                    content.Append(CultureInfo.InvariantCulture, $"{Number(left + start * module)} {Number(Height - top - (row + 1) * module)} {Number((column - start) * module)} {Number(module)} re\n");
            }
        }

        content.Append("f\n");
    }

    private void Show(string text, TextStyle style)
    {
        string? current = null;
        foreach (var rune in text.EnumerateRunes())
        {
            var (font, glyph) = fonts.Use(rune.Value, style.IsValue);
            if (font != current)
                content.Append(CultureInfo.InvariantCulture, $"{(current is null ? "" : "> Tj ")}/{font} {Number(style.Size)} Tf <");
            current = font;
            content.Append(CultureInfo.InvariantCulture, $"{glyph:X4}");
        }

        if (current is not null)
            content.Append("> Tj");
    }

    private static string Colour(PdfColour colour) => $"{Number(colour.Red)} {Number(colour.Green)} {Number(colour.Blue)}";

    /// <summary>Thousandths as a decimal number, the shortest.</summary>
    private static string Number(int thousandths)
    {
        var (whole, rest) = (Math.Abs(thousandths) / 1000, Math.Abs(thousandths) % 1000);
        var sign = thousandths < 0 ? "-" : "";
        return rest == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{sign}{whole}")
            : string.Create(CultureInfo.InvariantCulture, $"{sign}{whole}.{rest:d3}").TrimEnd('0');
    }
}
