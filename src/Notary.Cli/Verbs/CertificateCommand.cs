using System.CommandLine;
using Notary.Core;
using Notary.Documents;

namespace Notary.Cli;

/// <summary><c>notary certificate</c>: the certificate as a PDF to file and to print, with the operator's seal or one's own.</summary>
internal static class CertificateCommand
{
    private static readonly Argument<string> EvidencePath = new("EVIDENCE") { Description = "An .evidence.zip, a package of 'notary disclose', or a certificate.json." };
    private static readonly Option<string> Out = new("--out") { Description = "The PDF; a name that is free.", HelpName = "FILE.pdf", Required = true };
    private static readonly Option<string?> Server = new("--server") { Description = "Ask the ledger's server for the copy that its operator seals; without an operator's seal it is written without one.", HelpName = "URL" };

    private static readonly Option<bool> Disclose = new("--disclose")
    {
        Description = "Name the documents that the evidence shows, and carry what opens them. Confidential.",
    };

    public static Command Create(CliContext context)
    {
        var command = new Command("certificate", "Write a certificate as a PDF (PDF/A-3) that holds certificate.json too.") { EvidencePath, Out, Server, Disclose };
        foreach (var option in SealArguments.All)
            command.Options.Add(option);
        ClientIdentity.AddTo(command);
        command.SetAction((arguments, cancellation) => RunAsync(context, arguments, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, ParseResult arguments, CancellationToken cancellation)
    {
        var (path, discloses) = (arguments.GetRequiredValue(Out), arguments.GetValue(Disclose));
        NewFile.CheckFree(path);
        using var sealer = SealArguments.Open(context, arguments);
        if (arguments.GetValue(Server) is not null && (discloses || sealer is not null))
            throw CliException.Input(
                $"{Server.Name} is given with {(discloses ? Disclose.Name : "a seal of your own")}",
                discloses ? "an operator seals the secrecy copy alone: what documents are called is not for the server to know" : "take one or the other");
        var evidence = EvidenceFile.Read(arguments.GetRequiredValue(EvidencePath), cancellation);
        if (discloses && CertificatePdf.Shown(evidence) > CertificatePdf.MostDocuments)
            throw CliException.Input(
                $"the evidence shows {CertificatePdf.Shown(evidence):N0} documents, more than the {CertificatePdf.MostDocuments:N0} of one PDF",
                "open some of them with 'notary disclose --file', and give that package");
        var shown = discloses ? evidence : Evidence.FromCertificate(evidence.Certificate);
        var pdf = arguments.GetValue(Server) is { } server ? await new OperatorSeal(context, server, ClientIdentity.Read(arguments)).FetchAsync(evidence.Certificate, cancellation) : null;
        var seal = pdf is null ? sealer?.Certificate : null;
        pdf ??= sealer is null
            ? CertificatePdf.Disclosure(shown)
            : await SealArguments.SealAsync(() => CertificatePdf.SealAsync(shown, sealer, context.Time.GetUtcNow(), cancellation));
        NewFile.Write(path, DurableFile.Private, stream => stream.Write(pdf));
        context.Terminal.Fields(
            ("copy", discloses && CertificatePdf.Shown(evidence) > 0 ? "disclosure: it names documents and carries what opens them" : "secrecy: it names no document"),
            ("seal", seal is { } own ? CertificateFacts.NameOf(own) : CertificatePdfFile.Read(pdf, cancellation).IsSealed ? "the operator's; 'notary verify' tells whose it is" : "none, and the page says so"));
        return ExitCode.Pass;
    }
}
