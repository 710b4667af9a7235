using System.CommandLine;

namespace Notary.Cli;

/// <summary><c>notary show</c>: what is in evidence or a certificate, and who says so. Checks nothing that needs trust.</summary>
internal static class ShowCommand
{
    private static readonly Argument<string> EvidencePath = new("EVIDENCE") { Description = "An .evidence.zip, a certificate.json or a certificate.pdf." };

    private static readonly Option<string?> Earlier = new("--earlier")
    {
        Description = "Folder of evidence: documents that were deposited before, unchanged, cite their earliest certificate in it.",
        HelpName = "DIR",
    };

    public static Command Create(CliContext context)
    {
        var language = LanguageOption.Create();
        var command = new Command("show", "Show what evidence or a certificate says, and who says it.") { EvidencePath, Earlier, language };
        command.SetAction((arguments, cancellation) =>
        {
            var path = arguments.GetRequiredValue(EvidencePath);
            var earlier = arguments.GetValue(Earlier) is { } folder ? ReadEarlier(context.Terminal, folder, cancellation) : null;
            new EvidenceView(context.Terminal, path, arguments.GetValue(language)).Print(EvidenceFile.ReadNamed(path, cancellation).Evidence, earlier);
            return Task.FromResult(ExitCode.Pass);
        });
        return command;
    }

    private static IReadOnlyList<FiledEvidence> ReadEarlier(Terminal terminal, string folder, CancellationToken cancellation)
    {
        if (!Directory.Exists(folder))
            throw CliException.Input($"--earlier {folder}: no such folder");
        var (evidence, problems) = FiledEvidence.ReadAll(FiledEvidence.Find(folder), cancellation);
        foreach (var problem in problems)
            terminal.Warning($"left out: {problem}");
        return evidence;
    }
}
