using System.IO.Compression;

namespace Notary.Core;

/// <summary>
/// The unpacked content of one entry, never more than the header's size, and checked at its end: the size and CRC are the
/// header's, and the compressed bytes end exactly where the deflate stream does.
/// </summary>
internal sealed class ZipContent : ForwardOnlyStream
{
    private readonly ZipEntry entry;
    private readonly Slice packed;
    private readonly Stream unpacked;
    private Crc32 crc;
    private long left;
    private bool isChecked;

    public ZipContent(Stream archive, ZipEntry entry)
    {
        this.entry = entry;
        left = entry.Header.Size;
        packed = new Slice(archive, entry.DataStart, entry.Header.CompressedSize);
        unpacked = entry.Header.Method == ZipFormat.Deflate ? new DeflateStream(packed, CompressionMode.Decompress) : packed;
    }

    public override bool CanRead => true;

    public override int Read(Span<byte> buffer)
    {
        if (left == 0)
            CheckEnd();
        if (left == 0 || buffer.IsEmpty)
            return 0;
        var read = ReadUnpacked(buffer.Length > left ? buffer[..(int)left] : buffer);
        if (read == 0)
            throw StrictZip.Refuse(entry.Name, "unpacks to fewer bytes than its header says");
        crc.Append(buffer[..read]);
        left -= read;
        return read;
    }

    private void CheckEnd()
    {
        if (isChecked)
            return;
        Span<byte> beyond = stackalloc byte[1];
        if (ReadUnpacked(beyond) != 0)
            throw StrictZip.Refuse(entry.Name, "unpacks to more bytes than its header says");
        if (packed.Left != 0 || packed.WasReadBeyondEnd != (entry.Header.Method == ZipFormat.Stored))
            throw StrictZip.Refuse(entry.Name, "its compressed data end before or behind the place its header says");
        if (crc.Value != entry.Header.Crc)
            throw StrictZip.Refuse(entry.Name, "its CRC-32 differs from its header: the content was damaged or changed");
        isChecked = true;
    }

    private int ReadUnpacked(Span<byte> buffer)
    {
        try
        {
            return unpacked.Read(buffer);
        }
        catch (InvalidDataException)
        {
            throw StrictZip.Refuse(entry.Name, "is not deflated data");
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            unpacked.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>
    /// The entry's compressed bytes. The last one is handed out alone and only when it is asked for: DeflateStream does
    /// not tell where its data ended, but who ends without asking for the last byte ended before it, and who asks for
    /// more after it was cut short.
    /// </summary>
    private sealed class Slice(Stream archive, long start, long length) : ForwardOnlyStream
    {
        private long position = start;

        public long Left { get; private set; } = length;

        public bool WasReadBeyondEnd { get; private set; }

        public override bool CanRead => true;

        public override int Read(Span<byte> buffer)
        {
            if (Left == 0)
                WasReadBeyondEnd = true;
            var wanted = (int)Math.Min(buffer.Length, Left > 1 ? Left - 1 : Left);
            archive.Position = position;
            var read = archive.Read(buffer[..wanted]);
            if (read == 0 && wanted > 0)
                throw new EndOfStreamException("The archive became shorter while it was read.");
            position += read;
            Left -= read;
            return read;
        }
    }
}
