using System.Buffers.Binary;
using System.Text;

namespace Notary.Documents;

/// <summary>
/// The colour space sRGB (IEC 61966-2-1) as an ICC profile of version 4.2 (ISO 15076-1): three primaries adapted to D50 and one
/// parametric curve. Made here from the standard's numbers; what a page says about its colours needs nothing else.
/// </summary>
internal static class SrgbProfile
{
    private const int HeaderSize = 128;

    private static readonly (string Tag, byte[] Content)[] Tags =
    [
        ("desc", Text("sRGB")),
        ("cprt", Text("CC0")),
        ("wtpt", Xyz(0xF6D6, 0x10000, 0xD32D)),
        ("rXYZ", Xyz(0x6FA2, 0x38F5, 0x0390)),
        ("gXYZ", Xyz(0x6299, 0xB785, 0x18DA)),
        ("bXYZ", Xyz(0x24A0, 0x0F84, 0xB6CF)),
        // From the white of sRGB, D65, to D50, by Bradford's method.
        ("chad", [.. Type("sf32"), .. Numbers(0x10C42, 0x05DE, unchecked((int)0xFFFFF325), 0x0793, 0xFD90, unchecked((int)0xFFFFFBA1), unchecked((int)0xFFFFFDA2), 0x03DC, 0xC06E)]),
        ("rTRC", Curve()),
        ("gTRC", Curve()),
        ("bTRC", Curve()),
    ];

    public static byte[] Bytes { get; } = Create();

    private static byte[] Create()
    {
        var body = new MemoryStream();
        var offset = HeaderSize + 4 + 12 * Tags.Length;
        body.Write(Numbers(Tags.Length));
        foreach (var (tag, content) in Tags)
        {
            body.Write(Encoding.ASCII.GetBytes(tag));
            body.Write(Numbers(offset, content.Length));
            offset += Padded(content.Length);
        }

        foreach (var (_, content) in Tags)
        {
            body.Write(content);
            body.Write(new byte[Padded(content.Length) - content.Length]);
        }

        return [.. Header(offset), .. body.ToArray()];
    }

    private static byte[] Header(int size)
    {
        var header = new byte[HeaderSize];
        BinaryPrimitives.WriteInt32BigEndian(header, size);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(8), 0x04200000);
        Encoding.ASCII.GetBytes("mntrRGB XYZ ", header.AsSpan(12));
        // A date is demanded; this is the standard's.
        foreach (var (place, value) in new[] { (24, 1999), (26, 10), (28, 1) })
            BinaryPrimitives.WriteInt16BigEndian(header.AsSpan(place), (short)value);
        Encoding.ASCII.GetBytes("acsp", header.AsSpan(36));
        Numbers(0xF6D6, 0x10000, 0xD32D).CopyTo(header, 68);
        return header;
    }

    /// <summary>Parametric curve of function type 3: (aX + b)^g from d on, cX below.</summary>
    private static byte[] Curve() => [.. Type("para"), 0, 3, 0, 0, .. Numbers(0x26666, 0xF2A7, 0x0D59, 0x13D0, 0x0A5B)];

    private static byte[] Xyz(int x, int y, int z) => [.. Type("XYZ "), .. Numbers(x, y, z)];

    /// <summary>multiLocalizedUnicode with one record, for English.</summary>
    private static byte[] Text(string text) =>
        [.. Type("mluc"), .. Numbers(1, 12), .. "enUS"u8, .. Numbers(2 * text.Length, 28), .. Encoding.BigEndianUnicode.GetBytes(text)];

    private static byte[] Type(string signature) => [.. Encoding.ASCII.GetBytes(signature), 0, 0, 0, 0];

    private static byte[] Numbers(params ReadOnlySpan<int> values)
    {
        var bytes = new byte[4 * values.Length];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 * i), values[i]);
        return bytes;
    }

    private static int Padded(int length) => (length + 3) / 4 * 4;
}
