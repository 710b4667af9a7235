using Notary.Core;

namespace Notary.Cli;

/// <summary>Files that a verb was asked to write, under a name that must be free.</summary>
internal static class NewFile
{
    /// <exception cref="CliException">There is something of that name.</exception>
    public static void CheckFree(string path)
    {
        if (path.Length == 0)
            throw CliException.Input("--out: is empty");
        if (Path.Exists(path))
            throw CliException.Input($"{path}: is there already, and is not overwritten");
    }

    /// <exception cref="CliException">There is something of that name, or it cannot be written.</exception>
    public static void Write(string path, UnixFileMode mode, string text) =>
        Write(path, mode, stream => stream.Write(StrictText.Encode(text)));

    /// <summary>The same for what is written piece by piece; when that fails, no file is left.</summary>
    public static void Write(string path, UnixFileMode mode, Action<Stream> write)
    {
        CheckFree(path);
        try
        {
            DurableFile.Create(path, mode, write);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CliException.Input($"{path}: cannot be written: {FileSource.Reason(exception)}");
        }
    }
}
