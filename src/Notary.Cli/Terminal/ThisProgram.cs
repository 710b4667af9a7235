using System.Reflection;
using System.Security.Cryptography;
using Notary.Core;
using Notary.Documents;

namespace Notary.Cli;

internal static class ThisProgram
{
    // What decides a verdict and what writes it down. In a single-file program they are all in the one executable.
    private static readonly string[] Assemblies = ["notary.dll", "Notary.Core.dll", "Notary.Documents.dll"];

    /// <summary>The version, without the commit that a build may add after a '+'.</summary>
    public static string Version { get; } =
        typeof(ThisProgram).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>The files that this program runs from, with their digests, so that a reader can get the same and try again.</summary>
    public static IReadOnlyList<NamedFile> Files()
    {
        var paths = Assemblies.Select(name => Path.Join(AppContext.BaseDirectory, name)).ToList();
        if (!paths.TrueForAll(File.Exists))
            paths = Environment.ProcessPath is { } executable ? [executable] : [];
        return [.. paths.Select(path => new NamedFile(Path.GetFileName(path), Digest(path)))];
    }

    private static Hash Digest(string path)
    {
        using var stream = File.OpenRead(path);
        return new Hash(SHA256.HashData(stream));
    }
}
