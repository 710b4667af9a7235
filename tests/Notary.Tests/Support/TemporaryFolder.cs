using System.Diagnostics;

namespace Notary.Tests.Support;

/// <summary>A folder of its own for one test, gone with all it holds afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("notary-test-").FullName;

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A mutated archive was unpacked under a name that is no UTF-8, which .NET lists and cannot find again.
            using var remove = Process.Start("rm", ["-rf", "--", Path]);
            remove.WaitForExit();
        }
    }
}
