using System.Globalization;
using System.Text;

namespace Notary.Documents;

/// <summary>The fonts of one document: what it uses of each, and the objects that they become.</summary>
internal sealed class PdfFonts
{
    private readonly FontSubset[] subsets = [new(TrueTypeFont.Text), new(TrueTypeFont.Chinese), new(TrueTypeFont.Fixed)];

    /// <summary>The resource name of the font that draws a character, and the character's glyph in it.</summary>
    public (string Font, int Glyph) Use(int codePoint, bool isValue)
    {
        var font = Characters.FontOf(codePoint, isValue);
        var index = Array.FindIndex(subsets, subset => subset.Font == font);
        return (string.Create(CultureInfo.InvariantCulture, $"F{index + 1}"), subsets[index].Use(codePoint));
    }

    /// <summary>Writes the fonts that were used; returns the dictionary that names them.</summary>
    public string Write(PdfFile file)
    {
        var names = new StringBuilder("<<");
        for (var i = 0; i < subsets.Length; i++)
        {
            if (!subsets[i].IsEmpty)
                names.Append(CultureInfo.InvariantCulture, $" /F{i + 1} {Write(file, subsets[i])} 0 R");
        }

        return names.Append(" >>").ToString();
    }

    /// <summary>A composite font whose codes are glyph numbers (ISO 32000-1, 9.7.4 to 9.7.6).</summary>
    private static int Write(PdfFile file, FontSubset subset)
    {
        var font = subset.Font;
        var program = subset.ToFile();
        var name = subset.TaggedName(program);
        var stream = file.WriteStream(string.Create(CultureInfo.InvariantCulture, $"/Length1 {program.Length}"), program);
        var bounds = string.Join(' ', font.Bounds.Select(bound => Scaled(font, bound)));
        // Flags: 32 is non-symbolic, 1 is fixed pitch.
        var flags = font == TrueTypeFont.Fixed ? 33 : 32;
        var descriptor = file.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"<< /Type /FontDescriptor /FontName /{name} /Flags {flags} /FontBBox [{bounds}] /ItalicAngle 0 /Ascent {Scaled(font, font.Ascent)} /Descent {Scaled(font, font.Descent)} /CapHeight 714 /StemV 80 /FontFile2 {stream} 0 R >>"));
        var widths = string.Join(' ', subset.Characters.Select(font.WidthOf));
        var descendant = file.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor {descriptor} 0 R /DW 1000 /W [1 [{widths}]] /CIDToGIDMap /Identity >>"));
        var unicode = file.WriteStream("", subset.ToUnicode());
        return file.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H /DescendantFonts [{descendant} 0 R] /ToUnicode {unicode} 0 R >>"));
    }

    private static string Scaled(TrueTypeFont font, int value) => (value * 1000 / font.UnitsPerEm).ToString(CultureInfo.InvariantCulture);
}
