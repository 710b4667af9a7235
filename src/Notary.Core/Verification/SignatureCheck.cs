namespace Notary.Core;

/// <summary>
/// Whether the depositor signed the request (check 4): under the verifier's own key for the account, else under the key
/// that the operator names in the claims, which is only as good as the operator's word.
/// </summary>
internal static class SignatureCheck
{
    private const string Name = CheckNames.Signature;

    /// <param name="texts">The certificate's texts.</param>
    /// <param name="expected">The key that the verifier brought, or null.</param>
    public static Check Of(CertificateTexts texts, VerifierKey? expected)
    {
        if (texts.RequestText.IsWithheld)
            return Check.NotChecked(
                Name,
                "The request is withheld: whether the depositor signed it was not checked.",
                "存证请求未提供：未核验存证人是否签名。");
        if (texts.Request is not { } request)
            return Check.NotChecked(Name, "The request cannot be read.", "无法读取存证请求。");
        var account = request.Request.Account;
        // Falling back to the claims' key here would pass a stranger's deposit to somebody who asked for a certain depositor.
        if (expected is not null && expected.Name != account)
            return Check.Fail(
                Name,
                $"The request is of account '{account}', the depositor's key given is of '{expected.Name}'.",
                $"存证请求属于账户“{account}”，而所提供的存证人密钥属于“{expected.Name}”。");
        if (request.Note is not { } note)
            return Unsigned(expected);
        if (expected is not null)
            return Under(note, expected, account, "the key that you gave for the account", "您为该账户提供的密钥");
        if (texts.Claims?.Key is { } key)
            return Under(
                note, key, account, "the key that the operator's claims name for the account; you gave none", "运营方声明文本为该账户所列的密钥（您未提供密钥）");
        return Check.NotChecked(
            Name,
            "The request is signed, but neither you nor the claims name a key for the account.",
            "存证请求有签名，但您和声明文本均未列出该账户的密钥。");
    }

    private static Check Unsigned(VerifierKey? expected)
    {
        // The operator can write an unsigned request in anybody's name; whoever brings a key wants a signature.
        if (expected is not null)
            return Check.Fail(
                Name,
                "You gave a key for the account, but the request is unsigned: the depositor is named by the operator; no signature of the depositor.",
                "您为该账户提供了密钥，但存证请求未签名：存证人由运营方指称，没有存证人签名。");
        return Check.NotChecked(
            Name,
            "The depositor is named by the operator; no signature of the depositor.",
            "存证人由运营方指称；没有存证人签名。");
    }

    private static Check Under(SignedNote note, VerifierKey key, string account, string which, string chineseWhich)
    {
        // A depositor's key is named after the account (formats §2) and signs texts, not checkpoints as a witness's does.
        if (key.Name != account || key.Algorithm != KeyAlgorithm.Ed25519)
            return Check.Fail(
                Name,
                $"The key is no Ed25519 key of account '{account}' ({which}).",
                $"该密钥不是账户“{account}”的 Ed25519 密钥（{chineseWhich}）。");
        return note.Check(key) switch
        {
            NoteCheck.Valid => Check.Pass(
                Name,
                $"The depositor '{account}' signed the request, under {which}.",
                $"存证人“{account}”签署了存证请求，依据{chineseWhich}。"),
            NoteCheck.Invalid => Check.Fail(
                Name,
                $"The signature of '{account}' on the request does not verify, under {which}.",
                $"“{account}”在存证请求上的签名无效，依据{chineseWhich}。"),
            _ => Check.Fail(
                Name,
                $"The request is signed, but not by '{account}' under {which}.",
                $"存证请求有签名，但并非“{account}”以该密钥所签（{chineseWhich}）。"),
        };
    }
}
