using System.Globalization;
using System.Text;
using Notary.Core;

namespace Notary.Documents;

/// <summary>
/// The place in a PDF that a seal is written into: a PAdES signature (ETSI EN 319 142-1) over every byte of the file but its own
/// digits. It is the first object, and all that a re-rendering must know of it stands in its one line.
/// </summary>
/// <param name="Time">When it is sealed, as the sealer's clock says; whole seconds.</param>
/// <param name="Size">Bytes of CMS that fit, at most.</param>
internal sealed record SealPlace(DateTimeOffset Time, int Size)
{
    /// <summary>How the object that holds a seal begins, up to the time.</summary>
    public const string Begin = "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M ";

    /// <summary>What follows the time: four numbers, of which the last three are padded to the same width.</summary>
    private const string Ranges = " /ByteRange [0 ";

    private const int RangeWidth = 10;

    private const string BeforeDigits = "] /Contents ";

    /// <summary>The object up to its digits, as a re-rendering writes it before it knows which bytes are covered.</summary>
    private string Start => $"{Begin}{PdfFile.Date(Time)}{Ranges}{new string(' ', 3 * RangeWidth)}{BeforeDigits}";

    /// <summary>Writes the object; where its digits will stand is known then.</summary>
    public int Write(PdfFile file, out Range digits)
    {
        var number = file.Reserve();
        file.Write(number, $"{Start}<{new string('0', 2 * Size)}> >>");
        digits = DigitsAt(file.OffsetOf(number), Size);
        return number;
    }

    /// <summary>Writes down which bytes the signature covers.</summary>
    public static void Fill(byte[] file, Range digits)
    {
        var (start, length) = digits.GetOffsetAndLength(file.Length);
        Encoding.ASCII.GetBytes(Covering(start - 1, start + length + 1, file.Length), file.AsSpan(RangesAt(digits)));
    }

    /// <summary>Whether the object says that the whole file is covered.</summary>
    public static bool Covers(byte[] file, Range digits)
    {
        var (start, length) = digits.GetOffsetAndLength(file.Length);
        return file.AsSpan(RangesAt(digits)).SequenceEqual(Encoding.ASCII.GetBytes(Covering(start - 1, start + length + 1, file.Length)));
    }

    /// <summary>The bytes that a seal covers: all but the digits and the brackets around them.</summary>
    public static byte[] Covered(ReadOnlySpan<byte> file, Range digits)
    {
        var (start, length) = digits.GetOffsetAndLength(file.Length);
        return [.. file[..(start - 1)], .. file[(start + length + 1)..]];
    }

    /// <summary>Reads the place at the head of a file; null when the object there is none.</summary>
    /// <exception cref="MalformedException">It begins like one, and is none.</exception>
    public static (SealPlace Place, Range Digits)? Read(PdfScanner scanner)
    {
        var start = scanner.Position;
        if (!scanner.TryTake($"1 0 obj\n{Begin}"))
            return null;
        var time = scanner.Date();
        scanner.Take(Ranges);
        scanner.Skip(3 * RangeWidth);
        scanner.Take($"{BeforeDigits}<");
        var digits = scanner.Position;
        var length = scanner.LengthUntil((byte)'>', 2 * SealLimits.Bytes);
        scanner.Skip(length);
        scanner.Take("> >>\nendobj\n");
        var place = new SealPlace(time, length / 2);
        return length % 2 == 0 && DigitsAt(start, place.Size).Equals(digits..(digits + length)) ? (place, digits..(digits + length)) : throw scanner.Malformed("a seal of another form");
    }

    /// <summary>The seal in the digits: DER, then zeros.</summary>
    /// <exception cref="MalformedException">Not digits of that form.</exception>
    public static byte[] Seal(ReadOnlySpan<byte> file, Range digits)
    {
        var text = file[digits];
        // Capitals alone, so that every digit has one spelling.
        foreach (var digit in text)
        {
            if (!char.IsAsciiHexDigitUpper((char)digit))
                throw new MalformedException("seal", null, "is not written in hexadecimal digits");
        }

        var bytes = Convert.FromHexString(Encoding.ASCII.GetString(text));
        var length = LengthOf(bytes);
        return bytes.AsSpan(length).ContainsAnyExcept((byte)0) ? throw new MalformedException("seal", null, "is followed by other bytes") : bytes[..length];
    }

    /// <summary>Bytes of the DER element at the start: a sequence of less than 16 MiB.</summary>
    private static int LengthOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 5 || bytes[0] != 0x30)
            throw new MalformedException("seal", null, "is empty, or no CMS");
        var count = bytes[1] & 0x7F;
        if (bytes[1] < 0x82 || count > 3)
            throw new MalformedException("seal", null, "has a length that no seal has");
        var length = 0;
        foreach (var digit in bytes[2..(2 + count)])
            length = (length << 8) | digit;
        return 2 + count + length <= bytes.Length ? 2 + count + length : throw new MalformedException("seal", null, "ends too early");
    }

    /// <summary>Covered are the bytes before the hole and those after it.</summary>
    private static string Covering(int hole, int after, int length) =>
        string.Create(CultureInfo.InvariantCulture, $"{hole,RangeWidth} {after,RangeWidth - 1} {length - after,RangeWidth - 1}");

    private static Range RangesAt(Range digits)
    {
        var end = digits.Start.Value - 1 - BeforeDigits.Length;
        return (end - 3 * RangeWidth)..end;
    }

    private static Range DigitsAt(int start, int size)
    {
        var hole = start + "1 0 obj\n".Length + new SealPlace(default, size).Start.Length + 1;
        return hole..(hole + 2 * size);
    }
}
