using System.CommandLine;
using Notary.Core;

namespace Notary.Cli;

/// <summary><c>notary disclose</c>: a package that opens some documents of a deposit, for a court or anybody else, and nothing else.</summary>
internal static class DiscloseCommand
{
    private static readonly Argument<string> EvidencePath = new("EVIDENCE") { Description = "The .evidence.zip of the whole deposit." };

    private static readonly Option<string[]> Files = new("--file")
    {
        Description = "What to disclose: paths in the deposit, as 'notary show' prints them; of a folder everything in it.",
        HelpName = "PATH...",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<bool> HideNames = new("--hide-names") { Description = "Show no name, size or time: whoever holds a document can check it, nobody learns what it is called." };
    private static readonly Option<bool> Anonymous = new("--anonymous") { Description = "Withhold claims and request: who deposited, the title, the number of documents." };

    private static readonly Option<string[]> Include = new("--include")
    {
        Description = "Put the disclosed documents themselves into the package, from these files and folders.",
        HelpName = "FILE_OR_FOLDER...",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string?> TrustFile = new("--trust")
    {
        Description = "Also put in a verification report under this trust file. It is for reading: whoever checks brings a trust file of their own.",
        HelpName = "FILE",
    };

    private static readonly Option<string> Out = new("--out") { Description = "The package; a name that is free.", HelpName = "FILE.zip", Required = true };

    public static Command Create(CliContext context)
    {
        var command = new Command("disclose", "Open some documents of a deposit to others, in a package that they can check without this program.")
        {
            EvidencePath, Files, HideNames, Anonymous, Include, TrustFile, Out,
        };
        command.SetAction((arguments, cancellation) => new DisclosureRun(
            context,
            new DisclosureOptions(
                arguments.GetRequiredValue(EvidencePath),
                arguments.GetRequiredValue(Files),
                ShowNames: !arguments.GetValue(HideNames),
                ShowDepositor: !arguments.GetValue(Anonymous),
                arguments.GetValue(Include) ?? [],
                arguments.GetValue(TrustFile),
                arguments.GetRequiredValue(Out))).RunAsync(cancellation));
        return command;
    }
}
