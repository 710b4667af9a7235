using System.CommandLine;
using Notary.Core;

namespace Notary.Cli;

/// <summary><c>notary check</c>: whether the documents themselves are still there, since nobody else keeps them.</summary>
internal static class CheckCommand
{
    private static readonly Argument<string> EvidencePath = new("EVIDENCE_OR_FOLDER") { Description = "An .evidence.zip, or a folder with any number of them." };

    private static readonly Option<string[]> Originals = new("--originals")
    {
        Description = "Where the documents are now; by default where they were deposited from, or below the working folder.",
        HelpName = "DIR",
        AllowMultipleArgumentsPerToken = false,
    };

    private static readonly Option<bool> Latest = new("--latest") { Description = "Of several deposits of one document, look at the newest alone." };
    private static readonly Option<bool> Quick = new("--quick") { Description = "Do not read files whose size and time of last change are those deposited." };
    private static readonly Option<bool> Quiet = new("--quiet") { Description = "Say nothing while everything is there." };

    public static Command Create(CliContext context)
    {
        var command = new Command("check", """
            Look whether the deposited documents are still there, byte for byte: without them the evidence opens
            nothing. For cron. Exit code 0: all are there; 1: something is missing, changed, or damaged evidence;
            2: usage or input.
            """)
        {
            EvidencePath, Originals, Latest, Quick, Quiet,
        };
        command.SetAction((arguments, cancellation) => RunAsync(context.Terminal, arguments, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, CancellationToken cancellation)
    {
        var path = arguments.GetRequiredValue(EvidencePath);
        var (evidence, damaged) = Read(path, cancellation);
        var check = new OriginalsCheck(evidence, Roots(arguments.GetValue(Originals) ?? []), arguments.GetValue(Quick));
        var findings = await check.RunAsync(terminal, arguments.GetValue(Latest), cancellation);

        var lost = findings.Where(finding => finding.State > OriginalState.Moved).ToList();
        foreach (var problem in damaged)
            terminal.Line($"{"damaged",-10} {problem}");
        foreach (var finding in lost)
            terminal.Line(Describe(finding));
        var isWhole = lost.Count == 0 && damaged.Count == 0;
        if (isWhole && arguments.GetValue(Quiet))
            return ExitCode.Pass;
        foreach (var moved in findings.Where(finding => finding.State == OriginalState.Moved))
            terminal.Line(Describe(moved));
        terminal.Line(Summary(findings, evidence.Count));
        if (isWhole)
            return ExitCode.Pass;
        foreach (var problem in check.Problems)
            terminal.Warning(problem);
        if (lost.Count > 0)
            terminal.Hint("documents that lie elsewhere now are found with --originals DIR; older versions belong into an archive of yours");
        return ExitCode.Failed;
    }

    private static (IReadOnlyList<FiledEvidence> Evidence, IReadOnlyList<string> Damaged) Read(string path, CancellationToken cancellation)
    {
        if (!Directory.Exists(path))
        {
            var one = FiledEvidence.Read(path, cancellation);
            return one.Items.Count > 0 ? ([one], []) : throw CliException.Input($"{path}: names no document", "give the evidence with its manifest");
        }

        var paths = FiledEvidence.Find(path);
        return paths.Count > 0
            ? FiledEvidence.ReadAll(paths, cancellation)
            : throw CliException.Input($"{path}: holds no *{OutputFolder.Suffix}");
    }

    /// <summary>Where to look: where the user says, else where the documents were deposited from, else below the working folder.</summary>
    private static Func<FiledEvidence, IReadOnlyList<OriginalRoot>> Roots(string[] given)
    {
        foreach (var folder in given.Where(folder => !Directory.Exists(folder)))
            throw CliException.Input($"--originals {folder}: no such folder");
        var lists = new OriginalsList();
        OriginalRoot[] searched = [.. given.Select(folder => new OriginalRoot(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)), true))];
        OriginalRoot[] here = [new OriginalRoot(Environment.CurrentDirectory, true)];
        return evidence => (lists.RootsOf(evidence), searched) switch
        {
            ({ Count: > 0 } roots, _) => [.. searched, .. roots],
            (_, { Length: > 0 }) => searched,
            _ => here,
        };
    }

    private static string Describe(OriginalFinding finding)
    {
        var detail = finding.Detail is null ? "" : $" {finding.Detail},";
        var state = finding.State switch
        {
            OriginalState.Moved => "elsewhere",
            OriginalState.Changed => "changed",
            OriginalState.Missing => "missing",
            _ => "unreadable",
        };
        return $"{state,-10} {finding.Place}:{detail} deposited {Timestamp.Format(finding.Evidence.Statement.Received)} in {finding.Evidence.Path}";
    }

    private static string Summary(IReadOnlyList<OriginalFinding> findings, int deposits)
    {
        var counts = findings.CountBy(finding => finding.State).ToDictionary();
        string Count(OriginalState state, string word) => counts.TryGetValue(state, out var count) ? $", {count:N0} {word}" : "";
        var unchanged = counts.GetValueOrDefault(OriginalState.Unchanged) + counts.GetValueOrDefault(OriginalState.Moved);
        return $"{Sizes.Count(findings.Count, "document")} of {Sizes.Count(deposits, "deposit")}: {unchanged:N0} there"
            + Count(OriginalState.Changed, "changed") + Count(OriginalState.Missing, "missing") + Count(OriginalState.Unreadable, "unreadable");
    }
}
