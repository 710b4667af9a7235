using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Notary.Core;

namespace Notary.Tests.Support;

/// <summary>An entry with every field open to lies. The header is the central one; the local one repeats it unless given.</summary>
internal sealed record BuiltEntry
{
    public required byte[] Name { get; init; }

    public required byte[] Packed { get; init; }

    public required ZipHeader Header { get; init; }

    public ZipHeader? LocalHeader { get; init; }

    public byte[]? LocalName { get; init; }

    public byte[] LocalExtra { get; init; } = [];

    public byte[] CentralExtra { get; init; } = [];

    /// <summary>What stands between the data and the next entry.</summary>
    public byte[] Behind { get; init; } = [];

    public string Comment { get; init; } = "";

    public ushort Disk { get; init; }

    public uint Attributes { get; init; }

    /// <summary>The offset that the directory gives, when not the true one.</summary>
    public uint? Offset { get; init; }

    public static BuiltEntry Stored(string name, byte[] content) => new()
    {
        Name = Encoding.UTF8.GetBytes(name),
        Packed = content,
        Header = Describe(name, ZipFormat.Stored, content, content.Length),
    };

    public static BuiltEntry Deflated(string name, byte[] content, CompressionLevel level = CompressionLevel.Optimal)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, level, leaveOpen: true))
            deflate.Write(content);
        // .NET writes nothing at all for no content; deflate needs one empty block.
        var bytes = content.Length == 0 ? [3, 0] : packed.ToArray();
        return new BuiltEntry
        {
            Name = Encoding.UTF8.GetBytes(name),
            Packed = bytes,
            Header = Describe(name, ZipFormat.Deflate, content, bytes.Length),
        };
    }

    /// <summary>The same entry as a streaming writer leaves it: sizes and CRC behind the data.</summary>
    public BuiltEntry Streamed(bool signature = true)
    {
        var header = Header with { Flags = (ushort)(Header.Flags | ZipFormat.DescriptorFlag) };
        var descriptor = new byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor, ZipFormat.DescriptorSignature);
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor.AsSpan(4), header.Crc);
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor.AsSpan(8), header.CompressedSize);
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor.AsSpan(12), header.Size);
        return this with
        {
            Header = header,
            LocalHeader = header with { Crc = 0, CompressedSize = 0, Size = 0 },
            Behind = signature ? descriptor : descriptor[4..],
        };
    }

    private static ZipHeader Describe(string name, ushort method, byte[] content, int packed) => new(
        20, Ascii.IsValid(name) ? (ushort)0 : ZipFormat.Utf8Flag, method, 0x6000, 0x5D76, Crc32.Of(content), (uint)packed, (uint)content.Length);
}

/// <summary>Puts entries together into a file, honest or not.</summary>
internal static class ZipBuilder
{
    public static byte[] Build(params IEnumerable<BuiltEntry> entries) => Build(entries, out _);

    /// <param name="entries">In their order in the file.</param>
    /// <param name="directoryStart">Offset of the central directory.</param>
    public static byte[] Build(IEnumerable<BuiltEntry> entries, out int directoryStart)
    {
        using var file = new MemoryStream();
        using var directory = new MemoryStream();
        ushort count = 0;
        foreach (var entry in entries)
        {
            WriteCentral(directory, entry, (uint)file.Length);
            WriteLocal(file, entry);
            count = unchecked((ushort)(count + 1));
        }
        directoryStart = (int)file.Length;
        file.Write(directory.ToArray());
        WriteEnd(file, count, (uint)directory.Length, (uint)directoryStart);
        return file.ToArray();
    }

    /// <summary>The entries of a package, for building it again in another way.</summary>
    public static IEnumerable<(string Name, byte[] Content)> Entries(byte[] package)
    {
        using var archive = new ZipArchive(new MemoryStream(package));
        foreach (var entry in archive.Entries)
        {
            using var content = entry.Open();
            using var bytes = new MemoryStream();
            content.CopyTo(bytes);
            yield return (entry.FullName, bytes.ToArray());
        }
    }

    private static void WriteLocal(MemoryStream file, BuiltEntry entry)
    {
        var name = entry.LocalName ?? entry.Name;
        var local = new byte[ZipFormat.LocalBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(local, ZipFormat.LocalSignature);
        (entry.LocalHeader ?? entry.Header).Write(local.AsSpan(4));
        BinaryPrimitives.WriteUInt16LittleEndian(local.AsSpan(26), (ushort)name.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(local.AsSpan(28), (ushort)entry.LocalExtra.Length);
        file.Write([.. local, .. name, .. entry.LocalExtra, .. entry.Packed, .. entry.Behind]);
    }

    private static void WriteCentral(MemoryStream directory, BuiltEntry entry, uint offset)
    {
        var comment = Encoding.UTF8.GetBytes(entry.Comment);
        var central = new byte[ZipFormat.CentralBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(central, ZipFormat.CentralSignature);
        BinaryPrimitives.WriteUInt16LittleEndian(central.AsSpan(4), 0x0314);
        entry.Header.Write(central.AsSpan(6));
        BinaryPrimitives.WriteUInt16LittleEndian(central.AsSpan(28), (ushort)entry.Name.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(central.AsSpan(30), (ushort)entry.CentralExtra.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(central.AsSpan(32), (ushort)comment.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(central.AsSpan(34), entry.Disk);
        BinaryPrimitives.WriteUInt32LittleEndian(central.AsSpan(38), entry.Attributes);
        BinaryPrimitives.WriteUInt32LittleEndian(central.AsSpan(42), entry.Offset ?? offset);
        directory.Write([.. central, .. entry.Name, .. entry.CentralExtra, .. comment]);
    }

    private static void WriteEnd(MemoryStream file, ushort count, uint size, uint start)
    {
        var end = new byte[ZipFormat.EndBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(end, ZipFormat.EndSignature);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(8), count);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(10), count);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(12), size);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(16), start);
        file.Write(end);
    }
}
