using System.Globalization;
using Notary.Core;

namespace Notary.Documents;

/// <summary>
/// The content of a certificate as a page: who says what, section by section, and apart from it what was recomputed and what
/// was not. A field that the certificate does not have is left out, never filled.
/// </summary>
/// <param name="reading">The certificate.</param>
/// <param name="shown">The evidence whose documents are named; null for the secrecy copy.</param>
/// <param name="witnesses">Those of a trust file, to be counted; empty when none is known.</param>
internal sealed class CertificateDocument(CertificateReading reading, Evidence? shown, IReadOnlyList<PolicyWitness> witnesses)
{
    /// <summary>Raised by whoever changes what a page says or how it looks: pages of one layout are equal byte for byte.</summary>
    internal const int Layout = 2;

    private static readonly Sentence BySignature = new("signed by the ledger, public", "账本签署，公开");
    private static readonly Sentence ByOperator = new("the operator's claim", "运营方所称");
    private static readonly Sentence ByDepositor = new("the depositor's claim", "存证人所称");

    private Statement Statement => reading.Statement;

    public Document Create() => new(
        new("Certificate of digital deposit", "数字存证证书"),
        shown is null
            ? new("Secrecy copy: names no document", "保密版：不列明文件")
            : new("Disclosure copy: names documents, confidential", "披露版：列明文件，内容保密"),
        [
            new(new("Certificate no.", "证书编号"), Phrase.Exact(reading.Number)),
            new(new("Deposit no.", "存证编号"), Phrase.Exact(CertificateNumbers.OfDeposit(Statement.Deposit))),
            new(new("Ledger", "账本"), Phrase.Exact(Statement.Ledger)),
            new(new("Entry", "条目"), Entry()),
        ],
        new QrCode(reading.CodeText),
        [
            Recorded(), Depositor(), Request(), Documents(), Topology(), Recomputed(),
            .. CertificateWords.Meaning, Values(), CertificateWords.HowToVerify(shown is not null),
        ],
        new(
            string.Create(CultureInfo.InvariantCulture, $"This page is for reading and is no evidence: certificate.json is, and what its verification finds. Layout {Layout}."),
            string.Create(CultureInfo.InvariantCulture, $"本页仅供阅读，不是证据；证据是 certificate.json 及其核验结果。版式 {Layout}。")));

    private Phrase Entry()
    {
        var (index, size) = (reading.Proof.Index, reading.Proof.Checkpoint.Size);
        return Phrase.Of(
            string.Create(CultureInfo.InvariantCulture, $"index {index}, read from the ledger when it had {size} entries"),
            string.Create(CultureInfo.InvariantCulture, $"序号 {index}，取自共 {size} 条时的账本"));
    }

    private Section Recorded()
    {
        var accuracy = Statement.AccuracyMilliseconds is { } bound
            ? Phrase.Of(
                string.Create(CultureInfo.InvariantCulture, $"by the operator's clock; error bound claimed: {bound} ms"),
                string.Create(CultureInfo.InvariantCulture, $"运营方时钟所示；所称误差界 {bound} 毫秒"))
            : Phrase.Of("by the operator's clock; error bound unknown", "运营方时钟所示；误差界未知");
        List<Field> fields =
        [
            new(new("Received", "接收时间"), [.. Times.Lines(Statement.Received), accuracy]),
            new(new("Commitment", "承诺值"), Phrase.Exact(Statement.Commitment.ToString())),
            new(new("Comes after", "前序检查点"), Phrase.Exact(string.Create(CultureInfo.InvariantCulture, $"{Statement.AfterSize} {Statement.AfterRoot}"))),
        ];
        if (Statement.Beacon is { } beacon)
            fields.Add(Beacon(beacon));
        return new Section(new("The ledger's entry", "账本条目"), BySignature, [new Fields(fields)]);
    }

    private static Field Beacon(Beacon beacon) => beacon switch
    {
        BitcoinBeacon bitcoin => new(
            new("Not before the block", "不早于区块"),
            Phrase.Exact(string.Create(CultureInfo.InvariantCulture, $"bitcoin {bitcoin.Height} {bitcoin.BlockHash}"))),
        TokenBeacon token => new(new("Not before the time-stamp", "不早于时间戳"), Phrase.Exact($"SHA-256 {token.Token}")),
        _ => throw new ArgumentException("A beacon of an unknown kind.", nameof(beacon)),
    };

