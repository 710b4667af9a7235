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
        var language = LanguageOption.Create();
        var command = new Command("history", "List the deposits of a document, its versions, and which of them the file is now.")
        {
            DocumentPath, EvidenceFolder, language,
        };
        command.SetAction((arguments, cancellation) => RunAsync(
            context.Terminal, arguments.GetRequiredValue(DocumentPath), arguments.GetRequiredValue(EvidenceFolder), arguments.GetValue(language), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, string path, string folder, Language language, CancellationToken cancellation)
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
        Print(terminal, path, deposits, now, language);
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

    private static void Print(Terminal terminal, string path, IReadOnlyList<FiledDocument> deposits, ItemText? now, Language language)
    {
        var versions = deposits.Select(document => (document.Item.Size, document.Item.Sha256)).Distinct().ToList();
        terminal.Line(path + new Sentence(
            $": {Sizes.Count(deposits.Count, "deposit")}, {Sizes.Count(versions.Count, "version")}",
            $"：{deposits.Count:N0} 次存证，{versions.Count:N0} 个版本").In(language));
        for (var i = 0; i < versions.Count; i++)
        {
            var (size, digest) = versions[i];
            var isNow = now is not null && now.Size == size && now.Sha256 == digest;
            terminal.Heading(new Sentence(
                $"Version {i + 1}{(isNow ? ", which the file is now" : "")}", $"版本 {i + 1}{(isNow ? "，即文件现状" : "")}").In(language));
            terminal.Fields(
                ("sha256", digest.ToString()),
                (new Sentence("size", "大小").In(language), new Sentence(
                    string.Create(CultureInfo.InvariantCulture, $"{size:N0} bytes"), string.Create(CultureInfo.InvariantCulture, $"{size:N0} 字节")).In(language)));
            foreach (var document in deposits.Where(document => document.Item.Sha256 == digest && document.Item.Size == size))
                PrintDeposit(terminal, document, language);
        }

        terminal.Line();
        terminal.Line(Compared(versions, now).In(language));
        terminal.Line(new Sentence(
            "Not checked here: whether the ledger that signed is one you trust. For that: notary verify EVIDENCE FILE --trust FILE",
            "此处未核验：签署的账本是否为您所信任。核验请用：notary verify EVIDENCE FILE --trust FILE").In(language));
    }

    private static Sentence Compared(List<(ulong Size, Hash Sha256)> versions, ItemText? now)
    {
        if (now is null)
            return new("The file is not there now.", "文件现已不在。");
        var version = versions.IndexOf((now.Size, now.Sha256)) + 1;
        return version > 0
            ? new($"The file is now version {version}.", $"文件现为版本 {version}。")
            : new($"The file is now none of them: sha256 {now.Sha256}.", $"文件现与各版本均不同：sha256 {now.Sha256}。");
    }

    private static void PrintDeposit(Terminal terminal, in FiledDocument document, Language language)
    {
        var one = document.Evidence;
        var received = Timestamp.Format(one.Statement.Received);
        terminal.Line("  " + new Sentence($"{received} received, says the operator's clock", $"{received} 接收，运营方时钟所示").In(language));
        terminal.Line("    " + new Sentence(
            $"deposit {one.Deposit}, entry {one.Index} of {one.Statement.Ledger}", $"存证 {one.Deposit}，账本 {one.Statement.Ledger} 的条目 {one.Index}").In(language));
        if (one.Previous is { } previous)
            terminal.Line("    " + new Sentence($"follows {previous}, says the depositor", $"接续 {previous}，存证人所称").In(language));
        terminal.Line("    " + new Sentence($"as {document.Item.Path}, certificate in {one.Path}", $"名称 {document.Item.Path}，证书在 {one.Path}").In(language));
    }
}
