using Microsoft.Win32.SafeHandles;

namespace Notary.Cli;

internal enum FileKind
{
    File,
    Folder,
    Link,

    /// <summary>A FIFO, a socket or a device.</summary>
    Special,
}

/// <summary>
/// What tells one state of a file from another without reading it. Compared before and after hashing: a digest of half
/// the old and half the new content would be of a document that never existed.
/// </summary>
/// <param name="Identity">Device and inode; empty where the system has none to give.</param>
/// <param name="Modified">Seconds and nanoseconds since 1970, as the file system counts them.</param>
internal readonly record struct FileStamp(
    FileKind Kind, (uint Major, uint Minor, ulong Inode) Identity, ulong Size, (long Seconds, uint Nanoseconds) Modified)
{
    private const long TicksASecond = TimeSpan.TicksPerSecond;

    /// <summary>The stamp of what the path names, a link itself and not what it points to; null when there is nothing.</summary>
    /// <exception cref="IOException">The system refuses to say.</exception>
    public static FileStamp? Of(string path)
    {
        if (OperatingSystem.IsLinux())
            return NativeFile.TryStat(path, out var stat) ? From(stat) : null;
        FileSystemInfo info = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        if (info.LinkTarget is not null)
            return new FileStamp(FileKind.Link, default, 0, default);
        if (!info.Exists)
            return null;
        return info is FileInfo file
            ? Portable(FileKind.File, (ulong)file.Length, file.LastWriteTimeUtc)
            : Portable(FileKind.Folder, 0, info.LastWriteTimeUtc);
    }

    /// <summary>The stamp of an open file.</summary>
    public static FileStamp Of(SafeFileHandle file) =>
        OperatingSystem.IsLinux()
            ? From(NativeFile.Stat(file))
            : Portable(FileKind.File, (ulong)RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file));

    /// <summary>The time of last change, or null when it lies outside the years 1 to 9999.</summary>
    public DateTimeOffset? ModifiedTime()
    {
        const long firstSecond = -62_135_596_800, lastSecond = 253_402_300_799;
        return Modified.Seconds is >= firstSecond and <= lastSecond
            ? DateTimeOffset.UnixEpoch.AddTicks(Modified.Seconds * TicksASecond + Modified.Nanoseconds / 100)
            : null;
    }

    private static FileStamp From(in NativeFile.Statx stat) => new(
        KindOf(stat.Mode),
        (stat.DeviceMajor, stat.DeviceMinor, stat.Inode),
        stat.Size,
        (stat.ModifiedSeconds, stat.ModifiedNanoseconds));

    private static FileStamp Portable(FileKind kind, ulong size, DateTime modified)
    {
        var ticks = (modified - DateTime.UnixEpoch).Ticks;
        var seconds = Math.DivRem(ticks, TicksASecond, out var rest);
        if (rest < 0)
            (seconds, rest) = (seconds - 1, rest + TicksASecond);
        return new FileStamp(kind, default, size, (seconds, (uint)(rest * 100)));
    }

    private static FileKind KindOf(ushort mode) => (mode & 0xF000) switch
    {
        0x8000 => FileKind.File,
        0x4000 => FileKind.Folder,
        0xA000 => FileKind.Link,
        _ => FileKind.Special,
    };
}
