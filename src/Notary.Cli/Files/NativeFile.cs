using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Notary.Cli;

/// <summary>
/// The calls into the C library for what .NET does not offer: which kind of thing a path is (opening a FIFO to find out
/// would wait for ever), which inode stands behind it, whether it can be read, and making a folder's names durable.
/// </summary>
internal static partial class NativeFile
{
    private const int CurrentFolder = -100;      // AT_FDCWD
    private const int DoNotFollowLinks = 0x100;  // AT_SYMLINK_NOFOLLOW
    private const int OfTheDescriptor = 0x1000;  // AT_EMPTY_PATH
    private const uint BasicFields = 0x7FF;      // STATX_BASIC_STATS
    private const int ReadPermission = 4;        // R_OK
    private const uint DoNotReplace = 1;         // RENAME_NOREPLACE

    /// <summary>statx(2) of the path itself, links not followed; false when there is nothing of that name.</summary>
    public static bool TryStat(string path, out Statx stat) =>
        Check(Statx_(CurrentFolder, path, DoNotFollowLinks, BasicFields, out stat), path);

    /// <summary>statx(2) of an open file.</summary>
    public static Statx Stat(SafeFileHandle file)
    {
        Check(Statx_(file.DangerousGetHandle().ToInt32(), "", OfTheDescriptor, BasicFields, out var stat), "");
        GC.KeepAlive(file);
        return stat;
    }

    /// <summary>access(2): whether this process may read the file.</summary>
    public static bool MayRead(string path) => Access(path, ReadPermission) == 0;

    /// <summary>
    /// Renames a file to a name that must be free. .NET looks first and renames then, and what another process writes
    /// under the name in between would be lost; the kernel does both at once where the file system can.
    /// </summary>
    /// <exception cref="IOException">The name is taken, or the disk refuses.</exception>
    public static void RenameToFree(string from, string to)
    {
        const int taken = 17, notByThisFileSystem = 22, notByThisKernel = 38;
        if (!OperatingSystem.IsLinux())
            File.Move(from, to, overwrite: false);
        else if (RenameAt2(CurrentFolder, from, CurrentFolder, to, DoNotReplace) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error is not (notByThisFileSystem or notByThisKernel))
                throw new IOException($"{to}: {(error == taken ? "is there already" : LastError())}");
            File.Move(from, to, overwrite: false);
        }
    }

    /// <summary>
    /// Makes a file's bytes durable. Not the runtime's own call alone: on Unix it loses the error of a failed fsync, and
    /// what was not written would count as written.
    /// </summary>
    public static void FlushFile(SafeFileHandle file)
    {
        if (!OperatingSystem.IsWindows() && FlushHandle(file) != 0)
            throw new IOException($"a file could not be made durable: {LastError()}");
        // On Windows this is the call itself; on macOS it makes the drive write its cache as well.
        if (!OperatingSystem.IsLinux())
            RandomAccess.FlushToDisk(file);
    }

    /// <summary>
    /// Makes the names in a folder durable: until then a power failure can lose a file whose content was already safe.
    /// Only Unix has, and needs, this.
    /// </summary>
    public static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var folder = Open(path, 0 /* O_RDONLY */);
        if (folder < 0)
            throw new IOException($"{path}: {LastError()}");
        var failed = Flush(folder) != 0;
        var reason = failed ? LastError() : "";
        _ = Close(folder);
        if (failed)
            throw new IOException($"{path}: {reason}");
    }

    private static bool Check(int result, string path)
    {
        const int noSuchFile = 2, notAFolder = 20;
        if (result == 0)
            return true;
        return Marshal.GetLastPInvokeError() is noSuchFile or notAFolder ? false : throw new IOException($"{path}: {LastError()}");
    }

    private static string LastError() => new Win32Exception(Marshal.GetLastPInvokeError()).Message;

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx_(int folder, string path, int flags, uint mask, out Statx stat);

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt2(int fromFolder, string from, int toFolder, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushHandle(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int file);

    /// <summary>The first fields of struct statx, which Linux lays out alike on every machine; 256 bytes in all.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct Statx
    {
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public ulong Size;
        [FieldOffset(112)] public long ModifiedSeconds;
        [FieldOffset(120)] public uint ModifiedNanoseconds;
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;
    }
}
