namespace Notary.Core;

/// <summary>
/// <c>notary.registration/v1</c>: by this an account's depositor registers a signing key. The text is a C2SP signed note of
/// that key, so that nobody can register a key that is somebody else's; it names ledger and account, so that a registration
/// seen elsewhere is of no use here, and a time, so that an old one is not.
/// </summary>
/// <param name="Ledger">The origin of the ledger asked.</param>
/// <param name="Account">The account id, which is also the key's name.</param>
/// <param name="Key">The key, Ed25519.</param>
/// <param name="At">The depositor's clock.</param>
public sealed record KeyRegistration(string Ledger, string Account, VerifierKey Key, DateTimeOffset At)
{
    private const string Document = "notary.registration/v1";

    /// <summary>How far <see cref="At"/> may be from the server's clock, on either side.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(10);

    /// <summary>The signed note to send.</summary>
    public static string Create(string ledger, SigningKey key, DateTimeOffset at)
    {
        var text = new KeyRegistration(ledger, key.Verifier.Name, key.Verifier, Timestamp.RoundDown(at)).ToText();
        return SignedNote.Sign(text, key).ToString();
    }

    /// <summary>Reads a signed note and checks that the key it names has signed it.</summary>
    /// <exception cref="MalformedException">It is none, or the proof of possession fails.</exception>
    public static KeyRegistration Parse(ReadOnlySpan<byte> note)
    {
        if (note.Length > Limits.RequestBytes)
            throw new MalformedException(Document, null, $"has {note.Length} bytes (limit {Limits.RequestBytes})");
        var signed = SignedNote.Parse(StrictText.Decode(Document, note));
        var fields = FieldReader.Begin(signed.Text, Document, Limits.RequestBytes);
        var registration = new KeyRegistration(
            fields.RequiredOrigin(), fields.RequiredAccount(), fields.ToKey("key", fields.Required("key")), fields.RequiredTime("at"));
        fields.End();
        if (registration.Key.Algorithm != KeyAlgorithm.Ed25519)
            throw fields.Error("key", "is of another type than Ed25519");
        if (registration.Key.Name != registration.Account)
            throw fields.Error("key", "has another name than the account");
        return signed.Check(registration.Key) == NoteCheck.Valid
            ? registration
            : throw fields.Error("signature", "is not one of the key that is to be registered");
    }

    private string ToText() => $"{Document}\nledger {Ledger}\naccount {Account}\nkey {Key}\nat {Timestamp.Format(At)}\n";
}
