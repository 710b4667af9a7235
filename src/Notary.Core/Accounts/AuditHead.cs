using System.Globalization;

namespace Notary.Core;

/// <summary>
/// <c>notary.audit/v1</c>: the ledger entry that says how far the audit log is. Once it is on the ledger, no record up to
/// there can be changed without a contradiction that every copy of the ledger shows.
/// </summary>
/// <param name="Ledger">The origin.</param>
/// <param name="At">The operator's clock, never earlier than the entry before it.</param>
/// <param name="Records">Records so far.</param>
/// <param name="Head">SHA-256 of the last one.</param>
public sealed record AuditHead(string Ledger, DateTimeOffset At, ulong Records, Hash Head)
{
    /// <summary>The first line, without its LF.</summary>
    public const string Document = "notary.audit/v1";

    /// <exception cref="MalformedException">A field is missing, misplaced, unknown or out of its range.</exception>
    public static AuditHead Parse(string text)
    {
        var fields = FieldReader.Begin(text, Document, Limits.StatementBytes);
        var head = new AuditHead(
            fields.RequiredOrigin(), fields.RequiredTime("at"), fields.RequiredNumber("records"), fields.RequiredHash("head"));
        fields.End();
        return head;
    }

    public string ToText() => string.Create(
        CultureInfo.InvariantCulture, $"{Document}\nledger {Ledger}\nat {Timestamp.Format(At)}\nrecords {Records}\nhead {Head}\n");
}
