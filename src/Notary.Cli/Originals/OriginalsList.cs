using System.Text;
using Notary.Core;

namespace Notary.Cli;

/// <summary>
/// Where the documents of deposits were: <c>DIR/originals/&lt;time&gt;-&lt;random&gt;.txt</c>, one list a run. Private and local, no
/// part of any evidence, which names no place on this machine; without it a check only has to be told where to look.
/// Lines: <c>notary.originals/v1</c>, then <c>below FOLDER</c> (items' paths are relative to it) or <c>at PATH</c> (they begin
/// with its name), then <c>deposit UUID</c>.
/// </summary>
internal sealed class OriginalsList
{
    private const string FirstLine = "notary.originals/v1";
    private const string Folder = "originals";
    private const string Below = "below ";
    private const string At = "at ";
    private const string Deposit = "deposit ";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // What the lists of each folder name, read once; an empty one where there is none.
    private readonly Dictionary<string, Dictionary<DepositId, IReadOnlyList<OriginalRoot>>> read = new(StringComparer.Ordinal);

    /// <summary>Writes the list of a run. Before anything is sent: a deposit without it is a nuisance, a list without a deposit is nothing.</summary>
    /// <param name="run">The name of the run's journal.</param>
    public static void Write(string outputFolder, string run, IReadOnlyList<OriginalRoot> roots, IEnumerable<DepositId> deposits)
    {
        var folder = Path.Join(outputFolder, Folder);
        DurableFile.CreateFolder(folder);
        DurableFile.Create(Path.Join(folder, run + ".txt"), DurableFile.Private, stream =>
        {
            using var writer = new StreamWriter(stream, Utf8, leaveOpen: true) { NewLine = "\n" };
            writer.WriteLine(FirstLine);
            // A folder may have a name that no line can hold. It is then looked for like one that nobody wrote down.
            foreach (var root in roots.Where(root => TextRules.TextProblem(root.FullName) is null))
                writer.WriteLine((root.IsBase ? Below : At) + root.FullName);
            foreach (var deposit in deposits)
                writer.WriteLine(Deposit + deposit);
        });
    }

    /// <summary>Where the documents of a deposit were, by the list nearest to its evidence, from its folder upwards; empty where none names it.</summary>
    /// <exception cref="CliException">A list is damaged.</exception>
    public IReadOnlyList<OriginalRoot> RootsOf(FiledEvidence evidence)
    {
        for (var at = DurableFile.FolderOf(evidence.Path); ; at = DurableFile.FolderOf(at))
        {
            if (ListsIn(at).TryGetValue(evidence.Deposit, out var roots))
                return roots;
            if (at == DurableFile.FolderOf(at))
                return [];
        }
    }

    private Dictionary<DepositId, IReadOnlyList<OriginalRoot>> ListsIn(string evidenceFolder)
    {
        if (read.TryGetValue(evidenceFolder, out var known))
            return known;
        var found = read[evidenceFolder] = [];
        var folder = Path.Join(evidenceFolder, Folder);
        if (!Directory.Exists(folder))
            return found;
        // A folder of this name may be anybody's: what begins otherwise is no list.
        foreach (var path in Directory.GetFiles(folder, "*.txt").Order(StringComparer.Ordinal).Where(path => File.ReadLines(path).FirstOrDefault() == FirstLine))
            ReadOne(path, found);
        return found;
    }

    private static void ReadOne(string path, Dictionary<DepositId, IReadOnlyList<OriginalRoot>> found)
    {
        var roots = new List<OriginalRoot>();
        foreach (var line in File.ReadLines(path).Skip(1))
        {
            if (line.StartsWith(Below, StringComparison.Ordinal))
                roots.Add(new OriginalRoot(line[Below.Length..], true));
            else if (line.StartsWith(At, StringComparison.Ordinal))
                roots.Add(new OriginalRoot(line[At.Length..], false));
            else if (line.StartsWith(Deposit, StringComparison.Ordinal) && DepositId.TryParse(line.AsSpan(Deposit.Length), out var id))
                found[id] = roots;
            else
                throw CliException.Input($"{path}: is damaged: '{line}' is no line of a list of originals", "remove it, and tell where the originals are with --originals DIR");
        }
    }
}
