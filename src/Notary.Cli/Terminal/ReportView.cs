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
                terminal.Line(language == Language.Chinese
                    ? $"{ResultWords.Of(check.Result).Chinese.PadRight(4, '\u3000')} {CheckNames.InChinese(check.Name).PadRight(4, '\u3000')} {check.Reason.Chinese}"
                    : $"{ResultWords.Of(check.Result).English,-12} {check.Name,-11} {check.Reason.English}");
            return;
        }

        var table = new Table { Border = TableBorder.None, ShowHeaders = false };
        table.AddColumns(new TableColumn("").NoWrap(), new TableColumn("").NoWrap(), new TableColumn(""));
        foreach (var check in checks)
        {
            table.AddRow(
                new Text(ResultWords.Of(check.Result).In(language), new Style(Colour(check.Result))),
                new Text(language == Language.Chinese ? CheckNames.InChinese(check.Name) : check.Name),
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
