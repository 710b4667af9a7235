using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Notary.Server;

/// <summary>Files that outlive a power cut and that nobody else may read.</summary>
internal static class DurableFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int OpenReadOnly = 0;

    /// <summary>What follows a file's name while it is being written by <see cref="WriteNew"/>.</summary>
    public const string Draft = ".new";

    /// <summary>Makes the folder with mode 0700 if it is not there.</summary>
    public static void CreateFolder(string path)
    {
        if (Directory.Exists(path))
            return;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
    }

    /// <summary>Opens a file with mode 0600 if this creates it.</summary>
    public static FileStream Open(string path, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (mode != FileMode.Open && !OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return new FileStream(path, options);
    }

    /// <summary>
    /// Makes an empty file if there is none. It never opens an existing one: closing any handle to a database drops every
    /// POSIX lock that SQLite holds on it in this process.
    /// </summary>
    public static void CreateEmpty(string path)
    {
        if (File.Exists(path))
            return;
        Open(path, FileMode.CreateNew, FileShare.None).Dispose();
        SyncFolderOf(path);
    }

    /// <summary>Writes a new file whole: under its name it is either absent or complete, and then durable.</summary>
    /// <exception cref="IOException">The name is taken, or the disk refuses.</exception>
    public static void WriteNew(string path, ReadOnlySpan<byte> bytes)
    {
        var draft = path + Draft;
        // A crash before the move leaves the draft, which the next start writes anew. It is not written over: whoever put
        // a file of that name there would own the new one's mode.
        File.Delete(draft);
        using (var file = Open(draft, FileMode.CreateNew, FileShare.None))
        {
            file.Write(bytes);
            Sync(file.SafeFileHandle);
        }

        File.Move(draft, path, overwrite: false);
        SyncFolderOf(path);
    }

    /// <summary>Puts a durable file in the place of another one: at every moment, and after a power cut, one of the two is there.</summary>
    public static void Replace(string path, string by)
    {
        File.Move(by, path, overwrite: true);
        SyncFolderOf(path);
    }

    /// <summary>Deletes a file, if it is there, for good.</summary>
    public static void Delete(string path)
    {
        if (!File.Exists(path))
            return;
        File.Delete(path);
        SyncFolderOf(path);
    }

    /// <summary>
    /// Makes a file's bytes durable. The runtime's own call is not enough: on Unix it loses the error of a failed fsync,
    /// and the page that could not be written counts as written from then on.
    /// </summary>
    /// <exception cref="IOException">What the file holds is not known any more.</exception>
    public static void Sync(SafeFileHandle file)
    {
        if (!OperatingSystem.IsWindows() && NativeSync(file) != 0)
            throw new IOException("cannot sync a file", new Win32Exception(Marshal.GetLastPInvokeError()));
        // On Windows this is the call itself; on macOS it makes the drive write its cache as well.
        if (OperatingSystem.IsWindows() || OperatingSystem.IsMacOS())
            RandomAccess.FlushToDisk(file);
    }

    /// <summary>Makes the names in the file's folder durable. Windows has nothing of the kind and needs nothing.</summary>
    public static void SyncFolderOf(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        using var handle = NativeOpen(folder, OpenReadOnly);
        if (handle.IsInvalid)
            throw new IOException($"cannot open folder {folder}", new Win32Exception(Marshal.GetLastPInvokeError()));
        if (NativeSync(handle) != 0)
            throw new IOException($"cannot sync folder {folder}", new Win32Exception(Marshal.GetLastPInvokeError()));
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern SafeFileHandle NativeOpen([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeSync(SafeFileHandle file);
}
