namespace Notary.Core;

/// <summary>A checkpoint that includes the entry, and an independent time at which it existed.</summary>
/// <param name="Note">The checkpoint with its signatures.</param>
/// <param name="Time">The time, and whose it is.</param>
internal sealed record DatedCheckpoint(SignedNote Note, IndependentTime Time);

/// <summary>
/// The RFC 3161 tokens (check 8). A token that contradicts the rest of the evidence fails; one whose authority the
/// verifier does not trust is a stranger's word, like the cosignature of an unknown witness, and dates nothing.
/// </summary>
/// <param name="Check">The result.</param>
/// <param name="Dated">What the verified tokens over checkpoints date; each includes the entry.</param>
/// <param name="Note">What a verified token over the commitment dates, or null.</param>
internal sealed record TimestampCheck(Check Check, IReadOnlyList<DatedCheckpoint> Dated, Sentence? Note)
{
    private const string Name = CheckNames.Time;

    public static TimestampCheck Of(Certificate certificate, CertificateTexts texts, TimestampRoots? roots)
    {
        if (certificate.Timestamps.Count == 0)
            return new TimestampCheck(Check.NotChecked(Name, "No time-stamp in the evidence.", "证据中没有时间戳。"), [], null);
        var judged = certificate.Timestamps.Select(token => JudgedToken.Of(token, certificate, texts, roots)).ToList();
        var verified = judged.FindAll(token => token.Verdict.Standing == TokenStanding.Verified);
        var dated = verified.FindAll(token => token.Checkpoint is not null);
        return new TimestampCheck(
            Result(judged, verified),
            [.. dated.Select(token => new DatedCheckpoint(token.Checkpoint!, token.Time))],
            OverCommitment(verified.FindAll(token => token.Checkpoint is null)));
    }

    private static Check Result(List<JudgedToken> judged, List<JudgedToken> verified)
    {
        var count = judged.Count;
        if (judged.FindIndex(token => token.Verdict.Standing == TokenStanding.Refused) is >= 0 and var bad)
        {
            var problem = judged[bad].Verdict.Problem!.Value;
            return Check.Fail(
                Name,
                $"Time-stamp {bad} of the evidence's {count} (counted from 0) {problem.English}.",
                $"证据的 {count} 个时间戳中，第 {bad} 个（从 0 计）{problem.Chinese}。");
        }

        if (verified.Count == 0)
        {
            var problem = judged[0].Verdict.Problem!.Value;
            return Check.NotChecked(
                Name,
                $"The evidence holds {Counted(count)}; {(count == 1 ? "it" : "the first")} {problem.English}, so what time it tells was not checked.",
                $"证据含 {count} 个时间戳；{(count == 1 ? "其" : "第一个")}{problem.Chinese}，因此未核验其所载时间。");
        }

        var earliest = verified.MinBy(token => token.Time.Time)!;
        var others = count - verified.Count;
        var (accuracy, chineseAccuracy) = Accuracy(earliest.Verdict.Info!.Accuracy);
        return Check.Pass(
            Name,
            $"{Counted(verified.Count)} {(verified.Count == 1 ? "verifies" : "verify")}, the earliest of {Timestamp.Format(earliest.Time.Time)} by {earliest.Time.Names[0]}{accuracy}: what it is over, signature, certificates as of its own time up to a root that you trust, and their usage. Revocation was not checked.{(others == 0 ? "" : $" {others} more of authorities that you do not trust {(others == 1 ? "does" : "do")} not count.")}",
            $"{verified.Count} 个时间戳通过核验，最早的为 {Timestamp.Format(earliest.Time.Time)}，由 {earliest.Time.Names[0]} 签发{chineseAccuracy}：所盖数据、签名、签发时刻的证书链（至您信任的根证书）及证书用途均相符。未核验证书是否被吊销。{(others == 0 ? "" : $"另有 {others} 个来自您未信任的机构，不计。")}");
    }

    private static string Counted(int tokens) => tokens == 1 ? "1 time-stamp" : $"{tokens} time-stamps";

