namespace Notary.Bench;

/// <summary>A new folder that is deleted with everything in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    /// <param name="parent">Where; null is the system's temporary folder. The disk below it is part of what is measured.</param>
    public TemporaryFolder(DirectoryInfo? parent)
    {
        parent?.Create();
        FullName = parent is null
            ? Directory.CreateTempSubdirectory("notary-bench-").FullName
            : Directory.CreateDirectory(Path.Combine(parent.FullName, $"notary-bench-{Environment.ProcessId}")).FullName;
    }

    public string FullName { get; }

    public string this[string name] => Path.Combine(FullName, name);

    public void Dispose() => Directory.Delete(FullName, recursive: true);

    /// <summary>A file that its owner alone may read.</summary>
    public void WriteSecret(string name, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(this[name], options);
        writer.Write(text);
    }
}
