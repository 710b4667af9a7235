using System.Text;

namespace Notary.Core;

/// <summary>
/// <c>notary.notice/v1</c> about a succession: entry 1 of a ledger that takes the place of one that cannot go on, because no
/// copy of its database reaches what it has signed. It names the last checkpoint of the old ledger that is known, so that
/// nobody can pass either ledger off without the other.
/// </summary>
/// <param name="Ledger">The origin of the new ledger.</param>
/// <param name="At">The operator's clock.</param>
/// <param name="Predecessor">The key of the old ledger, which has another name.</param>
/// <param name="Note">The old ledger's checkpoint. Its signature is for the reader to check, under a key that the reader trusts.</param>
public sealed record SuccessionNotice(string Ledger, DateTimeOffset At, VerifierKey Predecessor, SignedNote Note)
{
    private const string Document = "notary.notice/v1";
    private const string Subject = "succession";

    /// <summary>What <see cref="Note"/> says.</summary>
    public Checkpoint Checkpoint => Checkpoint.Parse(Note.Text);

    /// <exception cref="MalformedException">A field is missing, misplaced, unknown or out of its range.</exception>
    public static SuccessionNotice Parse(string text)
    {
        var fields = FieldReader.Begin(text, Document, Limits.StatementBytes);
        var (ledger, at) = (fields.RequiredOrigin(), fields.RequiredTime("at"));
        if (fields.Required("about") != Subject)
            throw fields.Error("about", $"is not '{Subject}'");
        var predecessor = fields.ToKey("predecessor", fields.Required("predecessor"));
        var note = ToNote(fields, fields.Required("checkpoint"));
        fields.End();
        if (predecessor.Name == ledger)
            throw fields.Error("predecessor", "has the name of the ledger itself");
        return Checkpoint.Parse(note.Text).Origin == predecessor.Name
            ? new SuccessionNotice(ledger, at, predecessor, note)
            : throw fields.Error("checkpoint", "is of another ledger than the predecessor");
    }

    public string ToText() =>
        $"{Document}\nledger {Ledger}\nat {Timestamp.Format(At)}\nabout {Subject}\npredecessor {Predecessor}\n"
        + $"checkpoint {Convert.ToBase64String(Encoding.UTF8.GetBytes(Note.ToString()))}\n";

    private static SignedNote ToNote(FieldReader fields, string value) =>
        StrictBase64.Decode(value) is { } bytes
            ? SignedNote.Parse(StrictText.Decode(Document, bytes))
            : throw fields.Error("checkpoint", "is not base64");
}
