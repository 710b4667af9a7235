namespace Notary.Core;

/// <summary>
/// A request as it is sent and hashed: the text, and when the depositor has a key, the signature lines that make it a
/// C2SP signed note. The bytes are what idempotency compares and what the claims' <c>request</c> hashes.
/// </summary>
public sealed class RequestBytes
{
    private const string Document = "notary.request/v1";

    private RequestBytes(ReadOnlyMemory<byte> bytes, DepositRequest request, SignedNote? note)
    {
        Bytes = bytes;
        Request = request;
        Note = note;
        Hash = Hash.Of(bytes.Span);
    }

    /// <summary>Everything, signature lines included; at most 8,192 bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    public DepositRequest Request { get; }

    /// <summary>The signed note, or null when the depositor did not sign.</summary>
    public SignedNote? Note { get; }

    /// <summary>SHA-256 of <see cref="Bytes"/>.</summary>
    public Hash Hash { get; }

    /// <param name="request">What is asked.</param>
    /// <param name="key">The depositor's key, whose name is the account id; null for an unsigned request.</param>
    public static RequestBytes Create(DepositRequest request, SigningKey? key)
    {
        request.Check();
        if (key is not null && key.Verifier.Name != request.Account)
            throw new ArgumentException("The key's name is not the request's account.", nameof(key));
        var text = request.ToText();
        return Parse(TextRules.Utf8.GetBytes(key is null ? text : SignedNote.Sign(text, key).ToString()));
    }

    /// <exception cref="MalformedException">Not UTF-8, over the limit, or not a request.</exception>
    public static RequestBytes Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > Limits.RequestBytes)
            throw new MalformedException(Document, null, $"has {bytes.Length} bytes (limit {Limits.RequestBytes})");
        var text = StrictText.Decode(Document, bytes.Span);
        var note = text.Contains("\n\n", StringComparison.Ordinal) ? SignedNote.Parse(text) : null;
        return new RequestBytes(bytes, DepositRequest.Parse(note?.Text ?? text), note);
    }
}
