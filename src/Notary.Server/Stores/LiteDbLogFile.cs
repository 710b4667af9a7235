using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Notary.Core;

namespace Notary.Server;

/// <summary>
/// LiteDB's write-ahead log, in a format of ours. LiteDB writes the pages of a commit one after the other, marks the last
/// one, and has no checksum: after a power cut the mark may be on the disk and a page before it not, and LiteDB would take
/// half a commit for a whole one. Here every page is preceded by the SHA-256 of it and of the hash before it, so the log
/// ends where the chain does, and within the chain at the last mark.
/// <para>
/// What LiteDB writes stays in memory until <see cref="Commit"/> puts it on the disk with one write and one sync: LiteDB
/// sees no failure it could not undo. File: a header of magic, generation and the SHA-256 of both; then frames.
/// </para>
/// </summary>
internal sealed class LiteDbLogFile : LiteDbFile
{
    private const int HashedHeader = 32;
    private const int HeaderSize = HashedHeader + Hash.Size;
    private const int GenerationAt = 24;
    private const int FrameSize = Hash.Size + PageSize;
    private const int ConfirmedAt = 18;

    private static ReadOnlySpan<byte> Magic => "notary LiteDB log 1\n"u8;

    private readonly string path;
    private readonly SafeFileHandle? file;
    private ulong generation;
    private Hash chain;
    private int durable;
    private byte[] pending = new byte[16 * FrameSize];
    private int pendingCount;

    private LiteDbLogFile(string path, SafeFileHandle? file, bool canWrite)
        : base(canWrite)
    {
        (this.path, this.file) = (path, file);
    }

    /// <summary>Reads the log up to its last commit.</summary>
    /// <param name="path">Named in errors.</param>
    /// <param name="file">The open file; null where there is none, to be read as empty.</param>
    /// <param name="canWrite">Whether commits are to come.</param>
    /// <exception cref="StoreDamagedException">It is not a log of ours.</exception>
    public static LiteDbLogFile Open(string path, SafeFileHandle? file, bool canWrite)
    {
        var log = new LiteDbLogFile(path, file, canWrite);
        try
        {
            log.Load();
            return log;
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    public override long Length => (long)(durable + pendingCount) * PageSize;

    /// <summary>Pages on the disk that are not in the data file yet.</summary>
    public int Pages => durable;

    /// <summary>Whether the bytes on the disk are not known any more.</summary>
    public bool SyncFailed { get; private set; }

    /// <summary>A quota for the file, in bytes.</summary>
    internal long Limit { get; set; } = long.MaxValue;

    /// <summary>Makes what was written durable. A crash before it returns leaves all of the commit or nothing of it.</summary>
    /// <exception cref="IOException">It was not written whole, or it was and <see cref="SyncFailed"/> is set.</exception>
    public void Commit()
    {
        if (pendingCount == 0)
            return;
        var next = chain;
        for (var i = 0; i < pendingCount; i++)
        {
            var frame = pending.AsSpan(i * FrameSize, FrameSize);
            next.CopyTo(frame);
            next = Hash.Of(frame);
            next.CopyTo(frame);
        }

        var bytes = pending.AsSpan(0, pendingCount * FrameSize);
        if (Place(durable) + bytes.Length > Limit)
            throw NoRoom();
        RandomAccess.Write(file!, bytes, Place(durable));
        Sync();
        (chain, durable, pendingCount) = (next, durable + pendingCount, 0);
    }

    /// <summary>Forgets what was written since the last commit, and gives back the room that a part of it may have taken.</summary>
    public void Reset()
    {
        pendingCount = 0;
        if (!CanWrite)
            return;
        try
        {
            RandomAccess.SetLength(file!, Place(durable));
        }
        catch (IOException)
        {
            // The chain ends there all the same, and the next commit writes over it.
        }
    }

    public override void Flush()
    {
        // LiteDB flushes a log only where it has cut it, which is durable already.
    }

    /// <summary>
    /// LiteDB empties the log when the data file holds all of it, durable. A new generation makes every old frame invalid at
    /// once; cutting the file alone could leave the first frames of the old log, which would take pages back to older ones.
    /// </summary>
    public override void SetLength(long value)
    {
        if (value != 0)
            throw new NotSupportedException("The log is only ever emptied.");
        Begin(generation + 1);
        (durable, pendingCount) = (0, 0);
        Reset();
    }

    protected override int ReadAt(Span<byte> bytes, long position)
    {
        var (page, offset) = ((int)(position / PageSize), (int)(position % PageSize));
        if (page >= durable + pendingCount)
            return 0;
        bytes = bytes[..Math.Min(bytes.Length, PageSize - offset)];
        if (page < durable)
            return ReadFile(file!, bytes, Place(page) + Hash.Size + offset);
        pending.AsSpan(((page - durable) * FrameSize) + Hash.Size + offset, bytes.Length).CopyTo(bytes);
        return bytes.Length;
    }

    protected override void WriteAt(ReadOnlySpan<byte> bytes, long position)
    {
        if (bytes.Length != PageSize || position != Length)
            throw new NotSupportedException("A log is written page by page at its end.");
        if ((pendingCount + 1) * FrameSize > pending.Length)
            Array.Resize(ref pending, 2 * pending.Length);
        bytes.CopyTo(pending.AsSpan((pendingCount * FrameSize) + Hash.Size));
        pendingCount++;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file?.Dispose();
        base.Dispose(disposing);
    }

    private static long Place(int frame) => HeaderSize + ((long)frame * FrameSize);

    /// <summary>Finds the last commit that is on the disk whole. What follows it is left as it is until it is written over.</summary>
    private void Load()
    {
        if (file is null)
            return;
        var header = new byte[HeaderSize];
        if (ReadFile(file, header, 0) < HeaderSize || header.AsSpan().IndexOfAnyExcept((byte)0) < 0)
        {
            // New, or a crash before the first header was on the disk.
            if (CanWrite)
                Begin(1);
            return;
        }

        chain = Hash.Of(header.AsSpan(0, HashedHeader));
        if (!header.AsSpan().StartsWith(Magic) || chain != new Hash(header.AsSpan(HashedHeader)))
            throw new StoreDamagedException(path, "does not begin like a log of this store", 0);
        generation = BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(GenerationAt));
        var frame = new byte[FrameSize];
        var next = chain;
        for (var i = 0; ReadFile(file, frame, Place(i)) == FrameSize; i++)
        {
            var written = new Hash(frame.AsSpan(0, Hash.Size));
            next.CopyTo(frame);
            next = Hash.Of(frame);
            if (next != written)
                break;
            if (frame[Hash.Size + ConfirmedAt] != 0)
                (chain, durable) = (next, i + 1);
        }
    }

    private void Begin(ulong number)
    {
        var header = new byte[HeaderSize];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(GenerationAt), number);
        var first = Hash.Of(header.AsSpan(0, HashedHeader));
        first.CopyTo(header.AsSpan(HashedHeader));
        RandomAccess.Write(file!, header, 0);
        Sync();
        (generation, chain) = (number, first);
    }

    private void Sync()
    {
        try
        {
            DurableFile.Sync(file!);
        }
        catch (IOException)
        {
            SyncFailed = true;
            throw;
        }
    }
}
