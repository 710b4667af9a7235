using System.CommandLine;
using Notary.Core;

namespace Notary.Cli;

/// <summary><c>notary deposit</c>: files go in, evidence comes out, nothing but commitments leaves the machine.</summary>
internal static class DepositCommand
{
    private const string DefaultKind = "trade-secret";

    private static readonly Argument<string[]> Paths = new("PATH")
    {
        Description = "Files and folders; folders with everything in them.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string?> Server = new("--server") { Description = "The ledger's server, such as http://127.0.0.1:7070.", HelpName = "URL" };
    private static readonly Option<string> Out = new("--out") { Description = "Folder for the evidence.", HelpName = "DIR", Required = true };
    private static readonly Option<string?> TrustFile = new("--trust") { Description = "Trust policy; without it the ledger's key is pinned in DIR/trust on first use.", HelpName = "FILE" };
    private static readonly Option<string?> Title = new("--title") { Description = $"A title of at most {Limits.TitleCharacters} characters; the operator sees it.", HelpName = "T" };
    private static readonly Option<string> Kind = new("--kind") { Description = "What is deposited: a-z, 0-9, '-'.", HelpName = "K", DefaultValueFactory = _ => DefaultKind };
    private static readonly Option<string?> Previous = new("--previous") { Description = "The deposit that this one follows.", HelpName = "UUID" };
    private static readonly Option<bool> Each = new("--each") { Description = "One deposit a file instead of one for all." };
    private static readonly Option<string?> Key = new("--key") { Description = "Signing key of 'notary keygen'; its name is the account.", HelpName = "FILE" };
    private static readonly Option<string?> Earlier = new("--earlier") { Description = "Folder of earlier evidence, besides --out: unchanged files cite their earliest certificate in it.", HelpName = "DIR" };
    private static readonly Option<bool> Context = new("--context") { Description = "Deposit with the files how they came to be: program, machine, user, command; shown first." };
    private static readonly Option<string?> Source = new("--source") { Description = "For --context: where the data come from and what made them.", HelpName = "TEXT" };
    private static readonly Option<string?> Operator = new("--operator") { Description = "For --context: who runs this; by default the user's account.", HelpName = "NAME" };
    private static readonly Option<bool> Yes = new("--yes") { Description = "Do not ask." };
    private static readonly Option<bool> ResumeFlag = new("--resume") { Description = "Go on with what was interrupted in DIR." };

    public static Command Create(CliContext context)
    {
        var language = LanguageOption.Create();
        var command = new Command("deposit", "Deposit files: their blinded commitment goes to the ledger, their evidence to a folder.")
        {
            Paths, Server, Out, TrustFile, Title, Kind, Previous, Each, Key, Earlier, Context, Source, Operator, Yes, ResumeFlag, language,
        };
        ClientIdentity.AddTo(command);
        command.SetAction((arguments, cancellation) => arguments.GetValue(ResumeFlag)
            ? ResumeAsync(context, arguments, cancellation)
            : new DepositRun(context, Read(arguments) with { Language = arguments.GetValue(language) }).RunAsync(cancellation));
        return command;
    }

    private static Task<int> ResumeAsync(CliContext context, ParseResult arguments, CancellationToken cancellation)
    {
        string?[] unused =
        [
            arguments.Get(Paths) is [var first, ..] ? first : null,
            arguments.GetValue(Title) is null ? null : "--title",
            arguments.GetValue(Previous) is null ? null : "--previous",
            arguments.GetValue(Key) is null ? null : "--key",
            arguments.GetValue(Each) ? "--each" : null,
            arguments.GetValue(Earlier) is null ? null : "--earlier",
            arguments.GetValue(Context) ? "--context" : null,
            arguments.GetValue(Source) is null ? null : "--source",
            arguments.GetValue(Operator) is null ? null : "--operator",
        ];
        if (unused.FirstOrDefault(name => name is not null) is { } given)
            throw CliException.Input($"--resume goes on with what was asked before, and takes no {given}");
        return new Resume(context, arguments.GetRequiredValue(Out), arguments.GetValue(Server), arguments.GetValue(TrustFile), ClientIdentity.Read(arguments)).RunAsync(cancellation);
    }

    private static DepositOptions Read(ParseResult arguments)
    {
        var problems = new List<string>();
        var options = new DepositOptions(
            arguments.Get(Paths),
            arguments.GetValue(Server) ?? "",
            arguments.GetRequiredValue(Out),
            arguments.GetValue(TrustFile),
            arguments.GetValue(Each))
        {
            Kind = arguments.GetValue(Kind)!,
            Title = arguments.GetValue(Title),
            Previous = ReadPrevious(arguments.GetValue(Previous), problems),
            Key = arguments.GetValue(Key) is { } file ? SigningKeyFile.Read(file) : null,
            Earlier = arguments.GetValue(Earlier),
            Context = ReadContext(arguments, problems),
            Identity = ClientIdentity.Read(arguments),
            IsAgreed = arguments.GetValue(Yes),
        };
        Check(options, problems);
        return problems.Count == 0 ? options : throw new CliException(ExitCode.Input, problems, "notary deposit --help");
    }

    private static void Check(DepositOptions options, List<string> problems)
    {
        if (options.Paths.Count == 0)
            problems.Add("no PATH is given: name the files and folders to deposit");
        if (options.Server.Length == 0)
            problems.Add("--server URL is not given");
        if (options.Out.Length == 0)
            problems.Add("--out: is empty");
        if (options.Earlier is { } earlier && !Directory.Exists(earlier))
            problems.Add($"--earlier {earlier}: no such folder");
        if (!TextRules.IsKind(options.Kind))
            problems.Add($"--kind {options.Kind}: is not 1 to {Limits.KindCharacters} characters of a-z, 0-9, '-'");
        if (options.Title is { } title && TextRules.TitleProblem(title, Limits.TitleCharacters) is { } problem)
            problems.Add($"--title: {problem}");
    }

    private static DepositId? ReadPrevious(string? text, List<string> problems)
    {
        if (text is null)
            return null;
        if (DepositId.TryParse(text, out var id))
            return id;
        problems.Add($"--previous {text}: is not the uuid of a deposit (lower case, with hyphens, version 7)");
        return null;
    }

    private static ContextCapture? ReadContext(ParseResult arguments, List<string> problems)
    {
        var (source, name) = (arguments.GetValue(Source), arguments.GetValue(Operator));
        if (source is not null && TextRules.TitleProblem(source, Limits.SourceCharacters) is { } problem)
            problems.Add($"--source: {problem}");
        if (name is not null && TextRules.TitleProblem(name, Limits.TitleCharacters) is { } other)
            problems.Add($"--operator: {other}");
        if (arguments.GetValue(Context))
            return new ContextCapture(source, name);
        if (source is not null || name is not null)
            problems.Add($"{(source is not null ? "--source" : "--operator")} belongs to the context record: give --context too");
        return null;
    }
}
