using Notary.Core;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Notary.Cli;

/// <summary>
/// Where the process speaks. Results go to standard output: coloured, with progress bars, when a person looks at it, and
/// as plain lines when it is piped. Errors and warnings go to standard error as <c>notary: …</c> lines. Every line is
/// escaped here, so that a file name or a title cannot move the cursor or turn the reading direction.
/// </summary>
internal sealed class Terminal
{
    private readonly TextWriter output;
    private readonly TextWriter error;

    private Terminal(TextWriter output, TextWriter error, IAnsiConsole? rich)
    {
        this.output = output;
        this.error = error;
        Rich = rich;
    }

    /// <summary>The console for colours and tables, or null when standard output is not a terminal.</summary>
    public IAnsiConsole? Rich { get; }

    public static Terminal ForProcess() =>
        new(Console.Out, Console.Error, Console.IsOutputRedirected ? null : AnsiConsole.Console);

    /// <summary>Whether somebody sits there who can be asked.</summary>
    public bool CanAsk => Rich is not null && !Console.IsInputRedirected;

    /// <summary>Asks a question; only <c>y</c> or <c>yes</c> is a yes.</summary>
    public bool Ask(string question)
    {
        output.Write(TextRules.Escape(question) + " [y/N] ");
        return Console.In.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    public void Line(string text = "") => output.WriteLine(TextRules.Escape(text));

    /// <summary>Text that is not for reading line by line, such as JSON, exactly as it is.</summary>
    public void Raw(string text) => output.Write(text);

    /// <summary>A line in a style on a terminal, the same words without it when piped.</summary>
    public void Styled(string text, Style style)
    {
        if (Rich is null)
            Line(text);
        else
            Rich.Write(new Text(TextRules.Escape(text) + Environment.NewLine, style));
    }

    /// <summary>A heading: a rule on a terminal, a line of its own when piped.</summary>
    public void Heading(string text)
    {
        Line();
        Styled(text, new Style(decoration: Decoration.Bold));
    }

    public void Write(IRenderable renderable) => Rich!.Write(renderable);

    /// <summary>Aligned <c>name value</c> lines.</summary>
    public void Fields(params IEnumerable<(string Name, string Value)> fields)
    {
        var all = fields.ToList();
        var width = all.Max(field => Columns(field.Name));
        foreach (var (name, value) in all)
            Line($"  {name}{new string(' ', width - Columns(name))}  {value}");
    }

    /// <summary>Columns that a text of our own takes on a terminal: a Chinese character or sign takes two.</summary>
    private static int Columns(string text) => text.Length + text.Count(character => character is >= '\u2E80' and <= '\uFFEF');

    public void Warning(string text) => ErrorLine("warning", text);

    public void Error(string text) => ErrorLine("error", text);

    public void Hint(string text) => ErrorLine("hint", text);

    /// <summary>All lines of an error.</summary>
    public void Tell(CliException exception)
    {
        foreach (var line in exception.Errors)
            Error(line);
        foreach (var line in exception.Hints)
            Hint(line);
    }

    // The system's own messages come with a full stop; lines of this form have none.
    private void ErrorLine(string kind, string text) => error.WriteLine(TextRules.Escape($"notary: {kind}: {text.TrimEnd('.')}"));
}
