using System.Buffers.Binary;

namespace Notary.Core;

/// <param name="Name">As stored; a folder's ends with '/'.</param>
/// <param name="DataStart">Offset of the compressed bytes in the archive.</param>
internal sealed record ZipEntry(string Name, ZipHeader Header, long DataStart)
{
    public bool IsFolder => Name.EndsWith('/');
}

/// <summary>
/// Reads ZIP files that have exactly one meaning, and refuses all others.
/// </summary>
/// <remarks>
/// Why not System.IO.Compression.ZipArchive: it is made to open what it can. It trusts the central directory alone, while
/// other tools read the local headers, so one file can show a court one certificate and us another; it searches for the
/// end record, so that bytes before, between and behind the entries pass; it keeps both of two entries with one name; it
/// lets entries share bytes (the overlapping bomb), follows ZIP64 fields where plain sizes would do, and has no bound on
/// what an entry unpacks to. Here the file is, from its first byte to its last: entries in the order of the directory
/// without gaps, the directory, the end record.
/// <para>
/// A data descriptor (flag bit 3, written by whoever streams) is accepted after deflated data only: deflate tells its own
/// end, while a stored entry's end would depend on whom you ask. Its local sizes and CRC are all zero or all equal to the
/// central ones, the descriptor repeats them, with or without its signature.
/// </para>
/// </remarks>
internal sealed class StrictZip
{
    public const string Document = "zip";

    private const ushort NewestVersion = 20;
    private const ushort AllowedFlags = ZipFormat.DescriptorFlag | ZipFormat.Utf8Flag | 0b110; // bits 1-2: deflate effort
    private const long FreelyPacked = 1 << 20;
    private const uint HighestRatio = 200;

    private readonly Stream archive;
    private readonly List<ZipEntry> entries = [];

    private StrictZip(Stream archive) => this.archive = archive;

    public IReadOnlyList<ZipEntry> Entries => entries;

    /// <summary>Reads all headers. Contents are checked as they are read.</summary>
    /// <param name="archive">Seekable; read from its start, whatever its position, and used by the result.</param>
    /// <exception cref="MalformedException">The file is not a ZIP, or may be read in more than one way.</exception>
    public static StrictZip Open(Stream archive, CancellationToken cancellation = default)
    {
        var zip = new StrictZip(archive);
        var directory = ZipDirectory.Read(archive);
        long position = 0, unpacked = 0;
        foreach (var (entry, following) in directory.WithFollowingOffset())
        {
            cancellation.ThrowIfCancellationRequested();
            if (entry.Offset != position)
                throw Refuse(entry.Name, "begins elsewhere than where the entry before it ends: a gap, an overlap or another order");
            CheckHeader(entry);
            unpacked += entry.Header.Size;
            if (unpacked > EvidenceLimits.PackageBytes)
                throw Refuse(null, $"the entries unpack to more than {EvidenceLimits.PackageBytes:N0} bytes");
            zip.entries.Add(zip.ReadLocal(entry, following));
            position = following;
        }
        return zip;
    }

    /// <summary>The whole content of an entry.</summary>
    /// <param name="limit">The size, in bytes, from which on it is refused before anything is unpacked.</param>
    public byte[] ReadAll(ZipEntry entry, long limit)
    {
        if (entry.Header.Size > limit)
            throw Refuse(entry.Name, $"has {entry.Header.Size:N0} bytes; at most {limit:N0} are allowed");
        var content = new byte[entry.Header.Size];
        using var stream = OpenContent(entry);
        stream.ReadExactly(content);
        if (stream.ReadByte() >= 0)
            throw new InvalidOperationException("An entry's stream went on after its size.");
        return content;
    }

    /// <summary>
    /// A stream of the content that throws <see cref="MalformedException"/> when it turns out to differ from its header;
    /// only who has read it until it returns 0 knows that it does not. One at a time.
    /// </summary>
    public Stream OpenContent(ZipEntry entry) => new ZipContent(archive, entry);

