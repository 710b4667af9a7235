using System.Globalization;
using Notary.Core;

namespace Notary.Cli;

/// <summary>A file to be hashed.</summary>
/// <param name="Path">Its path in the deposit (formats §1).</param>
/// <param name="FullName">Where it is.</param>
/// <param name="Stamp">Its state when it was found.</param>
internal readonly record struct SourceFile(string Path, string FullName, FileStamp Stamp);

/// <summary>
/// Walks the given files and folders by the rules of formats §1. A file that the rules refuse is a problem that names it,
/// never a file left out in silence; all problems are gathered before any is told.
/// </summary>
internal sealed class FileSource
{
    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = 0,
        IgnoreInaccessible = false,
        RecurseSubdirectories = false,
        ReturnSpecialDirectories = false,
    };

    private readonly List<SourceFile> files = [];
    private readonly List<string> problems = [];

    private FileSource()
    {
    }

    /// <summary>Every file below the arguments, in the order of their paths; relative to the one folder given, or beginning with each folder's own name when there are several arguments.</summary>
    /// <exception cref="CliException">Something is not a readable file with a permitted name, two files have one path, or there is no file at all.</exception>
    public static IReadOnlyList<SourceFile> Walk(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var source = new FileSource();
        foreach (var argument in arguments)
            source.AddArgument(argument, single: arguments.Count == 1, cancellation);
        source.files.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        source.FindDoubles();
        if (source.problems.Count > 0)
            throw Refused(source.problems);
        return source.files.Count > 0
            ? source.files
            : throw CliException.Input($"there is no file in {string.Join(", ", arguments)}");
    }

    /// <summary>
    /// The files below one file or folder that could be deposited, and what is wrong with the others: for a search, which
    /// takes what there is.
    /// </summary>
    public static (IReadOnlyList<SourceFile> Files, IReadOnlyList<string> Problems) Find(string argument, CancellationToken cancellation)
    {
        var source = new FileSource();
        source.AddArgument(argument, single: true, cancellation);
        return (source.files, source.problems);
    }

    /// <summary>The error for files that cannot be deposited: the first twenty by name, the rest by number.</summary>
    public static CliException Refused(IReadOnlyList<string> problems)
    {
        const int shown = 20;
        var lines = problems.Take(shown).ToList();
        if (problems.Count > shown)
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"and {problems.Count - shown:N0} more problems"));
        return new CliException(ExitCode.Input, lines);
    }

    /// <summary>The last segment of an argument, also of "." or "folder/"; empty for the root folder.</summary>
    public static string LastSegment(string argument) =>
        Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(argument)));

    private void AddArgument(string argument, bool single, CancellationToken cancellation)
    {
        // Trimmed and otherwise as given: resolving "link/../file" here would find another file than the system does.
        var given = Path.TrimEndingDirectorySeparator(argument);
        if (given.Length == 0)
            problems.Add("an argument is empty");
        else if (Stamp(given) is not { } stamp)
            return;
        else if (stamp.Kind == FileKind.Folder)
            AddFolder(single ? "" : LastSegment(given) + "/", given, cancellation);
        else
            AddFile(LastSegment(given), given, stamp);
    }

    private void AddFolder(string prefix, string folder, CancellationToken cancellation)
    {
        var pending = new Stack<(string Prefix, string Folder)>();
        pending.Push((prefix, folder));
        while (pending.TryPop(out var next))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var name in NamesIn(next.Folder))
            {
                var full = Path.Join(next.Folder, name);
                if (Stamp(full) is not { } stamp)
                    continue;
                if (stamp.Kind == FileKind.Folder)
                    pending.Push((next.Prefix + name + "/", full));
                else
                    AddFile(next.Prefix + name, full, stamp);
            }
        }
    }

    /// <summary>
    /// .NET shows bytes that are not UTF-8 as U+FFFD. A name that holds U+FFFD is genuine only when the file system knows
    /// it under that spelling and only one entry of the folder reads so; <see cref="Stamp"/> finds the first, this the second.
    /// </summary>
    private List<string> NamesIn(string folder)
    {
        var names = new List<string>();
        try
        {
            names.AddRange(Directory.EnumerateFileSystemEntries(folder, "*", Everything).Select(path => Path.GetFileName(path)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{folder}: cannot be listed: {Reason(exception)}");
            return [];
        }

        var replaced = names.Where(HoldsReplacement).CountBy(name => name).Where(pair => pair.Value > 1).Select(pair => pair.Key).ToHashSet();
        foreach (var name in replaced)
            problems.Add(NotUtf8(Path.Join(folder, name)));
        return replaced.Count == 0 ? names : names.FindAll(name => !replaced.Contains(name));
    }

    private FileStamp? Stamp(string path)
    {
        try
        {
            if (FileStamp.Of(path) is { } stamp)
                return stamp;
            problems.Add(HoldsReplacement(path) ? NotUtf8(path) : $"{path}: no such file or folder");
        }
        catch (IOException exception)
        {
            problems.Add($"{path}: {Reason(exception)}");
        }

        return null;
    }

    private void AddFile(string path, string full, in FileStamp stamp)
    {
        var problem = stamp.Kind switch
        {
            FileKind.Link => "is a symbolic link; give what it points to",
            FileKind.Special => "is a FIFO, a socket or a device, not a file",
            _ when TextRules.PathProblem(path) is { } rule => $"its path {rule}; rename it",
            _ when stamp.ModifiedTime() is null => "its time of last change is outside the years 1 to 9999",
            _ when OperatingSystem.IsLinux() && !NativeFile.MayRead(full) => "cannot be read: permission denied",
            _ => null,
        };
        if (problem is null)
            files.Add(new SourceFile(path, full, stamp));
        else
            problems.Add($"{full}: {problem}");
    }

    private void FindDoubles()
    {
        for (var i = 1; i < files.Count; i++)
        {
            if (files[i].Path == files[i - 1].Path)
                problems.Add($"{files[i - 1].FullName} and {files[i].FullName} have the same path in the deposit: {files[i].Path}");
        }
    }

    private static bool HoldsReplacement(string name) => name.Contains('\uFFFD', StringComparison.Ordinal);

    private static string NotUtf8(string path) => $"{path}: the name is not UTF-8 (\uFFFD stands for what is not); rename it";

    /// <summary>The system's own words, without the path that .NET repeats in them.</summary>
    internal static string Reason(Exception exception) => exception switch
    {
        UnauthorizedAccessException => "permission denied",
        FileNotFoundException or DirectoryNotFoundException => "no such file or folder",
        _ => exception.Message,
    };
}
