using System.Text;

namespace Notary.Core;

/// <summary>
/// Ledger entries by their first line. Entries of a kind that is not known here are opaque: hashed, served, never an
/// error, never certified as deposits.
/// </summary>
public static class Entry
{
    private static readonly byte[] StatementLine = Encoding.ASCII.GetBytes(Statement.Document + "\n");
    private static readonly byte[] KeyChangeLine = Encoding.ASCII.GetBytes(KeyChange.Document + "\n");
    private static readonly byte[] AuditHeadLine = Encoding.ASCII.GetBytes(AuditHead.Document + "\n");
    private static readonly byte[] NoticeLine = Encoding.ASCII.GetBytes(AuditHead.Notice + "\n");
    private static readonly byte[] AboutAuditLine = Encoding.ASCII.GetBytes($"\n{AuditHead.NoticeLine}\n");
    private static readonly byte[] ClockRecordLine = Encoding.ASCII.GetBytes(ClockRecord.Document + "\n");

    /// <summary>Whether the entry is the statement of a deposit.</summary>
    public static bool IsDeposit(ReadOnlySpan<byte> entry) => entry.StartsWith(StatementLine);

    /// <summary>Whether the entry changes the ledger's key.</summary>
    public static bool IsKeyChange(ReadOnlySpan<byte> entry) => entry.StartsWith(KeyChangeLine);

    /// <summary>Whether the entry says how far the audit log is, be it in a notice that records of it were lost.</summary>
    public static bool IsAuditHead(ReadOnlySpan<byte> entry) =>
        entry.StartsWith(AuditHeadLine) || (entry.StartsWith(NoticeLine) && entry.IndexOf(AboutAuditLine) >= 0);

    /// <summary>Whether the entry says what the operator's clock is worth.</summary>
    public static bool IsClockRecord(ReadOnlySpan<byte> entry) => entry.StartsWith(ClockRecordLine);
}
