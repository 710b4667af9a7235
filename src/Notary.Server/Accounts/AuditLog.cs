using Notary.Core;

namespace Notary.Server;

/// <summary>Reads the audit log.</summary>
internal static class AuditLog
{
    /// <summary>Records that are read at a time.</summary>
    public const int Page = 1_000;

    /// <summary>Records from a number on, in order.</summary>
    /// <exception cref="StoreException">They cannot be read.</exception>
    public static IReadOnlyList<string> Read(AccountDatabase database, ulong first, int count) => database.Read(rows =>
    {
        var records = new List<string>();
        using var statement = rows.Prepare("SELECT record FROM audit WHERE number >= ?1 ORDER BY number LIMIT ?2");
        statement.Bind(1, checked((long)first)).Bind(2, count);
        while (statement.Step())
            records.Add(statement.Text(0));
        return records;
    });

    /// <summary>How many records there are, and the hash of the last one; null where there is none.</summary>
    /// <exception cref="StoreException">They cannot be read.</exception>
    public static (ulong Records, Hash Head)? Head(AccountDatabase database) => database.Read<(ulong, Hash)?>(rows =>
    {
        using var statement = rows.Prepare("SELECT number, record FROM audit ORDER BY number DESC LIMIT 1");
        return statement.Step() ? ((ulong)statement.Number(0), AuditRecord.HashOf(statement.Text(1))) : null;
    });

    /// <summary>Whether the log has the record that a head speaks of.</summary>
    /// <exception cref="StoreException">It cannot be read.</exception>
    public static bool Has(AccountDatabase database, AuditHead head) =>
        head.Records is > 0 and <= long.MaxValue && Read(database, head.Records, 1) is [var record] && AuditRecord.HashOf(record) == head.Head;
}
