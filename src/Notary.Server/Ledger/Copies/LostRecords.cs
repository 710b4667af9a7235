using Notary.Core;

namespace Notary.Server;

/// <summary>
/// Stands in the place of the claims of a deposit that was recovered from a public copy: its entry is whole, its claims
/// and request were lost with the database that held them. So it does beside a key entry whose first checkpoint the copy
/// does not have, and beside a clock record, whose log no public copy has. A mark of its own, because an entry whose records are empty was erased on purpose, and an operator must
/// be able to tell the one from the other.
/// </summary>
internal static class LostRecords
{
    private static readonly byte[] Text = [.. "notary.lost/v1\n"u8];

    /// <summary>What is stored as claims; the request is empty.</summary>
    public static ReadOnlyMemory<byte> Marker => Text;

    public static bool Are(in StoredEntry entry) => entry.Request.IsEmpty && entry.Claims.Span.SequenceEqual(Text);

    /// <summary>The entry as a public copy gives it, marked if it is one that has records and comes without.</summary>
    public static StoredEntry Mark(in StoredEntry entry) =>
        Entry.IsDeposit(entry.Entry.Span) || Entry.IsClockRecord(entry.Entry.Span) || (Entry.IsKeyChange(entry.Entry.Span) && entry.Request.IsEmpty)
            ? entry with { Claims = Marker, Request = default }
            : entry;
}
