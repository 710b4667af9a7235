using System.Globalization;
using Notary.Core;

namespace Notary.Cli;

/// <summary>
/// Evidence for people, sorted by who says what: the ledger, the operator, the depositor. What can be recomputed without
/// trusting anyone stands apart from what is only claimed, and so does what nobody has checked here.
/// </summary>
internal sealed class EvidenceView(Terminal terminal, string path, Language language)
{
    private const int ItemsShown = 100;

    private static readonly string[] Recomputed = [CheckNames.Commitment, CheckNames.Claims, CheckNames.Signature, CheckNames.Inclusion];

    /// <param name="evidence">What is shown.</param>
    /// <param name="earlier">Other evidence, of which documents that it holds too cite the earliest; null for none.</param>
    /// <exception cref="MalformedException">One of the certificate's texts breaks its format.</exception>
    public void Print(Evidence evidence, IReadOnlyList<FiledEvidence>? earlier)
    {
        var certificate = evidence.Certificate;
        var statement = Statement.Parse(certificate.Statement);
        var claims = certificate.Claims is { } claimsText ? Claims.Parse(claimsText) : null;
        var request = certificate.Request is { } bytes ? RequestBytes.Parse(StrictText.Encode(bytes)) : null;
        terminal.Styled(Title(evidence), new Spectre.Console.Style(decoration: Spectre.Console.Decoration.Bold));
        var proof = TlogProof.Parse(certificate.Proof);
        PrintStatement(statement, proof);
        PrintClaims(claims);
        PrintRequest(request);
        PrintItems(evidence, earlier is null ? null : new EarliestDeposits(earlier, statement, proof.Index));
        PrintContext(evidence.Context);
        PrintRecomputed(evidence);
        terminal.Line();
        terminal.Line(In("Not checked here: whether the ledger that signed is one you trust. For a verdict:", "此处未核验：签署的账本是否为您所信任。需要结论请用："));
        terminal.Line($"  {Shell.Command("notary", "verify", path, "--trust", "FILE")}");
    }

    private string In(string english, string chinese) => language == Language.Chinese ? chinese : english;

    private string Title(Evidence evidence) => evidence switch
    {
        { Manifest: not null } => In("Evidence of a whole deposit. Private: it opens the deposit to whoever holds it.", "一次存证的完整证据。请保密：持有者可开启该存证。"),
        { Openings.Count: > 0 } => In($"Evidence that discloses {Sizes.Count(evidence.Openings.Count, "item")} of a deposit.", $"披露一次存证中 {evidence.Openings.Count} 项的证据。"),
        _ => In("A certificate alone: it names no document.", "仅有证书：未列明文件。"),
    };

    private void PrintStatement(Statement statement, TlogProof proof)
    {
        terminal.Heading(In("The ledger's entry (public)", "账本条目（公开）"));
        terminal.Fields(
            (In("ledger", "账本"), statement.Ledger),
            (In("deposit", "存证编号"), statement.Deposit.ToString()),
            (In("entry", "条目"), In($"{proof.Index} in a tree of {proof.Checkpoint.Size}", $"序号 {proof.Index}，共 {proof.Checkpoint.Size} 条")),
            (In("received", "接收时间"), In($"{Timestamp.Format(statement.Received)}, says the operator's clock", $"{Timestamp.Format(statement.Received)}，运营方时钟所示")),
            (In("accuracy", "误差界"), statement.AccuracyMilliseconds is { } bound ? In($"{bound} ms, says the operator", $"{bound} 毫秒，运营方所称") : In("unknown", "未知")),
            (In("after", "前序检查点"), In($"a tree of {statement.AfterSize}, {statement.AfterRoot}", $"{statement.AfterSize} 条，{statement.AfterRoot}")),
            (In("commitment", "承诺值"), statement.Commitment.ToString()));
        if (statement.Beacon is { } beacon)
            terminal.Fields((In("beacon", "信标"), beacon.ToString()!));
    }

    private void PrintClaims(Claims? claims)
    {
        terminal.Heading(In("Who deposited, as the operator claims", "存证人，运营方所称"));
        if (claims is null)
        {
            terminal.Line(In("  withheld", "  未披露"));
            return;
        }

        terminal.Fields(Present(
            (In("depositor", "存证人"), claims.Depositor),
            (In("account", "账户"), claims.Account),
            (In("identity", "身份标识"), claims.Identity),
            (In("verified", "身份核验"), claims.Verified is { } check ? In($"{check.Method}, {Timestamp.Format(check.Time)}", $"{check.Method}，{Timestamp.Format(check.Time)}") : null),
            (In("key", "登记密钥"), claims.Key?.ToString())));
    }

