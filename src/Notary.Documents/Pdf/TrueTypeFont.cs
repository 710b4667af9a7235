using System.Buffers.Binary;

namespace Notary.Documents;

/// <summary>
/// A TrueType font that this assembly ships (OpenType specification, tables cmap, glyf, head, hhea, hmtx, loca, maxp). The
/// file is ours: it is read, not checked. Glyph 0 is what fonts show for a character that they do not have.
/// </summary>
internal sealed class TrueTypeFont
{
    private const int HeadUnitsPerEm = 18;
    private const int HeadBounds = 36;
    private const int HeadLocaFormat = 50;
    private const int HheaAscender = 4;
    private const int HheaMetricsCount = 34;
    private const int MaxpGlyphs = 4;

    private readonly byte[] data;
    private readonly Dictionary<string, (int Offset, int Length)> tables = [];
    private readonly Dictionary<int, int> glyphs = [];
    private readonly int metrics;
    private readonly bool hasLongOffsets;

    private TrueTypeFont(string name, byte[] data)
    {
        (Name, this.data) = (name, data);
        for (var i = 0; i < UInt16(data, 4); i++)
        {
            var entry = data.AsSpan(12 + 16 * i, 16);
            tables[System.Text.Encoding.ASCII.GetString(entry[..4])] = (Int32(entry[8..]), Int32(entry[12..]));
        }

        var head = Table("head");
        UnitsPerEm = UInt16(head, HeadUnitsPerEm);
        Bounds = [.. Enumerable.Range(0, 4).Select(i => (int)BinaryPrimitives.ReadInt16BigEndian(Table("head")[(HeadBounds + 2 * i)..]))];
        hasLongOffsets = UInt16(head, HeadLocaFormat) == 1;
        Ascent = BinaryPrimitives.ReadInt16BigEndian(Table("hhea")[HheaAscender..]);
        Descent = BinaryPrimitives.ReadInt16BigEndian(Table("hhea")[(HheaAscender + 2)..]);
        metrics = UInt16(Table("hhea"), HheaMetricsCount);
        ReadCharacters();
    }

    /// <summary>Latin, Greek and Cyrillic text.</summary>
    public static TrueTypeFont Text => Shipped.Text;

    /// <summary>Every letter as wide as the next, and none like another: for what is compared or typed.</summary>
    public static TrueTypeFont Fixed => Shipped.Fixed;

    /// <summary>Chinese; it has no Latin at all.</summary>
    public static TrueTypeFont Chinese => Shipped.Chinese;

    /// <summary>Its PostScript name.</summary>
    public string Name { get; }

    public int UnitsPerEm { get; }

    public int Ascent { get; }

    /// <summary>Below zero.</summary>
    public int Descent { get; }

    /// <summary>Left, bottom, right and top of all its glyphs together.</summary>
    public IReadOnlyList<int> Bounds { get; }

    public int GlyphCount => UInt16(Table("maxp"), MaxpGlyphs);

    /// <summary>The glyph of a character; 0 when there is none.</summary>
    public int GlyphOf(int codePoint) => glyphs.GetValueOrDefault(codePoint);

    /// <summary>How far a glyph moves the next one, in <see cref="UnitsPerEm"/>; and where its left edge is.</summary>
    public (int Advance, int LeftBearing) MetricsOf(int glyph)
    {
        var hmtx = Table("hmtx");
        // The last advance counts for all glyphs behind it, which have their bearings alone.
        return glyph < metrics
            ? (UInt16(hmtx, 4 * glyph), BinaryPrimitives.ReadInt16BigEndian(hmtx[(4 * glyph + 2)..]))
            : (UInt16(hmtx, 4 * (metrics - 1)), BinaryPrimitives.ReadInt16BigEndian(hmtx[(4 * metrics + 2 * (glyph - metrics))..]));
    }

    /// <summary>The width of a character in thousandths of the type size, as PDF counts.</summary>
    public int WidthOf(int codePoint) => (MetricsOf(GlyphOf(codePoint)).Advance * 1000 + UnitsPerEm / 2) / UnitsPerEm;

    /// <summary>A glyph's outline as it stands in the table glyf; empty for a blank.</summary>
    public ReadOnlySpan<byte> OutlineOf(int glyph)
    {
        var loca = Table("loca");
        var (start, end) = hasLongOffsets
            ? (Int32(loca[(4 * glyph)..]), Int32(loca[(4 * glyph + 4)..]))
            : (2 * UInt16(loca, 2 * glyph), 2 * UInt16(loca, 2 * glyph + 2));
        return Table("glyf")[start..end];
    }

    public ReadOnlySpan<byte> Table(string tag) => data.AsSpan(tables[tag].Offset, tables[tag].Length);

    private void ReadCharacters()
    {
        var cmap = Table("cmap");
        var (best, bestFormat) = (0, 0);
        for (var i = 0; i < UInt16(cmap, 2); i++)
        {
            // Unicode on Windows: all planes in format 12, or the first one in format 4.
            var (platform, offset) = (UInt16(cmap, 4 + 8 * i), Int32(cmap[(8 + 8 * i)..]));
            var format = UInt16(cmap, offset);
            if (platform == 3 && format is 4 or 12 && format > bestFormat)
                (best, bestFormat) = (offset, format);
        }

        if (bestFormat == 12)
            ReadGroups(cmap[best..]);
        else
            ReadSegments(cmap[best..]);
    }

    private void ReadGroups(ReadOnlySpan<byte> table)
    {
        for (var i = 0; i < Int32(table[12..]); i++)
        {
            var group = table[(16 + 12 * i)..];
            var (first, last, glyph) = (Int32(group), Int32(group[4..]), Int32(group[8..]));
            for (var character = first; character <= last; character++)
                Add(character, glyph + character - first);
        }
    }

    private void ReadSegments(ReadOnlySpan<byte> table)
    {
        var count = UInt16(table, 6) / 2;
        var (ends, starts, deltas, offsets) = (14, 16 + 2 * count, 16 + 4 * count, 16 + 6 * count);
        for (var i = 0; i < count; i++)
        {
            var (start, end, offset) = (UInt16(table, starts + 2 * i), UInt16(table, ends + 2 * i), UInt16(table, offsets + 2 * i));
            for (var character = start; character <= end && character != 0xFFFF; character++)
            {
                // The offset counts from the place where it stands itself.
                var glyph = offset == 0 ? character : UInt16(table, offsets + 2 * i + offset + 2 * (character - start));
                if (glyph != 0)
                    Add(character, (glyph + UInt16(table, deltas + 2 * i)) & 0xFFFF);
            }
        }
    }

    private void Add(int character, int glyph)
    {
        if (glyph != 0)
            glyphs[character] = glyph;
    }

    private static int UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);

    private static int Int32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt32BigEndian(bytes);

    /// <summary>Read on first use, which most runs of the program never come to.</summary>
    private static class Shipped
    {
        public static readonly TrueTypeFont Text = new("OpenSans", FontFiles.Text);
        public static readonly TrueTypeFont Fixed = new("DejaVuSansMono", FontFiles.Fixed);
        public static readonly TrueTypeFont Chinese = new("DroidSansFallback", FontFiles.Chinese);
    }
}
