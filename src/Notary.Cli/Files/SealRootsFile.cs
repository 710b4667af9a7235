using System.CommandLine;
using Notary.Core;

namespace Notary.Cli;

/// <summary>The file of those whose seals the user trusts.</summary>
internal static class SealRootsFile
{
    private const string Name = "--seal-roots";

    public static Option<string?> Option() => new(Name)
    {
        Description = "Root certificates, or self-made ones that you know, of those whose seals on a PDF you trust, in PEM; without it a seal is only whole or broken.",
        HelpName = "FILE",
    };

    /// <summary>Null when none is given.</summary>
    /// <exception cref="CliException">It cannot be read, or holds no root.</exception>
    public static SealRoots? Read(string? path)
    {
        try
        {
            return path is null ? null : SealRoots.Parse(StrictText.Decode("seal roots", InputFile.ReadAll(path, TimestampLimits.RootsBytes, "a file of root certificates")));
        }
        catch (MalformedException exception)
        {
            throw CliException.Input($"{Name} {path}: {exception.Message}", "it comes from the sealer's or the CA's own publication, never from the PDF");
        }
    }
}
