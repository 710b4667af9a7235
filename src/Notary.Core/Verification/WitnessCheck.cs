namespace Notary.Core;

/// <summary>The earliest time that independent parties name.</summary>
/// <param name="Time">When, by their clock.</param>
/// <param name="Names">Who names it, escaped.</param>
internal sealed record IndependentTime(DateTimeOffset Time, IReadOnlyList<string> Names)
{
    /// <summary>The same in Chinese, where a name is not one's own.</summary>
    public IReadOnlyList<string> ChineseNames { get; init; } = Names;

    /// <summary>The earliest of those that there are, with everybody who names it; null when there is none.</summary>
    public static IndependentTime? Earliest(IEnumerable<IndependentTime?> times)
    {
        var all = times.OfType<IndependentTime>().ToList();
        if (all.Count == 0)
            return null;
        var earliest = all.Min(time => time.Time);
        all.RemoveAll(time => time.Time != earliest);
        return new IndependentTime(earliest, [.. all.SelectMany(time => time.Names).Distinct(StringComparer.Ordinal)])
        {
            ChineseNames = [.. all.SelectMany(time => time.ChineseNames).Distinct(StringComparer.Ordinal)],
        };
    }
}

/// <summary>The policy's quorum of cosignatures on the checkpoint (check 7), and what times they give.</summary>
internal sealed record WitnessCheck(Check Check, IndependentTime? Earliest)
{
    private const string Name = CheckNames.Witnesses;

    public static WitnessCheck Of(CertificateTexts texts, TrustPolicy policy)
    {
        if (texts.Proof is not { } proof)
            return new WitnessCheck(Check.NotChecked(Name, "The proof cannot be read.", "无法读取证明。"), null);
        var results = policy.Witnesses.ToLookup(witness => proof.Note.Check(witness.Key));
        if (results[NoteCheck.Invalid].FirstOrDefault() is { } bad)
            return new WitnessCheck(Forged(bad), null);
        var cosigners = results[NoteCheck.Valid].ToList();
        return new WitnessCheck(Quorum(policy, cosigners), EarliestOf(proof.Note, cosigners));
    }

    /// <summary>The certificate's own checkpoint with the cosigners' earliest time; none when there is no time.</summary>
    public IReadOnlyList<DatedCheckpoint> Dated(CertificateTexts texts) => Earliest is null ? [] : [new DatedCheckpoint(texts.Proof!.Note, Earliest)];

    private static Check Quorum(TrustPolicy policy, List<PolicyWitness> cosigners)
    {
        var (count, all) = (cosigners.Count, policy.Witnesses.Count);
        if (policy.Quorum is not { } quorum)
            return Check.NotChecked(
                Name,
                $"The trust file asks for no witnesses (quorum none){(all == 0 ? "" : $"; {count} of the {all} that it names have cosigned{Listed(cosigners)}")}.",
                $"信任文件不要求见证（quorum none）{(all == 0 ? "" : $"；其所列 {all} 个见证方中有 {count} 个已签名{ChineseListed(cosigners)}")}。");
        var group = TextRules.Escape(quorum);
        if (!policy.QuorumMet(cosigners.Select(witness => witness.Name)))
            return Check.Fail(
                Name,
                $"The quorum '{group}' of the trust file is not met: {count} of the {all} witnesses have cosigned{Listed(cosigners)}.",
                $"未达到信任文件要求的见证门槛“{group}”：{all} 个见证方中有 {count} 个已签名{ChineseListed(cosigners)}。");
        return Check.Pass(
            Name,
            $"The quorum '{group}' of the trust file is met: {count} of the {all} witnesses have cosigned{Listed(cosigners)}.",
            $"已达到信任文件要求的见证门槛“{group}”：{all} 个见证方中有 {count} 个已签名{ChineseListed(cosigners)}。");
    }

    private static string Listed(List<PolicyWitness> cosigners) =>
        cosigners.Count == 0 ? "" : $" ({string.Join(", ", cosigners.Select(ShownName))})";

    private static string ChineseListed(List<PolicyWitness> cosigners) =>
        cosigners.Count == 0 ? "" : $"（{string.Join("、", cosigners.Select(ShownName))}）";

    private static Check Forged(PolicyWitness bad) => Check.Fail(
        Name,
        $"The checkpoint bears a cosignature in the name of '{ShownName(bad)}' that does not verify: it was altered or forged.",
        $"检查点上以见证方“{ShownName(bad)}”名义的签名无效：检查点被改动或伪造。");

    private static IndependentTime? EarliestOf(SignedNote note, List<PolicyWitness> cosigners) => IndependentTime.Earliest(
        from witness in cosigners
        from signature in note.Signatures
        let time = TimeOf(witness.Key, note, signature)
        where time is not null
        select new IndependentTime(time.Value, [ShownName(witness)]));

    private static DateTimeOffset? TimeOf(VerifierKey key, SignedNote note, NoteSignature signature) =>
        // Zero is how a cosigner says no time (tlog-cosignature), not the year 1970.
        key.Verify(note.Text, signature, out var time) && time > DateTimeOffset.UnixEpoch ? time : null;

    private static string ShownName(PolicyWitness witness) => TextRules.Escape(witness.Key.Name);
}
