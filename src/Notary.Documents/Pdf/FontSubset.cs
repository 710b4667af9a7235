using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Notary.Core;

namespace Notary.Documents;

/// <summary>
/// The part of a font that one document shows: a TrueType font of its own in which every character has a glyph of its own,
/// so that what is copied from the page is what stands on it, also where the font draws two characters alike. Glyphs are
/// numbered in the order of first use. Hints are left out: pages are printed, and hints are programs.
/// </summary>
internal sealed class FontSubset(TrueTypeFont font)
{
    private const int MoreComponents = 0x0020;
    private const int HasInstructions = 0x0100;
    private const int HeadChecksum = 8;
    private const int HeadLocaFormat = 50;
    private const int HheaMetricsCount = 34;
    private const int MaxpGlyphs = 4;
    private const int MaxpInstructions = 26;
    private const uint ChecksumMagic = 0xB1B0AFBA;

    private readonly Dictionary<int, int> numbers = [];
    private readonly List<int> characters = [];

    public TrueTypeFont Font => font;

    public bool IsEmpty => characters.Count == 0;

    /// <summary>The characters in the order of their glyphs, which count from 1.</summary>
    public IReadOnlyList<int> Characters => characters;

    /// <summary>The number of a character's glyph in the subset.</summary>
    /// <exception cref="ArgumentException">The font does not have it.</exception>
    public int Use(int codePoint)
    {
        if (numbers.TryGetValue(codePoint, out var number))
            return number;
        if (font.GlyphOf(codePoint) == 0)
            throw new ArgumentException($"{font.Name} has no glyph for U+{codePoint:X4}.", nameof(codePoint));
        characters.Add(codePoint);
        return numbers[codePoint] = characters.Count;
    }

