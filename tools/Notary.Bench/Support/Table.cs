using System.Globalization;

namespace Notary.Bench;

/// <summary>A markdown table on standard output: a first column of names, the others to the right.</summary>
internal sealed class Table(params IReadOnlyList<string> head)
{
    private readonly List<string[]> rows = [];

    public void Add(params IReadOnlyList<object> cells) => rows.Add([.. cells.Select(Format)]);

    public void Print()
    {
        Console.WriteLine();
        Line(head);
        Line(head.Select((_, column) => column == 0 ? "---" : "---:"));
        rows.ForEach(Line);
        Console.WriteLine();
    }

    /// <summary>Three digits that matter, thousands apart.</summary>
    private static string Format(object cell) => cell is not double number
        ? Convert.ToString(cell, CultureInfo.InvariantCulture)!
        : number.ToString(Math.Abs(number) switch { >= 100 => "N0", >= 10 => "F1", _ => "F2" }, CultureInfo.InvariantCulture);

    private static void Line(IEnumerable<string> cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");
}