    private void PrintRequest(RequestBytes? request)
    {
        terminal.Heading(In("What the depositor claims", "存证人所称"));
        if (request is null)
        {
            terminal.Line(In("  withheld", "  未披露"));
            return;
        }

        var said = request.Request;
        terminal.Fields(Present(
            (In("title", "存证名称"), said.Title),
            (In("kind", "类别"), said.Kind),
            (In("items", "文件总数"), said.Items.ToString(CultureInfo.InvariantCulture)),
            (In("follows", "前序存证"), said.Previous?.ToString()),
            (In("requested", "请求时间"), In($"{Timestamp.Format(said.Requested)}, says the depositor's clock", $"{Timestamp.Format(said.Requested)}，存证人时钟所示")),
            (In("signed", "签名"), request.Note is null ? In("no", "无") : In("yes", "有"))));
    }

    private void PrintItems(Evidence evidence, EarliestDeposits? earliest)
    {
        var items = evidence.Manifest?.Items ?? [.. evidence.Openings.Values.Select(opening => opening.Item).OfType<ItemText>()];
        if (items.Count == 0)
            return;
        terminal.Heading(In("Documents (times are the depositor's claims)", "文件（时间为存证人所称）"));
        foreach (var item in items.Take(ItemsShown))
        {
            terminal.Line($"  {item.Sha256}  {item.Path}");
            var (size, modified) = (item.Size.ToString("N0", CultureInfo.InvariantCulture), Timestamp.Format(item.Modified));
            terminal.Line(In($"    {size} bytes, last changed {modified}", $"    {size} 字节，最后修改于 {modified}"));
            if (earliest?.Of(item) is { } first)
                terminal.Line(Unchanged(item, first));
        }

        if (items.Count > ItemsShown)
        {
            var left = (items.Count - ItemsShown).ToString("N0", CultureInfo.InvariantCulture);
            terminal.Line(In($"  and {left} more: they are all in manifest.txt", $"  另有 {left} 项，均列于 manifest.txt"));
        }
    }

    private string Unchanged(ItemText item, in FiledDocument first)
    {
        var (deposit, received, place) = (first.Evidence.Deposit, Timestamp.Format(first.Evidence.Statement.Received), first.Evidence.Path);
        var (there, chineseThere) = first.Item.Path == item.Path ? ("", "") : ($", there {first.Item.Path}", $"，当时名为 {first.Item.Path}");
        return In($"    unchanged since deposit {deposit} of {received}{there}, in {place}", $"    自 {received} 的存证 {deposit} 起未变{chineseThere}，证据 {place}");
    }

    private void PrintContext(ContextRecord? context)
    {
        if (context is null)
            return;
        terminal.Heading(In("How the data came to be, as the depositor claims", "数据形成过程，存证人所称"));
        terminal.Fields(Present(
        [
            (In("written", "书写时间"), In($"{Timestamp.Format(context.Captured)}, says the depositor's clock", $"{Timestamp.Format(context.Captured)}，存证人时钟所示")),
            (In("source", "数据来源"), context.Source),
            (In("operator", "操作人"), context.Operator),
            (In("device", "设备"), context.Device),
            (In("system", "系统"), context.System),
            (In("program", "程序"), context.Program),
            .. context.Files.Select(file => (In("file", "程序文件"), (string?)$"{file.Sha256}  {file.Name}")),
            (In("runtime", "运行时"), context.Runtime),
            (In("folder", "文件夹"), context.Folder),
            (In("command", "命令"), context.Command),
        ]));
        terminal.Line(In(
            $"  It was deposited with the documents, as the item {ContextRecord.ItemPath}; nobody has checked what it says.",
            $"  该声明作为 {ContextRecord.ItemPath} 与文件一同存证；其内容未经任何人核实。"));
    }

    private void PrintRecomputed(Evidence evidence)
    {
        // A policy that trusts nobody: what passes under it needs nobody's word.
        var report = Verifier.Verify(evidence, new VerifierInputs(TrustPolicy.Parse("quorum none\n")));
        terminal.Heading(In("Recomputed here, on nobody's word", "此处复算，不依赖任何人的说法"));
        ReportView.PrintChecks(terminal, [.. report.Checks.Where(check => Recomputed.Contains(check.Name, StringComparer.Ordinal))], language);
        if (evidence.Unknown.Count > 0)
            terminal.Line(In($"Not evidence, whatever the name says: {string.Join(", ", evidence.Unknown)}", $"不属于证据，无论其名称为何：{string.Join("、", evidence.Unknown)}"));
    }

    private static IEnumerable<(string Name, string Value)> Present(params (string Name, string? Value)[] fields) =>
        fields.Where(field => field.Value is not null).Select(field => (field.Name, field.Value!));
}
