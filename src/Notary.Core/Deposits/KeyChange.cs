using System.Text;

namespace Notary.Core;

/// <summary>
/// <c>notary.key/v1</c>: the ledger entry by which a ledger goes from one key to the next. The new key signs the text, so
/// that nobody can name a key that is not theirs; the old key signs the checkpoint that first includes the entry, and so
/// says that it is the one to follow.
/// </summary>
/// <param name="Ledger">The origin, which is the name of both keys.</param>
/// <param name="At">The operator's clock, never earlier than the entry before it.</param>
/// <param name="Old">The key that signed until now, Ed25519.</param>
/// <param name="New">The key that signs from this entry on, Ed25519, with another key id.</param>
/// <param name="Proof">Base64 of the new key's 64-byte Ed25519 signature over the lines above it.</param>
public sealed record KeyChange(string Ledger, DateTimeOffset At, VerifierKey Old, VerifierKey New, string Proof)
{
    /// <summary>The first line, without its LF.</summary>
    public const string Document = "notary.key/v1";

    private const int SignatureSize = 64;

    /// <summary>The change to a key that is at hand.</summary>
    /// <exception cref="MalformedException">The keys are not two keys of one ledger.</exception>
    public static KeyChange Create(DateTimeOffset at, VerifierKey old, SigningKey next)
    {
        var lines = Lines(old.Name, at, old, next.Verifier);
        return Parse($"{lines}proof {Convert.ToBase64String(next.SignRaw(TextRules.Utf8.GetBytes(lines)))}\n");
    }

    /// <summary>Reads the text. Whether <see cref="Proof"/> holds is for <see cref="ProvesPossession"/> to say.</summary>
    /// <exception cref="MalformedException">A field is missing, misplaced, unknown or out of its range.</exception>
    public static KeyChange Parse(string text)
    {
        var fields = FieldReader.Begin(text, Document, Limits.StatementBytes);
        var ledger = fields.RequiredOrigin();
        var at = fields.RequiredTime("at");
        var old = ParseKey(fields, "old", ledger);
        var next = ParseKey(fields, "new", ledger);
        // Whoever knows both keys takes a line with this id for both, and one of the two always fails: no checkpoint could
        // carry both signatures.
        if (old.KeyId == next.KeyId)
            throw fields.Error("new", "has the key id of the old key");
        var proof = fields.Required("proof");
        if (StrictBase64.Decode(proof) is not { Length: SignatureSize })
            throw fields.Error("proof", $"is not {SignatureSize} bytes in base64");
        fields.End();
        return new KeyChange(ledger, at, old, next, proof);
    }

    public string ToText() => $"{Lines(Ledger, At, Old, New)}proof {Proof}\n";

    /// <summary>Whether the new key signed the text: whoever named it holds it.</summary>
    public bool ProvesPossession() =>
        New.VerifyRaw(TextRules.Utf8.GetBytes(Lines(Ledger, At, Old, New)), StrictBase64.Decode(Proof));

    private static string Lines(string ledger, DateTimeOffset at, VerifierKey old, VerifierKey next) => new StringBuilder(Document)
        .Append("\nledger ").Append(ledger)
        .Append("\nat ").Append(Timestamp.Format(at))
        .Append("\nold ").Append(old)
        .Append("\nnew ").Append(next)
        .Append('\n').ToString();

    private static VerifierKey ParseKey(FieldReader fields, string name, string ledger)
    {
        var key = fields.ToKey(name, fields.Required(name));
        if (key.Name != ledger)
            throw fields.Error(name, "has another name than the ledger");
        return key.Algorithm == KeyAlgorithm.Ed25519 ? key : throw fields.Error(name, "is of another type than Ed25519");
    }
}
