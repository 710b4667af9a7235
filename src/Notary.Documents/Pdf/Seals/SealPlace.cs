using System.Globalization;
using System.Text;

namespace Notary.Documents;

/// <summary>
/// The place in a PDF that a seal is written into: a PAdES signature (ETSI EN 319 142-1) over every byte of the file but its own
/// digits. All that a re-rendering must know of it stands in one line at the head of the file.
/// </summary>
/// <param name="Time">When it is sealed, as the sealer's clock says; whole seconds.</param>
/// <param name="Bytes">Of CMS that fit, at most.</param>
internal sealed class SealPlace(DateTimeOffset time, int bytes)
{
    /// <summary>How the object that holds a seal begins, up to the time.</summary>
    public const string Begin = "1 0 obj\n<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M ";

    /// <summary>What follows the time: four numbers, of which the last three are padded to the same width.</summary>
    private const string Ranges = " /ByteRange [0 ";

    private const int RangeWidth = 10;

    public const string BeforeDigits = " /Contents ";

    private int hole;

    public DateTimeOffset Time => time;

    public int Bytes => bytes;

    public int Write(PdfFile file)
    {
        var start = $"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M {PdfFile.Date(time)}{Ranges}{new string(' ', 3 * RangeWidth)}]{BeforeDigits}";
        var number = file.Reserve();
        // "1 0 obj" and a line feed come first.
        hole = file.Length + 8 + start.Length;
        file.Write(number, $"{start}<{new string('0', 2 * bytes)}> >>");
        return number;
    }

    /// <summary>Writes down which bytes the signature covers; returns where its digits are.</summary>
    public Range Fill(byte[] file)
    {
        var after = hole + 2 * bytes + 2;
        var ranges = string.Create(CultureInfo.InvariantCulture, $"{hole,RangeWidth} {after,RangeWidth - 1} {file.Length - after,RangeWidth - 1}");
        Encoding.ASCII.GetBytes(ranges, file.AsSpan(hole - BeforeDigits.Length - 1 - 3 * RangeWidth));
        return (hole + 1)..(after - 1);
    }

    /// <summary>The bytes that a seal covers: all but the digits and the brackets around them.</summary>
    public static byte[] Covered(ReadOnlySpan<byte> file, Range hole)
    {
        var (start, length) = hole.GetOffsetAndLength(file.Length);
        return [.. file[..(start - 1)], .. file[(start + length + 1)..]];
    }
}
