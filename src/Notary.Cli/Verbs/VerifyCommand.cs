using System.CommandLine;
using System.Text;
using Notary.Core;

namespace Notary.Cli;

/// <summary><c>notary verify</c>: the verdict on evidence, from the verifier's own trust file, offline.</summary>
internal static class VerifyCommand
{
    private static readonly Argument<string> EvidencePath = new("EVIDENCE") { Description = "An .evidence.zip or a certificate.json." };

    private static readonly Argument<string[]> Paths = new("FILE_OR_FOLDER")
    {
        Description = "The documents it is about, under the arguments they were deposited with.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string> TrustFile = new("--trust") { Description = "Whom you trust: a C2SP tlog-policy.", HelpName = "FILE", Required = true };
    private static readonly Option<string?> Depositor = new("--depositor") { Description = "The public key of the account that you expect to have deposited.", HelpName = "VKEY" };
    private static readonly Option<bool> Json = new("--json") { Description = "Print the report as JSON, in both languages." };

    public static Command Create(CliContext context)
    {
        var language = LanguageOption.Create();
        var command = new Command("verify", "Check evidence or a certificate, with or without its documents.")
        {
            EvidencePath, Paths, TrustFile, Depositor, Json, language,
        };
        command.SetAction(async (arguments, cancellation) =>
        {
            var report = await VerifyAsync(context, arguments, cancellation);
            if (arguments.GetValue(Json))
                context.Terminal.Raw(Encoding.UTF8.GetString(ReportJson.Write(report, ThisProgram.Version)));
            else
                ReportView.Print(context.Terminal, report, arguments.GetValue(language));
            return ExitCodeOf(report.Verdict);
        });
        return command;
    }

    public static int ExitCodeOf(Verdict verdict) => verdict switch
    {
        Verdict.Pass => ExitCode.Pass,
        Verdict.Fail => ExitCode.Failed,
        _ => ExitCode.Indeterminate,
    };

    private static async Task<Report> VerifyAsync(CliContext context, ParseResult arguments, CancellationToken cancellation)
    {
        var trust = Trust.Read(arguments.GetRequiredValue(TrustFile));
        var depositor = ReadDepositor(arguments.GetValue(Depositor));
        var evidence = EvidenceFile.Read(arguments.GetRequiredValue(EvidencePath), cancellation);
        var files = arguments.Get(Paths) is { Length: > 0 } paths
            // JSON stands alone on standard output: no progress beside it.
            ? await GivenFiles.HashAsync(arguments.GetValue(Json) ? null : context.Terminal, paths, Verifier.NeedsSm3(evidence), cancellation)
            : null;
        return Verifier.Verify(evidence, new VerifierInputs(trust.Policy) { Depositor = depositor, Files = files });
    }

    private static VerifierKey? ReadDepositor(string? text)
    {
        try
        {
            return text is null ? null : VerifierKey.Parse(text);
        }
        catch (MalformedException exception)
        {
            throw CliException.Input($"--depositor: {exception.Message}", "a depositor's key is what 'notary keygen' printed: name+hash+base64");
        }
    }
}