    private static (string English, string Chinese) Accuracy(TimeSpan? accuracy) => accuracy is { } bound
        ? ($" (error bound stated: {bound.TotalSeconds:0.######} s)", $"（所称误差界：{bound.TotalSeconds:0.######} 秒）")
        : ("", "");

    // It says nothing of the entry, and must not be read as if it did: it is a note, not the sentence on time.
    private static Sentence? OverCommitment(List<JudgedToken> tokens)
    {
        if (tokens.MinBy(token => token.Time.Time) is not { } earliest)
            return null;
        var (time, name) = (Timestamp.Format(earliest.Time.Time), earliest.Time.Names[0]);
        return new Sentence(
            $"What the deposit commits to existed no later than {time}, according to {name}; that dates the commitment, not the ledger's entry.",
            $"存证所承诺的内容最晚于 {time} 已存在，依据：{name}；这说明的是承诺值的时间，而非账本条目的时间。");
    }
}

/// <summary>One token of the certificate.</summary>
/// <param name="Verdict">What became of it.</param>
/// <param name="Checkpoint">The checkpoint that it is over; null when it is over the commitment, or refused.</param>
internal sealed record JudgedToken(TokenVerdict Verdict, SignedNote? Checkpoint)
{
    /// <summary>Of a verified token.</summary>
    public IndependentTime Time => new(Verdict.Info!.Time, [Verdict.Authority!]);

    public static JudgedToken Of(TimestampToken token, Certificate certificate, CertificateTexts texts, TimestampRoots? roots)
    {
        if (token.Over == TimestampToken.OverCommitment)
            return texts.Statement is { } statement
                ? new JudgedToken(TimestampVerification.Verify(token.Token, MessageImprint.Of(statement.Commitment), roots), null)
                : Refused("is over the commitment of a statement that cannot be read", "所盖的承诺值所在的存证记录无法读取");
        var proof = token.Proof is null ? texts.ProofText : ReadText<TlogProof>.Read(token.Proof, TlogProof.Parse);
        if (proof.Value is not { } read)
            return Refused($"has a proof that cannot be read ({proof.Problem})", $"所附证明无法读取（{proof.Problem}）");
        if (token.Proof is not null && ProofProblem(read, texts) is { } problem)
            return Refused(problem.English, problem.Chinese);
        var note = Certificate.CheckpointOf(token.Proof ?? certificate.Proof)!;
        return new JudgedToken(TimestampVerification.Verify(token.Token, MessageImprint.Of(Hash.Of(CertificateTexts.Bytes(note))), roots), read.Note);
    }

    /// <summary>
    /// What keeps a token's own checkpoint from including the entry, or null. That a trusted key signed it is not asked: the
    /// path alone shows that whoever had the root at the token's time had the entry, whatever the ledger's key was then.
    /// </summary>
    private static Sentence? ProofProblem(TlogProof proof, CertificateTexts texts)
    {
        if (texts.Statement is not { } statement || texts.Proof is not { } own)
            return new Sentence("is over a checkpoint, but there is no statement whose place in it could be checked", "盖于检查点上，但没有可核对其位置的存证记录");
        if (proof.Checkpoint.Origin != statement.Ledger)
            return new Sentence($"is over a checkpoint of ledger '{proof.Checkpoint.Origin}'", $"所盖的检查点属于账本“{proof.Checkpoint.Origin}”");
        var leaf = MerkleHash.Leaf(CertificateTexts.Bytes(texts.EntryText));
        var isIncluded = proof.Index == own.Index && proof.Index < proof.Checkpoint.Size
            && MerkleTree.RootFromInclusion(proof.Index, proof.Checkpoint.Size, leaf, proof.Path) == proof.Checkpoint.Root;
        return isIncluded ? null : new Sentence("is over a checkpoint that is not shown to include the entry", "所盖的检查点未被证明包含该条目");
    }

    private static JudgedToken Refused(string english, string chinese) =>
        new(new TokenVerdict(TokenStanding.Refused, new Sentence(english, chinese), null, null), null);
}
