using System.Buffers.Binary;

namespace Notary.Core;

/// <summary>
/// Extra fields of a ZIP entry: blocks of <c>id 2 | length 2 | data</c>. We write none; those of common tools that say
/// only times and owners pass unread. All others are refused, for some change what an entry is: ZIP64 its sizes (0001),
/// Unicode Path its name (7075), AES its data (9901), the old Unix fields a link's target (000D, 756E).
/// </summary>
internal static class ZipExtra
{
    private const ushort NtfsTimes = 0x000A;
    private const ushort ExtendedTimestamp = 0x5455;
    private const ushort UnixOwner1 = 0x5855;
    private const ushort UnixOwner2 = 0x7855;
    private const ushort UnixOwner3 = 0x7875;
    private const ushort JavaArchive = 0xCAFE;

    public static void Check(ReadOnlySpan<byte> extra, string name)
    {
        while (!extra.IsEmpty)
        {
            if (extra.Length < 4 || BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]) > extra.Length - 4)
                throw StrictZip.Refuse(name, "its extra field ends in the middle of a block");
            var id = BinaryPrimitives.ReadUInt16LittleEndian(extra);
            if (id is not (NtfsTimes or ExtendedTimestamp or UnixOwner1 or UnixOwner2 or UnixOwner3 or JavaArchive))
                throw StrictZip.Refuse(name, $"has an extra field 0x{id:X4}, which may change its meaning; pack it without");
            extra = extra[(4 + BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]))..];
        }
    }
}
