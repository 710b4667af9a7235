using System.Buffers.Binary;

namespace Notary.Core;

/// <summary>
/// CRC-32 as ZIP uses it (ISO 3309, reflected polynomial 0xEDB88320), eight bytes a step.
/// Written here because the framework keeps it in a package of its own. It finds accidents, not attacks.
/// </summary>
internal struct Crc32
{
    private static readonly uint[] Tables = MakeTables();

    // Inverted, so that a new value means "nothing read yet".
    private uint inverted;

    public readonly uint Value => inverted;

    public static uint Of(ReadOnlySpan<byte> data)
    {
        var crc = default(Crc32);
        crc.Append(data);
        return crc.Value;
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<uint> tables = Tables;
        var crc = ~inverted;
        for (; data.Length >= 8; data = data[8..])
        {
            var low = crc ^ BinaryPrimitives.ReadUInt32LittleEndian(data);
            var high = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
            crc = tables[(int)(0x700 | (low & 0xFF))] ^ tables[(int)(0x600 | ((low >> 8) & 0xFF))]
                ^ tables[(int)(0x500 | ((low >> 16) & 0xFF))] ^ tables[(int)(0x400 | (low >> 24))]
                ^ tables[(int)(0x300 | (high & 0xFF))] ^ tables[(int)(0x200 | ((high >> 8) & 0xFF))]
                ^ tables[(int)(0x100 | ((high >> 16) & 0xFF))] ^ tables[(int)(high >> 24)];
        }
        foreach (var value in data)
            crc = (crc >> 8) ^ tables[(int)((crc ^ value) & 0xFF)];
        inverted = ~crc;
    }

    // Table k holds, for each byte, its remainder after k further zero bytes.
    private static uint[] MakeTables()
    {
        var tables = new uint[8 * 256];
        for (uint value = 0; value < 256; value++)
        {
            var crc = value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            tables[(int)value] = crc;
        }
        for (var i = 256; i < tables.Length; i++)
            tables[i] = (tables[i - 256] >> 8) ^ tables[(int)(tables[i - 256] & 0xFF)];
        return tables;
    }
}
