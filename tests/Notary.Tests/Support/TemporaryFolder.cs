namespace Notary.Tests.Support;

/// <summary>A folder of its own for one test, gone with all it holds afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("notary-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
