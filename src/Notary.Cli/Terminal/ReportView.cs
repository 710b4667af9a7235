using Notary.Core;
using Notary.Documents;
using Spectre.Console;
using Table = Spectre.Console.Table;

namespace Notary.Cli;

/// <summary>A verifier's report for people: the verdict, who vouches for the time, then the checks one by one.</summary>
internal static class ReportView
{
    public static void Print(Terminal terminal, Report report, Language language)
    {
        terminal.Styled(report.VerdictSentence.In(language), new Style(Colour(report.Verdict), decoration: Decoration.Bold));
        terminal.Line(report.TimeSentence.In(language));
        terminal.Line();
        PrintChecks(terminal, report.Checks, language);
        if (report.Notes.Count > 0)
            terminal.Line();
        foreach (var note in report.Notes)
            terminal.Line("- " + note.In(language));
    }

    public static void PrintChecks(Terminal terminal, IReadOnlyList<Check> checks, Language language)
    {
        if (terminal.Rich is null)
        {
            foreach (var check in checks)
                terminal.Line($"{ResultWords.Of(check.Result).In(language),-12} {check.Name,-11} {check.Reason.In(language)}");
            return;
        }

        var table = new Table { Border = TableBorder.None, ShowHeaders = false };
        table.AddColumns(new TableColumn("").NoWrap(), new TableColumn("").NoWrap(), new TableColumn(""));
        foreach (var check in checks)
        {
            table.AddRow(
                new Text(ResultWords.Of(check.Result).In(language), new Style(Colour(check.Result))),
                new Text(check.Name),
                new Text(TextRules.Escape(check.Reason.In(language))));
        }

        terminal.Write(table);
    }

    private static Color Colour(CheckResult result) => result switch
    {
        CheckResult.Pass => Color.Green,
        CheckResult.Fail => Color.Red,
        // Grey, never green: what was not checked has not passed.
        _ => Color.Grey,
    };

    private static Color Colour(Verdict verdict) => verdict switch
    {
        Verdict.Pass => Color.Green,
        Verdict.Fail => Color.Red,
        _ => Color.Yellow,
    };
}
