using System.Buffers.Binary;

namespace Notary.Server;

/// <summary>
/// The bytes of a segment, up to 32 entries of one append that lie in one bundle of 256. Public part: each entry
/// as <c>uint16 length || bytes</c>, big-endian, which is what a tlog-tiles entry bundle is made of. Private part: each
/// entry's claims and request, written alike.
/// </summary>
internal static class SqliteSegment
{
    private const int LengthSize = 2;

    public static int EntriesSize(ReadOnlySpan<NewEntry> entries)
    {
        var size = 0;
        foreach (ref readonly var entry in entries)
            size += LengthSize + entry.Entry.Length;
        return size;
    }

    public static int RecordsSize(ReadOnlySpan<NewEntry> entries)
    {
        var size = 0;
        foreach (ref readonly var entry in entries)
            size += 2 * LengthSize + entry.Claims.Length + entry.Request.Length;
        return size;
    }

    public static void WriteEntries(ReadOnlySpan<NewEntry> entries, Span<byte> destination)
    {
        foreach (ref readonly var entry in entries)
            destination = Write(entry.Entry.Span, destination);
    }

    public static void WriteRecords(ReadOnlySpan<NewEntry> entries, Span<byte> destination)
    {
        foreach (ref readonly var entry in entries)
            destination = Write(entry.Request.Span, Write(entry.Claims.Span, destination));
    }

    /// <summary>Takes a row apart.</summary>
    /// <param name="first">Index of its first entry.</param>
    /// <param name="count">How many the row says it holds.</param>
    /// <param name="entries">The public part.</param>
    /// <param name="records">The private part; null when it was not read.</param>
    /// <param name="found">Receives the entries.</param>
    /// <exception cref="StoreDamagedException">The lengths do not add up.</exception>
    public static void Read(ulong first, int count, byte[] entries, byte[]? records, List<StoredEntry> found)
    {
        ReadOnlyMemory<byte> publicPart = entries, privatePart = records;
        for (var i = 0; i < count; i++)
        {
            var (entry, claims, request) = (ReadOnlyMemory<byte>.Empty, ReadOnlyMemory<byte>.Empty, ReadOnlyMemory<byte>.Empty);
            var whole = TryTake(ref publicPart, out entry)
                && (records is null || (TryTake(ref privatePart, out claims) && TryTake(ref privatePart, out request)));
            if (!whole)
                throw Damaged(first, count, $"ends within entry {first + (ulong)i}");
            found.Add(new StoredEntry(first + (ulong)i, entry, claims, request));
        }

        if (!publicPart.IsEmpty || !privatePart.IsEmpty)
            throw Damaged(first, count, $"holds more bytes than its {count} entries");
    }

    public static StoreDamagedException Damaged(ulong first, int count, string problem) =>
        new($"segment of entries from {first}", problem, first + (ulong)Math.Max(count, 1));

    private static Span<byte> Write(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)bytes.Length);
        bytes.CopyTo(destination[LengthSize..]);
        return destination[(LengthSize + bytes.Length)..];
    }

    private static bool TryTake(ref ReadOnlyMemory<byte> rest, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        if (rest.Length < LengthSize)
            return false;
        var length = BinaryPrimitives.ReadUInt16BigEndian(rest.Span);
        if (rest.Length - LengthSize < length)
            return false;
        bytes = rest.Slice(LengthSize, length);
        rest = rest[(LengthSize + length)..];
        return true;
    }
}
