namespace Notary.Core;

internal enum PreviousStanding
{
    /// <summary>The request names none, or there is no request.</summary>
    None,

    /// <summary>Only the request says so.</summary>
    Claimed,

    /// <summary>The verifier gave its certificate; it is of the same account and earlier.</summary>
    Confirmed,

    /// <summary>The verifier gave its certificate; it is of another account, or not earlier.</summary>
    Contradicted,
}

/// <summary>What is known of the deposit that a request says it follows. Anybody can write down a stranger's uuid.</summary>
/// <param name="Standing">The outcome.</param>
/// <param name="Reason">One sentence, or null when the request names none.</param>
internal sealed record PreviousDeposit(PreviousStanding Standing, Sentence? Reason)
{
    public static PreviousDeposit Find(CertificateTexts texts, VerifierInputs inputs, TrustedKeys keys)
    {
        if (texts.Statement is not { } statement || texts.Request?.Request is not { Previous: { } previous } request)
            return new PreviousDeposit(PreviousStanding.None, null);
        var proven = inputs.Previous.Select(CertificateTexts.Read)
            .FirstOrDefault(other => other.Statement?.Deposit == previous && other.Statement.Ledger == statement.Ledger && IsProven(other, keys));
        if (proven is null)
            return Of(
                PreviousStanding.Claimed,
                $"That it follows deposit {previous} of the same account is the depositor's claim: no certificate of that deposit that holds was given.",
                $"其接续同一账户的存证 {previous}，仅为存证人所称：未提供该存证的有效证书。");
        if (proven.Claims!.Account != request.Account || proven.Proof!.Index >= texts.Proof?.Index)
            return Of(
                PreviousStanding.Contradicted,
                $"The request says that it follows deposit {previous} of the same account; the certificate given for that deposit names another account or a later entry.",
                $"存证请求称其接续同一账户的存证 {previous}；所提供的该存证证书却属于其他账户或更晚的条目。");
        return Of(
            PreviousStanding.Confirmed,
            $"It follows deposit {previous} of the same account, as the certificate given for that deposit confirms.",
            $"其接续同一账户的存证 {previous}，所提供的该存证证书予以证实。");
    }

    private static PreviousDeposit Of(PreviousStanding standing, string english, string chinese) =>
        new(standing, new Sentence(english, chinese));

    private static bool IsProven(CertificateTexts other, TrustedKeys keys) =>
        other.Claims is not null
        && ClaimsCheck.ClaimsProblem(other) is null
        && LedgerChecks.Inclusion(other).Result == CheckResult.Pass
        && LedgerChecks.Checkpoint(other, keys, WitnessCheck.Of(other, keys.Policy).Dated(other)).Result == CheckResult.Pass;
}
