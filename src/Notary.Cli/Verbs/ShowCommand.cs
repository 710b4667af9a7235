using System.CommandLine;

namespace Notary.Cli;

/// <summary><c>notary show</c>: what is in evidence or a certificate, and who says so. Checks nothing that needs trust.</summary>
internal static class ShowCommand
{
    private static readonly Argument<string> EvidencePath = new("EVIDENCE") { Description = "An .evidence.zip or a certificate.json." };

    public static Command Create(CliContext context)
    {
        var language = LanguageOption.Create();
        var command = new Command("show", "Show what evidence or a certificate says, and who says it.") { EvidencePath, language };
        command.SetAction((arguments, cancellation) =>
        {
            var path = arguments.GetRequiredValue(EvidencePath);
            new EvidenceView(context.Terminal, path).Print(EvidenceFile.Read(path, cancellation), arguments.GetValue(language));
            return Task.FromResult(ExitCode.Pass);
        });
        return command;
    }
}