    private static void CheckHeader(in ZipDirectory.Entry entry)
    {
        var header = entry.Header;
        if (header.Version > NewestVersion)
            throw Refuse(entry.Name, $"needs ZIP version {header.Version / 10}.{header.Version % 10}; 2.0 is enough for evidence");
        if ((header.Flags & ZipFormat.EncryptedFlag) != 0)
            throw Refuse(entry.Name, "is encrypted");
        if ((header.Flags & ~AllowedFlags) != 0)
            throw Refuse(entry.Name, $"has unknown flags 0x{header.Flags:X4}");
        if (header.Method is not (ZipFormat.Stored or ZipFormat.Deflate))
            throw Refuse(entry.Name, $"uses compression method {header.Method}; only stored (0) and deflate (8) are read");
        if (header.Method == ZipFormat.Stored && (header.HasDescriptor || header.CompressedSize != header.Size))
            throw Refuse(entry.Name, "is stored, but its sizes differ or stand behind it");
        if (header.Method == ZipFormat.Deflate && header.CompressedSize < 2)
            throw Refuse(entry.Name, "is deflated to fewer bytes than an empty file needs");
        if (header.Size > FreelyPacked && header.Size / HighestRatio > header.CompressedSize)
            throw Refuse(entry.Name, $"unpacks to more than {HighestRatio} times its size");
        if (entry.Name.EndsWith('/') && header.Size != 0)
            throw Refuse(entry.Name, "is a folder with content");
    }

    private ZipEntry ReadLocal(in ZipDirectory.Entry entry, long following)
    {
        Span<byte> local = stackalloc byte[ZipFormat.LocalBytes];
        ReadAt(entry.Offset, local, following, entry.Name);
        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(local[26..]);
        int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(local[28..]);
        var rest = new byte[nameLength + extraLength];
        ReadAt(entry.Offset + local.Length, rest, following, entry.Name);
        var header = ZipHeader.Read(local[4..]);
        var unstated = entry.Header with { Crc = 0, CompressedSize = 0, Size = 0 };
        if (BinaryPrimitives.ReadUInt32LittleEndian(local) != ZipFormat.LocalSignature
            || !rest.AsSpan(0, nameLength).SequenceEqual(entry.RawName.Span)
            || (header != entry.Header && !(entry.Header.HasDescriptor && header == unstated)))
            throw Refuse(entry.Name, "its local and central headers disagree");
        ZipExtra.Check(rest.AsSpan(nameLength), entry.Name);

        var dataStart = entry.Offset + local.Length + rest.Length;
        CheckEnd(entry, dataStart + entry.Header.CompressedSize, following);
        return new ZipEntry(entry.Name, entry.Header, dataStart);
    }

    // What stands between an entry's data and the next entry: nothing, or its descriptor.
    private void CheckEnd(in ZipDirectory.Entry entry, long end, long following)
    {
        var between = following - end;
        if (!entry.Header.HasDescriptor && between == 0)
            return;
        if (!entry.Header.HasDescriptor || between is not (12 or 16))
            throw Refuse(entry.Name, between < 0 ? "overlaps with what follows it" : "is followed by bytes that belong to no entry");
        Span<byte> descriptor = stackalloc byte[(int)between];
        ReadAt(end, descriptor, following, entry.Name);
        if (descriptor.Length == 16 && BinaryPrimitives.ReadUInt32LittleEndian(descriptor) != ZipFormat.DescriptorSignature)
            throw Refuse(entry.Name, "is followed by bytes that are no data descriptor");
        var values = descriptor[^12..];
        if (BinaryPrimitives.ReadUInt32LittleEndian(values) != entry.Header.Crc
            || BinaryPrimitives.ReadUInt32LittleEndian(values[4..]) != entry.Header.CompressedSize
            || BinaryPrimitives.ReadUInt32LittleEndian(values[8..]) != entry.Header.Size)
            throw Refuse(entry.Name, "its data descriptor and central header disagree");
    }

    private void ReadAt(long offset, Span<byte> buffer, long end, string name)
    {
        if (offset + buffer.Length > end)
            throw Refuse(name, "overlaps with what follows it");
        archive.Position = offset;
        archive.ReadExactly(buffer);
    }

    internal static MalformedException Refuse(string? name, string problem) =>
        new(Document, name is null ? null : TextRules.Escape(name), problem);
}
