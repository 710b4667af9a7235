using System.Collections.Concurrent;
using System.Text;
using Notary.Core;

namespace Notary.Cli;

/// <summary>
/// The folder that evidence is written to. A file that is there is never replaced: it may be the only thing that opens
/// an older deposit.
/// </summary>
internal sealed class OutputFolder(string root)
{
    public const string Suffix = ".evidence.zip";

    private const int LongestFileName = 255;

    // Folders with evidence of this run in them, whose names are not known to be durable.
    private readonly ConcurrentDictionary<string, bool> unflushed = new(StringComparer.Ordinal);

    public string Root { get; } = root;

    /// <summary>
    /// The evidence's name for what is deposited: <c>&lt;name&gt;.evidence.zip</c>, or <c>deposit-&lt;uuid&gt;.evidence.zip</c> where
    /// there is no name, or one that could not be written with the ending.
    /// </summary>
    /// <param name="name">A relative path, or null.</param>
    public static string EvidenceName(string? name, DepositId id)
    {
        var slash = name?.LastIndexOf('/') ?? -1;
        var folder = slash < 0 ? "" : name![..(slash + 1)];
        return name is not null
            && TextRules.PathProblem(name + Suffix) is null
            && Encoding.UTF8.GetByteCount(name[(slash + 1)..] + Suffix) <= LongestFileName
            ? name + Suffix
            : $"{folder}deposit-{id}{Suffix}";
    }

    public string PathOf(string evidenceName) => Path.Join(Root, evidenceName);

    /// <summary>Looks, before anything is sent, whether the evidence can be written later.</summary>
    /// <returns>Each problem.</returns>
    public IEnumerable<string> ProblemsWith(IEnumerable<string> evidenceNames)
    {
        var folders = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in evidenceNames)
        {
            var path = PathOf(name);
            if (Path.Exists(path))
                yield return $"{path} is there already, and evidence is never overwritten";
            for (var end = name.LastIndexOf('/'); end > 0 && folders.Add(name[..end]); end = name.LastIndexOf('/', end - 1))
            {
                if (File.Exists(PathOf(name[..end])))
                    yield return $"{PathOf(name[..end])} is a file where a folder for evidence is needed";
            }
        }
    }

    /// <summary>Where the evidence of a deposit is, when an earlier run has written it; else null.</summary>
    public string? Find(PendingDeposit deposit)
    {
        var path = Candidates(deposit).FirstOrDefault(path => Holds(path, deposit));
        // The run that wrote it may have ended before it flushed the folder: this one drops the journal, so it must.
        if (path is not null)
            unflushed[DurableFile.FolderOf(path)] = true;
        return path;
    }

    /// <summary>The deposits of a journal that have no evidence yet.</summary>
    public int[] Missing(PendingJournal journal) =>
        [.. Enumerable.Range(0, journal.Count).Where(i => Find(journal[i]) is null)];

    /// <summary>Writes evidence and returns its path. Its name is durable after <see cref="Flush"/>.</summary>
    public string Write(PendingDeposit deposit, Evidence evidence)
    {
        var path = Candidates(deposit).First(path => !Path.Exists(path));
        var folder = DurableFile.FolderOf(path);
        DurableFile.CreateFolder(folder);
        // Named after the deposit alone, so that what a killed run leaves here is replaced when it is resumed.
        var temporary = Path.Join(folder, $".{deposit.Id}.tmp");
        DurableFile.Create(path, temporary, DurableFile.Private, evidence.Write);
        unflushed[folder] = true;
        return path;
    }

    /// <summary>Makes the names of all evidence durable, and those of the folders it lies in.</summary>
    public void Flush()
    {
        var top = DurableFile.FolderOf(Root);
        var folders = new HashSet<string>(StringComparer.Ordinal) { top };
        foreach (var deepest in unflushed.Keys)
        {
            for (var folder = deepest; folders.Add(folder);)
                folder = DurableFile.FolderOf(folder);
        }

        foreach (var folder in folders)
            NativeFile.FlushFolder(folder);
        unflushed.Clear();
    }

    /// <summary>The name chosen for it; and with the uuid, if something else took that name after it was checked.</summary>
    private IEnumerable<string> Candidates(PendingDeposit deposit)
    {
        yield return PathOf(deposit.EvidenceName);
        yield return PathOf($"{deposit.EvidenceName[..^Suffix.Length]}-{deposit.Id}{Suffix}");
    }

    private static bool Holds(string path, PendingDeposit deposit)
    {
        if (!File.Exists(path))
            return false;
        try
        {
            using var stream = File.OpenRead(path);
            var evidence = Evidence.Read(stream);
            return evidence.Seed == deposit.Seed
                && evidence.Certificate.Request is { } request
                && StrictText.Encode(request).AsSpan().SequenceEqual(deposit.Request.Bytes.Span);
        }
        catch (MalformedException)
        {
            return false;
        }
    }
}
