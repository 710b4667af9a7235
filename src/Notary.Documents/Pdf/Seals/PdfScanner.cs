using System.Globalization;
using System.Text;
using Notary.Core;

namespace Notary.Documents;

/// <summary>Reads a PDF of ours from its start, byte by byte as it was written: nothing is searched, no offset is followed.</summary>
internal sealed class PdfScanner(ReadOnlyMemory<byte> file)
{
    private const int NumberDigits = 9;

    public int Position { get; private set; }

    private ReadOnlySpan<byte> Rest => file.Span[Position..];

    public bool TryTake(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        if (!Rest.StartsWith(bytes))
            return false;
        Position += bytes.Length;
        return true;
    }

    /// <exception cref="MalformedException">Something else stands here.</exception>
    public void Take(string text)
    {
        if (!TryTake(text))
            throw Malformed("another form");
    }

    public void Skip(int bytes) => Position += bytes <= Rest.Length ? bytes : throw Malformed("a part that is cut off");

    public ReadOnlyMemory<byte> Bytes(int count)
    {
        var start = Position;
        Skip(count);
        return file[start..Position];
    }

    /// <summary>Bytes up to the next <paramref name="mark"/>.</summary>
    public int LengthUntil(byte mark, int limit)
    {
        var length = Rest[..Math.Min(Rest.Length, limit + 1)].IndexOf(mark);
        return length >= 0 ? length : throw Malformed("a part that does not end");
    }

    /// <summary>A number in its shortest form.</summary>
    public int Number()
    {
        var length = 0;
        while (length < Rest.Length && length <= NumberDigits && char.IsAsciiDigit((char)Rest[length]))
            length++;
        var text = Encoding.ASCII.GetString(Rest[..length]);
        if (length > NumberDigits || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number.ToString(CultureInfo.InvariantCulture) != text)
            throw Malformed("a number of another form");
        Position += length;
        return number;
    }

    public DateTimeOffset Date()
    {
        var text = Encoding.ASCII.GetString(Bytes(PdfFile.Date(default).Length).Span);
        return DateTimeOffset.TryParseExact(text, "'(D:'yyyyMMddHHmmss'Z)'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw Malformed("a date of another form");
    }

    /// <param name="problem">What stands here.</param>
    public MalformedException Malformed(string problem) => new("certificate.pdf", null, string.Create(CultureInfo.InvariantCulture, $"has {problem} at byte {Position}"));
}
