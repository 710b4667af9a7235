using System.CommandLine;
using System.Text;
using Notary.Core;
using Notary.Documents;

namespace Notary.Cli;

/// <summary><c>notary verify</c>: the verdict on evidence, from the verifier's own trust file, offline.</summary>
internal static class VerifyCommand
{
    private static readonly Argument<string> EvidencePath = new("EVIDENCE") { Description = "An .evidence.zip, a certificate.json or a certificate.pdf." };

    private static readonly Argument<string[]> Paths = new("FILE_OR_FOLDER")
    {
        Description = "The documents it is about, under the arguments they were deposited with.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string> TrustFile = new("--trust") { Description = "Whom you trust: a C2SP tlog-policy.", HelpName = "FILE", Required = true };
    private static readonly Option<string?> Depositor = new("--depositor") { Description = "The public key of the account that you expect to have deposited.", HelpName = "VKEY" };
    private static readonly Option<string[]> KeyChanges = new("--key-change")
    {
        Description = "A proof that the ledger changed its key since the trust file was written: what its read API serves as key-change/ID.",
        HelpName = "FILE",
        AllowMultipleArgumentsPerToken = false,
    };

    private static readonly Option<string[]> Compromised = new("--compromised")
    {
        Description = "A ledger's key that somebody else came to hold, and since when: it counts only under an independent time before.",
        HelpName = "VKEY@TIME",
        AllowMultipleArgumentsPerToken = false,
    };

    private static readonly Option<string[]> Reports = new("--report")
    {
        Description = "Also write the report to a new file: .pdf to file, .html to read, .json for programs. Private: it shows what the evidence shows.",
        HelpName = "FILE",
        AllowMultipleArgumentsPerToken = false,
    };

    private static readonly Option<string?> Roots = TimestampRootsFile.Option();
    private static readonly Option<string?> SealRoots = SealRootsFile.Option();
    private static readonly Option<bool> Json = new("--json") { Description = "Print the report as JSON, in both languages." };

    public static Command Create(CliContext context)
    {
        var language = LanguageOption.Create();
        var command = new Command("verify", "Check evidence or a certificate, with or without its documents.")
        {
            EvidencePath, Paths, TrustFile, Depositor, KeyChanges, Compromised, Roots, SealRoots, Reports, Json, language,
        };
        foreach (var option in SealArguments.All)
            command.Options.Add(option);
        BlockHeaders.AddTo(command);
        command.SetAction(async (arguments, cancellation) =>
        {
            using var sealer = SealArguments.Open(context, arguments);
            var reports = ReportFile.Plan(arguments.GetValue(Reports) ?? [], sealer);
            var run = await VerifyAsync(context, arguments, isReported: reports.Count > 0 || arguments.GetValue(Json), cancellation);
            if (arguments.GetValue(Json))
                context.Terminal.Raw(Encoding.UTF8.GetString(ReportJson.Write(run)));
            else
                ReportView.Print(context.Terminal, run.Report, arguments.GetValue(language));
            foreach (var report in reports)
                await report.WriteAsync(run, context.Time.GetUtcNow(), cancellation);
            return ExitCodeOf(run.Report.Verdict);
        });
        return command;
    }

    public static int ExitCodeOf(Verdict verdict) => verdict switch
    {
        Verdict.Pass => ExitCode.Pass,
        Verdict.Fail => ExitCode.Failed,
        _ => ExitCode.Indeterminate,
    };

    private static async Task<VerificationRun> VerifyAsync(CliContext context, ParseResult arguments, bool isReported, CancellationToken cancellation)
    {
        if (arguments.GetValue(BlockHeaders.Node) is null && !SealArguments.AskAnAuthority(arguments))
            MachineRoots.Forget();
        // Each of the three wakes another part of .NET: side by side they take half the time.
        var rootsRead = Task.Run(() => TimestampRootsFile.Read(arguments.GetValue(Roots)), cancellation);
        var evidenceRead = Task.Run(() => EvidenceFile.ReadNamed(arguments.GetRequiredValue(EvidencePath), cancellation), cancellation);
        var trust = Trust.Read(arguments.GetRequiredValue(TrustFile));
        var depositor = ReadDepositor(arguments.GetValue(Depositor));
        var changes = (arguments.GetValue(KeyChanges) ?? []).Select(ReadKeyChange).ToList();
        var compromised = (arguments.GetValue(Compromised) ?? []).Select(ReadCompromised)
            .GroupBy(pair => pair.Key, pair => pair.Value).ToDictionary(group => group.Key, group => group.Min());
        var (evidence, file, pdf) = await evidenceRead;
        var files = arguments.Get(Paths) is { Length: > 0 } paths
            // JSON stands alone on standard output: no progress beside it.
            ? await GivenFiles.HashAsync(arguments.GetValue(Json) ? null : context.Terminal, paths, Verifier.NeedsSm3(evidence), cancellation)
            : null;
        var (now, roots) = (context.Time.GetUtcNow(), await rootsRead);
        var inputs = new VerifierInputs(trust.Policy)
        {
            Depositor = depositor,
            Files = files,
            KeyChanges = changes,
            Compromised = compromised,
            BlockHeaders = await BlockHeaders.ReadAsync(context, arguments, Verifier.BlocksNamed(evidence), cancellation),
            TimestampRoots = roots,
            OfFile = pdf?.Check(SealRootsFile.Read(arguments.GetValue(SealRoots)), roots, now) ?? [],
        };
        var circumstances = new VerificationContext(
            now, ThisProgram.Version, isReported ? ThisProgram.Files() : [], file, trust.File);
        var run = VerificationRun.Verify(evidence, inputs, circumstances);
        if (run.Report.Verdict == Verdict.Fail && LacksKey(trust, evidence))
            context.Terminal.Hint(
                "if the ledger has changed its key since the trust file was written, give the proof of it with --key-change, or the trust file that "
                + Shell.Command("notary", "trust", "--server", "URL", "--update", trust.Place) + " brings up to date");
        return run;
    }

    private static bool LacksKey(Trust trust, Evidence evidence)
    {
        try
        {
            return Trust.LacksKeyOf(trust.Policy, TlogProof.Parse(evidence.Certificate.Proof).Note);
        }
        catch (MalformedException)
        {
            return false;
        }
    }

    private static KeyChangeProof ReadKeyChange(string path)
    {
        try
        {
            return KeyChangeProof.Parse(InputFile.ReadAll(path, KeyChangeProof.MaxBytes, "a key change"));
        }
        catch (MalformedException exception)
        {
            throw CliException.Input($"{path}: {exception.Message}", "a key change is what a ledger's read API serves as key-change/ID, ID being the 8 hex digits of the old key");
        }
    }

    private static KeyValuePair<VerifierKey, DateTimeOffset> ReadCompromised(string text)
    {
        var at = text.LastIndexOf('@');
        if (at > 0 && VerifierKey.TryParse(text[..at], out var key, out _) && Timestamp.TryParse(text.AsSpan(at + 1), out var time))
            return KeyValuePair.Create(key!, time);
        throw CliException.Input($"--compromised {text}: is not of the form VKEY@TIME", "for example --compromised ledger.example.org/main+c2e66373+AQOh...@2026-11-22T00:00:00.000Z");
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
