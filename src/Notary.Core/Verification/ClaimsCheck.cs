namespace Notary.Core;

/// <summary>Whether the private texts are those that the public entry was made from, and agree (check 3).</summary>
internal static class ClaimsCheck
{
    private const string Name = CheckNames.Claims;

    public static Check Of(CertificateTexts texts, PreviousDeposit previous)
    {
        if (texts.Statement is null)
            return Check.NotChecked(Name, "There is no deposit's statement to compare with.", "没有可比对的存证记录。");
        if (texts.ClaimsText.IsWithheld && !texts.RequestText.IsWithheld)
            return Check.Fail(
                Name,
                "The certificate holds a request without the claims that tie it to the statement.",
                "证书含有存证请求，却没有将其与存证记录相连的声明文本。");
        if (texts.ClaimsText.IsWithheld)
            return Check.NotChecked(
                Name,
                "Claims and request are withheld: who deposited was not checked.",
                "声明文本与存证请求均未提供：未核验存证人是谁。");
        if ((ClaimsProblem(texts) ?? RequestProblem(texts)) is { } problem)
            return new Check(Name, CheckResult.Fail, problem);
        if (previous.Standing == PreviousStanding.Contradicted)
            return new Check(Name, CheckResult.Fail, previous.Reason!.Value);
        if (texts.Request is null)
            return Check.NotChecked(
                Name,
                "The claims are those of the statement; the request is withheld, so whether they agree with it was not checked.",
                "声明文本与存证记录相符；存证请求未提供，因此未核验二者是否一致。");
        return Check.Pass(
            Name,
            $"The claims are those of the statement and the request that of the claims; account '{texts.Claims!.Account}', ledger, deposit and commitment agree.",
            $"声明文本与存证记录相符，存证请求与声明文本相符；账户“{texts.Claims.Account}”、账本、存证编号和承诺值均一致。");
    }

    /// <summary>What is wrong with claims that are there, or null.</summary>
    public static Sentence? ClaimsProblem(CertificateTexts texts)
    {
        // The hash is of the text itself; the parser's word comes second, as a text that hashes right was the server's.
        if (Hash.Of(CertificateTexts.Bytes(texts.ClaimsSource!)) != texts.Statement!.Claims)
            return new Sentence(
                "The claims text is not the one whose hash the statement holds.",
                "声明文本的摘要与存证记录所载不同。");
        return texts.ClaimsText.Problem is { } problem
            ? new Sentence($"The claims cannot be read ({problem}).", $"无法读取声明文本（{problem}）。")
            : null;
    }

    private static Sentence? RequestProblem(CertificateTexts texts)
    {
        if (texts.RequestText.Problem is { } problem)
            return new Sentence($"The request cannot be read ({problem}).", $"无法读取存证请求（{problem}）。");
        if (texts.Request is not { } bytes)
            return null;
        var (statement, claims, request) = (texts.Statement!, texts.Claims!, bytes.Request);
        if (bytes.Hash != claims.Request)
            return new Sentence(
                "The request is not the one whose hash the claims hold.", "存证请求的摘要与声明文本所载不同。");
        if (request.Account != claims.Account)
            return Disagree("account", "账户", request.Account, claims.Account);
        if (request.Ledger != statement.Ledger)
            return Disagree("ledger", "账本", request.Ledger, statement.Ledger);
        if (request.Deposit != statement.Deposit)
            return Disagree("deposit", "存证编号", request.Deposit.ToString(), statement.Deposit.ToString());
        return request.Commitment == statement.Commitment
            ? null
            : Disagree("commitment", "承诺值", request.Commitment.ToString(), statement.Commitment.ToString());
    }

    private static Sentence Disagree(string what, string chineseWhat, string asked, string recorded) => new(
        $"The depositor asked for {what} '{asked}', the operator recorded '{recorded}'.",
        $"存证人请求的{chineseWhat}为“{asked}”，运营方记录的却是“{recorded}”。");
}
