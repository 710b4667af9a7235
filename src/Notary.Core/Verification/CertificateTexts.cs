namespace Notary.Core;

/// <summary>A text of a certificate: what it says, or why it cannot be read, or neither when it is withheld.</summary>
/// <typeparam name="T">The text's record.</typeparam>
internal sealed record ReadText<T>(T? Value, string? Problem)
    where T : class
{
    public bool IsWithheld => Value is null && Problem is null;

    /// <summary>Parses a text of a stranger; what breaks its format is a value here, since a check reports it.</summary>
    public static ReadText<T> Read(string? text, Func<string, T> parse)
    {
        if (text is null)
            return new ReadText<T>(null, null);
        try
        {
            return new ReadText<T>(parse(text), null);
        }
        catch (MalformedException e)
        {
            return new ReadText<T>(null, TextRules.Escape(e.Message));
        }
    }
}

/// <summary>A certificate's four texts, each read for itself, so that one bad text does not hide what the others show.</summary>
internal sealed record CertificateTexts(
    string EntryText,
    ReadText<Statement> StatementText,
    ReadText<Claims> ClaimsText,
    ReadText<RequestBytes> RequestText,
    ReadText<TlogProof> ProofText,
    string? ClaimsSource)
{
    public Statement? Statement => StatementText.Value;

    public Claims? Claims => ClaimsText.Value;

    public RequestBytes? Request => RequestText.Value;

    public TlogProof? Proof => ProofText.Value;

    public ReportSubject? Subject => Statement is null ? null : new ReportSubject(
        Statement.Ledger, Statement.Deposit, Statement.Commitment, Statement.Received, Proof?.Index, Proof?.Checkpoint.Size);

    public static CertificateTexts Read(Certificate certificate) => new(
        certificate.Statement,
        ReadText<Statement>.Read(certificate.Statement, Core.Statement.Parse),
        ReadText<Claims>.Read(certificate.Claims, Core.Claims.Parse),
        ReadText<RequestBytes>.Read(certificate.Request, text => RequestBytes.Parse(Bytes(text))),
        ReadText<TlogProof>.Read(certificate.Proof, TlogProof.Parse),
        certificate.Claims);

    /// <summary>UTF-8 of a text that came as characters; an unpaired surrogate has none and fails its own parser first.</summary>
    public static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
