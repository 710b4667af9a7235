using System.Globalization;
using Notary.Core;

namespace Notary.Documents;

/// <summary>The content of a verification report. Whatever the verifier found is shown as it is; nothing is judged again here.</summary>
internal sealed class ReportDocument(VerificationRun run)
{
    private Report Report => run.Report;

    public Document Create() => new(
        new("Verification report", "核验报告"),
        new("Offline, from the files named here and nothing else", "离线核验，仅依据本页所列文件"),
        Head(),
        null,
        [
            new Banner(ResultWords.Colour(Report.Verdict), ResultWords.Of(Report.Verdict), Times.InBoth(Report.VerdictSentence), Times.InBoth(Report.TimeSentence)),
            Checks(), NotDecided(), Notes(), Circumstances(), Algorithms(), .. ByHand(), .. Texts(),
        ],
        new(
            "Made offline by the program named above, from the files named above and nothing else. A report is no evidence: whoever doubts it repeats it.",
            "本报告由上列程序离线生成，仅依据上列文件。报告本身不是证据；如有疑问，可重新核验。"));

    private List<Field> Head()
    {
        List<Field> fields = [new(new("Evidence, its SHA-256", "证据及其 SHA-256"), Phrase.Foreign(run.Context.Evidence.Name), Phrase.Exact(run.Context.Evidence.Sha256.ToString()))];
        if (Report.Subject is { } subject)
        {
            fields.Add(new(new("Deposit no.", "存证编号"), Phrase.Exact(CertificateNumbers.OfDeposit(subject.Deposit))));
            fields.Add(new(new("Ledger, entry", "账本、条目"), Phrase.Exact(subject.Index is { } index
                ? string.Create(CultureInfo.InvariantCulture, $"{subject.Ledger} {index}")
                : subject.Ledger)));
        }

        fields.Add(new(new("Items shown", "所示条目"), Shown()));
        fields.Add(new(new("Verified", "核验时间"), Phrase.Exact(Times.Line(run.Context.At))));
        fields.Add(new(new("Program", "核验程序"), Phrase.Exact($"notary {run.Context.Version}")));
        return fields;
    }

    private Phrase Shown() => run.Claimed is { } claimed
        ? Phrase.Of(
            string.Create(CultureInfo.InvariantCulture, $"{run.Shown} of {claimed}; {claimed} is the depositor's claim"),
            string.Create(CultureInfo.InvariantCulture, $"{claimed} 项中的 {run.Shown} 项；{claimed} 为存证人所称"))
        : Phrase.Of(
            string.Create(CultureInfo.InvariantCulture, $"{run.Shown}; how many there are is not known"),
            string.Create(CultureInfo.InvariantCulture, $"{run.Shown} 项；总数未知"));

    private Table Checks() => new(
        [new(new("Check", "核验事项"), 30), new(new("Result", "结果"), 16), new(new("Reason", "理由"), 54)],
        [.. Report.Checks.Select(check => (IReadOnlyList<Phrase>)
            [Phrase.Of(CheckQuestions.Of(check.Name)), ResultWords.Cell(check.Result), Phrase.Of(Times.InBoth(check.Reason))])]);

    private static Section NotDecided() => new(new("What this does not decide", "本报告不判断的事项"), null,
    [
        new Prose(new(
            "Whether the content is true, new, secret or owned by anyone; when the documents were made; what happened to them before the deposit.",
            "内容是否真实、新颖、秘密或归谁所有；文件何时形成；存证之前发生过什么。")),
    ]);

    private Section Notes() => new(new("Notes", "说明"), null, Report.Notes.Count == 0
        ? [new Prose(new("None.", "无。"))]
        : [new Points([.. Report.Notes.Select(Times.InBoth)])]);

    private Section Circumstances()
    {
        List<Field> fields = [];
        if (Report.Subject is { } subject)
            fields.Add(new(new("Received, says the operator", "运营方所称接收时间"), Times.Lines(subject.Received)));
        fields.Add(new(new("Verified, by this machine's clock", "核验时间（本机时钟）"), Times.Lines(run.Context.At)));
        fields.Add(new(new("Trust file", "信任文件"), Phrase.Foreign(run.Context.Trust.Name), Phrase.Exact($"SHA-256 {run.Context.Trust.Sha256}")));
        if (VerificationRun.Readable(run.Evidence.Certificate.Proof, TlogProof.Parse) is { } proof)
            fields.Add(CertificateTopology.Witnesses(proof, run.Inputs.Policy.Witnesses));
        fields.Add(new(
            new("Program, its files and their SHA-256", "程序、其文件及 SHA-256"),
            [Phrase.Exact($"notary {run.Context.Version}"), .. run.Context.Program.Select(file => Phrase.Exact($"{file.Name} {file.Sha256}"))]));
        return new Section(new("Circumstances", "核验情况"), null, [new Fields(fields)]);
    }

    private Section Algorithms()
    {
        var then = Report.Subject?.Received;
        var uses = AlgorithmUse.Of(run);
        return new Section(new("Algorithms, as of then and as of today", "算法：当时与今日"), null,
        [
            new Table(
                [new(new("Algorithm", "算法"), 25), new(new("Used for", "用途"), 35), new(new("When received", "接收时"), 20), new(new("Today", "今日"), 20)],
                [.. uses.Select(use => (IReadOnlyList<Phrase>)
                [
                    Phrase.Exact($"{use.Name} ({use.Standard})"),
                    Phrase.Of(use.Use),
                    then is { } time ? AlgorithmUse.Word(time) : ResultWords.Cell(CheckResult.NotChecked),
                    AlgorithmUse.Word(run.Context.At),
                ])]),
            .. uses.Select(use => use.Outlook).OfType<Sentence>().Select(outlook => new Prose(outlook)),
        ]);
    }

    private IEnumerable<Block> ByHand()
    {
        var first = true;
        foreach (var check in HandChecks.Of(run))
        {
            yield return new Section(check.Heading, null, check.Steps) { NewPage = first };
            first = false;
        }
    }

    private IEnumerable<Block> Texts()
    {
        var certificate = run.Evidence.Certificate;
        List<Block> texts = [];
        foreach (var (name, text) in new[]
        {
            ("statement.txt", certificate.Statement), ("claims.txt", certificate.Claims), ("request.txt", certificate.Request), ("proof.tlog-proof", certificate.Proof),
        })
        {
            if (text is not null)
                texts.Add(new Verbatim(name, text));
        }

        yield return new Section(new("The certificate's texts, in full", "证书全文"), null, texts) { NewPage = true };
    }
}
