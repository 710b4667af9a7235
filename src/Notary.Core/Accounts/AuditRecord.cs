using System.Globalization;
using System.Text;

namespace Notary.Core;

/// <summary>
/// <c>notary.record/v1</c>: one line of the audit log. Each record holds the hash of the one before it, so that none can be
/// changed, left out or put in later without every one after it changing too. It names accounts, members and credentials by
/// their ids alone: what is to be erased of a person one day must not stand in a chain that cannot change.
/// </summary>
/// <param name="Number">From 1.</param>
/// <param name="Previous">SHA-256 of the record before; 32 zero bytes before the first.</param>
/// <param name="At">The operator's clock.</param>
/// <param name="Event">What happened: a token of a-z, 0-9, '-'.</param>
/// <param name="Actor">Who did it: <c>account/member</c>, or a word for the operator's own hand.</param>
/// <param name="Account">The account that it concerns, or null.</param>
/// <param name="Detail">More, as a short text, or null.</param>
public sealed record AuditRecord(
    ulong Number, Hash Previous, DateTimeOffset At, string Event, string Actor, string? Account, string? Detail)
{
    /// <summary>Code points of a detail.</summary>
    public const int DetailCharacters = 512;

    private const string Document = "notary.record/v1";
    private const int Bytes = 4_096;

    /// <exception cref="MalformedException">A field is missing, misplaced, unknown or out of its range.</exception>
    public static AuditRecord Parse(string text)
    {
        var fields = FieldReader.Begin(text, Document, Bytes);
        var record = new AuditRecord(
            fields.RequiredNumber("number"),
            fields.RequiredHash("previous"),
            fields.RequiredTime("at"),
            fields.Required("event"),
            fields.Required("actor"),
            fields.Optional("account"),
            fields.Optional("detail"));
        fields.End();
        if (!TextRules.IsKind(record.Event))
            throw fields.Error("event", "is not a word of [a-z0-9-]");
        return record;
    }

    public string ToText()
    {
        var text = new StringBuilder(320);
        text.Append(CultureInfo.InvariantCulture, $"{Document}\nnumber {Number}\nprevious {Previous}\nat {Timestamp.Format(At)}\n");
        text.Append(CultureInfo.InvariantCulture, $"event {Event}\nactor {Actor}\n");
        if (Account is not null)
            text.Append("account ").Append(Account).Append('\n');
        if (Detail is not null)
            text.Append("detail ").Append(Detail).Append('\n');
        return text.ToString();
    }

    /// <summary>What the next record, or a head, names this one by.</summary>
    public static Hash HashOf(string text) => Hash.Of(TextRules.Utf8.GetBytes(text));
}