    private Section Depositor()
    {
        var heading = new Sentence("Depositor", "存证人");
        if (reading.Claims is not { } claims)
            return new Section(heading, ByOperator, [new Prose(new("Withheld in this certificate.", "本证书未披露。"))]);
        List<Field> fields =
        [
            new(new("Name", "名称"), Phrase.Foreign(claims.Depositor)),
            new(new("Account", "账户"), Phrase.Exact(claims.Account)),
        ];
        if (claims.Identity is { } identity)
            fields.Add(new(new("Identity", "身份标识"), CertificateWords.Identity(identity)));
        if (claims.Verified is { } verified)
            fields.Add(new(new("Identity checked", "身份核验"), [Phrase.Foreign(verified.Method), .. Times.Lines(verified.Time)]));
        if (claims.Key is { } key)
            fields.Add(new(new("Key on file", "登记密钥"), Phrase.Exact(key.ToString())));
        return new Section(heading, ByOperator, [new Fields(fields)]);
    }

    private Section Request()
    {
        var heading = new Sentence("Request", "存证请求");
        if (reading.Request is not { Request: var request } bytes)
            return new Section(heading, ByDepositor, [new Prose(new("Withheld in this certificate.", "本证书未披露。"))]);
        List<Field> fields = [];
        if (request.Title is { } title)
            fields.Add(new(new("Title", "存证名称"), Phrase.Foreign(title)));
        fields.Add(new(new("Kind", "类别"), Phrase.Exact(request.Kind)));
        if (shown is not null)
            fields.Add(new(new("Documents in all", "文件总数"), Phrase.Exact(request.Items.ToString(CultureInfo.InvariantCulture))));
        if (request.Previous is { } previous)
            fields.Add(new(new("Follows deposit", "前序存证"), Phrase.Exact(CertificateNumbers.OfDeposit(previous))));
        fields.Add(new(
            new("Requested", "请求时间"),
            [.. Times.Lines(request.Requested), Phrase.Of("by the depositor's clock; not verified", "存证人时钟所示；未经核实")]));
        fields.Add(new(
            new("Signature", "签名"),
            bytes.Note is null
                ? Phrase.Of("none: the operator names the depositor", "无：存证人由运营方指称")
                : Phrase.Of("signed by the depositor's key; see the checks below", "存证人以密钥签署；见下文核验")));
        return new Section(heading, ByDepositor, [new Fields(fields)]);
    }

    private Section Documents()
    {
        var heading = new Sentence("Documents", "文件");
        return shown is null
            ? new Section(heading, null, [new Prose(new(
                "Names, sizes, digests and number of the documents are not shown in this copy. The commitment binds them; the depositor's evidence opens it.",
                "本版不显示文件的名称、大小、摘要和数量。承诺值对其具有约束力，由存证人所持证据开启。"))])
            : new Section(heading, ByDepositor, CertificateItems.Of(shown));
    }

    private Section Topology() => new(new("Who keeps the ledger", "账本结构"), null, CertificateTopology.Of(reading, witnesses, shown));

    private Section Recomputed()
    {
        List<IReadOnlyList<Phrase>> rows =
        [
            Row(CheckNames.Inclusion, "The entry is in the ledger at its index, under the checkpoint's root.", "条目位于检查点根之下的所示序号处。"),
            Row(CheckNames.Claims, "Claims and request are the ones that the entry commits to, and agree with it.", "声明与请求即条目所承诺者，且与条目一致。"),
            Row(CheckNames.Signature, "The depositor signed the request, under the key that the operator names.", "存证人以运营方所列密钥签署了请求。"),
        ];
        if (shown is not null)
            rows.Add(Row(CheckNames.Commitment, "The documents named above open the entry's commitment.", "上列文件与条目的承诺值相符。"));
        rows.Add(Open("Whether the ledger's key, and the witnesses, are ones that the reader trusts.", "账本密钥与见证方是否为读者所信任。"));
        rows.Add(Open("Time-stamps, and any time that is not the operator's.", "时间戳及运营方以外的任何时间。"));
        rows.Add(Open("Whether a document at hand is one of those deposited.", "手中的文件是否为所存证的文件。"));
        return new Section(
            new("What was recomputed for this page, and what was not", "本页已复算与未核验的事项"),
            null,
            [new Table([new(new("Question", "事项"), 80), new(new("Result", "结果"), 20)], rows)]);
    }

    private IReadOnlyList<Phrase> Row(string check, string english, string chinese) =>
        [Phrase.Of(english, chinese), ResultWords.Cell(reading.Result(check))];

    private static IReadOnlyList<Phrase> Open(string english, string chinese) =>
        [Phrase.Of(english, chinese), ResultWords.Cell(CheckResult.NotChecked)];

    private Section Values() => new(new("Values to compare", "比对值"), null,
    [
        new Fields(
        [
            new(new("SHA-256 of certificate.json", "certificate.json 的 SHA-256"), Phrase.Exact(reading.Digest.ToString())),
            new(new("Checkpoint: size, root", "检查点：条数、根"), Phrase.Exact(string.Create(CultureInfo.InvariantCulture, $"{reading.Proof.Checkpoint.Size} {reading.Proof.Checkpoint.Root}"))),
            new(new("SHA-256 of the claims", "声明的 SHA-256"), Phrase.Exact(Statement.Claims.ToString())),
        ]),
    ]);
}
