using System.Globalization;

namespace Notary.Core;

/// <summary>
/// <c>notary.audit/v1</c>: the ledger entry that says how far the audit log is. Once it is on the ledger, no record up to
/// there can be changed without a contradiction that every copy of the ledger shows. Where records were lost, the entry is a
/// <c>notary.notice/v1</c> about the audit log instead, by which the operator says so.
/// </summary>
/// <param name="Ledger">The origin.</param>
/// <param name="At">The operator's clock, never earlier than the entry before it.</param>
/// <param name="Records">Records so far.</param>
/// <param name="Head">SHA-256 of the last one.</param>
public sealed record AuditHead(string Ledger, DateTimeOffset At, ulong Records, Hash Head)
{
    /// <summary>The first line, without its LF.</summary>
    public const string Document = "notary.audit/v1";

    /// <summary>The first line of a notice.</summary>
    internal const string Notice = "notary.notice/v1";

    /// <summary>The line that tells which notices are about the audit log.</summary>
    internal const string NoticeLine = "about audit-log";

    /// <summary>
    /// Set in a notice alone: how many records there still are of those that heads before it cover, fewer than
    /// <see cref="Records"/>. Heads before it that cover more speak of records that are lost.
    /// </summary>
    public ulong? Kept { get; init; }

    /// <exception cref="MalformedException">A field is missing, misplaced, unknown or out of its range.</exception>
    public static AuditHead Parse(string text)
    {
        var isNotice = text.StartsWith(Notice + "\n", StringComparison.Ordinal);
        var fields = FieldReader.Begin(text, isNotice ? Notice : Document, Limits.StatementBytes);
        var (ledger, at) = (fields.RequiredOrigin(), fields.RequiredTime("at"));
        if (isNotice && $"about {fields.Required("about")}" != NoticeLine)
            throw fields.Error("about", "is not 'audit-log'");
        var kept = isNotice ? fields.RequiredNumber("kept") : (ulong?)null;
        var head = new AuditHead(ledger, at, fields.RequiredNumber("records"), fields.RequiredHash("head")) { Kept = kept };
        fields.End();
        return kept is null || kept < head.Records ? head : throw fields.Error("kept", "is not below 'records'");
    }

    public string ToText() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(Kept is null ? Document : Notice)}\nledger {Ledger}\nat {Timestamp.Format(At)}\n{(Kept is { } kept ? $"{NoticeLine}\nkept {kept}\n" : "")}records {Records}\nhead {Head}\n");
}
