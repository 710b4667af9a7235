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

    private static readonly Sentence Damaged = new("damaged", "损坏");

    private static readonly Option<bool> Latest = new("--latest") { Description = "Of several deposits of one document, look at the newest alone." };
    private static readonly Option<bool> Quick = new("--quick") { Description = "Do not read files whose size and time of last change are those deposited." };
    private static readonly Option<bool> Quiet = new("--quiet") { Description = "Say nothing while everything is there." };

    public static Command Create(CliContext context)
    {
        var language = LanguageOption.Create();
        var command = new Command("check", """
            Look whether the deposited documents are still there, byte for byte: without them the evidence opens
            nothing. For cron. Exit code 0: all are there; 1: something is missing, changed, or damaged evidence;
            2: usage or input.
            """)
        {
            EvidencePath, Originals, Latest, Quick, Quiet, language,
        };
        command.SetAction((arguments, cancellation) => RunAsync(context.Terminal, arguments, arguments.GetValue(language), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult arguments, Language language, CancellationToken cancellation)
    {
        var path = arguments.GetRequiredValue(EvidencePath);
        var (evidence, damaged) = Read(path, cancellation);
        var check = new OriginalsCheck(evidence, Roots(arguments.GetValue(Originals) ?? []), arguments.GetValue(Quick));
        var findings = await check.RunAsync(terminal, arguments.GetValue(Latest), cancellation);

        var lost = findings.Where(finding => finding.State > OriginalState.Moved).ToList();
        foreach (var problem in damaged)
            terminal.Line($"{Label(Damaged, language)} {problem}");
        foreach (var finding in lost)
            terminal.Line(Describe(finding, language));
        var isWhole = lost.Count == 0 && damaged.Count == 0;
        if (isWhole && arguments.GetValue(Quiet))
            return ExitCode.Pass;
        foreach (var moved in findings.Where(finding => finding.State == OriginalState.Moved))
            terminal.Line(Describe(moved, language));
        terminal.Line(Summary(findings, evidence.Count).In(language));
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

    private static Sentence Word(OriginalState state) => state switch
    {
        OriginalState.Moved => new("elsewhere", "另处"),
        OriginalState.Changed => new("changed", "已变"),
        OriginalState.Missing => new("missing", "缺失"),
        _ => new("unreadable", "无法读取"),
    };

    /// <summary>What a line begins with, as wide as the longest.</summary>
    private static string Label(Sentence word, Language language) =>
        language == Language.Chinese ? word.Chinese.PadRight(4, '\u3000') : word.English.PadRight(10);

    private static string Describe(OriginalFinding finding, Language language)
    {
        var detail = finding.Detail?.In(language);
        var (received, evidence) = (Timestamp.Format(finding.Evidence.Statement.Received), finding.Evidence.Path);
        return $"{Label(Word(finding.State), language)} {finding.Place}" + new Sentence(
            $":{(detail is null ? "" : $" {detail},")} deposited {received} in {evidence}",
            $"：{(detail is null ? "" : $"{detail}，")}存证于 {received}，证据 {evidence}").In(language);
    }

    private static Sentence Summary(IReadOnlyList<OriginalFinding> findings, int deposits)
    {
        var counts = findings.CountBy(finding => finding.State).ToDictionary();
        var unchanged = counts.GetValueOrDefault(OriginalState.Unchanged) + counts.GetValueOrDefault(OriginalState.Moved);
        var (english, chinese) = (
            $"{Sizes.Count(findings.Count, "document")} of {Sizes.Count(deposits, "deposit")}: {unchanged:N0} there",
            $"{deposits:N0} 次存证的 {findings.Count:N0} 个文件：{unchanged:N0} 个仍在");
        foreach (var state in (OriginalState[])[OriginalState.Changed, OriginalState.Missing, OriginalState.Unreadable])
        {
            if (counts.TryGetValue(state, out var count))
                (english, chinese) = ($"{english}, {count:N0} {Word(state).English}", $"{chinese}，{count:N0} 个{Word(state).Chinese}");
        }

        return new Sentence(english, chinese);
    }
}
