using System.Buffers.Binary;

namespace Notary.Core;

/// <summary>An entry bundle of C2SP tlog-tiles: each entry as <c>uint16 length || bytes</c>, big-endian.</summary>
public static class EntryBundle
{
    private const int LengthSize = 2;

    /// <summary>Bytes that a bundle of so many entries has at most.</summary>
    public static int MaxBytes(int width) => width * (LengthSize + Limits.EntryBytes);

    /// <param name="entries">Each at most <see cref="Limits.EntryBytes"/>.</param>
    public static byte[] Print(IEnumerable<ReadOnlyMemory<byte>> entries)
    {
        var all = entries as IReadOnlyCollection<ReadOnlyMemory<byte>> ?? [.. entries];
        var bundle = new byte[all.Sum(entry => LengthSize + entry.Length)];
        var rest = bundle.AsSpan();
        foreach (var entry in all)
        {
            BinaryPrimitives.WriteUInt16BigEndian(rest, checked((ushort)entry.Length));
            entry.Span.CopyTo(rest[LengthSize..]);
            rest = rest[(LengthSize + entry.Length)..];
        }

        return bundle;
    }

    /// <summary>The entries, in order; they share the bundle's memory.</summary>
    /// <exception cref="MalformedException">Not exactly <see cref="TileId.Width"/> entries.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Parse(TileId id, ReadOnlyMemory<byte> bytes)
    {
        var entries = new List<ReadOnlyMemory<byte>>(id.Width);
        while (entries.Count < id.Width)
        {
            var length = bytes.Length < LengthSize ? int.MaxValue : BinaryPrimitives.ReadUInt16BigEndian(bytes.Span);
            if (length > bytes.Length - LengthSize)
                throw new MalformedException(id.ToString(), null, $"ends within entry {entries.Count} of {id.Width}");
            entries.Add(bytes.Slice(LengthSize, length));
            bytes = bytes[(LengthSize + length)..];
        }

        return bytes.IsEmpty
            ? entries
            : throw new MalformedException(id.ToString(), null, $"holds {bytes.Length} bytes after its {id.Width} entries");
    }
}
