using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Notary.Cli;

/// <summary>A deposit's uuid and the entry that carries it, ordered by uuid, then entry.</summary>
internal readonly record struct UuidRecord(UInt128 Uuid, ulong Entry) : IComparable<UuidRecord>
{
    /// <summary>Bytes in a file: uuid and entry, big-endian.</summary>
    public const int Size = 24;

    public int CompareTo(UuidRecord other) =>
        Uuid.CompareTo(other.Uuid) is not 0 and var order ? order : Entry.CompareTo(other.Entry);

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt128BigEndian(destination, Uuid);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], Entry);
    }

    public static UuidRecord Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt128BigEndian(source), BinaryPrimitives.ReadUInt64BigEndian(source[16..]));
}

/// <summary>A file of records in their order, one block of it in memory. Not safe for concurrent use.</summary>
internal sealed class UuidRun : IDisposable
{
    private const int BlockRecords = 2_048;

    private readonly SafeFileHandle file;
    private readonly byte[] block = new byte[BlockRecords * UuidRecord.Size];
    private long blockNumber = -1;

    private UuidRun(SafeFileHandle file, long count) => (this.file, Count) = (file, count);

    public long Count { get; }

    /// <exception cref="CliException">It is not there, or has not the length that it was written with.</exception>
    public static UuidRun Open(string path, long count)
    {
        if (!File.Exists(path) || new FileInfo(path).Length != count * UuidRecord.Size)
            throw CliException.Input(
                $"{path}: is missing, or has not the {count} records that the monitor wrote", "begin anew with an empty state folder; the ledger is then read again from its start");
        return new UuidRun(File.OpenHandle(path), count);
    }

    /// <summary>Writes a run, durably; its name becomes durable with the state that names it.</summary>
    public static void Write(string path, IEnumerable<UuidRecord> sorted)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
        Span<byte> bytes = stackalloc byte[UuidRecord.Size];
        foreach (var record in sorted)
        {
            record.Write(bytes);
            file.Write(bytes);
        }

        file.Flush();
        NativeFile.FlushFile(file.SafeFileHandle);
    }

    public UuidRecord this[long index]
    {
        get
        {
            var (number, position) = Math.DivRem(index, BlockRecords);
            if (number != blockNumber)
            {
                RandomAccess.Read(file, block, number * block.Length);
                blockNumber = number;
            }

            return UuidRecord.Read(block.AsSpan((int)position * UuidRecord.Size));
        }
    }

    /// <summary>
    /// The first record at or after <paramref name="from"/> whose uuid is not below the one given. Steps grow from where
    /// the search begins: many uuids in their order cost one pass, a few cost a few reads.
    /// </summary>
    public long LowerBound(UInt128 uuid, long from)
    {
        var (low, step) = (from, 1L);
        while (low < Count && this[low].Uuid < uuid)
        {
            from = low + 1;
            low += step;
            step *= 2;
        }

        var high = Math.Min(low, Count);
        while (from < high)
        {
            var middle = from + (high - from) / 2;
            if (this[middle].Uuid < uuid)
                from = middle + 1;
            else
                high = middle;
        }

        return from;
    }

    public IEnumerable<UuidRecord> All()
    {
        for (var i = 0L; i < Count; i++)
            yield return this[i];
    }

    public void Dispose() => file.Dispose();
}
