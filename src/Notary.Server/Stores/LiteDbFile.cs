using Microsoft.Win32.SafeHandles;

namespace Notary.Server;

/// <summary>
/// A file as LiteDB takes one. It is given streams of ours instead of a file name because its own files are not durable:
/// a commit is not synced at all, and where it syncs, a failure is lost. LiteDB locks a stream around every use.
/// </summary>
internal abstract class LiteDbFile(bool canWrite) : Stream
{
    /// <summary>What LiteDB reads and writes at a time.</summary>
    protected const int PageSize = 8_192;

    private const int NoSpace = 28;
    private const int WindowsDiskFull = 112;
    private const int WindowsHandleDiskFull = 39;
    private static readonly int[] OverQuota = [122, 69];

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => canWrite;

    public override long Position { get; set; }

    /// <summary>Whether a write failed because the disk or the owner's share of it is full.</summary>
    public static bool IsFull(Exception e)
    {
        if (e is not IOException)
            return false;
        if (OperatingSystem.IsWindows())
            return (e.HResult & 0xFFFF) is WindowsDiskFull or WindowsHandleDiskFull;
        return e.HResult == NoSpace || Array.IndexOf(OverQuota, e.HResult) >= 0;
    }

    /// <summary>What the system says when a disk is full, for a quota of our own.</summary>
    protected static IOException NoRoom() =>
        new("the file's quota is used up", OperatingSystem.IsWindows() ? unchecked((int)0x80070000) | WindowsDiskFull : NoSpace);

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = ReadAt(buffer.AsSpan(offset, count), Position);
        Position += read;
        return read;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        if (!CanWrite)
            throw new NotSupportedException("This file was opened to be read.");
        WriteAt(buffer.AsSpan(offset, count), Position);
        Position += count;
    }

    protected abstract int ReadAt(Span<byte> bytes, long position);

    protected abstract void WriteAt(ReadOnlySpan<byte> bytes, long position);

    /// <summary>Reads as much as there is.</summary>
    protected static int ReadFile(SafeFileHandle file, Span<byte> bytes, long offset)
    {
        var total = 0;
        while (total < bytes.Length)
        {
            var read = RandomAccess.Read(file, bytes[total..], offset + total);
            if (read == 0)
                break;
            total += read;
        }

        return total;
    }
}

/// <summary>
/// LiteDB's data file, plain. It is written only when the log is copied into it, and a crash on the way is healed by
/// copying the log again. Its lock is what keeps a second process off the database, a reader too: LiteDB writes pages in
/// place that a reader elsewhere may be in the midst of.
/// </summary>
internal sealed class LiteDbDataFile(SafeFileHandle file, bool canWrite) : LiteDbFile(canWrite)
{
    public override long Length => RandomAccess.GetLength(file);

    /// <summary>After a failed sync nobody knows what the file holds.</summary>
    public bool SyncFailed { get; private set; }

    /// <summary>LiteDB flushes when the log is in the file whole, and forgets the log when this returns.</summary>
    public override void Flush()
    {
        if (!CanWrite)
            return;
        try
        {
            DurableFile.Sync(file);
        }
        catch (IOException)
        {
            SyncFailed = true;
            throw;
        }
    }

    public override void SetLength(long value) => RandomAccess.SetLength(file, value);

    protected override int ReadAt(Span<byte> bytes, long position) => ReadFile(file, bytes, position);

    protected override void WriteAt(ReadOnlySpan<byte> bytes, long position) => RandomAccess.Write(file, bytes, position);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file.Dispose();
        base.Dispose(disposing);
    }
}
