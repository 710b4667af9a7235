using System.Buffers.Binary;

namespace Notary.Server;

/// <summary>An entry bundle of C2SP tlog-tiles: each entry as <c>uint16 length || bytes</c>, big-endian.</summary>
internal static class EntryBundle
{
    private const int LengthSize = 2;

    public static byte[] Print(IReadOnlyList<StoredEntry> entries)
    {
        var bundle = new byte[entries.Sum(entry => LengthSize + entry.Entry.Length)];
        var rest = bundle.AsSpan();
        foreach (var entry in entries)
        {
            BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)entry.Entry.Length);
            entry.Entry.Span.CopyTo(rest[LengthSize..]);
            rest = rest[(LengthSize + entry.Entry.Length)..];
        }

        return bundle;
    }
}
