using System.CommandLine;
using Notary.Core;
using Notary.Documents;

namespace Notary.Cli;

/// <summary><c>notary certificate</c>: the certificate as a PDF to file and to print.</summary>
internal static class CertificateCommand
{
    private static readonly Argument<string> EvidencePath = new("EVIDENCE") { Description = "An .evidence.zip or a certificate.json." };
    private static readonly Option<string> Out = new("--out") { Description = "The PDF; a name that is free.", HelpName = "FILE.pdf", Required = true };

    private static readonly Option<bool> Disclose = new("--disclose")
    {
        Description = "Name the documents that the evidence shows, and carry what opens them. Confidential.",
    };

    public static Command Create(CliContext context)
    {
        var command = new Command("certificate", "Write a certificate as a PDF (PDF/A-3) that holds certificate.json too.") { EvidencePath, Out, Disclose };
        command.SetAction((arguments, cancellation) =>
        {
            var path = arguments.GetRequiredValue(Out);
            NewFile.CheckFree(path);
            var evidence = EvidenceFile.Read(arguments.GetRequiredValue(EvidencePath), cancellation);
            var pdf = arguments.GetValue(Disclose) ? CertificatePdf.Disclosure(evidence) : CertificatePdf.Secrecy(evidence.Certificate);
            NewFile.Write(path, DurableFile.Private, stream => stream.Write(pdf));
            return Task.FromResult(ExitCode.Pass);
        });
        return command;
    }
}
