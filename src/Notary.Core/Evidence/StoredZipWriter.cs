using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Notary.Core;

/// <summary>
/// Writes a ZIP whose bytes depend on names, contents and their order alone: every entry stored, dated 1980-01-01 00:00,
/// made by Unix with mode 0644, without extra fields or comments. Compression would tie the bytes to one deflate
/// implementation, and equal evidence would no longer have equal bytes everywhere.
/// </summary>
/// <remarks>The stream need not seek. After a failure the output is unusable.</remarks>
internal sealed class StoredZipWriter(Stream output)
{
    private const ushort MadeByUnix = (3 << 8) | 20;
    private const ushort VersionNeeded = 10;
    private const ushort FirstOfJanuary1980 = (1 << 5) | 1;
    private const uint RegularFileMode0644 = 0x81A4u << 16;

    private readonly ArrayBufferWriter<byte> directory = new();
    private ushort entries;
    private uint offset;

    public void Add(string name, ReadOnlyMemory<byte> content) => Add(name, stream => stream.Write(content.Span));

    /// <param name="name">Printable ASCII; the caller knows its names, and their order is the order in the file.</param>
    /// <param name="write">Writes the content. Called twice, to measure and to write, so that a large content need not
    /// be held in memory; it must write the same bytes both times.</param>
    /// <exception cref="InvalidOperationException">More entries or bytes than a reader would accept.</exception>
    public void Add(string name, Action<Stream> write)
    {
        var measure = new MeasuringStream(Stream.Null);
        write(measure);
        if (entries == EvidenceLimits.PackageEntries)
            throw new InvalidOperationException($"A package holds at most {EvidenceLimits.PackageEntries:N0} files.");
        // With its two headers, and room for what ends the file.
        var whole = offset + measure.Written + directory.WrittenCount + ZipFormat.LocalBytes + ZipFormat.CentralBytes + 2 * name.Length + ZipFormat.EndBytes;
        if (whole > EvidenceLimits.PackageBytes)
            throw new InvalidOperationException($"A package holds at most {EvidenceLimits.PackageBytes:N0} bytes.");

        var header = Describe(measure);
        var nameBytes = Encoding.ASCII.GetBytes(name);
        AddToDirectory(header, nameBytes);
        WriteLocalHeader(header, nameBytes);
        var check = new MeasuringStream(output);
        write(check);
        if (Describe(check) != header)
            throw new InvalidOperationException($"The content of {name} changed while it was written.");

        offset += (uint)(ZipFormat.LocalBytes + nameBytes.Length) + header.Size;
        entries++;
    }

    /// <summary>Writes the central directory; nothing can be added afterwards. The stream stays open.</summary>
    public void Finish()
    {
        output.Write(directory.WrittenSpan);
        Span<byte> end = stackalloc byte[ZipFormat.EndBytes];
        end.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(end, ZipFormat.EndSignature);
        BinaryPrimitives.WriteUInt16LittleEndian(end[8..], entries);
        BinaryPrimitives.WriteUInt16LittleEndian(end[10..], entries);
        BinaryPrimitives.WriteUInt32LittleEndian(end[12..], (uint)directory.WrittenCount);
        BinaryPrimitives.WriteUInt32LittleEndian(end[16..], offset);
        output.Write(end);
    }

    private static ZipHeader Describe(MeasuringStream content) => new(
        VersionNeeded, Flags: 0, ZipFormat.Stored, Time: 0, FirstOfJanuary1980,
        content.Crc, (uint)content.Written, (uint)content.Written);

    private void WriteLocalHeader(in ZipHeader header, byte[] name)
    {
        Span<byte> local = stackalloc byte[ZipFormat.LocalBytes];
        local.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(local, ZipFormat.LocalSignature);
        header.Write(local[4..]);
        BinaryPrimitives.WriteUInt16LittleEndian(local[26..], (ushort)name.Length);
        output.Write(local);
        output.Write(name);
    }

    private void AddToDirectory(in ZipHeader header, byte[] name)
    {
        Span<byte> central = stackalloc byte[ZipFormat.CentralBytes];
        central.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(central, ZipFormat.CentralSignature);
        BinaryPrimitives.WriteUInt16LittleEndian(central[4..], MadeByUnix);
        header.Write(central[6..]);
        BinaryPrimitives.WriteUInt16LittleEndian(central[28..], (ushort)name.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(central[38..], RegularFileMode0644);
        BinaryPrimitives.WriteUInt32LittleEndian(central[42..], offset);
        directory.Write(central);
        directory.Write(name);
    }

    /// <summary>Counts and checks what passes through it to another stream.</summary>
    private sealed class MeasuringStream(Stream target) : ForwardOnlyStream
    {
        private Crc32 crc;

        public long Written { get; private set; }

        public uint Crc => crc.Value;

        public override bool CanWrite => true;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            crc.Append(buffer);
            Written += buffer.Length;
            target.Write(buffer);
        }
    }
}
