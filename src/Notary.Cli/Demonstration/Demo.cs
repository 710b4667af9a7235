using System.Net;
using Microsoft.Extensions.Logging;
using Notary.Core;
using Notary.Server;
using Spectre.Console;

namespace Notary.Cli;

/// <summary>
/// What a newcomer is shown: (1) a ledger starts, (2) files are deposited, (3) the certificate, (4) it verifies, (5) a
/// changed document and a changed certificate do not. Real server, real files, the same code as the other verbs.
/// </summary>
internal sealed class Demo(CliContext context, Language language)
{
    private readonly Terminal terminal = context.Terminal;

    /// <returns>The exit code: pass when the real evidence passes and both forgeries fail.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> given, CancellationToken cancellation)
    {
        // What cannot be deposited is told before anything starts.
        if (given.Count > 0)
            FileSource.Walk(given, cancellation);
        var folder = Directory.CreateTempSubdirectory("notary-demo-").FullName;
        var paths = given.Count > 0 ? given : [Sample.Write(Path.Join(folder, "documents"))];
        var files = FileSource.Walk(paths, cancellation);
        var outputFolder = Path.Join(folder, "evidence");
        await DepositAsync(folder, paths, outputFolder, cancellation); // (1), (2)
        var path = Directory.EnumerateFiles(outputFolder, "*" + OutputFolder.Suffix).Single();
        var trust = Trust.Read(Trust.PinPath(outputFolder));
        var evidence = EvidenceFile.Read(path, cancellation);
        ShowCertificate(evidence.Certificate); // (3)
        var genuine = await VerifyAsync(evidence, trust, paths, cancellation); // (4)
        var refused = await ForgeAsync(evidence, trust, files, folder, cancellation); // (5)
        SayWhatNext(folder, path, paths, trust);
        return genuine == Verdict.Pass && refused ? ExitCode.Pass : ExitCode.Failed;
    }

    private async Task DepositAsync(string folder, IReadOnlyList<string> paths, string outputFolder, CancellationToken cancellation)
    {
        Step(1, "A ledger starts in a temporary folder");
        var options = new ServerOptions
        {
            DataDirectory = Path.Join(folder, "ledger"),
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Web = new IPEndPoint(IPAddress.Loopback, 0),
            TimeProvider = context.Time,
            Logging = logging => logging.AddProvider(new TerminalLogs(terminal)),
        };
        await using var server = await NotaryServer.StartAsync(options, cancellation);
        terminal.Line($"{server.Origin} in {options.DataDirectory}");

        Step(2, "Your files are hashed here; one blinded commitment goes to the ledger");
        var address = server.GrpcAddress.GetLeftPart(UriPartial.Authority);
        var deposit = new DepositOptions(paths, address, outputFolder, null, false) { Kind = "trade-secret", Title = "Demonstration" };
        await new DepositRun(context, deposit).RunAsync(cancellation);
    }

    private void ShowCertificate(Certificate certificate)
    {
        Step(3, "The certificate that came back");
        Box("statement: the ledger's entry, all that the public sees", certificate.Statement);
        Box("checkpoint: the whole ledger in one signed hash", certificate.Checkpoint ?? "");
    }

    private async Task<Verdict> VerifyAsync(Evidence evidence, Trust trust, IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        Step(4, "Anybody with the files, the evidence and the ledger's key can verify: the ledger is off now");
        var report = Verifier.Verify(evidence, new VerifierInputs(trust.Policy) { Files = await GivenFiles.HashAsync(terminal, paths, withSm3: false, cancellation) });
        ReportView.Print(terminal, report, language);
        return report.Verdict;
    }

    private async Task<bool> ForgeAsync(
        Evidence evidence, Trust trust, IReadOnlyList<SourceFile> files, string folder, CancellationToken cancellation)
    {
        Step(5, "A forgery is refused");
        var original = files.MinBy(file => file.Stamp.Size);
        var copy = Forgery.OfDocument(original.FullName, Path.Join(folder, "tampered"));
        terminal.Line($"one byte of a copy of {original.Path} is changed:");
        var given = await GivenFiles.HashAsync(null, [copy], withSm3: false, cancellation);
        var document = Verifier.Verify(evidence, new VerifierInputs(trust.Policy) { Files = given });
        PrintVerdict(document);

        terminal.Line("the certificate is made to say an hour earlier:");
        var backdated = Evidence.FromCertificate(Forgery.OfTime(evidence.Certificate));
        var certificate = Verifier.Verify(backdated, new VerifierInputs(trust.Policy));
        PrintVerdict(certificate);
        return document.Verdict == Verdict.Fail && certificate.Verdict == Verdict.Fail;
    }

    private void SayWhatNext(string folder, string evidence, IReadOnlyList<string> paths, Trust trust)
    {
        Step(6, "What to run next");
        terminal.Line(Shell.Command(["notary", "verify", evidence, .. paths, "--trust", trust.Place]));
        terminal.Line(Shell.Command("notary", "show", evidence));
        terminal.Line(Shell.Command("notary", "serve", "--data", Path.Join(folder, "ledger")));
        terminal.Line($"everything of this demonstration is in {folder}; delete it when you have seen enough");
    }

    private void PrintVerdict(Report report)
    {
        var colour = report.Verdict == Verdict.Fail ? Color.Red : Color.Yellow;
        terminal.Styled("  " + report.VerdictSentence.In(language), new Style(colour));
        terminal.Styled("  " + report.TimeSentence.In(language), new Style(Color.Grey));
    }

    private void Step(int number, string text)
    {
        terminal.Line();
        if (terminal.Rich is null)
            terminal.Line($"{number}. {text}");
        else
            terminal.Write(new Rule(Markup.Escape($"{number}. {text}")) { Justification = Justify.Left, Style = new Style(Color.Blue) });
    }

    private void Box(string title, string text)
    {
        if (terminal.Rich is not null)
        {
            terminal.Write(new Panel(new Text(text.TrimEnd('\n'))) { Header = new PanelHeader(Markup.Escape(title)), Border = BoxBorder.Rounded });
            return;
        }

        terminal.Line(title);
        foreach (var line in text.TrimEnd('\n').Split('\n'))
            terminal.Line("    " + line);
    }
}
