using System.Buffers.Binary;

namespace Notary.Core;

/// <summary>
/// The records of a ZIP file (PKWARE APPNOTE 6.3.10, without ZIP64), all numbers little-endian:
/// <code>
/// local header        50 4B 03 04 | header 22 | name length 2 | extra length 2 | name | extra
/// data                compressed size bytes
/// data descriptor     [50 4B 07 08] | crc 4 | compressed size 4 | size 4          only with flag bit 3
/// central header      50 4B 01 02 | made by 2 | header 22 | name length 2 | extra length 2 | comment length 2
///                     | disk 2 | internal attributes 2 | external attributes 4 | local offset 4 | name | extra | comment
/// end record          50 4B 05 06 | disk 2 | directory's disk 2 | entries here 2 | entries 2
///                     | directory size 4 | directory offset 4 | comment length 2
/// </code>
/// The 22 bytes of <see cref="ZipHeader"/> stand in both headers and must be equal there.
/// </summary>
internal static class ZipFormat
{
    public const uint LocalSignature = 0x04034B50;
    public const uint CentralSignature = 0x02014B50;
    public const uint DescriptorSignature = 0x08074B50;
    public const uint EndSignature = 0x06054B50;

    public const int LocalBytes = 30;
    public const int CentralBytes = 46;
    public const int EndBytes = 22;

    public const ushort Stored = 0;
    public const ushort Deflate = 8;

    public const ushort EncryptedFlag = 1;
    public const ushort DescriptorFlag = 1 << 3;
    public const ushort Utf8Flag = 1 << 11;
}

/// <summary>What local and central header both say of an entry.</summary>
/// <param name="Version">The ZIP version needed to extract, times ten.</param>
/// <param name="Time">MS-DOS time: hour 5 bits, minute 6, two seconds 5.</param>
/// <param name="Date">MS-DOS date: years since 1980 7 bits, month 4, day 5.</param>
internal readonly record struct ZipHeader(
    ushort Version, ushort Flags, ushort Method, ushort Time, ushort Date, uint Crc, uint CompressedSize, uint Size)
{
    public const int Bytes = 22;

    public bool HasDescriptor => (Flags & ZipFormat.DescriptorFlag) != 0;

    public static ZipHeader Read(ReadOnlySpan<byte> from) => new(
        BinaryPrimitives.ReadUInt16LittleEndian(from), BinaryPrimitives.ReadUInt16LittleEndian(from[2..]),
        BinaryPrimitives.ReadUInt16LittleEndian(from[4..]), BinaryPrimitives.ReadUInt16LittleEndian(from[6..]),
        BinaryPrimitives.ReadUInt16LittleEndian(from[8..]), BinaryPrimitives.ReadUInt32LittleEndian(from[10..]),
        BinaryPrimitives.ReadUInt32LittleEndian(from[14..]), BinaryPrimitives.ReadUInt32LittleEndian(from[18..]));

    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(to, Version);
        BinaryPrimitives.WriteUInt16LittleEndian(to[2..], Flags);
        BinaryPrimitives.WriteUInt16LittleEndian(to[4..], Method);
        BinaryPrimitives.WriteUInt16LittleEndian(to[6..], Time);
        BinaryPrimitives.WriteUInt16LittleEndian(to[8..], Date);
        BinaryPrimitives.WriteUInt32LittleEndian(to[10..], Crc);
        BinaryPrimitives.WriteUInt32LittleEndian(to[14..], CompressedSize);
        BinaryPrimitives.WriteUInt32LittleEndian(to[18..], Size);
    }
}
