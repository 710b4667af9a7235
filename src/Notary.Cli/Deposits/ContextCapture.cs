using System.Runtime.InteropServices;
using Notary.Core;

namespace Notary.Cli;

/// <summary>
/// The context record of a run: what this machine and its user can say of how the data came to be, and of the program
/// that deposits them. It is an item of the deposit, so nothing of it leaves the machine but the commitment.
/// </summary>
/// <param name="source">What the user says of the data, or null.</param>
/// <param name="operatorName">Who the user says runs this, or null for the account's name.</param>
internal sealed class ContextCapture(string? source, string? operatorName)
{
    private const string Cut = "…";

    public ContextRecord Take(TimeProvider time)
    {
        var record = new ContextRecord
        {
            Captured = Timestamp.RoundDown(time.GetUtcNow()),
            Source = source,
            Operator = operatorName ?? Name(Environment.UserName),
            Device = Name(Environment.MachineName),
            System = Name($"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}")!,
            Program = $"notary {ThisProgram.Version}",
            Files = [.. ThisProgram.Files().Select(file => new ProgramFile(file.Sha256, TextRules.Escape(file.Name)))],
            Runtime = Name(RuntimeInformation.FrameworkDescription)!,
            Folder = Fitting(Environment.CurrentDirectory, Limits.SourceCharacters),
            Command = Fitting(Shell.Command(["notary", .. Environment.GetCommandLineArgs().Skip(1)]), Limits.CommandCharacters)!,
        };
        record.Check();
        return record;
    }

    /// <summary>Prints the record as it will be deposited; at a terminal asks whether it may.</summary>
    /// <param name="terminal">Where it is printed, and who is asked.</param>
    /// <param name="record">The record.</param>
    /// <param name="isAgreed">Whether the user has agreed beforehand.</param>
    /// <param name="language">Of the words around it.</param>
    /// <exception cref="CliException">The user does not want it.</exception>
    public static void Show(Terminal terminal, ContextRecord record, bool isAgreed, Language language)
    {
        terminal.Heading(new Sentence(
            $"The context record, deposited with the files as {ContextRecord.ItemPath}; nothing of it leaves this machine but the commitment",
            $"采集环境声明，将作为 {ContextRecord.ItemPath} 与文件一同存证；除承诺值外，其内容不离开本机").In(language));
        foreach (var line in record.ToText().Split('\n', StringSplitOptions.RemoveEmptyEntries))
            terminal.Line("  " + line);
        terminal.Line();
        if (!isAgreed && terminal.CanAsk && !terminal.Ask(new Sentence("deposit it with the files?", "是否与文件一同存证？").In(language)))
            throw new CliException(ExitCode.Interrupted, "the context record was declined", "nothing was sent");
    }

    private static string? Name(string value) => Fitting(value, Limits.TitleCharacters);

    /// <summary>Made such that a text can hold it: escaped, and cut with a mark where it is longer; null when nothing is left.</summary>
    private static string? Fitting(string value, int characters)
    {
        var text = TextRules.Escape(value).Trim(' ');
        if (TextRules.CodePoints(text) > characters)
        {
            var kept = text[..(characters - Cut.Length)];
            // Not between the halves of a pair.
            text = (char.IsHighSurrogate(kept[^1]) ? kept[..^1] : kept).TrimEnd(' ') + Cut;
        }

        return text.Length == 0 ? null : text;
    }
}
