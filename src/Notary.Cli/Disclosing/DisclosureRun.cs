using System.Globalization;
using Notary.Core;
using Notary.Documents;

namespace Notary.Cli;

/// <summary>What was asked of <c>notary disclose</c>.</summary>
internal sealed record DisclosureOptions(
    string Evidence, IReadOnlyList<string> Files, bool ShowNames, bool ShowDepositor, IReadOnlyList<string> Include, string? Trust, string Out);

/// <summary>
/// One disclosure. The package is verified before it is given its name: what a court would refuse is told here, to the one
/// who can still do something about it.
/// </summary>
internal sealed class DisclosureRun(CliContext context, DisclosureOptions options)
{
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        NewFile.CheckFree(options.Out);
        var trust = options.Trust is { } file ? Trust.Read(file) : null;
        var disclosure = Read(cancellation);
        var opened = disclosure.Open(options.ShowNames, options.ShowDepositor);
        var evidence = opened.WithPages([new Attachment(Evidence.HtmlPage, CertificatePage.Disclosure(opened, trust?.Policy))]);
        RefuseIfItFails(evidence);
        var documents = options.Include.Count == 0
            ? new Dictionary<ItemText, SourceFile>()
            : await IncludedDocuments.FindAsync(context.Terminal, options.Include, disclosure.Chosen, cancellation);
        var package = new DisclosurePackage(disclosure, evidence, options.ShowNames, documents);
        if (trust is not null)
            package.Reported(trust, context.Time.GetUtcNow());
        await Progress.RunAsync(context.Terminal, "packing", documents.Values.Sum(file => 2d * file.Stamp.Size), progress =>
        {
            NewFile.Write(options.Out, DurableFile.Private, stream => package.Write(stream, progress, cancellation));
            return Task.FromResult(0);
        });
        Tell(disclosure, documents.Count);
        return ExitCode.Pass;
    }

    private Disclosure Read(CancellationToken cancellation)
    {
        var chosen = new ChosenPaths(options.Files);
        var disclosure = EvidenceFile.Read(options.Evidence, stream => Disclosure.Read(stream, chosen.Contains, cancellation));
        return chosen.Missing is { Count: > 0 } missing
            ? throw new CliException(ExitCode.Input, missing, Shell.Command("notary", "show", options.Evidence) + " lists the documents of the deposit")
            : disclosure;
    }

    private static void RefuseIfItFails(Evidence evidence)
    {
        // A policy that trusts nobody: what fails under it fails under every other.
        var report = Verifier.Verify(evidence, new VerifierInputs(TrustPolicy.Parse("quorum none\n")));
        if (report.Verdict == Verdict.Fail)
            throw new CliException(
                ExitCode.Failed,
                [.. report.Checks.Where(check => check.Result == CheckResult.Fail).Select(check => $"{check.Name}: {check.Reason.English}")],
                "the evidence itself does not verify, so what it opens would not either; nothing was written");
    }

    private void Tell(Disclosure disclosure, int included)
    {
        var terminal = context.Terminal;
        var count = disclosure.Chosen.Count;
        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{options.Out}: opens {count:N0} of the deposit's {Sizes.Count(disclosure.Count, "document")}"));
        terminal.Fields(
            ("names", options.ShowNames ? "shown" : "hidden"),
            ("depositor, title and number of documents", options.ShowDepositor ? "shown" : "withheld"),
            ("documents themselves", included == 0 ? "not in it: hand them over beside it" : $"{included} of {count} in {PackageNames.Documents}"));
        if (included > 0 && included < count)
            terminal.Warning($"{count - included} of the disclosed documents are not in the package: no file that was given is one of them");
        terminal.Line("To be checked, under the ledger's key as its operator publishes it, by either of:");
        terminal.Line($"  {Shell.Command("notary", "verify", options.Out, "--trust", "FILE")}");
        terminal.Line($"  {Shell.Command("unzip", options.Out, "-d", "court")} && {Shell.Command("bash", $"court/{DisclosurePackage.Script}", "--key", "VKEY")}");
    }
}
