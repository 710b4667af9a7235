namespace Notary.Server;

/// <summary>The files of one ledger, and the lock that keeps a second server off them.</summary>
internal sealed class DataFolder : IDisposable
{
    private FileStream? lockFile;

    public DataFolder(string path, string? highWaterMark)
    {
        Folder = Path.GetFullPath(path);
        Database = Path.Combine(Folder, "ledger.db");
        Key = Path.Combine(Folder, "ledger.key");
        Mark = Path.GetFullPath(highWaterMark ?? LedgerOptions.DefaultHighWaterMark(path));
    }

    public string Folder { get; }

    public string Database { get; }

    public string Key { get; }

    public string Mark { get; }

    /// <summary>
    /// Makes the folder if need be and locks it for the life of this process. The operating system drops the lock when the
    /// process ends, however it ends: a lock file that a crash leaves behind locks nothing.
    /// </summary>
    /// <exception cref="LedgerRefusedException">Another server has it.</exception>
    public void Lock()
    {
        DurableFile.CreateFolder(Folder);
        try
        {
            lockFile = DurableFile.Open(Path.Combine(Folder, "ledger.lock"), FileMode.OpenOrCreate, FileShare.None);
        }
        catch (IOException e) when (e.GetType() == typeof(IOException))
        {
            // Only the plain type: a missing folder or a refused one are other errors and say so themselves.
            throw new LedgerRefusedException(
                $"the data folder {Folder} is in use by another server", "stop that server, or give this one a folder of its own");
        }
    }

    public void Dispose() => lockFile?.Dispose();
}
