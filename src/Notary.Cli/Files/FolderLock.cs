namespace Notary.Cli;

/// <summary>
/// Keeps a second process out of a folder. The operating system drops the lock when the process ends, however it ends: a
/// lock file that a crash leaves behind locks nothing.
/// </summary>
internal static class FolderLock
{
    /// <exception cref="CliException">Another process holds it.</exception>
    public static FileStream Take(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception.GetType() == typeof(IOException))
        {
            // Only the plain type: a missing folder or a refused one are other errors and say so themselves.
            throw CliException.Input($"{DurableFile.FolderOf(path)}: another run is writing it", "wait for it to end, or give this run a folder of its own");
        }
    }
}
