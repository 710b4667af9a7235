namespace Notary.Core;

/// <summary>The earliest time that independent parties name.</summary>
/// <param name="Time">Whole seconds.</param>
/// <param name="Names">Who names it.</param>
internal sealed record IndependentTime(DateTimeOffset Time, IReadOnlyList<string> Names)
{
    /// <summary>The same in Chinese, where a name is not one's own.</summary>
    public IReadOnlyList<string> ChineseNames { get; init; } = Names;

    /// <summary>The earliest of those that there are.</summary>
    public static IndependentTime? Earliest(params ReadOnlySpan<IndependentTime?> times)
    {
        IndependentTime? earliest = null;
        foreach (var time in times)
        {
            if (time is not null && (earliest is null || time.Time < earliest.Time))
                earliest = time;
        }

        return earliest;
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

    private static Check Quorum(TrustPolicy policy, List<PolicyWitness> cosigners)
    {
        var (count, all) = (cosigners.Count, policy.Witnesses.Count);
        if (policy.Quorum is not { } quorum)
            return Check.NotChecked(
                Name,
                $"The trust file asks for no witnesses (quorum none){(all == 0 ? "" : $"; {count} of the {all} that it names have cosigned{Listed(cosigners)}")}.",
                $"信任文件不要求见证(quorum none){(all == 0 ? "" : $";其所列 {all} 个见证方中有 {count} 个已签名")}。");
        var group = TextRules.Escape(quorum);
        if (!policy.QuorumMet(cosigners.Select(witness => witness.Name)))
            return Check.Fail(
                Name,
                $"The quorum '{group}' of the trust file is not met: {count} of the {all} witnesses have cosigned{Listed(cosigners)}.",
                $"未达到信任文件要求的见证门槛“{group}”:{all} 个见证方中有 {count} 个已签名。");
        return Check.Pass(
            Name,
            $"The quorum '{group}' of the trust file is met: {count} of the {all} witnesses have cosigned{Listed(cosigners)}.",
            $"已达到信任文件要求的见证门槛“{group}”:{all} 个见证方中有 {count} 个已签名。");
    }

    private static string Listed(List<PolicyWitness> cosigners) =>
        cosigners.Count == 0 ? "" : $" ({string.Join(", ", cosigners.Select(ShownName))})";

    private static Check Forged(PolicyWitness bad) => Check.Fail(
        Name,
        $"The checkpoint bears a cosignature in the name of '{ShownName(bad)}' that does not verify: it was altered or forged.",
        $"检查点上以见证方“{ShownName(bad)}”名义的签名无效:检查点被改动或伪造。");

    private static IndependentTime? EarliestOf(SignedNote note, List<PolicyWitness> cosigners)
    {
        var times = cosigners
            .SelectMany(witness => note.Signatures.Select(signature => (Name: ShownName(witness), Time: TimeOf(witness.Key, note, signature))))
            .Where(cosignature => cosignature.Time is not null)
            .ToList();
        if (times.Count == 0)
            return null;
        var earliest = times.Min(cosignature => cosignature.Time!.Value);
        return new IndependentTime(earliest, [.. times.Where(c => c.Time == earliest).Select(c => c.Name).Distinct(StringComparer.Ordinal)]);
    }

    private static DateTimeOffset? TimeOf(VerifierKey key, SignedNote note, NoteSignature signature) =>
        // Zero is how a cosigner says no time (tlog-cosignature), not the year 1970.
        key.Verify(note.Text, signature, out var time) && time > DateTimeOffset.UnixEpoch ? time : null;

    private static string ShownName(PolicyWitness witness) => TextRules.Escape(witness.Key.Name);
}
