using System.CommandLine;

namespace Notary.Cli;

/// <summary><c>notary demo</c>: the whole way on the user's own files, with a ledger that lives for the moment.</summary>
internal static class DemoCommand
{
    private static readonly Argument<string[]> Paths = new("PATH")
    {
        Description = "Files and folders; without any, a sample is made.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static Command Create(CliContext context)
    {
        var language = LanguageOption.Create();
        var command = new Command("demo", "Deposit files on a ledger of the moment, verify them, and see a forgery refused.") { Paths, language };
        command.SetAction((arguments, cancellation) =>
            new Demo(context, arguments.GetValue(language)).RunAsync(arguments.Get(Paths), cancellation));
        return command;
    }
}
