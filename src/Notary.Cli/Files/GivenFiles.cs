using Notary.Core;

namespace Notary.Cli;

/// <summary>Documents that a verifier holds, hashed by the rules of a deposit.</summary>
internal static class GivenFiles
{
    /// <param name="terminal">For progress; null for none.</param>
    /// <param name="paths">Files and folders.</param>
    /// <param name="withSm3">Whether the evidence states SM3 digests to compare with.</param>
    /// <param name="cancellation">Ends the hashing.</param>
    /// <exception cref="CliException">As <see cref="FileSource.Walk"/> and <see cref="FileHashing.RunAsync"/>.</exception>
    public static Task<IReadOnlyList<GivenFile>> HashAsync(Terminal? terminal, IReadOnlyList<string> paths, bool withSm3, CancellationToken cancellation) =>
        HashAsync(terminal, FileSource.Walk(paths, cancellation), withSm3, cancellation);

    /// <summary>The same for files that were found already, in their order.</summary>
    public static async Task<IReadOnlyList<GivenFile>> HashAsync(Terminal? terminal, IReadOnlyList<SourceFile> files, bool withSm3, CancellationToken cancellation)
    {
        var given = new GivenFile[files.Count];
        var bytes = files.Aggregate(0UL, (sum, file) => sum + file.Stamp.Size);
        await Progress.RunAsync(terminal, $"hashing {Sizes.Count(files.Count, "file")}", bytes, async progress =>
        {
            await FileHashing.RunAsync(
                files, withSm3, (i, item) => given[i] = new GivenFile(item.Path, item.Size, item.Sha256, item.Sm3), progress, cancellation);
            return 0;
        });
        return given;
    }
}
