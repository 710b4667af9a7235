using System.CommandLine;
using Notary.Core;

namespace Notary.Cli;

/// <summary>The file of those whom the user trusts for time-stamping.</summary>
internal static class TimestampRootsFile
{
    private const string Name = "--tsa-roots";

    public static Option<string?> Option() => new(Name)
    {
        Description = "Root certificates of the time-stamping authorities that you trust, in PEM; without it no time-stamp counts.",
        HelpName = "FILE",
    };

    /// <summary>Null when none is given.</summary>
    /// <exception cref="CliException">It cannot be read, or holds no root.</exception>
    public static TimestampRoots? Read(string? path) => path is null ? null : Read(Name, path);

    /// <param name="option">What the file was given with, to be said.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="CliException">It cannot be read, or holds no root.</exception>
    public static TimestampRoots Read(string option, string path)
    {
        try
        {
            return TimestampRoots.Parse(StrictText.Decode("time-stamping roots", InputFile.ReadAll(path, TimestampLimits.RootsBytes, "a file of root certificates")));
        }
        catch (MalformedException exception)
        {
            throw CliException.Input($"{option} {path}: {exception.Message}", "the root comes from the authority's own publication, never from the evidence");
        }
    }
}
