namespace Notary.Cli;

/// <summary>
/// Files that must outlive a power failure as soon as the program says that they are there: written beside their place,
/// flushed, then renamed, so that under the final name there is either nothing or the whole.
/// </summary>
internal static class DurableFile
{
    /// <summary>Read and written by their owner alone: seeds, keys, and evidence, which opens the deposit to whoever holds it.</summary>
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public const UnixFileMode PrivateFolder = Private | UnixFileMode.UserExecute;

    public const UnixFileMode PublicFolder = Public | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public const UnixFileMode Public = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>
    /// Creates a file that is not there yet. Its name is durable only after <see cref="NativeFile.FlushFolder"/>, which a
    /// caller with many files does once a folder.
    /// </summary>
    /// <param name="temporary">A name in the same folder that nobody else uses; what an interrupted run left there is replaced.</param>
    /// <exception cref="IOException">There is a file of that name, or the disk refuses.</exception>
    public static void Create(string path, string temporary, UnixFileMode mode, Action<Stream> write)
    {
        try
        {
            using (var file = Open(temporary, FileMode.Create, mode))
            {
                write(file);
                file.Flush();
                NativeFile.FlushFile(file.SafeFileHandle);
            }

            NativeFile.RenameToFree(temporary, path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Creates one file and makes its name durable too.</summary>
    public static void Create(string path, UnixFileMode mode, Action<Stream> write)
    {
        var folder = FolderOf(path);
        Create(path, Path.Join(folder, "." + Path.GetFileName(path) + ".tmp"), mode, write);
        NativeFile.FlushFolder(folder);
    }

    /// <summary>Creates a folder, its parents and the durability of their names; does nothing when it is there.</summary>
    public static void CreateFolder(string path, UnixFileMode mode = PrivateFolder)
    {
        if (Directory.Exists(path))
            return;
        var parent = FolderOf(path);
        CreateFolder(parent, mode);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, mode);
        NativeFile.FlushFolder(parent);
    }

    /// <summary>Puts a file in the place of the one of that name, if there is one: whoever reads sees the old or the new whole.</summary>
    public static void Replace(string path, UnixFileMode mode, Action<Stream> write)
    {
        var folder = FolderOf(path);
        var temporary = Path.Join(folder, "." + Path.GetFileName(path) + ".tmp");
        try
        {
            using (var file = Open(temporary, FileMode.Create, mode))
            {
                write(file);
                file.Flush();
                NativeFile.FlushFile(file.SafeFileHandle);
            }

            // A crash before this leaves the old file, and a temporary one that the next writing replaces.
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        NativeFile.FlushFolder(folder);
    }

    /// <summary>As <see cref="Replace(string, UnixFileMode, Action{Stream})"/>, by these bytes.</summary>
    public static void Replace(string path, UnixFileMode mode, byte[] bytes) => Replace(path, mode, stream => stream.Write(bytes));

    /// <summary>The full path of the folder that something is in; the topmost folder is in itself.</summary>
    public static string FolderOf(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return Path.GetDirectoryName(full) ?? full;
    }

    private static FileStream Open(string path, FileMode open, UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = open, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = mode;
        return new FileStream(path, options);
    }
}
