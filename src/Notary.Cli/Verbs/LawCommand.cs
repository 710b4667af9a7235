using System.CommandLine;
using Notary.Core;
using Notary.Documents;

namespace Notary.Cli;

/// <summary><c>notary law</c>: what a court asks of such evidence, and drafts for counsel.</summary>
internal static class LawCommand
{
    private const string List = "evidence-list";

    private static readonly Argument<string?> Name = new("NAME") { Description = "One text, printed; without it all are listed.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> Out = new("--out") { Description = "Write to this folder instead: the one text, or all.", HelpName = "DIR" };
    private static readonly Option<string?> EvidencePath = new("--evidence") { Description = $"For {List}: fill it in from this evidence, as CSV, or with --out as a page too.", HelpName = "FILE" };

    public static Command Create(CliContext context)
    {
        var language = LanguageOption.Create();
        var command = new Command("law", "Articles of law on such evidence, and drafts of declarations, lists and clauses for counsel.")
        {
            Name, Out, EvidencePath, language,
        };
        command.SetAction((arguments, cancellation) =>
        {
            var (name, folder) = (arguments.GetValue(Name), arguments.GetValue(Out));
            if (arguments.GetValue(EvidencePath) is { } evidence)
                FillList(context.Terminal, name, EvidenceFile.Read(evidence, cancellation), folder);
            else if (name is null && folder is null)
                ListAll(context.Terminal, arguments.GetValue(language));
            else
                Give(context.Terminal, name is null ? LawTexts.All : [Find(name)], folder);
            return Task.FromResult(ExitCode.Pass);
        });
        return command;
    }

    private static LawText Find(string name) => LawTexts.Find(name) ?? throw CliException.Input(
        $"there is no one text '{name}'", [.. LawTexts.All.Select(text => text.Name).Where(known => known.StartsWith(name, StringComparison.Ordinal)), "all are listed by: notary law"]);

    private static void ListAll(Terminal terminal, Language language)
    {
        terminal.Fields(LawTexts.All.Select(text => (text.Name, text.Title.In(language))));
        terminal.Line();
        terminal.Line(new Sentence(
            "All are drafts for counsel, and no legal advice. Print one: notary law NAME; write all: notary law --out DIR.",
            "以上均为供律师审阅的草稿，不构成法律意见。打印其一：notary law NAME；全部写出：notary law --out DIR。").In(language));
    }

    private static void Give(Terminal terminal, IReadOnlyList<LawText> texts, string? folder)
    {
        if (folder is null)
            terminal.Raw(StrictText.Decode("text", texts[0].Content.Span));
        else
            Write(terminal, folder, texts.Select(text => (text.Name, text.Content.ToArray())));
    }

    private static void FillList(Terminal terminal, string? name, Evidence evidence, string? folder)
    {
        if (name is not null && name != List)
            throw CliException.Input($"--evidence fills in {List} and no other text");
        var list = EvidenceList.Create(evidence.Certificate, Documents(evidence), evidence.Context is not null, withReport: true);
        if (folder is null)
            terminal.Raw(StrictText.Decode("list", list.ToCsv().AsSpan(3)));
        else
            Write(terminal, folder, [(List + ".csv", list.ToCsv()), (List + ".html", list.ToHtml())]);
    }

    private static IEnumerable<ListedDocument> Documents(Evidence evidence)
    {
        var items = evidence.Manifest?.Items ?? [.. evidence.Openings.Values.Select(opening => opening.Item).OfType<ItemText>()];
        return items.Where(item => evidence.Context is null || item.Path != ContextRecord.ItemPath)
            .Select(item => new ListedDocument(item.Path, item.Size, item.Sha256));
    }

    private static void Write(Terminal terminal, string folder, IEnumerable<(string Name, byte[] Content)> files)
    {
        if (folder.Length == 0)
            throw CliException.Input("--out: is empty");
        DurableFile.CreateFolder(folder, DurableFile.PublicFolder);
        foreach (var (name, content) in files)
        {
            var path = Path.Join(folder, name);
            NewFile.Write(path, DurableFile.Private, stream => stream.Write(content));
            terminal.Line(path);
        }
    }
}
