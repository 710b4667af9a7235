namespace Notary.Core;

/// <summary>What a report says beside the checks: what was ignored, and what is nobody's knowledge but its author's claim.</summary>
internal static class ReportNotes
{
    public static IEnumerable<Sentence> Of(
        Evidence evidence, CertificateTexts texts, VerifierInputs inputs, TrustedKeys keys, PreviousDeposit previous, IReadOnlyList<Check> checks)
    {
        if (Unknown(evidence) is { } unknown)
            yield return unknown;
        foreach (var (change, problem) in keys.Refused)
            yield return new Sentence(
                $"A key change given (entry {change.Proof.Index} of ledger '{change.Change.Ledger}') was not followed: it {problem}.",
                $"所提供的一项密钥变更（账本“{change.Change.Ledger}”序号 {change.Proof.Index}）未被采纳：{problem}。");
        if (KeyDiffers(texts, inputs.Depositor) is { } differs)
            yield return differs;
        if (previous.Standing is PreviousStanding.Claimed or PreviousStanding.Confirmed)
            yield return previous.Reason!.Value;
        var claims = checks.First(check => check.Name == CheckNames.Claims).Result;
        if (claims != CheckResult.Fail && texts.Claims is { } named)
            yield return Depositor(named);
        if (texts.Statement is { } statement)
            yield return Received(statement);
        if (texts.Statement?.Beacon is BitcoinBeacon beacon)
            yield return Beacon(beacon, inputs.BlockHeaders);
        if (claims == CheckResult.Pass && texts.Request is { } request)
            yield return Requested(request.Request);
        if (evidence.Manifest is not null || evidence.Openings.Values.Any(opening => opening.Item is not null))
            yield return new Sentence(
                "The items' times of last change are the depositor's claims.", "各条目的修改时间均为存证人所称。");
        if (evidence.Context is { } context)
            yield return Context(context);
    }

    private static Sentence Context(ContextRecord context)
    {
        var english = new List<string>();
        var chinese = new List<string>();
        Add("source", "数据来源", context.Source);
        Add("operator", "操作人", context.Operator);
        Add("device", "设备", context.Device);
        Add("program", "程序", context.Program);
        Add("command", "命令", context.Command);
        return new Sentence(
            $"The context record is what the depositor claims of how the data came to be, written {Timestamp.Format(context.Captured)} by the depositor's clock: {string.Join("; ", english)}.",
            $"采集环境声明为存证人就数据形成过程所称，未经核实，存证人时钟所示书写时间为 {Timestamp.Format(context.Captured)}：{string.Join("；", chinese)}。");

        void Add(string name, string chineseName, string? value)
        {
            if (value is null)
                return;
            english.Add($"{name} '{TextRules.Escape(value)}'");
            chinese.Add($"{chineseName}“{TextRules.Escape(value)}”");
        }
    }

    /// <summary>Files that are no part of evidence: a planted report, a trust file, a key beside the certificate.</summary>
    private static Sentence? Unknown(Evidence evidence)
    {
        if (evidence.Unknown.Count == 0)
            return null;
        var names = evidence.Unknown.Select(TextRules.Escape).Select(name => new Sentence($"'{name}'", $"“{name}”")).ToList();
        return new Sentence(
            $"Not evidence, and ignored: {SentenceLists.Join(names, ", ")}. Nothing that came with the evidence is trusted, be it named a trust file, a key, a root or a report.",
            $"不属于证据，已忽略：{SentenceLists.JoinChinese(names)}。随证据而来的任何东西均不作为信任依据，无论其名为信任文件、密钥、根证书还是报告。");
    }

    private static Sentence? KeyDiffers(CertificateTexts texts, VerifierKey? expected) =>
        expected is null || texts.Claims?.Key is not { } key || key.Equals(expected) ? null : new Sentence(
            "The operator's claims name another key for the account than you gave; theirs was ignored.",
            "运营方声明文本为该账户所列的密钥与您提供的不同；前者已忽略。");

    private static Sentence Depositor(Claims claims)
    {
        var depositor = TextRules.Escape(claims.Depositor);
        var identity = claims.Identity is { } id ? TextRules.Escape(id) : null;
        var (verified, chineseVerified) = claims.Verified is { } check
            ? ($", checked on {Timestamp.Format(check.Time)} by {TextRules.Escape(check.Method)}",
                $"，于 {Timestamp.Format(check.Time)} 以 {TextRules.Escape(check.Method)} 方式核验")
            : ("", "");
        return new Sentence(
            $"The operator names as depositor '{depositor}', account '{claims.Account}'{(identity is null ? "" : $", identity {identity}")}{verified}.",
            $"运营方所称的存证人为“{depositor}”，账户“{claims.Account}”{(identity is null ? "" : $"，身份 {identity}")}{chineseVerified}。");
    }

    private static Sentence Received(Statement statement)
    {
        var time = Timestamp.Format(statement.Received);
        var bound = statement.AccuracyMilliseconds is { } milliseconds ? $"{milliseconds} ms" : "unknown";
        var chineseBound = statement.AccuracyMilliseconds is { } error ? $"{error} 毫秒" : "未知";
        return new Sentence(
            $"Received {time} is what the operator's clock said (error bound claimed: {bound}).",
            $"接收时间 {time} 为运营方时钟所示（所称误差界：{chineseBound}）。");
    }

    /// <summary>The block that a statement names could not be known before it was mined; whether it is one takes its header.</summary>
    private static Sentence Beacon(BitcoinBeacon beacon, IReadOnlyDictionary<ulong, BlockHeader> headers)
    {
        if (!headers.TryGetValue(beacon.Height, out var header))
            return new Sentence(
                $"The statement names Bitcoin block {beacon.Height} ({beacon.BlockHash}): if that is its hash, the entry is no older than the block. Not checked.",
                $"存证记录写明比特币区块 {beacon.Height}（{beacon.BlockHash}）：若此哈希属实，条目不早于该区块。未核验。");
        return BlockHeader.Display(header.Hash) == beacon.BlockHash.ToString()
            ? new Sentence(
                $"The statement names Bitcoin block {beacon.Height}, and the header that you trust has the same hash: the entry is no older than the block, which is dated {Timestamp.Format(header.Time)} (good to about a day).",
                $"存证记录写明比特币区块 {beacon.Height}，与您信任的区块头哈希相同：条目不早于该区块，其所载时间为 {Timestamp.Format(header.Time)}（准确度约为一天）。")
            : new Sentence(
                $"The statement names {beacon.BlockHash} as Bitcoin block {beacon.Height}, but the header that you trust has another hash: it says nothing of the entry's age.",
                $"存证记录将 {beacon.BlockHash} 作为比特币区块 {beacon.Height}，但您信任的区块头哈希不同：对条目的早晚不能说明任何问题。");
    }

    private static Sentence Requested(DepositRequest request) => new(
        $"Requested {Timestamp.Format(request.Requested)} is what the depositor's clock said: claimed, not verified.",
        $"请求时间 {Timestamp.Format(request.Requested)} 为存证人时钟所示：仅为所称，未经核实。");
}
