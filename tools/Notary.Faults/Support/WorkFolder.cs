namespace Notary.Faults;

/// <summary>A new folder that is deleted with everything in it, unless the run in it failed: then it is the evidence.</summary>
internal sealed class WorkFolder : IDisposable
{
    private bool isKept;

    /// <param name="parent">Where; null is the system's temporary folder.</param>
    public WorkFolder(DirectoryInfo? parent)
    {
        parent?.Create();
        FullName = parent is null
            ? Directory.CreateTempSubdirectory("notary-faults-").FullName
            : Directory.CreateDirectory(Path.Combine(parent.FullName, $"notary-faults-{Environment.ProcessId}")).FullName;
    }

    public string FullName { get; }

    public string this[string name] => Path.Combine(FullName, name);

    /// <summary>Runs something in the folder; if it fails, the folder stays and the message names it.</summary>
    public async Task RunAsync(Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (FaultException e)
        {
            isKept = true;
            throw new FaultException($"{e.Message}\nthe ledger of this failure is kept in {FullName}", e);
        }
    }

    public void Dispose()
    {
        if (!isKept)
            Directory.Delete(FullName, recursive: true);
    }
}
