using System.CommandLine;
using System.CommandLine.Invocation;
using Grpc.Core;
using Notary.Core;
using Notary.Server;

namespace Notary.Cli;

/// <summary>Parses the arguments, runs the verb, and turns whatever goes wrong into <c>notary: error: …</c> lines and an exit code.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(RootCommand root, string[] arguments, Terminal terminal)
    {
        // An argument that begins with '@' is a file's name here, not a file of arguments.
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (arguments.Length == 0)
            await root.Parse(["--help"]).InvokeAsync();
        if (parsed.Action is ParseErrorAction)
            return arguments.Length == 0 ? ExitCode.Input : Misused(parsed, terminal);
        using var interruption = new Interruption();
        try
        {
            var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(invocation, interruption.Token);
        }
        catch (Exception exception)
        {
            return Report(exception, terminal, interruption.Token.IsCancellationRequested);
        }
    }

    private static int Misused(ParseResult parsed, Terminal terminal)
    {
        foreach (var error in parsed.Errors)
            terminal.Error(Lowered(error.Message));
        var command = parsed.CommandResult.Command;
        terminal.Hint(command is RootCommand ? "notary --help" : $"notary {Path(command)} --help");
        return ExitCode.Input;
    }

    /// <summary>A verb's name, after those that it is under.</summary>
    private static string Path(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault(parent => parent is not RootCommand) is { } parent ? $"{Path(parent)} {command.Name}" : command.Name;

    private static int Report(Exception exception, Terminal terminal, bool interrupted)
    {
        var known = Describe(exception, interrupted);
        terminal.Tell(known);
        return known.ExitCode;
    }

    private static CliException Describe(Exception exception, bool interrupted) => exception switch
    {
        CliException known => known,
        OperationCanceledException when interrupted => new CliException(ExitCode.Interrupted, "interrupted"),
        AggregateException { InnerExceptions: [var only] } => Describe(only, interrupted),
        MalformedException malformed => CliException.Input(malformed.Message),
        LedgerRefusedException { IsVerdict: true } refused => new CliException(ExitCode.Failed, Lowered(refused.Problem), Lowered(refused.Hint)),
        LedgerRefusedException refused => CliException.Input(Lowered(refused.Problem), Lowered(refused.Hint)),
        AccountRefusedException refused => CliException.Input(Lowered(refused.Problem), Lowered(refused.Hint)),
        ServerRefusedException refused => CliException.Input(Lowered(refused.Problem), Lowered(refused.Hint)),
        LedgerFailedException failed => new CliException(ExitCode.Server, Lowered(failed.Message)),
        RpcException rpc => ServerError.From(rpc).ToException("the server"),
        IOException or UnauthorizedAccessException => CliException.Input(Lowered(exception.Message)),
        OutOfMemoryException => CliException.Input("there is not enough memory for this"),
        // A fault of this program. Its type and words help to report it; a trace would only frighten.
        _ => CliException.Input($"unexpected {exception.GetType().Name}: {exception.Message}", "this is a fault of this program; please report it"),
    };

    private static string Lowered(string message)
    {
        var line = message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
        return line.Length > 1 && char.IsUpper(line[0]) && !char.IsUpper(line[1]) ? char.ToLowerInvariant(line[0]) + line[1..] : line;
    }
}
