namespace Notary.Cli;

/// <summary>Files named on the command line that are read whole: policies, keys, evidence.</summary>
internal static class InputFile
{
    /// <param name="limit">Bytes that are read at most.</param>
    /// <param name="what">What the file should be, to be said.</param>
    /// <exception cref="CliException">It is not there, is no file, cannot be read, or is larger.</exception>
    public static byte[] ReadAll(string path, int limit, string what)
    {
        using var stream = Open(path, what);
        if (stream.Length > limit)
            throw CliException.Input($"{path}: is too large for {what}: {stream.Length} bytes (limit {limit})");
        var bytes = new byte[stream.Length];
        return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }

    /// <summary>Opens a file for reading. Links are followed here: this is no document to be hashed.</summary>
    /// <exception cref="CliException">It is not there, is no file, or cannot be read.</exception>
    public static FileStream Open(string path, string what)
    {
        try
        {
            if (Directory.Exists(path))
                throw CliException.Input($"{path}: is a folder, not {what}");
            // Asked of the file a link leads to: opening a FIFO would wait for a writer for ever.
            var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            if (FileStamp.Of(target) is { Kind: FileKind.Special })
                throw CliException.Input($"{path}: is a FIFO, a socket or a device, not {what}");
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw CliException.Input($"{path}: cannot be read: {FileSource.Reason(exception)}");
        }
    }
}
