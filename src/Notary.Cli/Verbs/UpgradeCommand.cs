using System.CommandLine;
using Notary.Core;
using Notary.Documents;

namespace Notary.Cli;

/// <summary><c>notary upgrade</c>: fetches what has arrived since the deposit and puts it into the evidence.</summary>
internal static class UpgradeCommand
{
    private static readonly Argument<string[]> Paths = new("EVIDENCE")
    {
        Description = "An .evidence.zip or a certificate.json; it is replaced by one with more in it.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string> Server = new("--server") { Description = "The ledger's server, such as http://127.0.0.1:7070.", HelpName = "URL", Required = true };
    private static readonly Option<string?> Roots = TimestampRootsFile.Option();

    private static readonly Option<string?> TrustFile = new("--trust")
    {
        Description = "Whose witnesses the certificate's page counts; the file 'trust' beside the evidence unless given. Without either it names them and counts none.",
        HelpName = "FILE",
    };


    public static Command Create(CliContext context)
    {
        var command = new Command("upgrade", "Add to evidence what only arrives after the deposit: independent time-stamps, and the way into Bitcoin.") { Paths, Server, Roots, TrustFile };
        ClientIdentity.AddTo(command);
        command.SetAction((arguments, cancellation) => RunAsync(context, arguments, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, ParseResult arguments, CancellationToken cancellation)
    {
        using var client = LedgerClient.Connect(arguments.GetRequiredValue(Server), context.Time, ClientIdentity.Read(arguments));
        IReadOnlyList<UpgradeStep> steps =
        [
            new TimestampStep(client, TimestampRootsFile.Read(arguments.GetValue(Roots))).ApplyAsync,
            new BitcoinStep(client).ApplyAsync,
        ];
        var exitCode = ExitCode.Pass;
        foreach (var path in arguments.Get(Paths))
        {
            var trust = Trust.Find(arguments.GetValue(TrustFile), DurableFile.FolderOf(path));
            if (!await UpgradeAsync(context.Terminal, path, trust?.Policy, steps, cancellation))
                exitCode = ExitCode.Failed;
        }

        return exitCode;
    }

    /// <returns>Whether everything that the server gave was in order.</returns>
    private static async Task<bool> UpgradeAsync(
        Terminal terminal, string path, TrustPolicy? trust, IReadOnlyList<UpgradeStep> steps, CancellationToken cancellation)
    {
        var evidence = EvidenceFile.Read(path, cancellation);
        if (evidence.Folder.Length > 0)
            throw CliException.Input($"{path}: is a package of 'notary disclose'", "upgrade the evidence that it was made from, and disclose again");
        // They would not be written again, and they are not this program's to delete.
        if (evidence.Unknown is [var first, ..])
            throw CliException.Input($"{path}: holds '{first}', which is no evidence and would be lost", "take it out of the package first");
        var (upgraded, refusals) = (evidence, new List<string>());
        foreach (var step in steps)
        {
            var result = await step(upgraded, cancellation);
            upgraded = result.Evidence;
            refusals.AddRange(result.Refusals);
            foreach (var line in result.Lines)
                terminal.Line($"{path}: {line}");
        }

        if (!ReferenceEquals(upgraded, evidence))
            EvidenceFile.Replace(path, upgraded.Pages.Count == 0 ? upgraded : CertificatePage.AddTo(upgraded, trust));
        foreach (var refusal in refusals)
            terminal.Error($"{path}: {refusal}");
        return refusals.Count == 0;
    }
}
