using System.CommandLine;
using System.CommandLine.Parsing;

namespace Notary.Cli;

/// <summary>Files and folders on a command line.</summary>
internal static class PathArguments
{
    /// <summary>
    /// The values of a PATH argument. A mistyped option would be taken for a path: one that begins with '-' is only meant
    /// as a path behind <c>--</c>, or written <c>./-name</c>.
    /// </summary>
    /// <exception cref="CliException">It looks like an option that there is not.</exception>
    public static string[] Get(this ParseResult parsed, Argument<string[]> argument)
    {
        var paths = parsed.GetValue(argument) ?? [];
        var isOpen = parsed.Tokens.All(token => token.Type != TokenType.DoubleDash);
        return isOpen && paths.FirstOrDefault(path => path is ['-', ..]) is { } option
            ? throw CliException.Input($"unrecognized option '{option}'", $"a file of that name is given as ./{option}")
            : paths;
    }
}
