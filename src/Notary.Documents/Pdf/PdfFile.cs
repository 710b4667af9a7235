using System.Buffers;
using System.Globalization;
using System.Text;
using Notary.Core;

namespace Notary.Documents;

/// <summary>
/// A PDF 1.7 file (ISO 32000-1) object after object: no compression, whose bytes would be another library's or version's, one
/// cross-reference table, and an ID that is a digest of the content. Equal calls give equal bytes.
/// </summary>
internal sealed class PdfFile
{
    private const int IdBytes = 16;

    private readonly ArrayBufferWriter<byte> bytes = new(256 << 10);
    private readonly List<int> offsets = [];

    /// <param name="layout">Stands in the first lines, for readers that look whether they know it.</param>
    public PdfFile(string layout)
    {
        Ascii("%PDF-1.7\n");
        // Four bytes that are not ASCII, so that nobody takes the file for text (ISO 19005-3, 6.1.2).
        bytes.Write<byte>([(byte)'%', 0xE2, 0xE3, 0xCF, 0xD3, (byte)'\n']);
        Ascii($"%{layout}\n");
    }

    private int Length => bytes.WrittenCount;

    /// <summary>Where an object that was written begins.</summary>
    public int OffsetOf(int number) => offsets[number - 1];

    /// <summary>A number for an object that is written later.</summary>
    public int Reserve()
    {
        offsets.Add(0);
        return offsets.Count;
    }

    public int Write(string dictionary)
    {
        var number = Reserve();
        Write(number, dictionary);
        return number;
    }

    public void Write(int number, string dictionary)
    {
        Begin(number);
        Ascii(dictionary);
        Ascii("\nendobj\n");
    }

    /// <param name="entries">Of the stream's dictionary, without its length.</param>
    /// <param name="content">What the stream holds, as it is.</param>
    public int WriteStream(string entries, ReadOnlySpan<byte> content)
    {
        var number = Reserve();
        WriteStream(number, entries, content);
        return number;
    }

    public void WriteStream(int number, string entries, ReadOnlySpan<byte> content)
    {
        Begin(number);
        Ascii(string.Create(CultureInfo.InvariantCulture, $"<< {entries}{(entries.Length == 0 ? "" : " ")}/Length {content.Length} >>\nstream\n"));
        bytes.Write(content);
        Ascii("\nendstream\nendobj\n");
    }

    /// <summary>Writes the cross-reference table and ends the file.</summary>
    public byte[] Finish(int catalog, int information)
    {
        var id = Hash.Of(bytes.WrittenSpan).ToString()[..(2 * IdBytes)];
        var start = Length;
        var end = new StringBuilder();
        end.Append(CultureInfo.InvariantCulture, $"xref\n0 {offsets.Count + 1}\n0000000000 65535 f \n");
        foreach (var offset in offsets)
            end.Append(CultureInfo.InvariantCulture, $"{offset:d10} 00000 n \n");
        end.Append(CultureInfo.InvariantCulture, $"trailer\n<< /Size {offsets.Count + 1} /Root {catalog} 0 R /Info {information} 0 R /ID [<{id}> <{id}>] >>\n");
        end.Append(CultureInfo.InvariantCulture, $"startxref\n{start}\n%%EOF\n");
        Ascii(end.ToString());
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>A text string (7.9.2.2) in UTF-16, in hex.</summary>
    public static string Text(string text) => $"<{Convert.ToHexString([0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(text)])}>";

    /// <summary>A date (7.9.4), in UTC and whole seconds.</summary>
    public static string Date(DateTimeOffset time) => string.Create(CultureInfo.InvariantCulture, $"(D:{time.UtcDateTime:yyyyMMddHHmmss}Z)");

    private void Begin(int number)
    {
        offsets[number - 1] = Length;
        Ascii(string.Create(CultureInfo.InvariantCulture, $"{number} 0 obj\n"));
    }

    private void Ascii(string text) => bytes.Write(Encoding.ASCII.GetBytes(text));
}