    /// <summary>The subset as a font file. Nothing may be used afterwards that was not used before.</summary>
    public byte[] ToFile()
    {
        var (outlines, glyphs) = Outlines();
        var head = font.Table("head").ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(HeadChecksum), 0);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(HeadLocaFormat), 1);
        var hhea = font.Table("hhea").ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(hhea.AsSpan(HheaMetricsCount), (ushort)glyphs.Count);
        var maxp = font.Table("maxp").ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(maxp.AsSpan(MaxpGlyphs), (ushort)glyphs.Count);
        BinaryPrimitives.WriteUInt16BigEndian(maxp.AsSpan(MaxpInstructions), 0);
        var (glyf, loca) = Join(outlines);
        var file = Assemble([("cmap", CharacterMap()), ("glyf", glyf), ("head", head), ("hhea", hhea), ("hmtx", Metrics(glyphs)), ("loca", loca), ("maxp", maxp)]);
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(OffsetOf(file, "head") + HeadChecksum), unchecked(ChecksumMagic - Checksum(file)));
        return file;
    }

    /// <summary>Six letters and the font's name: PDF tells subsets of one font apart by them.</summary>
    public string TaggedName(byte[] file)
    {
        var digest = Hash.Of(file).ToArray();
        return string.Concat(digest.Take(6).Select(value => (char)('A' + value % 26))) + "+" + font.Name;
    }

    /// <summary>The outlines in the order of the subset, and the number that each has in the font.</summary>
    private (List<byte[]> Outlines, List<int> Glyphs) Outlines()
    {
        List<int> glyphs = [0, .. characters.Select(font.GlyphOf)];
        var components = new Dictionary<int, int>();
        var outlines = new List<byte[]>();
        // The list grows while it is walked: parts of glyphs follow the characters, and may have parts themselves.
        for (var i = 0; i < glyphs.Count; i++)
            outlines.Add(Rewrite(font.OutlineOf(glyphs[i]), part =>
            {
                if (components.TryGetValue(part, out var number))
                    return number;
                glyphs.Add(part);
                return components[part] = glyphs.Count - 1;
            }));
        return (outlines, glyphs);
    }

    private static byte[] Rewrite(ReadOnlySpan<byte> outline, Func<int, int> numberOf)
    {
        if (outline.IsEmpty)
            return [];
        var contours = BinaryPrimitives.ReadInt16BigEndian(outline);
        return contours >= 0 ? WithoutInstructions(outline, 10 + 2 * contours) : Renumbered(outline, numberOf);
    }

    private static byte[] WithoutInstructions(ReadOnlySpan<byte> outline, int at)
    {
        var length = BinaryPrimitives.ReadUInt16BigEndian(outline[at..]);
        return [.. outline[..at], 0, 0, .. outline[(at + 2 + length)..]];
    }

    private static byte[] Renumbered(ReadOnlySpan<byte> outline, Func<int, int> numberOf)
    {
        var copy = outline.ToArray();
        var at = 10;
        while (true)
        {
            var flags = BinaryPrimitives.ReadUInt16BigEndian(copy.AsSpan(at));
            BinaryPrimitives.WriteUInt16BigEndian(copy.AsSpan(at), (ushort)(flags & ~HasInstructions));
            var part = BinaryPrimitives.ReadUInt16BigEndian(copy.AsSpan(at + 2));
            BinaryPrimitives.WriteUInt16BigEndian(copy.AsSpan(at + 2), (ushort)numberOf(part));
            // Two arguments of one or two bytes, then no, one, two or four numbers of a scale.
            at += 4 + ((flags & 1) != 0 ? 4 : 2) + (flags & 0x00C8) switch { 0x0008 => 2, 0x0040 => 4, 0x0080 => 8, _ => 0 };
            if ((flags & MoreComponents) == 0)
                return copy[..at];
        }
    }

    private static (byte[] Glyf, byte[] Loca) Join(List<byte[]> outlines)
    {
        var glyf = new MemoryStream();
        var loca = new byte[4 * (outlines.Count + 1)];
        for (var i = 0; i < outlines.Count; i++)
        {
            glyf.Write(outlines[i]);
            while (glyf.Length % 4 != 0)
                glyf.WriteByte(0);
            BinaryPrimitives.WriteInt32BigEndian(loca.AsSpan(4 * (i + 1)), (int)glyf.Length);
        }

        return (glyf.ToArray(), loca);
    }

    private byte[] Metrics(List<int> glyphs)
    {
        var hmtx = new byte[4 * glyphs.Count];
        for (var i = 0; i < glyphs.Count; i++)
        {
            var (advance, bearing) = font.MetricsOf(glyphs[i]);
            BinaryPrimitives.WriteUInt16BigEndian(hmtx.AsSpan(4 * i), (ushort)advance);
            BinaryPrimitives.WriteInt16BigEndian(hmtx.AsSpan(4 * i + 2), (short)bearing);
        }

        return hmtx;
    }

    /// <summary>One table of format 12, a group a character.</summary>
    private byte[] CharacterMap()
    {
        const int Header = 12;
        const int Groups = 16;
        var cmap = new byte[Header + Groups + 12 * characters.Count];
        BinaryPrimitives.WriteUInt16BigEndian(cmap.AsSpan(2), 1);
        BinaryPrimitives.WriteUInt16BigEndian(cmap.AsSpan(4), 3);
        BinaryPrimitives.WriteUInt16BigEndian(cmap.AsSpan(6), 10);
        BinaryPrimitives.WriteInt32BigEndian(cmap.AsSpan(8), Header);
        BinaryPrimitives.WriteUInt16BigEndian(cmap.AsSpan(Header), 12);
        BinaryPrimitives.WriteInt32BigEndian(cmap.AsSpan(Header + 4), cmap.Length - Header);
        BinaryPrimitives.WriteInt32BigEndian(cmap.AsSpan(Header + 12), characters.Count);
        var at = Header + Groups;
        foreach (var character in characters.Order())
        {
            BinaryPrimitives.WriteInt32BigEndian(cmap.AsSpan(at), character);
            BinaryPrimitives.WriteInt32BigEndian(cmap.AsSpan(at + 4), character);
            BinaryPrimitives.WriteInt32BigEndian(cmap.AsSpan(at + 8), numbers[character]);
            at += 12;
        }

        return cmap;
    }

    private static byte[] Assemble((string Tag, byte[] Content)[] tables)
    {
        var file = new MemoryStream();
        Span<byte> header = stackalloc byte[12 + 16 * tables.Length];
        BinaryPrimitives.WriteUInt32BigEndian(header, 0x00010000);
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)tables.Length);
        // Search range of the largest power of two: 4 of the 7 tables.
        BinaryPrimitives.WriteUInt16BigEndian(header[6..], 64);
        BinaryPrimitives.WriteUInt16BigEndian(header[8..], 2);
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], (ushort)(16 * tables.Length - 64));
        var offset = header.Length;
        for (var i = 0; i < tables.Length; i++)
        {
            var entry = header[(12 + 16 * i)..];
            Encoding.ASCII.GetBytes(tables[i].Tag, entry);
            BinaryPrimitives.WriteUInt32BigEndian(entry[4..], Checksum(tables[i].Content));
            BinaryPrimitives.WriteInt32BigEndian(entry[8..], offset);
            BinaryPrimitives.WriteInt32BigEndian(entry[12..], tables[i].Content.Length);
            offset += (tables[i].Content.Length + 3) / 4 * 4;
        }

        file.Write(header);
        foreach (var (_, content) in tables)
        {
            file.Write(content);
            while (file.Length % 4 != 0)
                file.WriteByte(0);
        }

        return file.ToArray();
    }

    private static int OffsetOf(byte[] file, string tag)
    {
        for (var at = 12; ; at += 16)
        {
            if (Encoding.ASCII.GetString(file, at, 4) == tag)
                return BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at + 8));
        }
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0u;
        // Words of four bytes; the last one is filled up with zeros.
        for (var at = 0; at < bytes.Length; at++)
            sum = unchecked(sum + ((uint)bytes[at] << (24 - 8 * (at % 4))));
        return sum;
    }

    /// <summary>From glyphs to Unicode (ISO 32000-1, 9.10.3), for copying, searching and reading aloud.</summary>
    public byte[] ToUnicode()
    {
        const int Most = 100;
        var map = new StringBuilder("""
            /CIDInit /ProcSet findresource begin
            12 dict begin
            begincmap
            /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
            /CMapName /Adobe-Identity-UCS def
            /CMapType 2 def
            1 begincodespacerange
            <0000> <FFFF>
            endcodespacerange

            """.ReplaceLineEndings("\n"));
        for (var start = 0; start < characters.Count; start += Most)
        {
            var count = Math.Min(Most, characters.Count - start);
            map.Append(CultureInfo.InvariantCulture, $"{count} beginbfchar\n");
            for (var i = start; i < start + count; i++)
            {
                map.Append(CultureInfo.InvariantCulture, $"<{i + 1:X4}> <");
                foreach (var unit in char.ConvertFromUtf32(characters[i]))
                    map.Append(CultureInfo.InvariantCulture, $"{(int)unit:X4}");
                map.Append(">\n");
            }

            map.Append("endbfchar\n");
        }

        map.Append("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
        return Encoding.ASCII.GetBytes(map.ToString());
    }
}
