using System.Globalization;
using System.Text;
using Notary.Core;

namespace Notary.Documents;

/// <summary>A document that is handed in, as the list names it; what is withheld is null.</summary>
/// <param name="Path">Its path in the deposit.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Its digest.</param>
/// <param name="Place">The file of a package that it is, or that opens it; null when it is in none.</param>
public sealed record ListedDocument(string? Path, ulong? Size, Hash? Sha256, string? Place = null);

/// <summary>A line of the list; what is null is a blank for counsel.</summary>
/// <param name="Name">What the piece is.</param>
/// <param name="Content">What it holds: a name, a size, a digest. A stranger's words, the same in both languages.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Proves">What it is to prove.</param>
public sealed record ListedEvidence(Sentence Name, string Content, Sentence? Source, Sentence? Proves);

/// <summary>
/// The numbered list of evidence that art. 19 of the Provisions on Evidence in Civil Proceedings asks for, filled in from a
/// certificate and the documents that are handed in with it: name, source and object of proof as far as they follow from
/// these; pages, copies, signature and date are blanks. A draft for counsel.
/// </summary>
public sealed class EvidenceList
{
    private const string Blank = "[________]";

    private EvidenceList(IReadOnlyList<ListedEvidence> items) => Items = items;

    /// <summary>The pieces, number 1 first.</summary>
    public IReadOnlyList<ListedEvidence> Items { get; }

    /// <param name="certificate">The deposit's certificate.</param>
    /// <param name="documents">What is handed in, in its order.</param>
    /// <param name="withContext">Whether the context record goes along.</param>
    /// <param name="withReport">Whether a verification report does.</param>
    /// <exception cref="MalformedException">The certificate's statement or proof breaks its format.</exception>
    public static EvidenceList Create(Certificate certificate, IEnumerable<ListedDocument> documents, bool withContext, bool withReport)
    {
        var statement = Statement.Parse(certificate.Statement);
        var index = TlogProof.Parse(certificate.Proof).Index;
        var operatorOf = new Sentence($"issued by the operator of ledger {statement.Ledger}", $"账本 {statement.Ledger} 的运营方出具");
        List<ListedEvidence> items =
        [
            new(
                new("Certificate of deposit", "存证证书"),
                string.Create(CultureInfo.InvariantCulture, $"{CertificateNumbers.OfCertificate(certificate)}; deposit {statement.Deposit}; entry {index}"),
                operatorOf,
                new(
                    $"that the data committed to is entered on the ledger at this place, and that the operator's clock said {Times.Line(statement.Received)}",
                    $"所承诺的数据已记入账本该序号处，运营方时钟所示接收时间为 {Times.Line(statement.Received)}")),
            new(
                new("Proof and signed checkpoint of the ledger", "账本的包含证明与已签名检查点"),
                $"proof.tlog-proof; commitment {statement.Commitment}",
                operatorOf,
                new("that the entry was not changed after the ledger was signed", "该条目在账本签名之后未被更改")),
        ];
        items.AddRange(documents.Select(Document));
        if (withContext)
            items.Add(new(
                new("Context record", "采集环境声明"), ContextRecord.ItemPath,
                new("the depositor, before the deposit", "存证人于存证前书写"),
                new("how the data came to be, as the depositor claims", "存证人所称的数据形成过程")));
        if (withReport)
            items.Add(new(
                new("Verification report", "核验报告"), "verification-report",
                new("made by the party with the program named in it; anybody can repeat it", "当事人以报告所列程序生成，任何人可以重做"),
                new("the result of each check, those not checked included", "各项核验的结果，包括未核验的项目")));
        return new EvidenceList(items);
    }

    /// <summary>For spreadsheets: RFC 4180 in UTF-8 with a byte order mark, without which some of them garble Chinese.</summary>
    public byte[] ToCsv()
    {
        var csv = new StringBuilder("\uFEFF");
        Append(csv, ["编号 No.", "名称 Name", "内容 Content", "来源 Source", "证明对象 Object of proof", "页数 Pages", "份数 Copies"]);
        for (var i = 0; i < Items.Count; i++)
        {
            var item = Items[i];
            Append(csv, [(i + 1).ToString(CultureInfo.InvariantCulture), Both(item.Name), item.Content, Both(item.Source), Both(item.Proves), Blank, Blank]);
        }

        Append(csv, ["供律师审阅的草稿，不构成法律意见 Draft for counsel, not legal advice"]);
        return Encoding.UTF8.GetBytes(csv.ToString());
    }

    /// <summary>For people and for print.</summary>
    public byte[] ToHtml() => HtmlPage.Render(ToDocument());

    /// <summary>The content of <see cref="ToHtml"/>.</summary>
    public Document ToDocument()
    {
        Column[] columns =
        [
            new(new("No.", "编号"), 5), new(new("Evidence", "证据名称"), 14), new(new("Content", "内容"), 36),
            new(new("Source", "来源"), 15), new(new("Object of proof", "证明对象"), 20), new(new("Pages, copies", "页数、份数"), 10),
        ];
        IReadOnlyList<IReadOnlyList<Phrase>> rows = [.. Items.Select((item, i) => (IReadOnlyList<Phrase>)
        [
            Phrase.Exact((i + 1).ToString(CultureInfo.InvariantCulture)), Phrase.Of(item.Name), Phrase.Foreign(item.Content),
            Filled(item.Source), Filled(item.Proves), Phrase.Exact(Blank),
        ])];
        return new Document(
            new("List of evidence", "证据目录"),
            new("Draft for counsel, not legal advice", "供律师审阅的草稿，不构成法律意见"),
            [
                new(new("Case no.", "案号"), Phrase.Exact(Blank)),
                new(new("Submitted by", "提交人"), Phrase.Exact(Blank)),
                new(new("Basis", "依据"), Phrase.Of("Provisions on Evidence in Civil Proceedings, art. 19", "《最高人民法院关于民事诉讼证据的若干规定》第十九条")),
            ],
            null,
            [
                new Table(columns, rows),
                new Fields([new(new("Signature or seal", "签名或者盖章"), Phrase.Exact(Blank)), new(new("Date", "提交日期"), Phrase.Exact(Blank))]),
                new Prose(new(
                    "Documents in a foreign language need a Chinese translation (art. 17).", "外文材料须附中文译本（第十七条）。")),
            ],
            new(
                "Source and object of proof of the documents are for counsel to fill in. This list proves nothing itself.",
                "各文件的来源和证明对象由律师填写。本目录本身不证明任何事项。"));
    }

    private static ListedEvidence Document(ListedDocument document) => new(
        document.Path is null ? new("Document, name withheld", "文件（名称未披露）") : new("Document", "文件"),
        string.Join("; ", new[]
        {
            document.Path is { } path ? TextRules.Escape(path) : null,
            document.Size is { } size ? string.Create(CultureInfo.InvariantCulture, $"{size} bytes") : null,
            document.Sha256 is { } digest ? $"SHA-256 {digest}" : null,
            document.Place,
        }.OfType<string>()),
        null,
        null);

    private static Phrase Filled(Sentence? words) => words is { } known ? Phrase.Of(known) : Phrase.Exact(Blank);

    private static string Both(Sentence? words) => words is { } known ? $"{known.Chinese} {known.English}" : Blank;

    private static void Append(StringBuilder csv, IEnumerable<string> cells) => csv.AppendJoin(',', cells.Select(Cell)).Append("\r\n");

    private static string Cell(string value)
    {
        // A cell that begins so is a formula to a spreadsheet, and a file's name would be a program.
        var safe = value is ['=' or '+' or '-' or '@', ..] ? "'" + value : value;
        return $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
