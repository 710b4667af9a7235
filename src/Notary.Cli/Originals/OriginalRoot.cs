namespace Notary.Cli;

/// <summary>A file or folder that was deposited, or that is searched in its place.</summary>
/// <param name="FullName">Where it is.</param>
/// <param name="IsBase">Whether the items' paths are relative to it; else they begin with its own name.</param>
internal sealed record OriginalRoot(string FullName, bool IsBase)
{
    /// <summary>The roots of a deposit's arguments, by the rules that give items their paths (formats §1).</summary>
    public static IReadOnlyList<OriginalRoot> Of(IReadOnlyList<string> arguments) =>
    [
        .. arguments.Select(argument => new OriginalRoot(
            Path.TrimEndingDirectorySeparator(Path.GetFullPath(argument)),
            arguments.Count == 1 && Directory.Exists(argument))),
    ];

    /// <summary>Where the item of this path lies, or null when it is of another root.</summary>
    public string? PlaceOf(string itemPath)
    {
        if (IsBase)
            return Path.Join(FullName, itemPath);
        var name = Path.GetFileName(FullName);
        return itemPath.StartsWith(name, StringComparison.Ordinal) && (itemPath.Length == name.Length || itemPath[name.Length] == '/')
            ? FullName + itemPath[name.Length..]
            : null;
    }
}
