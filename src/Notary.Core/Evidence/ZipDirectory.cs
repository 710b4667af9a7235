using System.Buffers.Binary;

namespace Notary.Core;

/// <summary>The end record and the central directory of a ZIP file, and the rules that can be checked from them alone.</summary>
internal sealed class ZipDirectory
{
    private const int LongestDirectory = 32 << 20;
    private const uint FileTypeMask = 0xF000;
    private const uint RegularFile = 0x8000;
    private const uint Folder = 0x4000;
    private const uint DosFolder = 0x10;
    private const uint DosReparsePoint = 0x400;

    private readonly List<Entry> entries = [];
    private readonly long start;

    private ZipDirectory(long start) => this.start = start;

    /// <param name="RawName">The name's bytes, which the local header must repeat.</param>
    /// <param name="Offset">Of the local header.</param>
    public readonly record struct Entry(string Name, ReadOnlyMemory<byte> RawName, ZipHeader Header, uint Offset);

    /// <exception cref="MalformedException">No ZIP, more than one disk, ZIP64, comments, or a name, link or field that is not allowed.</exception>
    public static ZipDirectory Read(Stream archive)
    {
        var length = archive.Length;
        if (length is < ZipFormat.EndBytes or > uint.MaxValue)
            throw Refuse($"{length:N0} bytes are too few or too many for a ZIP without ZIP64");
        Span<byte> end = stackalloc byte[ZipFormat.EndBytes];
        archive.Position = length - end.Length;
        archive.ReadExactly(end);
        var (count, start, size) = ReadEnd(end, length);

        var bytes = new byte[size];
        archive.Position = start;
        archive.ReadExactly(bytes);
        var directory = new ZipDirectory(start);
        directory.ReadEntries(bytes, count);
        return directory;
    }

    /// <summary>
    /// Every entry, in the directory's order, with the offset at which the next entry or the directory begins: whatever
    /// the next one claims, at the latest where the directory does.
    /// </summary>
    public IEnumerable<(Entry Entry, long Following)> WithFollowingOffset()
    {
        if (entries.Count == 0 && start != 0)
            throw Refuse("the directory is empty, but bytes stand before it");
        for (var i = 0; i < entries.Count; i++)
            yield return (entries[i], i + 1 < entries.Count ? Math.Min(entries[i + 1].Offset, start) : start);
    }

    // The end record is looked for in one place: a search would let bytes follow it, or a comment hold a second one.
    private static (int Count, uint Start, uint Size) ReadEnd(ReadOnlySpan<byte> end, long length)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(end) != ZipFormat.EndSignature
            || BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) != 0)
            throw Refuse("it does not end in an end record without comment: no ZIP, cut short, or followed by other bytes");
        var count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        var start = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(end[4..]) != 0 || BinaryPrimitives.ReadUInt16LittleEndian(end[8..]) != count)
            throw Refuse("it is one of several disks");
        if (count > EvidenceLimits.PackageEntries || size > LongestDirectory)
            throw Refuse($"it holds more than {EvidenceLimits.PackageEntries:N0} entries, or {LongestDirectory:N0} bytes of names");
        if ((long)start + size + end.Length != length)
            throw Refuse("bytes stand before the first entry or behind the directory, or are missing");
        return (count, start, size);
    }

    private void ReadEntries(ReadOnlyMemory<byte> directory, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var fixedPart = Take(ref directory, ZipFormat.CentralBytes).Span;
            if (BinaryPrimitives.ReadUInt32LittleEndian(fixedPart) != ZipFormat.CentralSignature)
                throw Refuse("the directory holds something else than headers of entries");
            var header = ZipHeader.Read(fixedPart[6..]);
            var rawName = Take(ref directory, BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[28..]));
            var extra = Take(ref directory, BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[30..]));
            var name = ZipNames.Read(rawName.Span, (header.Flags & ZipFormat.Utf8Flag) != 0);
            if (BinaryPrimitives.ReadUInt32LittleEndian(fixedPart[32..]) != 0)
                throw StrictZip.Refuse(name, "has a comment, or lies on another disk");
            CheckAttributes(BinaryPrimitives.ReadUInt32LittleEndian(fixedPart[38..]), name);
            ZipExtra.Check(extra.Span, name);
            entries.Add(new Entry(name, rawName, header, BinaryPrimitives.ReadUInt32LittleEndian(fixedPart[42..])));
        }
        if (!directory.IsEmpty)
            throw Refuse("bytes stand behind the directory's last header");
        ZipNames.CheckDistinct(entries.Select(entry => entry.Name));
    }

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> from, int length)
    {
        if (length > from.Length)
            throw Refuse("the directory ends in the middle of a header");
        var taken = from[..length];
        from = from[length..];
        return taken;
    }

    // A link would make the extracted file something else than the one that was checked. The high half is the Unix mode
    // of whichever system made it (0: none given), the low half the DOS and Windows attributes.
    private static void CheckAttributes(uint attributes, string name)
    {
        var isFolder = name.EndsWith('/');
        var type = (attributes >> 16) & FileTypeMask;
        var dosFolder = (attributes & DosFolder) != 0;
        if ((type != 0 && type != (isFolder ? Folder : RegularFile)) || (attributes & DosReparsePoint) != 0 || (dosFolder && !isFolder))
            throw StrictZip.Refuse(name, "is a link, a device, or a folder in one place and a file in another");
    }

    private static MalformedException Refuse(string problem) => StrictZip.Refuse(null, problem);
}
