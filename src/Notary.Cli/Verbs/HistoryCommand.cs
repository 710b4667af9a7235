using System.CommandLine;
using System.Globalization;
using Notary.Core;

namespace Notary.Cli;

/// <summary><c>notary history</c>: every deposit of one document, and whether the file is still one of them.</summary>
internal static class HistoryCommand
{
    private static readonly Argument<string> DocumentPath = new("PATH") { Description = "A file, or the path that it had in its deposits." };
    private static readonly Option<string> EvidenceFolder = new("--evidence") { Description = "Folder with the evidence.", HelpName = "DIR", Required = true };

    public static Command Create(CliContext context)
    {
        var command = new Command("history", "List the deposits of a document, its versions, and which of them the file is now.")
        {
            DocumentPath, EvidenceFolder,
        };
        command.SetAction((arguments, cancellation) => RunAsync(
            context.Terminal, arguments.GetRequiredValue(DocumentPath), arguments.GetRequiredValue(EvidenceFolder), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, string path, string folder, CancellationToken cancellation)
    {
        if (Directory.Exists(path))
            throw CliException.Input($"{path}: is a folder; name one file");
        if (path.Length == 0 || !Path.Exists(folder))
            throw CliException.Input(path.Length == 0 ? "PATH is empty" : $"--evidence {folder}: no such folder");
        var (evidence, problems) = FiledEvidence.ReadAll(FiledEvidence.Find(folder), cancellation);
        foreach (var problem in problems)
            terminal.Warning($"left out: {problem}");
        var now = await HashAsync(terminal, path, cancellation);
        var deposits = FileHistory.Of(evidence, new OriginalsList().RootsOf, path, now);
        if (deposits.Count == 0)
            throw CliException.Input($"{path}: no evidence in {folder} is of a document at this place, or of this content");
        Print(terminal, path, deposits, now);
        return ExitCode.Pass;
    }

    /// <summary>What the file is now, or null when there is none: its history is then all that is left.</summary>
    private static async Task<ItemText?> HashAsync(Terminal terminal, string path, CancellationToken cancellation)
    {
        if (!Path.Exists(path))
            return null;
        ItemText? now = null;
        var files = FileSource.Walk([path], cancellation);
        await Progress.RunAsync(terminal, "hashing 1 file", files[0].Stamp.Size, async progress =>
        {
            await FileHashing.RunAsync(files, (_, item) => now = item, progress, cancellation);
            return 0;
        });
        return now;
    }

    private static void Print(Terminal terminal, string path, IReadOnlyList<FiledDocument> deposits, ItemText? now)
    {
        var versions = deposits.Select(document => (document.Item.Size, document.Item.Sha256)).Distinct().ToList();
        terminal.Line($"{path}: {Sizes.Count(deposits.Count, "deposit")}, {Sizes.Count(versions.Count, "version")}");
        for (var i = 0; i < versions.Count; i++)
        {
            var (size, digest) = versions[i];
            var isNow = now is not null && now.Size == size && now.Sha256 == digest;
            terminal.Heading($"Version {i + 1}{(isNow ? ", which the file is now" : "")}");
            terminal.Fields(
                ("sha256", digest.ToString()),
                ("size", string.Create(CultureInfo.InvariantCulture, $"{size:N0} bytes")));
            foreach (var document in deposits.Where(document => document.Item.Sha256 == digest && document.Item.Size == size))
                PrintDeposit(terminal, document);
        }

        terminal.Line();
        terminal.Line(now is null
            ? "The file is not there now."
            : versions.Contains((now.Size, now.Sha256)) ? $"The file is now version {versions.IndexOf((now.Size, now.Sha256)) + 1}." : $"The file is now none of them: sha256 {now.Sha256}.");
        terminal.Line("Not checked here: whether the ledger that signed is one you trust. For that: notary verify EVIDENCE FILE --trust FILE");
    }

    private static void PrintDeposit(Terminal terminal, in FiledDocument document)
    {
        var one = document.Evidence;
        terminal.Line($"  {Timestamp.Format(one.Statement.Received)} received, says the operator's clock");
        terminal.Line($"    deposit {one.Deposit}, entry {one.Index} of {one.Statement.Ledger}");
        if (one.Previous is { } previous)
            terminal.Line($"    follows {previous}, says the depositor");
        terminal.Line($"    as {document.Item.Path}, certificate in {one.Path}");
    }
}
