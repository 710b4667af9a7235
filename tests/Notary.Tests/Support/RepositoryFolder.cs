namespace Notary.Tests.Support;

/// <summary>Where the sources are, for tests that read or run files that are not copied beside the test program.</summary>
internal static class RepositoryFolder
{
    public static string Path { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string? folder) => folder switch
    {
        null => throw new DirectoryNotFoundException("The tests must run below the repository's folder."),
        _ when Directory.Exists(System.IO.Path.Combine(folder, "proto", "notary")) => folder,
        _ => Find(System.IO.Path.GetDirectoryName(folder)),
    };
}
